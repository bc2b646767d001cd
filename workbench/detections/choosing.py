"""Some of the built-in rules, for a question that only they answer: what is not asked for costs no time."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.detections.judging.attack import tactics, techniques
from workbench.detections.reading.folders import load_rules
from workbench.detections.reading.model import Rule
from workbench.detections.reading.resolving import resolve


def rules_of(
    *tactic: str, technique: Sequence[str] = (), pivot: str = "", rules: Sequence[Rule] | None = None
) -> list[Rule]:
    """Return the rules for one question; each hits as it does among all rules.

    Parameters
    ----------
    tactic
        Tactics of MITRE ATT&CK as the hits name them: ``credential-access``.
    technique
        Techniques, with all that belongs to them: ``T1110`` is ``T1110.003``, too.
    pivot
        The notebook that a rule says to open next.
    rules
        Of `load_rules`; None: the built-in ones.

    Returns
    -------
    list of Rule
        Those that fit any of it, those whose hits they count, and those that count theirs.

    Examples
    --------
    >>> chosen = rules_of("persistence")
    >>> "Access key made for another user" in {rule.title for rule in chosen}, len(chosen) < 80
    (True, True)
    >>> [rule.id for rule in rules_of("exfiltration", rules=[Rule("a", "A", tags=("attack.exfiltration",))])]
    ['a']
    """
    known = resolve(load_rules() if rules is None else list(rules))
    chosen = {place for place, rule in enumerate(known.rules) if _fits(rule, tactic, technique, pivot)}
    before: set[int] = set()
    while before != chosen:  # what is counted gives no hits of its own, but only beside what counts it
        before = set(chosen)
        for place, counted in known.counts.items():
            if place in chosen or chosen & set(counted):
                chosen |= {place, *counted}
    return [known.rules[place] for place in sorted(chosen)]


def _fits(rule: Rule, tactic: Sequence[str], technique: Sequence[str], pivot: str) -> bool:
    of = {name for one in techniques(rule) for name in (one, one.partition(".")[0])}
    return bool(set(tactics(rule)) & set(tactic) or of & set(technique) or (pivot and rule.pivot == pivot))

"""Which rules a correlation counts: by id, name or title, in whatever order files name them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from workbench.detections.reading.counting import is_group
from workbench.detections.reading.documents import Refused
from workbench.detections.reading.model import Correlation, Rule


class Resolved(NamedTuple):
    """Rules, refused where theirs are missing; what each correlation counts; which are silent otherwise."""

    rules: tuple[Rule, ...]
    counts: dict[int, tuple[int, ...]]
    silent: frozenset[int]
    order: tuple[int, ...]


def resolve(rules: Sequence[Rule]) -> Resolved:
    """Find the rules that correlations name, and an order in which each comes after those it counts.

    Examples
    --------
    >>> from workbench.detections.reading.model import Correlation
    >>> pair = Rule("c", "C", correlation=Correlation("temporal", ("a", "B"), (), 60))
    >>> found = resolve([pair, Rule("a", "A"), Rule("b", "B")])
    >>> found.counts, sorted(found.silent), found.order
    ({0: (1, 2)}, [1, 2], (1, 2, 0))
    """
    known = list(rules)
    counts: dict[int, tuple[int, ...]] = {}
    for place, rule in enumerate(rules):
        if rule.correlation is None or rule.refused:
            continue
        found = [_places(known, name, rule) for name in rule.correlation.rules]
        try:
            named = zip(rule.correlation.rules, found, strict=True)
            counts[place] = tuple(_one(name, places, rule) for name, places in named)
            _check_aliases(rule.correlation, [rules[one] for one in counts[place]])
        except Refused as reason:
            counts.pop(place, None)
            known[place] = replace(rule, refused=str(reason))
    order = _ordered(known, counts)
    return Resolved(tuple(known), counts, _silent(known, counts), order)


def _silent(rules: Sequence[Rule], counts: Mapping[int, Sequence[int]]) -> frozenset[int]:
    """Tell which rules give no hits of their own; a correlation that cannot run takes none away."""
    quiet = [
        place for place in counts
        if not rules[place].refused and not _generates(rules[place])
    ]  # fmt: skip
    return frozenset(one for place in quiet for one in counts[place])


def _generates(rule: Rule) -> bool:
    return rule.correlation is not None and rule.correlation.generate


def _places(rules: Sequence[Rule], name: str, asking: Rule) -> list[int]:
    """Find what a name stands for: an id before a name before a title; in the same file or folder first."""
    for part in ("id", "name", "title"):
        found = [
            place for place, rule in enumerate(rules) if getattr(rule, part) == name and rule is not asking
        ]
        same = [place for place in found if rules[place].path == asking.path]
        near = [place for place in found if Path(rules[place].path).parent == Path(asking.path).parent]
        if found:
            return same or near or found
    return []


def _one(name: str, places: Sequence[int], asking: Rule) -> int:
    if not places and name in (asking.id, asking.name, asking.title):
        raise Refused("a correlation that counts itself")
    if not places:
        raise Refused(f"unknown rule {name}")
    if len(places) > 1:
        raise Refused(f"several rules are called {name}")
    return places[0]


def _check_aliases(how: Correlation, counted: Sequence[Rule]) -> None:
    """Refuse an alias that says nothing of a rule: without a field its hits would be left out silently."""
    for name in how.group_by:
        fields = how.aliases.get(name, {})
        missing = [rule for rule in counted if not fields.keys() & {rule.id, rule.name, rule.title}]
        if name in how.aliases and missing and not is_group(name):
            raise Refused(f"alias {name} gives no field for rule {missing[0].id}")


def _ordered(rules: list[Rule], counts: dict[int, tuple[int, ...]]) -> tuple[int, ...]:
    """Put rules after those they count; refuse what counts refused ones, and circles."""
    done: dict[int, None] = {place: None for place in range(len(rules)) if place not in counts}
    waiting = [place for place in counts if not rules[place].refused]
    while waiting:
        ready = [place for place in waiting if all(one in done for one in counts[place])]
        for place in ready:
            refused = next((rules[one] for one in counts[place] if rules[one].refused), None)
            if refused is not None:
                why = f"rule {refused.id} is refused: {refused.refused}"
                rules[place] = replace(rules[place], refused=why)
            done[place] = None
        if not ready:
            _refuse_circle(rules, waiting)
            break
        waiting = [place for place in waiting if place not in done]
    return tuple(place for place in done if not rules[place].refused)


def _refuse_circle(rules: list[Rule], places: Iterable[int]) -> None:
    for place in places:
        rules[place] = replace(rules[place], refused="correlations that count each other in a circle")

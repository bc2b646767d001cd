"""Custody in the head of a briefing: whether the evidence is what was loaded, and what was noted of it."""

from __future__ import annotations

from pathlib import Path

from workbench.briefing.markup import count
from workbench.errors import CaseError, visible
from workbench.evidence.custody import Changes, Examination, examine
from workbench.evidence.custody.telling import in_short, not_as_loaded

_NAMED = 3


def custody_line(case: Path) -> tuple[str, str, str]:
    """Return label, text and tone; nothing is written, and sizes and times are compared, not hashes.

    What changes with every export is left out: the same case gives the same page.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from workbench.evidence.custody import note
    >>> case = mkdtemp()
    >>> _ = note(case, "load", {}, {})
    >>> custody_line(Path(case))[2]
    'bad'
    """
    try:
        found = examine(case)
    except CaseError as error:
        return "Custody", visible(error), "bad"
    if found.journal.lines == 0 and found.manifest is None:
        return "Custody", "nothing was noted when this case was loaded; load the evidence again", "warn"
    parts = [*_of_evidence(found.evidence), *map(visible, found.faults)]
    if found.journal.lines and found.journal.broken_at is None:
        parts.append(_of_journal(found))
    return "Custody", "; ".join(parts), _tone(found)


def _tone(found: Examination) -> str:
    if found.is_as_it_was:
        return "good"
    is_wrong = found.faults or found.evidence is None or not_as_loaded(found.evidence)
    return "bad" if is_wrong else "warn"


def _of_evidence(evidence: Changes | None) -> list[str]:
    if evidence is None:
        return []
    wrong = not_as_loaded(evidence)
    if not wrong:
        text = in_short(evidence)
        return [f"the evidence is {text}" if text.startswith("not ") else f"evidence {text}"]
    more = f" and {len(wrong) - _NAMED:,} more" if len(wrong) > _NAMED else ""
    verb = "is" if len(wrong) == 1 else "are"
    return [f"{count(len(wrong), 'file')} {verb} not what was loaded: {', '.join(wrong[:_NAMED])}{more}"]


def _of_journal(found: Examination) -> str:
    loads = sum(entry.action == "load" for entry in found.journal.entries.values())
    return f"{count(loads, 'load')} noted, the chain of the journal is unbroken"

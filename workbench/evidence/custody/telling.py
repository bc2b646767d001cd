"""Custody in words: for a terminal, and in one line for the head of a briefing.

Paths and whatever else evidence, journal and manifest say are made visible first: whoever can write into a
case must not steer a terminal by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import visible
from workbench.evidence.custody.comparing import Changes
from workbench.evidence.custody.examining import Examination
from workbench.evidence.custody.journal import INTERRUPTED, Entry

_MOST = 20
_WORDS: Mapping[str, str] = {
    "load": "loaded {evidence}: files {files}, events {events}, {events_new} of them new",
    "acquire": "{by} acquired on {at_utc}: objects {files}, as {manifest} says",
    "export": "wrote the briefing {file}, SHA-256 {sha256}",
    INTERRUPTED: "found line {line} cut: {bytes} bytes of it are there",
}
_WHAT = {
    "size": "its size is another",
    "time": "its time is another; --full tells whether its content is",
    "content": "its content is another",
    "compression": "compressed anew; what is inside is the same",
    "kind": "it is no plain file now",
}


class _Said(dict[str, Any]):
    """What an entry says, in words; what it does not say is unknown."""

    def __missing__(self, name: str) -> str:
        return "unknown"


def told(examination: Examination, *, case: object) -> list[str]:
    """Tell everything about the custody of a case, in lines that a terminal can show."""
    journal, manifest, evidence = examination.journal, examination.manifest, examination.evidence
    lines = [f"case {visible(case)}", "", "what was done (UTC)"]
    lines += [f"{number:>5}  {told_entry(entry)}" for number, entry in journal.entries.items()]
    lines += ["", f"journal    {_count(journal.lines, 'line')}, {_chain(examination)}"]
    lines += [f"           line {line:,} was cut, as the next one records" for line in journal.interrupted]
    if manifest:
        root = visible(manifest.root_sha256)
        lines.append(f"manifest   {_count(len(manifest.files), 'file')}, root hash {root}")
    if evidence:
        lines += [f"evidence   {in_short(evidence)}", *_details(evidence)]
    lines += [f"fault      {visible(fault)}" for fault in examination.faults]
    return [*lines, "", f"head hash  {journal.head_sha256}", _verdict(examination)]


def _verdict(examination: Examination) -> str:
    """Answer yes, no, or that it cannot be told."""
    evidence = examination.evidence
    if examination.is_as_it_was and evidence:
        told_by = "" if evidence.full else ", as far as size and time tell; --full compares hashes"
        return f"all is as it was{told_by}"
    if examination.faults or evidence is None or not_as_loaded(evidence) or evidence.new:
        return "NOT all is as it was"
    return "what can be compared is as it was; of the rest nothing can be told"


def told_entry(entry: Entry) -> str:
    """Tell one line of the journal.

    Examples
    --------
    >>> done = Entry("2026-03-01T06:35:00Z", "export", "0.1.0", {"file": "a.html"}, {"sha256": "4f53"}, "")
    >>> told_entry(done)
    '2026-03-01 06:35:00  wrote the briefing a.html, SHA-256 4f53'
    """
    said = _Said({name: _value(value) for name, value in _facts(entry)})
    when = visible(entry.at_utc.replace("T", " ").removesuffix("Z"))
    words = _WORDS.get(entry.action)
    if words:
        return f"{when}  {words.format_map(said)}"
    facts = [f"{visible(name)}={text}" for name, text in said.items()]
    return "  ".join([when, visible(entry.action), *facts])


def _facts(entry: Entry) -> Iterator[tuple[str, object]]:
    """Give parameters and result; what is known of an acquisition is one level deeper."""
    for name, value in (entry.parameters | entry.result).items():
        yield from value.items() if isinstance(value, dict) else [(name, value)]


def _value(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return visible(value)


def _chain(examination: Examination) -> str:
    at = examination.journal.broken_at
    return "chain unbroken" if at is None else f"chain BROKEN at line {at:,}"


def in_short(evidence: Changes) -> str:
    """Tell in one line what became of the evidence.

    Examples
    --------
    >>> in_short(Changes(full=False, files=2, unchanged=2))
    'as loaded (size and time of 2 files compared)'
    >>> in_short(Changes(full=True, files=2, unchanged=1, gone=["a.json"]))
    '1 of 2 files is not what was loaded'
    >>> in_short(Changes(full=False, files=2, absent=["/media/usb"], absent_files=2))
    'not here to compare'
    """
    if evidence.absent and evidence.absent_files == evidence.files and not evidence.new:
        return "not here to compare"
    parts = []
    wrong, here = not_as_loaded(evidence), evidence.files - evidence.absent_files
    if wrong:
        verb = "is" if len(wrong) == 1 else "are"
        parts.append(f"{len(wrong):,} of {_count(evidence.files, 'file')} {verb} not what was loaded")
    elif not evidence.unreadable:
        what = "hashes" if evidence.full else "size and time"
        parts.append(f"as loaded ({what} of {_count(here, 'file')} compared)")
    parts += [f"{_count(len(evidence.unreadable), 'file')} cannot be read"] if evidence.unreadable else []
    parts += [f"{_count(evidence.absent_files, 'file')} not here to compare"] if evidence.absent else []
    parts += [f"{_count(len(evidence.new), 'file')} not loaded"] if evidence.new else []
    return "; ".join(parts)


def not_as_loaded(evidence: Changes) -> list[str]:
    """List what is not what was loaded, each with the reason."""
    changed = [f"{visible(row['path'])} ({row['what']})" for row in evidence.changed]
    gone = [f"{visible(path)} (gone)" for path in evidence.gone]
    return [*changed, *gone, *(f"{visible(path)} (replaced between two loads)" for path in evidence.replaced)]


def _details(evidence: Changes) -> Iterator[str]:
    yield from _some("changed", [(row["path"], _WHAT[row["what"]]) for row in evidence.changed])
    yield from _some("gone", [(path, "") for path in evidence.gone])
    replaced = "a later load read other content; the events of both are in the case"
    yield from _some("replaced", [(path, replaced) for path in evidence.replaced])
    yield from _some("unreadable", [(row["path"], row["detail"]) for row in evidence.unreadable])
    yield from _some("not here", [(path, "") for path in evidence.absent])
    yield from _some("not loaded", [(path, "") for path in evidence.new])
    if evidence.unhashed:
        yield f"  {_count(evidence.unhashed, 'file')} without a hash: only size and time compared"


def _some(what: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    for path, detail in rows[:_MOST]:
        yield f"  {what:<10} {visible(path)}{': ' if detail else ''}{visible(detail)}"
    if len(rows) > _MOST:
        yield f"  {what:<10} and {len(rows) - _MOST:,} more: --json lists them all"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

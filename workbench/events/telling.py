"""What a load did, and where an event was read, in words for a terminal of 80 columns.

Paths, reasons and whatever else evidence says are made visible first: no line of it can steer a terminal.
Paths stand on lines of their own and are never cut, so that they can be copied.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from workbench.errors import visible
from workbench.events.intake.report import NOT_VERIFIED, LoadReport

if TYPE_CHECKING:
    from workbench.events.raw import RawEvent

WIDTH = 80
_PLACES = 3  # of each reason; the report has them all
_NAMES = 6

_STORES = {
    "config": "configuration items",
    "activity": "events from outside of AWS",
    "evidence": "pieces of audit evidence",
    "tags": "resources in tag exports",
}

REMEDIES: Mapping[str, str] = {
    "truncated-gzip": "the file stops early: fetch it again, or keep what is whole with --salvage",
    "bad-checksum": "damaged on its way: fetch it again",
    "trailing-data": "something follows the data: fetch it again, or cut off what was added",
    "empty": "nothing is in it: fetch it again if something should be",
    "too-large": "above a limit that protects the machine's memory: split it",
    "unsupported-compression": "unpack it, and load the result",
    "unsupported-encoding": "convert it to UTF-8, and load the result",
    "invalid-json": "cut or damaged: fetch it again; --salvage keeps the whole records before a cut",
    "not-json": "no export of CloudTrail's: leave it out, or export the events as JSON or CSV",
    "too-deep": "no service writes this: look at it by hand",
    "not-cloudtrail": "about something else: leave it out, or export the events themselves",
    "records-not-a-list": "CloudTrail does not write this: look at it by hand",
    "not-an-object": "no event stands there: look at it by hand",
    "empty-record": "no event stands there: look at it by hand",
    "changed-while-reading": "it was written to meanwhile: load again when it rests",
    "unreadable": "see to its permissions or its disk, and load again",
    "not-a-file": "links, pipes and devices are not opened: name the target of a link as evidence",
    "bad-archive": "unpack it with another tool, and load the folder",
    "opensearch": "export the documents with their _source, or load the trail files",
}
"""What to do about each reason for which files and records are set aside."""


def told(case: object, report: LoadReport) -> list[str]:
    """Tell what a load did, in lines that a terminal can show.

    Parameters
    ----------
    case
        The case folder.
    report
        What `load` returned.

    Examples
    --------
    >>> aside = {"path": "a.json", "index": 1, "reason": "empty-record", "detail": "an object without a key"}
    >>> counts = {"files": 1, "files_loaded": 1, "records": 2, "events": 1, "events_new": 1}
    >>> print("\\n".join(told("cases/acme", LoadReport(**counts, records_set_aside=[aside]))))
    case cases/acme: 1 event, 1 new
    files 1: 1 loaded, 0 unchanged, 0 of other kinds, 0 set aside
    records 2: 1 new, 0 delivered more than once, 1 set aside
    <BLANKLINE>
    empty-record: 1 record set aside
      no event stands there: look at it by hand
        a.json, record 1
          an object without a key
    """
    lines = [f"case {visible(case)}: {_count(report.events, 'event')}, {report.events_new:,} new"]
    if report.first_event:
        lines.append(f"  times     {report.first_event} to {report.last_event} UTC")
    lines += _names("accounts", report.accounts) + _names("regions", report.regions)
    lines += [*_counts(report), *_proven(report), *_set_aside(report), *_warnings(report.warnings)]
    return lines


def _proven(report: LoadReport) -> Iterator[str]:
    """Tell what the digests say of the logs, if there are any."""
    if set(report.integrity) <= {NOT_VERIFIED}:
        return
    total = sum(report.integrity.values())
    words = [f"{number:,} {word}" for word, number in report.integrity.items() if word != "valid"]
    told = ", ".join([f"{report.integrity.get('valid', 0):,} valid", *words])
    yield from _wrapped(f"integrity of {_count(total, 'log')}: {told}", "", "  ")
    if report.findings:
        found = ", ".join(f"{number:,} {kind}" for kind, number in report.findings.items())
        yield from _wrapped(found, "  findings: ", "    ")
    if report.findings or set(report.integrity) > {"valid"}:
        yield from _wrapped("each by name, and what to do: workbench verify CASE", "  ")


def told_place(event: "RawEvent") -> list[str]:
    """Tell where an event was read, in lines that a terminal can show."""
    facts = {
        "event": event.event_id,
        "account": event.account,
        "file": f"{event.source_file}, record {event.source_index:,} ({event.shape})",
        "read from": event.read_from,
        "SHA-256": event.sha256,
        "checked": "the file is the one that was loaded, and so is the record",
    }
    lines = [f"{name:>10}  {visible(value)}" for name, value in facts.items() if value is not None]
    return lines + [f"   also in  {visible(file)}, record {index:,}" for file, index in event.other_places]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _names(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    told = f"{len(names):,}: " + ", ".join(map(visible, names[:_NAMES])) + more
    return _wrapped(told, f"  {what:<10}", " " * 12)


def _counts(report: LoadReport) -> list[str]:
    aside = sum(entry.get("count", 1) for entry in report.records_set_aside)
    kinds = Counter(entry["kind"] for entry in report.files_other).most_common()
    listed = ", ".join(f"{number:,} {visible(kind)}" for kind, number in kinds)
    files = (
        f"files {report.files:,}: {report.files_loaded:,} loaded, {report.files_unchanged:,} unchanged,"
        f" {len(report.files_other):,} of other kinds, {len(report.files_set_aside):,} set aside"
    )
    records = (
        f"records {report.records:,}: {report.events_new:,} new,"
        f" {report.duplicates:,} delivered more than once, {aside:,} set aside"
    )
    outside = f"and {report.outside:,} that lie outside of the span of time" if report.outside else ""
    return [
        *_wrapped(files, "", "  "),
        *_wrapped(listed, "  other kinds: ", "    "),
        *_wrapped(records, "", "  "),
        *_wrapped(outside, "  "),
        *(line for store, counts in report.items.items() for line in _items(store, counts)),
    ]


def _items(store: str, counts: Mapping[str, int]) -> list[str]:
    """Tell what a store beside the events holds."""
    told = f"{counts['in_case']:,} in the case, {counts['new']:,} new"
    return _wrapped(f"{_STORES[store]}: {told}, {counts['duplicates']:,} delivered more than once", "", "  ")


def _set_aside(report: LoadReport) -> Iterator[str]:
    """Tell each reason with its remedy and its first places, those of most files first."""
    files, records = _by(report.files_set_aside, "reason"), _by(report.records_set_aside, "reason")
    for reason in sorted({*files, *records}, key=lambda one: (-len(files[one]), -len(records[one]), one)):
        counted = [_count(len(files[reason]), "file")] if files[reason] else []
        number = sum(entry.get("count", 1) for entry in records[reason])
        counted += [_count(number, "record")] if number else []
        yield from ("", f"{reason}: {' and '.join(counted)} set aside")
        yield from _wrapped(REMEDIES[reason], "  ")
        yield from _places([*files[reason], *records[reason]])


def _warnings(warnings: Iterable[dict[str, Any]]) -> Iterator[str]:
    for kind, entries in _by(warnings, "kind").items():
        yield from ("", f"warning, {visible(kind)}: {_count(len(entries), 'file')}")
        yield from _places(entries)


def _by(entries: Iterable[dict[str, Any]], name: str) -> defaultdict[str, list[dict[str, Any]]]:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        groups[entry[name]].append(entry)
    return groups


def _places(entries: Sequence[dict[str, Any]]) -> Iterator[str]:
    for entry in entries[:_PLACES]:
        yield f"    {visible(entry['path'])}{_which(entry)}"
        if entry["detail"]:
            yield from _wrapped(visible(entry["detail"]), "      ")
    if len(entries) > _PLACES:
        yield f"    and {len(entries) - _PLACES:,} more: --json lists them all"


def _which(entry: dict[str, Any]) -> str:
    if "index" not in entry:
        return ""
    first, number = entry["index"], entry.get("count", 1)
    return f", record {first:,}" if number == 1 else f", records {first:,} to {first + number - 1:,}"


def _wrapped(text: str, start: str, then: str | None = None) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=start,
        subsequent_indent=start if then is None else then,
        break_long_words=False,
        break_on_hyphens=False,
    )

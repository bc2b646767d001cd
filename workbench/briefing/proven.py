"""What is proven of the evidence, in the words of a briefing: integrity, coverage, blind windows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from workbench.briefing.markup import count
from workbench.briefing.values import cell_text, once
from workbench.errors import visible
from workbench.queries import blind_windows, coverage, integrity, integrity_findings, missing_accounts
from workbench.queries.gaps import gaps_in

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

Line = tuple[str, str, str]

VALID, NOT_VERIFIED, NO_ACTIVITY = "valid", "not-verified", "no-activity"
_BESIDE = dt.timedelta(hours=1)  # what happened just before or after a finding belongs to it, too
_SHOWN = 6
_KINDS = {
    "logging-stopped": "logging was stopped in",
    "digest-missing": "digests are missing of",
    "log-missing": "a log is missing of",
    "log-changed": "a log was changed of",
    "trail-off": "the trail was off in",
    "not-collected": "nothing was collected of",
    "not-yet-delivered": "nothing was delivered yet of",
    "not-yet-logging": "the trail did not log yet in",
    "unknown": "no event from",
}


def integrity_line(con: Backend) -> Line:
    """Tell how many logs are what was delivered, and what the digests let be found."""
    logs = integrity(con).filter(lambda t: t.object == "log")
    verdicts, found = _counted(logs, "verdict"), _counted(integrity_findings(con), "kind")
    total, valid = sum(verdicts.values()), verdicts.pop(VALID, 0)
    if not valid and set(verdicts) <= {NOT_VERIFIED} and not found:
        unknown = "whether any was changed or is missing is not known"
        text = f"no digest speaks for the {count(total, 'log')}: {unknown}"
        return "Integrity", text, "warn"
    parts = [f"{valid:,} of {count(total, 'log')} proven to be what was delivered", *_listed(verdicts)]
    if found:
        parts.append(f"found: {', '.join(_listed(found))}")
    doubts = set(verdicts) - {NOT_VERIFIED}
    return "Integrity", "; ".join(parts), "bad" if doubts or found else "warn" if verdicts else "good"


def coverage_line(con: Backend) -> Line:
    """Tell which hours cannot be spoken of, and which accounts are spoken of without being here."""
    silent = gaps_in(once(coverage(con))).to_pyarrow().to_pylist()
    missing = int(missing_accounts(con).count().execute())
    open_hours = [gap for gap in silent if gap["kind"] != NO_ACTIVITY]
    quiet = sum(gap["hours"] for gap in silent if gap["kind"] == NO_ACTIVITY)
    proven = set(_counted(integrity(con).filter(lambda t: t.object == "log"), "verdict")) == {VALID}
    left_open = _told(open_hours)
    parts = [left_open or _nothing_open(quiet, proven)]
    if left_open and quiet:
        verb = "is" if quiet == 1 else "are"
        parts.append(f"{count(quiet, 'hour')} without an event {verb} proven to be so")
    if missing:
        verb = "is" if missing == 1 else "are"
        parts.append(f"{count(missing, 'account')} {verb} spoken of whose trail is not here")
    return "Coverage", "; ".join(parts), "good" if proven and not missing and not left_open else "warn"


def _nothing_open(quiet: int, proven: bool) -> str:
    doubt = "each file is verified" if proven else "whether files are missing is not verified"
    if quiet:
        return f"every hour is covered by digests, {count(quiet, 'hour')} of them without an event; {doubt}"
    return f"every account seen has events in every hour of the covered time; {doubt}"


def _told(open_hours: list[dict[str, Any]]) -> str:
    told = "".join(map(_words, open_hours[:1]))  # the gravest; the page lists all of them below
    more = f", and {count(len(open_hours) - 1, 'more such window')}" if len(open_hours) > 1 else ""
    return told + more


def _words(window: dict[str, Any]) -> str:
    where = f"account {cell_text(window['account'])}"  # of a window as `gaps` or `blind_windows` lists it
    where += f" in {cell_text(window['region'])}" if window["region"] else ""
    until = f"to {window['end']:%Y-%m-%d %H:%M} UTC" if window["end"] else "on"
    return f"{_KINDS[window['kind']]} {where} from {window['start']:%Y-%m-%d %H:%M} {until}"


def _counted(table: ir.Table, column: str) -> dict[str, int]:
    rows = table.group_by(column).aggregate(n=table.count()).order_by(column).to_pyarrow().to_pylist()
    return {str(row[column]): int(row["n"]) for row in rows}


def _listed(counts: dict[str, int]) -> list[str]:
    return [f"{number:,} {visible(word)}" for word, number in counts.items()]


def windows_of(con: Backend) -> list[dict[str, Any]]:
    """Return the blind windows of a case, to be asked for many findings."""
    return blind_windows(con).to_pyarrow().to_pylist()


def blind_beside(windows: list[dict[str, Any]], accounts: list[str], first: str, last: str) -> list[str]:
    """Name the blind windows that touch some events: of one of their accounts, and within an hour of them.

    Parameters
    ----------
    windows
        As of `windows_of`.
    accounts
        Of the events.
    first, last
        Time of the first and the last event, ISO 8601; empty without events.

    Examples
    --------
    >>> window = {"account": "111122223333", "region": None, "kind": "trail-off", "principal": None}
    >>> window |= {"start": dt.datetime(2026, 9, 2, 4), "end": dt.datetime(2026, 9, 2, 6)}
    >>> blind_beside([window], ["111122223333"], "2026-09-02 06:30:00", "2026-09-02 07:00:00")
    ['the trail was off in account 111122223333 from 2026-09-02 04:00 to 2026-09-02 06:00 UTC']
    >>> blind_beside([window], ["111122223333"], "2026-09-02 08:00:00", "2026-09-02 09:00:00")
    []
    """
    if not first or not last:
        return []
    since, until = (dt.datetime.fromisoformat(time) for time in (first, last))
    near = [
        window for window in windows
        if window["account"] in accounts
        and window["start"] <= until + _BESIDE
        and (window["end"] is None or window["end"] >= since - _BESIDE)
    ]  # fmt: skip
    told = [_words(window) + _by(window) for window in near[:_SHOWN]]
    return told + ([f"and {count(len(near) - _SHOWN, 'more window')}"] if len(near) > _SHOWN else [])


def _by(window: dict[str, Any]) -> str:
    if not window["principal"]:
        return ""
    calls = count(len(window["eventIDs"]), "call")
    return f", after {calls} that made less be logged, by {cell_text(window['principal'])}"


def files_behind(integrity_of: dict[str, str], ids: list[str]) -> str:
    """Say how many of some events come from files that are proven to be what was delivered.

    Examples
    --------
    >>> files_behind({"e-1": "valid", "e-2": "modified"}, ["e-1", "e-2"])
    '1 of 2 events from logs proven to be what was delivered; 1 modified'
    >>> files_behind({"e-1": "not-verified"}, ["e-1"])
    'no digest speaks for the files of these events'
    """
    verdicts = Counter(integrity_of[name] for name in ids if name in integrity_of)
    if set(verdicts) <= {NOT_VERIFIED}:
        return "no digest speaks for the files of these events" if verdicts else ""
    total, valid = verdicts.total(), verdicts.pop(VALID, 0)
    proven = f"{valid:,} of {count(total, 'event')} from logs proven to be what was delivered"
    return "; ".join([proven, *_listed(dict(sorted(verdicts.items())))])

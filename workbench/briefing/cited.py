"""The findings as a reader meets them: cards, the events they cite, and those events in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.briefing import markup
from workbench.briefing.citing import IDS_KEPT, cited_by, sample
from workbench.briefing.display import Display, Records
from workbench.briefing.notes import Finding, findings, read_findings
from workbench.briefing.proven import blind_beside, files_behind, windows_of
from workbench.briefing.values import BY_TIME, cell_text
from workbench.errors import visible
from workbench.events import events as case_events
from workbench.queries import with_origin

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

PER_FINDING = 25
"""Events of one finding that the page shows in full; the finding's query gives all."""


def findings_view(con: Backend, *, per_finding: int = PER_FINDING) -> Display:
    """Return the findings as cards, and below them what was looked for and not found.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    per_finding : int
        Events linked from each card; `cited_events` with the same number shows them in full.

    Returns
    -------
    Display
        Each finding with who, where, when, how sure, what is not covered, its events and its query.
    """
    noted, faults = read_findings(con)
    shown = _shown_events(con, noted, per_finding)
    now = int(case_events(con).count().execute())
    proven = _proven(con, noted)
    items = [_item(one, events, now) | said for one, events, said in zip(noted, shown, proven, strict=True)]
    data = {
        "faults": faults,
        "found": [item for item in items if item["events"] != 0],
        "looked": [item for item in items if item["events"] == 0],
    }
    lines = [f"- {item['statement']} ({item['confidence']})" for item in items]
    return Display("findings", data, "\n".join([*faults, *lines]) or "No finding was noted.")


def _proven(con: Backend, noted: list[Finding]) -> list[dict[str, Any]]:
    """Tell for each finding who is behind it, which blind windows touch it, and how much of it is proven."""
    windows = windows_of(con)
    ids = list({name for one in noted for name in one.event_ids})
    wanted = ("eventID", "integrity", "origin_principal", "likely_principal", "origin_confidence")
    cited = with_origin(case_events(con)).semi_join(cited_by(con, ids).select("eventID"), "eventID")
    rows = cited.select(*wanted).to_pyarrow().to_pylist()
    verdicts = {row["eventID"]: row["integrity"] for row in rows}
    callers = {row["eventID"]: row for row in rows}
    return [
        {
            "blind": blind_beside(windows, list(one.accounts), one.first, one.last),
            "integrity": files_behind(verdicts, list(one.event_ids)),
            "windows": 0 if one.found else len(windows),
            **_behind(one, callers),
        }
        for one in noted
    ]


def _behind(one: Finding, callers: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Name whoever the events of a finding are proved back to, and whoever is only likely behind them."""
    rows = [callers[name] for name in one.event_ids if name in callers]
    proved = Counter(row["origin_principal"] for row in rows if row["origin_principal"])
    likely = Counter(row["likely_principal"] for row in rows if row["likely_principal"])
    if set(one.principals) <= set(proved):
        proved.clear()  # whoever called is whoever it was
    named = {"origins": proved, "likely": likely}
    return {name: [visible(who) for who, _ in found.most_common()] for name, found in named.items()}


def card(one: Finding) -> Display:
    """Return one finding as its card, as a notebook shows it right after the note: with its records."""
    shown = [
        {"id": record["id"], "text": f"{record['eventTime']} {record['eventName']}"}
        for record in one.records
        if record["linked"]
    ]
    item = _item(one, shown, one.case_events) | {"records": list(one.records)}
    groups = {"found": [item], "looked": []} if one.found else {"found": [], "looked": [item]}
    return Display("findings", {"faults": [], **groups}, f"Noted ({one.confidence}): {item['statement']}")


def _item(one: Finding, shown: list[dict[str, str]], now: int) -> dict[str, Any]:
    left = ("event_ids", "noted_at", "records", "query")
    item = {name: _visible(value) for name, value in asdict(one).items() if name not in left}
    stale = ""
    if one.case_events != now:
        stale = f"Noted when the case held {one.case_events:,} events; it now holds {now:,}."
    events = [{"id": cell_text(event["id"]), "text": event["text"]} for event in shown]
    return item | {"shown": events, "stale": stale, "query": one.query}


def _visible(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_visible(part) for part in value]
    return markup.lines_visible(value) if isinstance(value, str) else value


def _shown_events(con: Backend, noted: list[Finding], per_finding: int) -> list[list[dict[str, str]]]:
    """Return for each finding the events that are shown, in time order, as id and text."""
    ids = list(dict.fromkeys(name for one in noted for name in one.event_ids))
    columns = cited_by(con, ids).order_by(*BY_TIME).select("eventID", "eventTime", "eventName")
    rows = {row["eventID"]: row for row in reversed(columns.to_pyarrow().to_pylist())}  # of two, the first
    return [_sample([rows[name] for name in one.event_ids if name in rows], per_finding) for one in noted]


def _sample(rows: list[dict[str, Any]], most: int) -> list[dict[str, str]]:
    shown = sample(rows, most)
    texts = [f"{cell_text(row['eventTime'])} {cell_text(row['eventName'])}" for row in shown]
    return [{"id": row["eventID"], "text": text} for row, text in zip(shown, texts, strict=True)]


def cited_events(con: Backend, *, per_finding: int = PER_FINDING, also: Sequence[str] = ()) -> Records:
    """Return the events that the findings cite, each as its full record, folded.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    per_finding : int
        So many of each finding: the first call of each name before the next of any.
    also : sequence of str
        Ids of more events to show: those that tables of the page link to.

    Returns
    -------
    Records
        In time order, with the place in the evidence each record came from.
    """
    noted = read_findings(con)[0]
    shown = _shown_events(con, noted, per_finding)
    ids = {event["id"] for events in shown for event in events}
    told = _told(con, noted, int(cited_by(con, list(ids)).count().execute()))
    chosen = cited_by(con, list(ids | set(also)))
    number = int(chosen.count().execute())
    title = "Events cited by the findings" + (", and those that the page links to" if also else "")
    return Records(chosen, title=title, limit=max(number, 1), told=told)


def _told(con: Backend, noted: list[Finding], shown: int) -> str:
    """Say how many of the cited events are shown; empty when all are."""
    ids = list({name for one in noted for name in one.event_ids})
    known = int(cited_by(con, ids).count().execute())
    largest = max((one.events or 0 for one in noted), default=0)  # a finding keeps its first 1,000 ids only
    cut = any((one.events or 0) > len(one.event_ids) >= IDS_KEPT for one in noted)
    total = max(known, largest)
    least = "at least " if cut else ""
    return f"{shown:,} of {least}{total:,} cited events shown" if shown < total else ""


def finding_events(con: Backend) -> ir.Table:
    """Return the events that the findings cite, a row per finding and event.

    Returns
    -------
    ibis Table
        Columns ``number`` (of the finding, in reading order), ``finding`` (its statement), ``confidence``,
        then all columns of the events table. At most the first 1,000 events of a finding.
    """
    import ibis

    rows = [
        {"number": number, "finding": one.statement, "confidence": one.confidence, "eventID": name}
        for number, one in enumerate(findings(con), start=1)
        for name in one.event_ids
    ]
    schema = {"number": "int64", "finding": "string", "confidence": "string", "eventID": "string"}
    named = ibis.memtable({name: [row[name] for row in rows] for name in schema}, schema=schema)
    return named.join(case_events(con), "eventID").order_by("number", *BY_TIME)

"""The findings as a reader meets them: cards, the events they cite, and those events in full."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.briefing import markup
from workbench.briefing.display import Display, Records
from workbench.briefing.notes import Finding, cited_by, findings, read_findings
from workbench.briefing.values import cell_text
from workbench.events import events as case_events

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
    names = _names(con, _shown_ids(noted, per_finding))
    now = int(case_events(con).count().execute())
    items = [_item(one, names, per_finding, now) for one in noted]
    data = {
        "faults": faults,
        "found": [item for item in items if item["events"] != 0],
        "looked": [item for item in items if item["events"] == 0],
    }
    lines = [f"- {item['statement']} ({item['confidence']})" for item in items]
    return Display("findings", data, "\n".join([*faults, *lines]) or "No finding was noted.")


def card(one: Finding) -> Display:
    """Return one finding as its card, as a notebook shows it right after the note."""
    item = _item(one, {}, 0, one.case_events)
    groups = {"found": [item], "looked": []} if one.found else {"found": [], "looked": [item]}
    return Display("findings", {"faults": [], **groups}, f"Noted ({one.confidence}): {item['statement']}")


def _item(one: Finding, names: dict[str, str], per_finding: int, now: int) -> dict[str, Any]:
    texts = {name: value for name, value in asdict(one).items() if name not in ("event_ids", "noted_at")}
    item = {name: _visible(value) for name, value in texts.items() if name != "query"}
    shown = [name for name in one.event_ids[:per_finding] if name in names]
    stale = ""
    if one.case_events != now:
        stale = f"Noted when the case held {one.case_events:,} events; it now holds {now:,}."
    events = [{"id": cell_text(name), "text": names[name]} for name in shown]
    return item | {"shown": events, "stale": stale, "query": one.query}


def _visible(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_visible(part) for part in value]
    return markup.lines_visible(value) if isinstance(value, str) else value


def _shown_ids(noted: Iterable[Finding], per_finding: int) -> list[str]:
    return list(dict.fromkeys(name for one in noted for name in one.event_ids[:per_finding]))


def _names(con: Backend, ids: list[str]) -> dict[str, str]:
    rows = cited_by(con, ids).select("eventID", "eventTime", "eventName").to_pyarrow().to_pylist()
    return {row["eventID"]: f"{cell_text(row['eventTime'])} {cell_text(row['eventName'])}" for row in rows}


def cited_events(con: Backend, *, per_finding: int = PER_FINDING) -> Records:
    """Return the events that the findings cite, each as its full record, folded.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    per_finding : int
        The first so many of each finding, in time order.

    Returns
    -------
    Records
        In time order, with the place in the evidence each record came from.
    """
    ids = _shown_ids(read_findings(con)[0], per_finding)
    return Records(cited_by(con, ids), title="Events cited by the findings", limit=max(len(ids), 1))


def finding_events(con: Backend) -> ir.Table:
    """Return the events that the findings cite, a row per finding and event.

    Returns
    -------
    ibis Table
        Columns ``finding`` (its number in reading order), ``statement``, ``confidence``, then all columns
        of the events table. At most the first 1,000 events of a finding.
    """
    import ibis

    rows = [
        {"finding": number, "statement": one.statement, "confidence": one.confidence, "eventID": name}
        for number, one in enumerate(findings(con), start=1)
        for name in one.event_ids
    ]
    schema = {"finding": "int64", "statement": "string", "confidence": "string", "eventID": "string"}
    named = ibis.memtable({name: [row[name] for row in rows] for name in schema}, schema=schema)
    return named.join(case_events(con), "eventID").order_by("finding", "eventTime", "eventID")

"""What findings cite: the events of an id, what they have in common, and some of them in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.briefing.display import RECORD_COLUMNS, record_of
from workbench.briefing.values import BY_TIME, cell_text
from workbench.events import events as case_events

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

IDS_KEPT = 1000
NAMES_KEPT = 20
RECORDS_KEPT = 8
_TOLD = (*BY_TIME, "eventName", "principal", "recipientAccountId", "sourceIPAddress")
_Rows = dict[str, list[tuple[int, dict[str, Any]]]]
"""Of each event id its rows, each with its place in the order of time."""


def cited_by(con: Backend, ids: Sequence[str]) -> ir.Table:
    """Return the events of the case that have these ids."""
    import ibis

    named = ibis.memtable({"eventID": list(ids)}, schema={"eventID": "string"})
    return case_events(con).semi_join(named, "eventID")


def cited_facts(con: Backend, groups: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return for each group of event ids what a finding says of its events: two queries for all groups."""
    rows = _rows(con, groups, _TOLD)
    cited = [_of(rows, group) for group in groups]
    shown = [[row["eventID"] for row in sample(_once_each(found), RECORDS_KEPT)] for found in cited]
    full = _rows(con, shown, RECORD_COLUMNS)
    return [
        _facts(found) | {"records": _records(_of(full, ids))} for found, ids in zip(cited, shown, strict=True)
    ]


def sample(rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Keep at most so many rows, in their order: the first call of each name before the next of any.

    Examples
    --------
    >>> calls = [{"eventName": name, "n": n} for n, name in enumerate(["Get", "Get", "Get", "Put"])]
    >>> [row["n"] for row in sample(calls, 3)]
    [0, 1, 3]
    """
    seen: Counter[str] = Counter()
    turns = []
    for at, row in enumerate(rows):
        turns.append((seen[row["eventName"]], at))
        seen[row["eventName"]] += 1
    return [rows[at] for at in sorted(at for _, at in sorted(turns)[:most])]


def _rows(con: Backend, groups: Iterable[Sequence[str]], columns: Sequence[str]) -> _Rows:
    ids = list({name for group in groups for name in group})
    found: _Rows = {}
    if not ids:
        return found
    listed = cited_by(con, ids).select(*columns).order_by(*BY_TIME).to_pyarrow().to_pylist()
    for place, row in enumerate(listed):
        found.setdefault(row["eventID"], []).append((place, row))
    return found


def _of(rows: _Rows, ids: Sequence[str]) -> list[dict[str, Any]]:
    placed = [one for name in dict.fromkeys(ids) for one in rows.get(name, ())]
    return [row for _, row in sorted(placed, key=lambda one: one[0])]


def _once_each(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["eventID"]: row for row in reversed(rows)}.values())[::-1]  # of two, the first


def _facts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    times = [row["eventTime"] for row in rows if row["eventTime"] is not None]
    return {
        "events": len(rows),
        "event_ids": tuple(dict.fromkeys(row["eventID"] for row in rows[:IDS_KEPT])),
        "first": cell_text(min(times, default=None)),
        "last": cell_text(max(times, default=None)),
        "principals": _most(rows, "principal", NAMES_KEPT),
        "accounts": _most(rows, "recipientAccountId", NAMES_KEPT),
        "addresses": _most(rows, "sourceIPAddress", IDS_KEPT),
    }


def _most(rows: Sequence[dict[str, Any]], column: str, kept: int) -> tuple[str, ...]:
    counted = Counter(row[column] for row in rows if row[column] is not None)
    return tuple(sorted(counted, key=lambda name: (-counted[name], name))[:kept])


def _records(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    firsts = {row["eventID"]: at for at, row in reversed(list(enumerate(rows)))}
    return tuple(record_of(row) | {"linked": firsts[row["eventID"]] == at} for at, row in enumerate(rows))

"""What changed on a resource, and which call of whom did it."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.errors import NotFoundError, visible
from workbench.events import case_folder, events
from workbench.queries.attribution import with_origin
from workbench.queries.attribution.memory import uncollected
from workbench.queries.diffs import Difference, differences, state_of
from workbench.queries.touches import Name, Touch, by_id, names_of, touches

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

MATCHED, NO_EVENT, NO_ITEM = "matched", "no event", "no item"
_LATEST = dt.timedelta(days=1)  # before the first item of a case there is no other to begin at
_ROWS = pa.schema([
    *((name, pa.string()) for name in ("resource_arn", "resource_type", "resource_id", "account")),
    ("previous", pa.timestamp("us")), ("captured", pa.timestamp("us")), ("status", pa.string()),
    ("path", pa.string()), ("before", pa.string()), ("after", pa.string()),
    ("match", pa.string()), ("rule", pa.string()), ("candidates", pa.int64()),
    ("item_id", pa.string()), ("item_file", pa.string()), ("item_index", pa.int64()),
    ("call_id", pa.string()), ("call_file", pa.string()), ("call_index", pa.int64()),
])  # fmt: skip
_CALL = (
    "eventID", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "principal",
    "origin_principal", "origin_kind", "origin_confidence", "origin_reason", "likely_principal",
    "source_file", "source_index",
)  # fmt: skip
_ITEMS = """
SELECT "eventID", source_file, source_index, "eventTime", "eventData".arn, "eventData"."resourceType",
    "eventData"."resourceId", "eventData"."resourceName",
    coalesce("eventData"."accountId", "recipientAccountId"),
    "eventData"."configurationItemStatus", "eventData"."relatedEvents", "eventJson"
FROM config_items WHERE "eventData" IS NOT NULL AND ($resource IS NULL OR $resource IN
    ("eventData".arn, "eventData"."resourceId", "eventData"."resourceName"))
ORDER BY coalesce("eventData".arn, "eventData"."resourceType" || ' ' || "eventData"."resourceId"),
    "eventTime" NULLS FIRST, TRY_CAST("eventData"."configurationItemStateId" AS HUGEINT),
    source_file, source_index
"""


class _Item(NamedTuple):
    """One configuration item, without its state."""

    id: str
    file: str
    number: int
    time: dt.datetime | None
    arn: str | None
    kind: str | None
    resource_id: str | None
    name: str | None
    account: str | None
    status: str | None
    related: str | None

    @property
    def resource(self) -> str:
        return self.arn or f"{self.kind} {self.resource_id}"


class _Step(NamedTuple):
    """An item, the time of the one before it, and what differs."""

    item: _Item
    previous: dt.datetime | None
    found: list[Difference]


def changes(con: Backend, resource: str | None = None) -> ir.Table:
    """Return what changed on a resource between its configuration items, and the call that did it.

    The items of AWS Config are compared one after the other. A change is the work of the call that the item
    itself names, or else of the last one before the capture that names the resource: a call that was meant to
    change something, after the item before (or within a day, where there is none) and not refused. That call
    is a candidate, not a proof: `candidates` says how many there were.

    The events are read once when this is called; then filter, join and chart what it returns.

    Parameters
    ----------
    con
        A connection to a case.
    resource
        An ARN, a resource id or a resource name; None for everything that AWS Config recorded.

    Returns
    -------
    ibis Table
        One row per changed path, and one per call that no item follows: resource_arn, resource_type,
        resource_id, account; previous and captured (times of the two items, naive UTC), status (of the later
        item); path (such as `configuration.policy.Statement[0].Effect`), before, after (text as it is, else
        compact JSON; NULL where there was nothing). match: `matched`; `no event`: no call in the case names
        the resource in that time; `no item`: the call came after the last item. rule: `related` (the item
        names the call) or `last before`; candidates; item_id, item_file, item_index. Of the call: eventID,
        eventTime, eventSource, eventName, awsRegion, sourceIPAddress, principal, origin_principal,
        origin_kind, origin_confidence, origin_reason, likely_principal (see `with_origin`), source_file,
        source_index.

    Raises
    ------
    NotFoundError
        Neither an item nor a call names the resource.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from tests.builders import case, event
    >>> con = case(mkdtemp(), event(eventName="DeleteBucket", requestParameters={"bucketName": "logs"}))
    >>> changes(con, "logs").select("match", "eventName").execute().values.tolist()
    [['no item', 'DeleteBucket']]

    References
    ----------
    https://docs.aws.amazon.com/config/latest/developerguide/config-item-table.html
    """
    steps = _steps(con, resource)
    names = [name for one in steps.values() for name in _names(one[-1].item)]
    if resource is not None and not steps:
        names = [Name(resource, resource)]
    calls = touches(con, names)
    if resource is not None and not steps and not calls:
        told = f"no configuration item and no call in {case_folder(con)} names {visible(resource)}"
        raise NotFoundError(f"{told}. Mind its spelling, or load more")
    related = by_id(con, (id_ for one in steps.values() for step in one for id_ in _related(step.item)))
    rows = [row for key, one in steps.items() for row in _rows(one, calls.get(key, []), related)]
    if resource is not None and not steps:
        rows = [_call_row(call) | {"resource_id": resource} for call in calls[resource]]
    return _with_calls(con, rows)


def _steps(con: Backend, resource: str | None) -> dict[str, list[_Step]]:
    """Compare the items of each resource, in the order of their times; only one state is held at a time."""
    found = con.con.execute(_ITEMS, {"resource": resource})
    steps: defaultdict[str, list[_Step]] = defaultdict(list)
    before: dict[str, Any] = {}
    while rows := found.fetchmany(100):
        for *facts, text in rows:
            item, state = _Item(*facts), state_of(text)
            known = steps[item.resource]
            if known:
                step = _Step(item, known[-1].item.time, list(differences(before, state)))
            else:
                step = _Step(item, None, _discovered(item))
            known.append(step)
            before = state
    return steps


def _discovered(item: _Item) -> list[Difference]:
    """Tell of a resource that came to be; of others the first item is where the comparing begins."""
    is_new = item.status == "ResourceDiscovered"
    return [Difference("configurationItemStatus", None, item.status)] if is_new else []


def _names(item: _Item) -> list[Name]:
    return names_of(item.resource, item.arn, item.kind, (item.resource_id, item.name), item.account)


def _related(item: _Item) -> list[str]:
    """Give the ids of events that an item names."""
    try:
        told = json.loads(item.related or "[]")
    except ValueError:
        return []
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def _rows(
    steps: Sequence[_Step], calls: Sequence[Touch], related: Mapping[str, Touch]
) -> Iterator[dict[str, Any]]:
    for step in steps:
        if step.found:
            told = _item_row(step) | _matched(step, calls, related)
            for difference in step.found:
                yield told | difference._asdict()
    last = steps[-1].item
    for call in calls:
        if last.time is None or (call.time and call.time > last.time):
            yield _call_row(call) | _resource(last)


def _matched(step: _Step, calls: Sequence[Touch], related: Mapping[str, Touch]) -> dict[str, Any]:
    """Find the call that made a change."""
    named = [related[id_] for id_ in _related(step.item) if id_ in related]
    until = step.item.time
    since = step.previous or (until - _LATEST if until else None)
    within = [call for call in calls if since and until and call.time and since < call.time <= until]
    if not named and not within:
        return {"match": NO_EVENT, "candidates": 0}
    rule = "related" if named else "last before"
    call = (named or within)[-1]
    return {"match": MATCHED, "rule": rule, "candidates": len({*named, *within})} | _place(call)


def _place(call: Touch) -> dict[str, Any]:
    return {"call_id": call.event_id, "call_file": call.file, "call_index": call.number}


def _call_row(call: Touch) -> dict[str, Any]:
    return {"match": NO_ITEM, "candidates": 1} | _place(call)


def _resource(item: _Item) -> dict[str, Any]:
    return {
        "resource_arn": item.arn,
        "resource_type": item.kind,
        "resource_id": item.resource_id,
        "account": item.account,
    }


def _item_row(step: _Step) -> dict[str, Any]:
    item = step.item
    place = {"item_id": item.id, "item_file": item.file, "item_index": item.number}
    times = {"previous": step.previous, "captured": item.time, "status": item.status}
    return _resource(item) | times | place


def _with_calls(con: Backend, rows: Sequence[dict[str, Any]]) -> ir.Table:
    """Add to each row what there is to say of its call, and of whoever stands behind it."""
    with uncollected():
        told = ibis.memtable(pa.Table.from_pylist(list(rows), schema=_ROWS))
    calls = with_origin(events(con)).select(*_CALL)
    same = (
        told.call_id == calls.eventID,
        told.call_file == calls.source_file,
        told.call_index == calls.source_index,
    )
    joined = told.left_join(calls, same)
    return joined.select(*(name for name in _ROWS.names if not name.startswith("call_")), *_CALL)

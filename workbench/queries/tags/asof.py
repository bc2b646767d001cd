"""Each event with the tags of what it touched and of who called, as they were at its time."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from workbench.errors import CaseError
from workbench.events import config_items, resource_tags
from workbench.queries.tags import calls, stated
from workbench.queries.tags.names import plain_names, touched
from workbench.queries.tags.statements import SESSION
from workbench.queries.tags.timelines import Span, as_table, spans

_ROW = ("source_file", "source_index")
_PRINCIPAL = {
    "key": "string", "value": "string", "how": "string", "told_by": "string", "source": "string",
    "confidence": "string",
}  # fmt: skip
_RESOURCE = {"arn": "string"} | _PRINCIPAL
_OBJECT = r"^arn:aws[a-z-]*:s3:::[^/]+/"  # objects are too many, and their tags are in no call of a bucket
_RECORDED, _REBUILT = "recorded", "rebuilt"


def with_tags(
    events: ir.Table, *, items: ir.Table | None = None, exports: ir.Table | None = None
) -> ir.Table:
    """Add to each event the tags of the resources it touched and of its principal, as of its time.

    Enriched events have them recorded (`eventContext`). For all others they are rebuilt: from tag calls,
    creations with tags and tags of sessions in the events, from configuration items, and from exports of
    tags. The calls are read once, when this is called. Pass the whole table and filter afterwards: what was
    filtered away before cannot tell anything.

    Parameters
    ----------
    events
        The whole events table.
    items, exports
        Configuration items and tags of exports, as of `workbench.events.config_items` and
        `workbench.events.resource_tags`; those of the same case when None.

    Returns
    -------
    ibis Table
        All columns of `events`, and two lists, NULL where nothing is known. `resource_tags`: structs of
        `arn`, `key`, `value`, `how` (`recorded` or `rebuilt`), `told_by` (`event`: this event itself; `call`;
        `config item`; `export`), `source` (an event id, the id of an item, a file), `confidence` (`certain`:
        recorded; `high`: the last that was said before; `low`: as of an export, which has no time). A
        resource that is known to have no tags is one struct whose `key` is NULL; one of which nothing is
        known is not in the list. `principal_tags`: the same without `arn`; tags of a session (`told_by`:
        `session`) stand before those of its role. A tag counts from the second of its call on.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> named = {"resourcesSet": {"items": [{"resourceId": "i-0041ecfb4974783a8"}]}}
    >>> tagged = named | {"tagSet": {"items": [{"key": "class", "value": "secret"}]}}
    >>> rows = with_tags(table(
    ...     event(eventSource="ec2.amazonaws.com", eventName="CreateTags", requestParameters=tagged),
    ...     event(eventSource="ec2.amazonaws.com", eventName="StopInstances", requestParameters=named),
    ... ))
    >>> stop = rows.filter(rows.eventName == "StopInstances").resource_tags.to_pyarrow().to_pylist()
    >>> [(tag["key"], tag["value"], tag["how"], tag["told_by"]) for tag in stop[0]]
    [('class', 'secret', 'rebuilt', 'call')]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-context-events.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    found = known_spans(events, items=items, exports=exports)
    resources, principals = tags_of_rows(events, found, ibis.memtable(as_table(found)))
    told = _joined(events, _listed(resources, "resource_tags", _RESOURCE))
    return _joined(told, _listed(principals, "principal_tags", _PRINCIPAL))


def known_spans(
    events: ir.Table, *, items: ir.Table | None = None, exports: ir.Table | None = None
) -> list[Span]:
    """Read all that a case says of tags; items and exports are those beside the events unless given."""
    beside = _beside(events)
    items = beside.get("items") if items is None else items
    exports = beside.get("exports") if exports is None else exports
    said = calls.statements(events)
    said += stated.of_items(items) if items is not None else []
    said += stated.of_exports(exports) if exports is not None else []
    return spans(said)


def _beside(events: ir.Table) -> dict[str, ir.Table]:
    """Find the other tables of the case that the events are of; a table of no case has none."""
    con = events.get_backend()
    try:
        return {"items": config_items(con), "exports": resource_tags(con)}
    except CaseError:
        return {}


def tags_of_rows(events: ir.Table, found: Iterable[Span], known: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Give the tags of what each event touched, and those of its principal, a row each.

    Parameters
    ----------
    events
        The whole events table.
    found, known
        What is known, as Python has it and as a table.
    """
    names = {span.name for span in found}
    of_resources = known.filter(known.told_by != SESSION)  # the id of a key names no resource
    mentions = _rebuilt(_mentions(events, names, of_resources), of_resources)
    callers = _rebuilt(_callers(events, known), known)
    resources = _one_each(_recorded_of_resources(events).union(mentions), "name")
    return resources, _one_each(_recorded_of_principals(events).union(callers))


def _mentions(events: ir.Table, names: Iterable[str], known: ir.Table) -> ir.Table:
    """Find what events name of which something is known; `rank` is the worth of what is told by a name."""
    rows = events.select(*_ROW, "eventTime", mention=touched(events, names)).unnest("mention")
    return _named(rows.filter(~rows.mention.re_search(_OBJECT)), known, rank=1)


def _callers(events: ir.Table, known: ir.Table) -> ir.Table:
    """The names of who called: the session by its key, then its role; or the user."""
    keys = events.filter(events.access_key_id.notnull())
    who = events.select(*_ROW, "eventTime", mention="principal")
    return _named(who, known, rank=2).union(
        keys.select(*_ROW, "eventTime", name="access_key_id", rank=ibis.literal(1))
    )


def _named(rows: ir.Table, known: ir.Table, *, rank: int) -> ir.Table:
    """Put names in place of mentions; each mention is looked at once, however many events have it."""
    each = rows.select("mention").distinct()
    told = each.select(spelled="mention", name=plain_names(each.mention))
    told = told.semi_join(known, "name")
    both = rows.join(told, rows.mention == told.spelled)
    return both.select(*_ROW, "eventTime", name="name", rank=ibis.literal(rank))


def _rebuilt(named: ir.Table, known: ir.Table) -> ir.Table:
    """Look up what was known of each name at the time of its event."""
    since = known.since.isnull() | (named.eventTime >= known.since)
    until = known.until.isnull() | (named.eventTime < known.until)
    both = named.join(known, [named.name == known.name, since.fill_null(False), until.fill_null(False)])
    return both.select(
        *_ROW, "name", "rank", "arn", "key", "value", "told_by", "source", "confidence",
        how=ibis.literal(_REBUILT),
    ).select(*_COLUMNS).distinct()  # fmt: skip


_COLUMNS = (*_ROW, "name", "rank", *_RESOURCE)


def _recorded_of_resources(events: ir.Table) -> ir.Table:
    lists = events.eventContext["tagContext"]["resourceTags"]
    entries = events.filter(lists.notnull()).select(*_ROW, "eventID", entry=lists).unnest("entry")
    tags = entries.entry["tags"]
    return _as_recorded(entries.select(*_ROW, "eventID", arn=entries.entry["arn"], tags=tags))


def _recorded_of_principals(events: ir.Table) -> ir.Table:
    tags = events.eventContext["tagContext"]["principalTags"]
    return _as_recorded(events.select(*_ROW, "eventID", arn=ibis.literal(""), tags=tags))


def _as_recorded(rows: ir.Table) -> ir.Table:
    pairs = rows.filter(rows.tags.notnull())
    pairs = pairs.mutate(pair=pairs.tags.keys().zip(pairs.tags.values())).unnest("pair")
    first, second = pairs.pair.type().names
    return pairs.select(
        *_ROW, name=plain_names(pairs.arn), rank=ibis.literal(0), arn="arn", key=pairs.pair[first],
        value=pairs.pair[second], how=ibis.literal(_RECORDED), told_by=ibis.literal("event"),
        source="eventID", confidence=ibis.literal("certain"),
    ).select(*_COLUMNS)  # fmt: skip


def _one_each(rows: ir.Table, *of: str) -> ir.Table:
    """Keep of each key the best source, and that there are no tags only where there are none."""
    best = rows.mutate(
        best=rows["rank"].min().over(ibis.window(group_by=[*_ROW, *of, "key"])),
        keys=rows.key.count().over(ibis.window(group_by=[*_ROW, *of])),
    )
    return best.filter((best["rank"] == best.best) & (best.key.notnull() | (best["keys"] == 0)))


def _listed(rows: ir.Table, column: str, fields: dict[str, str]) -> ir.Table:
    told = rows.mutate(tag=ibis.struct({name: rows[name] for name in fields}))
    return told.group_by(list(_ROW)).agg(**{column: told.tag.collect(order_by=[told.arn, told.key])})


def with_context(events: ir.Table, resources: ir.Table, principals: ir.Table) -> ir.Table:
    """Let `eventContext` tell the tags that were rebuilt as it tells recorded ones.

    Parameters
    ----------
    events
        The whole events table.
    resources, principals
        As of `tags_of_rows`.
    """
    rows = resources.group_by([*_ROW, "name"]).agg(
        arn=lambda t: t.arn.argmin(t["rank"]), tags=lambda t: _as_map(t)
    )
    rows = rows.mutate(entry=ibis.struct({"arn": rows.arn, "tags": rows.tags}))
    lists = rows.group_by(list(_ROW)).agg(rebuilt_resources=rows.entry.collect(order_by=rows.arn))
    maps = principals.group_by(list(_ROW)).agg(rebuilt_principal=lambda t: _as_map(t))
    both = _joined(_joined(events, lists), maps)
    kind = events.schema()["eventContext"]
    tags = ibis.struct({"resourceTags": both.rebuilt_resources, "principalTags": both.rebuilt_principal})
    context = ibis.struct({"requestContext": both.eventContext["requestContext"], "tagContext": tags})
    is_known = both.rebuilt_resources.notnull() | both.rebuilt_principal.notnull()
    told = ibis.ifelse(is_known, context.cast(kind), both.eventContext)
    return both.mutate(eventContext=told).select(events.columns)


def _as_map(rows: ir.Table) -> ir.MapValue:
    has_key = rows.key.notnull()
    none = ibis.literal([], type="array<string>")
    keys = rows.key.collect(where=has_key, order_by=rows.key).fill_null(none)
    values = rows.value.collect(where=has_key, order_by=rows.key, include_null=True).fill_null(none)
    return ibis.map(keys, values)


def _joined(events: ir.Table, told: ir.Table) -> ir.Table:
    told = told.rename({f"{name}_of_tags": name for name in _ROW})
    both = events.left_join(told, [events[name] == told[f"{name}_of_tags"] for name in _ROW])
    return both.drop(*(f"{name}_of_tags" for name in _ROW))

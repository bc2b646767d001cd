"""What configuration items and exports of tags say; both tell all tags of a resource at once."""

import ibis.expr.types as ir

from workbench.queries.tags.names import plain_name
from workbench.queries.tags.statements import EXPORT, ITEM, Statement

_GONE = ("ResourceDeleted", "ResourceDeletedNotRecorded")
_RECORDED = ("OK", "ResourceDiscovered")


def of_items(items: ir.Table) -> list[Statement]:
    """List what configuration items say: the tags that were there when they were captured."""
    data = items.eventData
    rows = items.select(
        "eventTime", "eventID", arn=data["arn"], status=data["configurationItemStatus"], tags=data["tags"]
    )
    told = rows.filter(rows.arn.notnull() & rows.eventTime.notnull()).order_by("eventTime", "eventID")
    found = []
    for row in told.to_pyarrow().to_pylist():
        arn, time, source = row["arn"], row["eventTime"], row["eventID"]
        if row["status"] in _GONE:
            found.append(Statement(plain_name(arn), arn, time, source, ITEM, is_new=True))
        elif row["tags"] is not None and (row["status"] is None or row["status"] in _RECORDED):
            tags = {key: value or "" for key, value in row["tags"]}
            found.append(Statement(plain_name(arn), arn, time, source, ITEM, added=tags, is_whole=True))
    return found


def of_exports(exports: ir.Table) -> list[Statement]:
    """List what the newest export of each resource says; it has no time of its own."""
    newest = exports.group_by("arn").mutate(newest=exports.exported.max())
    rows = newest.filter((newest.exported == newest.newest) | newest.newest.isnull())
    found: dict[str, Statement] = {}
    for row in rows.order_by("arn", "source_file", "key").to_pyarrow().to_pylist():
        arn = row["arn"]
        known = found.get(arn)
        tags = dict(known.added) if known else {}
        if row["key"] is not None:
            tags[row["key"]] = row["value"] or ""
        found[arn] = Statement(
            plain_name(arn), arn, None, row["source_file"], EXPORT, added=tags, is_whole=True
        )
    return list(found.values())

"""Calls that name a resource: in their resources, in the request, or in the response.

Only calls that were meant to change something, that AWS did not refuse, and that concern the resource itself:
an object that is put into a bucket leaves the bucket's configuration as it was.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from workbench.events import events
from workbench.events.intake.write import registered
from workbench.queries.filters import has_time, is_write

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

# Ids that name one resource wherever they stand; a plain name may be that of something else.
_OWN_ID = re.compile(r"arn:.*|[a-z]+-[0-9a-f]{8,}|A[A-Z]{3}[A-Z0-9]{12,}", re.DOTALL)
_SERVICES = {  # services whose calls come from elsewhere than their types say
    "elasticloadbalancingv2": "elasticloadbalancing",
    "cloudwatch": "monitoring",
    "stepfunctions": "states",
    "kinesisfirehose": "firehose",
    "eventschemas": "schemas",
    "opensearchservice": "es",
    "elasticsearch": "es",
    "wafv2": "wafv2",
}
_IAM_KEYS = {"Role": "rolename", "User": "username", "Group": "groupname", "Policy": "policyname"}
_TOUCHES = """
WITH call AS ({calls}), said AS (
    SELECT "eventID", source_file, source_index, '' AS key, unnest(resources).arn AS value FROM call
    UNION ALL SELECT "eventID", source_file, source_index, lower(unnest(map_keys("requestParameters"))),
        unnest(map_values("requestParameters")) FROM call
    UNION ALL SELECT "eventID", source_file, source_index, lower(unnest(map_keys("responseElements"))),
        unnest(map_values("responseElements")) FROM call
), value AS (
    SELECT * FROM said WHERE NOT (starts_with(value, '{{') OR starts_with(value, '['))
    UNION ALL
    SELECT * REPLACE (unnest(regexp_extract_all(value, '"([^"\\\\]{{2,}})"', 1)) AS value)
    FROM said WHERE starts_with(value, '{{') OR starts_with(value, '[')
), found AS (
    SELECT DISTINCT wanted.resource, "eventID", source_file, source_index
    FROM value JOIN wanted ON value.value = wanted.name
    JOIN call USING ("eventID", source_file, source_index)
    WHERE (wanted.service IS NULL OR starts_with("eventSource", wanted.service || '.'))
        AND (wanted.key IS NULL OR value.key IN ('', wanted.key))
        AND (wanted.account IS NULL OR coalesce("recipientAccountId", wanted.account) = wanted.account)
)
SELECT resource, "eventID", source_file, source_index, "eventTime" FROM found
JOIN call USING ("eventID", source_file, source_index) ORDER BY "eventTime", source_file, source_index
"""
_BY_ID = """
SELECT "eventID", source_file, source_index, "eventTime" FROM events
WHERE "eventID" IN (SELECT id FROM related) ORDER BY ALL
"""


class Touch(NamedTuple):
    """One call, and when it was made."""

    event_id: str
    file: str
    number: int
    time: dt.datetime | None


class Name(NamedTuple):
    """A name of a resource, and what else has to hold of a call that has it; None: nothing."""

    resource: str
    name: str
    service: str | None = None
    key: str | None = None
    account: str | None = None


def names_of(
    resource: str, arn: str | None, kind: str | None, ids: Iterable[str | None], account: str | None
) -> list[Name]:
    """List the names by which calls may speak of a resource.

    Examples
    --------
    >>> names_of("r", "arn:aws:iam::1:role/ops", "AWS::IAM::Role", ["AROAEXAMPLEID12345", "ops"], "1")[2]
    Name(resource='r', name='ops', service='iam', key='rolename', account='1')
    """
    parts = (kind or "").split("::")
    service = parts[1].lower() if len(parts) > 1 else None
    key = _IAM_KEYS.get(parts[-1]) if service == "iam" else None
    found = []
    for name in dict.fromkeys(one for one in (arn, *ids) if one):
        if _OWN_ID.fullmatch(name):
            found.append(Name(resource, name))
        else:
            found.append(Name(resource, name, _SERVICES.get(service or "", service), key, account))
    return found


def touches(con: Backend, names: Iterable[Name]) -> dict[str, list[Touch]]:
    """Find the calls that name some resources, by resource, in the order of their times."""
    import ibis

    found: defaultdict[str, list[Touch]] = defaultdict(list)
    rows = list(names)
    if not rows:
        return found
    table = events(con)
    changing = is_write(table) & table.errorCode.isnull() & has_time(table)
    calls = table.filter(changing, ibis.coalesce(table.managementEvent, True))
    wanted = {field: [getattr(row, field) for row in rows] for field in Name._fields}
    text = [pa.array(column, pa.string()) for column in wanted.values()]
    with registered(con.con, "wanted", pa.table(text, names=list(wanted))):
        for resource, *call in con.con.execute(_TOUCHES.format(calls=con.compile(calls))).fetchall():
            found[resource].append(Touch(*call))
    return found


def by_id(con: Backend, ids: Iterable[str]) -> dict[str, Touch]:
    """Find the events of some ids."""
    given = sorted(set(ids))
    if not given:
        return {}
    with registered(con.con, "related", pa.table({"id": given})):
        return {row[0]: Touch(*row) for row in con.con.execute(_BY_ID).fetchall()}

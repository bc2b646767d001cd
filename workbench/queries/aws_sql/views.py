"""What each dialect shows of a store: AWS's columns, under AWS's names, in AWS's order.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.events import case_folder
from workbench.events.columns import AWS
from workbench.events.items.stores import STORES
from workbench.queries.aws_sql.others import AWSCONFIG, INSIGHTS

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_TEXTS = (
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "edgeDeviceDetails",
)


def view_of(kind: str, dialect: str) -> str:
    """Name the view that shows stores of a kind.

    Examples
    --------
    >>> view_of("cloudtrail", "lake")
    'lake cloudtrail'
    """
    return f"{dialect} {kind}"


def show_stores(con: "Backend") -> None:
    """Make the views of a connection to a case; they follow what is loaded later.

    Raises
    ------
    CaseError
        The connection is to no case.
    """
    case_folder(con)
    for (dialect, kind), query in _views().items():
        con.con.execute(f'CREATE OR REPLACE TEMP VIEW "{view_of(kind, dialect)}" AS {query}')


def _views() -> dict[tuple[str, str], str]:
    """Give the query behind each view; what Athena has no table of its own for is as in Lake."""
    items = {kind: store for kind, store in STORES.items() if store.aws.names}
    same = {kind: _select(_names(store.aws.names), store.table) for kind, store in items.items()}
    same["insights"] = INSIGHTS
    views = {(dialect, kind): query for kind, query in same.items() for dialect in ("lake", "athena")}
    views |= {(dialect, "cloudtrail"): query for dialect, query in _events_of("events").items()}
    views["athena", "config"] = AWSCONFIG
    return views


def show_events_of(con: "Backend", kind: str, table: str) -> None:
    """Make the views of a store of CloudTrail events that lie in another table.

    Parameters
    ----------
    con
        A connection to a case.
    kind
        The kind that these views are of.
    table
        Its name as SQL has it; its columns are those of the events table.
    """
    for dialect, query in _events_of(table).items():
        con.con.execute(f'CREATE OR REPLACE TEMP VIEW "{view_of(kind, dialect)}" AS {query}')


def _events_of(table: str) -> dict[str, str]:
    return {"lake": _select(_names(AWS.names), table), "athena": _select(_athena(), table)}


def _select(columns: str, table: str) -> str:
    return f"SELECT {columns} FROM {table}"  # noqa: S608 (names of our own)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _athena() -> str:
    return ", ".join(_athena_column(name) for name in AWS.names) + _PARTITIONS


def _athena_column(name: str) -> str:
    if name in _TEXTS:  # as delivered: a map has lost the difference between 1 and "1"
        return f"""nullif(CAST(json_extract("eventJson", '$."{name}"') AS VARCHAR), 'null') AS "{name}\""""
    return _ATHENA.get(name, f'"{name}"')


_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SESSION = "userIdentity.sessionContext"
_ATTRIBUTES = f"""CASE WHEN {_SESSION}.attributes IS NOT NULL THEN struct_update({_SESSION}.attributes,
    creationDate := strftime({_SESSION}.attributes.creationDate, '{_TIME}')) END"""
_CONTEXT = f"""CASE WHEN {_SESSION} IS NOT NULL
    THEN struct_update({_SESSION}, attributes := {_ATTRIBUTES}) END"""
_ATHENA = {
    "eventTime": f"""strftime("eventTime", '{_TIME}') AS "eventTime\"""",
    "readOnly": 'CAST("readOnly" AS VARCHAR) AS "readOnly"',
    "resources": 'list_transform("resources", lambda r:'
    ' {"arn": r.arn, "accountId": r.accountId, "type": r.type}) AS "resources"',
    "userIdentity": f'CASE WHEN "userIdentity" IS NOT NULL THEN'
    f' struct_update("userIdentity", sessionContext := {_CONTEXT}) END AS "userIdentity"',
}
_DAY = """strftime("eventTime", '%Y/%m/%d')"""
_PARTITIONS = f""",
    "awsRegion" AS region, "awsRegion" AS region_partition,
    "recipientAccountId" AS account, "recipientAccountId" AS account_partition,
    strftime("eventTime", '%Y') AS year, strftime("eventTime", '%m') AS month,
    strftime("eventTime", '%d') AS day,
    {_DAY} AS dt, {_DAY} AS date_partition, {_DAY} AS "timestamp", "source_file" AS "$path\""""

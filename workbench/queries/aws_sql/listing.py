"""Which event data stores a case has: by what names they bind, what is in them, and their columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError
from workbench.queries.aws_sql.stores import KINDS
from workbench.queries.aws_sql.tagged import show_tagged
from workbench.queries.aws_sql.views import show_stores, view_of

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_NAMES = {
    ("lake", "cloudtrail"): ("an id such as 4b5213c1-45c5-4127-a443-b2526145e513", "$EDS_ID", "<EDS ID>"),
    ("lake", "config"): ("$CONFIG_EDS_ID", "every name with config in it"),
    ("lake", "insights"): ("$INSIGHTS_EDS_ID", "every name with insight in it"),
    ("lake", "tagged"): ("$REBUILT_TAGS, rebuilt_tags",),
    ("athena", "cloudtrail"): ("every table whose name begins with cloudtrail",),
    ("athena", "config"): ("awsconfig, in any database",),
    ("athena", "tagged"): ("rebuilt_tags, in any database",),
}
_NUMBERS = {"int64": "bigint", "int32": "integer", "float64": "double"}


@dataclass(frozen=True)
class ListedStore:
    """One event data store of a case.

    Parameters
    ----------
    kind
        What it holds, and what `--store NAME=KIND` binds a name of your own to.
    names
        By which names a query finds it without `--store`.
    rows
        How many.
    first, last
        Time of the first and the last row (naive UTC); None where no row has one.
    accounts
        By `recipientAccountId`.
    columns
        Names and types, in the order of `SELECT *`.
    """

    kind: str
    names: tuple[str, ...]
    rows: int
    first: str | None
    last: str | None
    accounts: tuple[str, ...]
    columns: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as `workbench stores --json` prints them."""
        return asdict(self)


def list_stores(con: Backend, *, dialect: str = "lake") -> list[ListedStore]:
    """List the event data stores of a case, those that nothing was loaded for too.

    Parameters
    ----------
    con
        A connection to a case.
    dialect
        `lake`, or `athena`, where columns have other types.

    Raises
    ------
    ParameterError
        There is no such dialect.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from tests.builders import case, event
    >>> events, config, *others = list_stores(case(mkdtemp(), event(eventTime="2026-09-02T04:20:00Z")))
    >>> events.kind, events.rows, events.first, events.accounts
    ('cloudtrail', 1, '2026-09-02 04:20:00', ('111122223333',))
    >>> config.rows, config.columns["addendum"], [store.kind for store in others]
    (0, 'map<string,string>', ['insights', 'activity', 'evidence', 'tagged'])
    """
    if dialect not in ("lake", "athena"):
        raise ParameterError(f"no dialect {dialect}. Dialects: lake, athena")
    show_stores(con)
    show_tagged(con)
    return [_listed(con, kind, dialect) for kind in KINDS]


def _listed(con: Backend, kind: str, dialect: str) -> ListedStore:
    rows, first, last, accounts = _facts(con, kind)
    schema = con.table(view_of(kind, dialect), database=("temp", "main")).schema()
    columns = {name: spelled(type_) for name, type_ in schema.items()}
    names = _NAMES.get((dialect, kind), ())
    return ListedStore(kind, names, rows, first, last, tuple(sorted(accounts)), columns)


def _facts(con: Backend, kind: str) -> tuple[int, str | None, str | None, list[str]]:
    """Count what a store holds; the view for Lake tells it for both dialects."""
    rows, first, last, accounts = con.con.execute(
        "SELECT count(*), left(min(eventTime)::VARCHAR, 19), left(max(eventTime)::VARCHAR, 19),"  # noqa: S608
        " coalesce(list(DISTINCT recipientAccountId) FILTER (recipientAccountId IS NOT NULL), [])"
        f' FROM "{view_of(kind, "lake")}"'
    ).fetchall()[0]
    return rows, first, last, accounts


def spelled(kind: Any) -> str:
    """Spell an Ibis type as CloudTrail Lake prints it.

    Examples
    --------
    >>> import ibis
    >>> spelled(ibis.dtype("array<struct<arn: string, tags: map<string, string>>>"))
    'array<struct<arn:string,tags:map<string,string>>>'
    """
    if kind.is_struct():
        return f"struct<{','.join(f'{name}:{spelled(type_)}' for name, type_ in kind.items())}>"
    if kind.is_map():
        return f"map<{spelled(kind.key_type)},{spelled(kind.value_type)}>"
    if kind.is_array():
        return f"array<{spelled(kind.value_type)}>"
    name = type(kind).__name__.lower()
    return _NUMBERS.get(name, name)

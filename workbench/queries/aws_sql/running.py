"""Run a query as it was written for AWS: the text becomes a lazy Ibis table of the case."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot.errors import UnsupportedError

from workbench.errors import ParameterError, SqlError
from workbench.queries.aws_sql.binding import bind
from workbench.queries.aws_sql.dialects import duckdb_text, to_duckdb
from workbench.queries.aws_sql.failing import failed
from workbench.queries.aws_sql.macros import install, is_installed
from workbench.queries.aws_sql.naming import name_columns
from workbench.queries.aws_sql.parsing import parse
from workbench.queries.aws_sql.stores import bindings
from workbench.queries.aws_sql.tagged import asks_for_tags, show_tagged
from workbench.queries.aws_sql.views import show_stores

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table

DIALECTS = ("lake", "athena")
_ORDERED = "ordered query "


def run_sql(
    con: Backend, sql: str, *, dialect: str = "lake", stores: Mapping[str, str] | None = None
) -> Table:
    """Return the answer to a query written for CloudTrail Lake or Athena, as a lazy table.

    Parameters
    ----------
    con
        A connection to a case.
    sql
        One SELECT, unchanged: event data stores may be named by id or by placeholder.
    dialect
        `lake`, or `athena` for a query on Athena's CloudTrail table, where times are text.
    stores
        Names of stores and their kinds, for names that say nothing: `{"payroll": "cloudtrail"}`.

    Raises
    ------
    SqlError
        The query is refused, or cannot be answered; the message says where and why.
    ParameterError
        There is no such dialect or kind of store.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import open_case
    >>> con = open_case(tempfile.mkdtemp())
    >>> run_sql(con, "SELECT eventName, count(*) FROM $EDS_ID GROUP BY 1").columns
    ('eventName', '_col1')

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html
    """
    import duckdb

    text, written, ordered = _translated(sql, dialect, stores)
    view = f"{_ORDERED if ordered else 'query '}{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if not is_installed(con.con):
        show_stores(con)
        install(con.con)
    if asks_for_tags(text, dialect):
        show_tagged(con)
    try:
        columns = _made(con, view, text)
        narrowed = _narrowed(columns, text)
        if narrowed != text:
            columns = _made(con, view, narrowed)
    except (duckdb.Error, RecursionError) as error:
        raise failed(error, sql, written) from error
    return _table(con, view, columns)


def is_ordered(view: str) -> bool:
    """Tell whether the table that `run_sql` gave under this name has an order of its own, by an ORDER BY.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import open_case
    >>> con = open_case(tempfile.mkdtemp())
    >>> is_ordered(run_sql(con, "SELECT eventID FROM $EDS_ID ORDER BY eventTime").op().name)
    True
    >>> is_ordered(run_sql(con, "SELECT eventID FROM $EDS_ID").op().name)
    False
    """
    return view.startswith(_ORDERED)


def _made(con: Backend, view: str, text: str) -> dict[str, str]:
    """Make the view of a query; give its columns with their types."""
    con.con.execute(f'CREATE OR REPLACE TEMP VIEW "{view}" AS {text}')
    return {name: kind for name, kind, *_ in con.con.execute(f'DESCRIBE "{view}"').fetchall()}


def _table(con: Backend, view: str, columns: Mapping[str, str]) -> Table:
    """Give what `con.table` gives, which would have DuckDB plan the query three times more."""
    import ibis
    from ibis.backends.sql.datatypes import DuckDBType
    from ibis.expr import operations as ops

    schema = ibis.schema({name: DuckDBType.from_string(kind) for name, kind in columns.items()})
    place = ops.Namespace(catalog="temp", database="main")
    return ops.DatabaseTable(view, schema=schema, source=con, namespace=place).to_expr()


_UNNAMED = re.compile(r"STRUCT\((?![\w\"]+ )")
_SHOWN = {"HUGEINT": "CAST({} AS BIGINT)", "UHUGEINT": "lake_ip_text({})", "INTERVAL": "lake_span({})"}


def _narrowed(columns: Mapping[str, str], text: str) -> str:
    """Give the columns types that Ibis holds: sums are bigints in Trino too, addresses become text."""
    shown = {
        name: _SHOWN.get(kind, "CAST({} AS VARCHAR)" if _UNNAMED.search(kind) else "")
        for name, kind in columns.items()
    }
    names = {name: '"' + name.replace('"', '""') + '"' for name, how in shown.items() if how}
    if not names:
        return text
    other = ", ".join(f"{shown[name].format(quoted)} AS {quoted}" for name, quoted in names.items())
    return f"SELECT * REPLACE ({other}) FROM ({text})"  # noqa: S608 (names of columns, quoted)


def translate(
    sql: str, *, dialect: str = "lake", stores: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]]:
    """Translate a query into DuckDB's SQL; return it, and how stores were written in it.

    Examples
    --------
    >>> translate("SELECT eventID FROM $EDS_ID LIMIT 3")[0].partition(" AS ")[0]
    'SELECT "eventID"'
    """
    return _translated(sql, dialect, stores)[:2]


def _translated(sql: str, dialect: str, stores: Mapping[str, str] | None) -> tuple[str, dict[str, str], bool]:
    """Translate a query, and tell whether its rows have an order."""
    if dialect not in DIALECTS:
        raise ParameterError(f"no dialect {dialect}. Dialects: {', '.join(DIALECTS)}")
    tree, written = parse(sql)
    try:
        name_columns(tree)
        bind(tree, written, dialect, bindings(stores))
        text = duckdb_text(to_duckdb(tree))
    except RecursionError as error:
        raise SqlError("the query is nested too deeply. Split it with WITH") from error
    except UnsupportedError as error:
        raise SqlError(f"the query cannot be said in DuckDB's words: {error}") from error
    return text, written, bool(tree.unnest().args.get("order"))

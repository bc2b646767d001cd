"""A ready query by its name, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.queries.aws_sql import run_sql
from workbench.queries.catalogue.filling import Value, fill
from workbench.queries.catalogue.finding import query

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table


def run(con: Backend, name: str, **parameters: Value) -> Table:
    """Return the answer to a ready query, as a lazy table.

    Parameters
    ----------
    con
        A connection to a case.
    name
        A query of the catalogue; `find` lists them.
    parameters
        Values for what the query asks, by the names its header gives them (see `fill`).

    Returns
    -------
    ibis Table
        The columns that the query's header tells.

    Raises
    ------
    ParameterError
        No query of this name, or its parameters are missing, wrong or unknown.
    SqlError
        The query failed.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events import open_case
    >>> con = open_case(tempfile.mkdtemp())
    >>> run(con, "activity_by_ip", ip="198.51.100.7").count().execute()
    0
    """
    entry = query(name)
    return run_sql(con, fill(entry, parameters), dialect=entry.dialect)

"""Tables that Ibis holds in memory, and the engine that a query runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


def engine_of(table: ir.Table) -> Backend:
    """Return the connection of a table, whose engine then knows all that the table's SQL speaks of.

    In-memory tables and functions of the user are told to an engine when a query with them runs; SQL that is
    taken out of Ibis before that would name what is not there.

    Examples
    --------
    >>> import ibis
    >>> from ibis import _
    >>> numbers = ibis.memtable({"n": [1, 2]}).filter(_.n > 1)
    >>> con = engine_of(numbers)
    >>> con.con.execute(con.compile(numbers)).fetchall()
    [(2,)]
    """
    import ibis.expr.operations as ops

    con: Backend = table.get_backend()
    if table.op().find((ops.InMemoryTable, ops.ScalarUDF, ops.AggUDF)):
        con.to_pyarrow(table.limit(0))
    return con

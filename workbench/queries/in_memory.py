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
    from ibis.expr.operations.udf import InputType

    con: Backend = table.get_backend()
    node = table.op()
    for held in node.find(ops.InMemoryTable):
        con.to_pyarrow(held.to_expr().limit(0))  # alone: compiling the whole query is most of its cost
    if any(function.__input_type__ is not InputType.BUILTIN for function in node.find(ops.ScalarUDF)):
        con.to_pyarrow(table.limit(0))
    return con

"""What was read and resolved of a case, kept while the case stays as it is: reading is most of the work."""

from weakref import WeakKeyDictionary

import ibis.expr.operations as ops
import ibis.expr.types as ir
from duckdb import DuckDBPyConnection

from workbench.events.parts import state_of_events
from workbench.queries.attribution.chains import Resolver, read

_KEPT: WeakKeyDictionary[DuckDBPyConnection, tuple[tuple[str, ...], Resolver]] = WeakKeyDictionary()
"""By connection, which lets go of it: ibis takes two connections to one file for equal, DuckDB does not."""


def resolver(events: ir.Table) -> Resolver:
    """Get ready to resolve any caller of an events table; the whole one of a case is read once.

    A table that was filtered, joined or made otherwise is read each time: nobody can tell what became of what
    it is made of. Of the case's own, the parts that it shows tell.
    """
    con = _connection(events)
    state = state_of_events(con) if con else None
    if con is None or state is None:
        return read(events)
    known = _KEPT.get(con)
    if known and known[0] == state:
        return known[1]
    _KEPT.pop(con, None)  # before the next is read: each may take hundreds of megabytes
    case = read(events)
    _KEPT[con] = state, case
    return case


def _connection(events: ir.Table) -> DuckDBPyConnection | None:
    """Give the connection of a table that is `events` itself, and nothing made of it."""
    table = events.op()
    if not isinstance(table, ops.DatabaseTable) or table.name != "events":
        return None
    con = getattr(table.source, "con", None)
    return con if isinstance(con, DuckDBPyConnection) else None

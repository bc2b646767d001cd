"""What Trino does and DuckDB does otherwise, as macros of the connection that runs a query.

Where an answer depends on types, DuckDB finds them: `cast_to_type` gives a value the type of another, and
nothing here guesses from text. Overloads of macros would be shorter, and pick wrongly around an aggregate. A
macro is a text that takes the place of its call: the parameters of a lambda in it begin with `_`, lest they
hide a column of the query.

The macros are temporary, so that a case that is open for reading has them too.
"""

from typing import TYPE_CHECKING

from workbench.queries.aws_sql import addresses, arithmetic, jsons, known, lists, texts, times

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MACROS = {
    **arithmetic.MACROS,
    **times.MACROS,
    **addresses.MACROS,
    **texts.MACROS,
    **known.MACROS,
    **jsons.MACROS,
    **lists.MACROS,
    "lake_same_kind": "(x, other) AS cast_to_type(x, other)",
    "lake_ready": "() AS 1",
}


def is_installed(con: "DuckDBPyConnection") -> bool:
    """Tell whether a connection has the macros."""
    import duckdb

    try:
        con.execute("SELECT lake_ready()")
    except duckdb.CatalogException:
        return False
    return True


def install(con: "DuckDBPyConnection") -> None:
    """Give a connection the macros.

    Examples
    --------
    >>> import duckdb
    >>> con = duckdb.connect()
    >>> install(con)
    >>> con.execute("SELECT lake_divide(7, 2), lake_divide(7e0, 2)").fetchone()
    (3, 3.5)
    """
    con.execute(";".join(f"CREATE OR REPLACE TEMP MACRO {name}{body}" for name, body in MACROS.items()))

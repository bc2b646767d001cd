"""What Trino does and DuckDB does otherwise, as macros of the connection that runs a query.

Where an answer depends on types, DuckDB finds them: `cast_to_type` gives a value the type of another, and
nothing here guesses from text. Overloads of macros would be shorter, and pick wrongly around an aggregate.
`//` divides integers as Trino does, and other numbers as `/`; `a + b` has the scale of Trino's decimals.

The macros are temporary, so that a case that is open for reading has them too.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A division by zero fails as a cast does: error() is volatile, and DuckDB's TRY takes nothing volatile.
_MACROS = {
    "lake_divide": "(a, b) AS CASE WHEN b = 0 AND typeof(a + b) NOT IN ('DOUBLE', 'FLOAT')"
    " THEN cast_to_type('Division by zero', a + b) ELSE cast_to_type(a // b, a + b) END",
    "lake_modulo": "(a, b) AS CASE WHEN b = 0 AND typeof(a + b) NOT IN ('DOUBLE', 'FLOAT')"
    " THEN cast_to_type('Division by zero', a + b) ELSE a % b END",
    "lake_text": "(x) AS CASE typeof(x) WHEN 'JSON' THEN CAST(x AS JSON) ->> '$'"
    " WHEN 'TIMESTAMP' THEN strftime(CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
    " ELSE CAST(x AS VARCHAR) END",
    "lake_same_kind": "(x, other) AS cast_to_type(x, other)",
    "lake_json": "(x, path) AS CASE WHEN json_valid(CAST(x AS VARCHAR))"
    " THEN json_extract(CAST(x AS VARCHAR), path) END",
    "lake_json_scalar": "(x, path) AS CASE WHEN json_valid(CAST(x AS VARCHAR))"
    " AND json_type(CAST(x AS VARCHAR), path) NOT IN ('OBJECT', 'ARRAY')"
    " THEN json_extract_string(CAST(x AS VARCHAR), path) END",
    "lake_json_list": "(x) AS CASE WHEN json_valid(CAST(x AS VARCHAR))"
    " AND json_type(CAST(x AS VARCHAR)) = 'ARRAY'"
    " THEN CAST(CAST(CAST(x AS VARCHAR) AS JSON) AS JSON[]) END",
    "lake_json_holds": "(x, v) AS list_contains(lake_json_list(x), to_json(v))",
    "lake_json_array_get": "(x, n) AS list_extract(lake_json_list(x), CASE WHEN n < 0 THEN n ELSE n + 1 END)",
    "lake_json_size": "(x, path) AS CASE json_type(CAST(lake_json(x, path) AS VARCHAR))"
    " WHEN 'ARRAY' THEN CAST(json_array_length(CAST(lake_json(x, path) AS VARCHAR)) AS BIGINT)"
    " WHEN 'OBJECT' THEN len(json_keys(CAST(lake_json(x, path) AS VARCHAR)))"
    " ELSE CASE WHEN lake_json(x, path) IS NOT NULL THEN 0 END END",
    "lake_is_json_scalar": "(x) AS json_type(CAST(x AS VARCHAR)) NOT IN ('OBJECT', 'ARRAY')",
    "lake_slice": "(a, start, size) AS CASE WHEN start < 0"
    " THEN list_slice(a, len(a) + start + 1, len(a) + start + size)"
    " ELSE list_slice(a, start, start + size - 1) END",
    "lake_any": "(found) AS CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, true) THEN true"
    " WHEN len(list_filter(found, lambda v: v IS NULL)) > 0 THEN NULL ELSE false END",
    "lake_all": "(found) AS CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, false) THEN false"
    " WHEN len(list_filter(found, lambda v: v IS NULL)) > 0 THEN NULL ELSE true END",
    "lake_regexp_extract": "(x, pattern, part) AS"
    " CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern, part) END",
    "lake_split_part": "(x, sign, n) AS"
    " CASE WHEN len(str_split(x, sign)) >= n THEN split_part(x, sign, n) END",
    "lake_add": "(d, n, step) AS cast_to_type(d + n * CAST(step AS INTERVAL), d)",
    "lake_truncate": "(unit, d) AS cast_to_type(date_trunc(unit, d), d)",
    "lake_local": "(t, zone) AS timezone(zone, timezone('UTC', CAST(t AS TIMESTAMP)))",
    "lake_utc": "(x) AS timezone('UTC', CAST(x AS TIMESTAMPTZ))",
    "lake_from_unixtime": "(x) AS make_timestamp(CAST(round(x * 1000000) AS BIGINT))",
    "lake_size": "(x) AS CASE json_type(to_json(x))"
    " WHEN 'ARRAY' THEN CAST(json_array_length(to_json(x)) AS BIGINT)"
    " WHEN 'OBJECT' THEN len(json_keys(to_json(x))) END",
    "lake_host": "(x) AS nullif(regexp_extract(x,"
    " '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]*)', 1), '')",
    "lake_map": "(keys, vals) AS map_from_entries(list_transform(list_distinct(keys),"
    " lambda k: {'key': k, 'value': vals[list_position(keys, k)]}))",
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
    for name, body in _MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {name}{body}")

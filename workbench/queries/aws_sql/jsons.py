"""Functions on JSON, where Trino and DuckDB differ, and the path language of `json_value` and its kin.

References
----------
https://trino.io/docs/current/functions/json.html
"""

import re
from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql import masks
from workbench.queries.aws_sql.trees import call, cast, literal, number, text

_STEP = re.compile(
    r"""\s*(?:\.\s*(?P<name>[A-Za-z_][\w]*)|\.\s*"(?P<quoted>[^"]+)"|\[\s*(?P<place>\d+)\s*\]|\[\s*(?P<all>\*)\s*\]|\.(?P<members>\*))"""
)

MACROS = {
    # DuckDB casts a map to text that is no JSON, and NULL would be the answer: strlen takes text only.
    "lake_json_valid": "(x) AS strlen(x) >= 0 AND json_valid(CAST(x AS VARCHAR))",
    "lake_json": "(x, path) AS CASE WHEN lake_json_valid(x) THEN json_extract(CAST(x AS VARCHAR), path) END",
    "lake_json_scalar": "(x, path) AS CASE WHEN lake_json_valid(x)"
    " AND json_type(CAST(x AS VARCHAR), path) NOT IN ('OBJECT', 'ARRAY')"
    " THEN json_extract_string(CAST(x AS VARCHAR), path) END",
    "lake_json_list": "(x) AS CASE WHEN lake_json_valid(x)"
    " AND json_type(CAST(x AS VARCHAR)) = 'ARRAY'"
    " THEN CAST(CAST(CAST(x AS VARCHAR) AS JSON) AS JSON[]) END",
    "lake_json_holds": "(x, v) AS list_contains(lake_json_list(x), to_json(v))",
    "lake_json_array_get": "(x, n) AS list_extract(lake_json_list(x), CASE WHEN n < 0 THEN n ELSE n + 1 END)",
    "lake_json_size": "(x, path) AS CASE json_type(CAST(lake_json(x, path) AS VARCHAR))"
    " WHEN 'ARRAY' THEN CAST(json_array_length(CAST(lake_json(x, path) AS VARCHAR)) AS BIGINT)"
    " WHEN 'OBJECT' THEN len(json_keys(CAST(lake_json(x, path) AS VARCHAR)))"
    " ELSE CASE WHEN lake_json(x, path) IS NOT NULL THEN 0 END END",
    "lake_is_json_scalar": "(x) AS json_type(CAST(x AS VARCHAR)) NOT IN ('OBJECT', 'ARRAY')",
    # The items a path has reached so far, and one step of it: arrays open by themselves, as `lax` has it.
    "lake_items": "(x) AS CASE WHEN lake_json_valid(x) THEN [CAST(CAST(x AS VARCHAR) AS JSON)] END",
    "lake_opened": "(items) AS flatten(list_transform(items, lambda _v:"
    " CASE WHEN json_type(_v) = 'ARRAY' THEN CAST(_v AS JSON[]) ELSE [_v] END))",
    "lake_members": "(items, path) AS list_filter(list_transform(lake_opened(items), lambda _v:"
    " json_extract(_v, path)), lambda _v: _v IS NOT NULL)",
    "lake_places": "(items, place) AS list_filter(list_transform(items, lambda _v: CASE WHEN json_type(_v)"
    " = 'ARRAY'"
    " THEN CAST(_v AS JSON[])[place + 1] WHEN place = 0 THEN _v END), lambda _v: _v IS NOT NULL)",
    "lake_all_members": "(items) AS flatten(list_transform(lake_opened(items), lambda _v:"
    " CASE WHEN json_type(_v) = 'OBJECT' THEN json_extract(_v, '$.*') ELSE [] END))",
    "lake_one_scalar": "(items) AS CASE WHEN len(items) = 1 AND json_type(items[1]) NOT IN ('OBJECT',"
    " 'ARRAY', 'NULL')"
    " THEN items[1] ->> '$' END",
    "lake_one": "(items) AS CASE WHEN len(items) = 1 THEN CAST(items[1] AS VARCHAR) END",
    "lake_wrapped": "(items) AS CASE WHEN len(items) > 0 THEN CAST(to_json(items) AS VARCHAR) END",
    "lake_wrapped_if": "(items) AS CASE WHEN len(items) = 1 AND json_type(items[1]) IN ('OBJECT', 'ARRAY')"
    " THEN CAST(items[1] AS VARCHAR) ELSE lake_wrapped(items) END",
}


def _at(name: str) -> Callable[..., exp.Expr]:
    return lambda value, path: call(name, value, text(masks.json_path(literal(path, "a JSON path"))))


def items(value: exp.Expr, path: exp.Expr | None) -> exp.Expr:
    """Follow a path of SQL's own language: the list of what it reaches.

    Raises
    ------
    SqlError
        The path has more than keys, places and `*`.

    Examples
    --------
    >>> print(items(exp.column("x"), text("lax $.a[*].b")).sql("duckdb"))
    LAKE_MEMBERS(LAKE_OPENED(LAKE_MEMBERS(LAKE_ITEMS(x), '$."a"')), '$."b"')
    """
    written = literal(path or exp.Null(), "a JSON path")
    steps = re.sub(r"^\s*lax\b", "", written).strip()
    if not steps.startswith("$"):
        raise SqlError(f"the JSON path {visible(written)!r} is not supported here. Use: lax $.key[0].key[*]")
    reached, place = call("lake_items", value), 1
    while place < len(steps):
        found = _STEP.match(steps, place)
        if found is None:
            raise SqlError(
                f"the JSON path {visible(written)!r} is not supported here. Use: lax $.key[0].key[*]"
            )
        reached, place = _stepped(reached, found), found.end()
    return reached


def _stepped(reached: exp.Expr, found: re.Match[str]) -> exp.Expr:
    if found["all"]:
        return call("lake_opened", reached)
    if found["members"]:
        return call("lake_all_members", reached)
    if found["place"]:
        return call("lake_places", reached, number(int(found["place"])))
    return call("lake_members", reached, text(f'$."{found["name"] or found["quoted"]}"'))


def json_value(node: exp.Expr) -> exp.Expr:
    """Translate JSON_VALUE: one scalar as text, or as the type after RETURNING."""
    given = node.args.get("on_condition")
    found = call("lake_one_scalar", items(node.this, node.args.get("path")))
    if given:
        found = _instead(found, given)
    returning = node.args.get("returning")
    return exp.Cast(this=found, to=returning) if returning else found


def _instead(found: exp.Expr, given: exp.Expr) -> exp.Expr:
    """Only NULL and one DEFAULT for both cases can be told apart from an answer here."""
    default = [one for name in ("empty", "error") if isinstance(one := given.args.get(name), exp.Expr)]
    words = {str(given.args.get(name) or "NULL") for name in ("empty", "error") if name in given.args}
    if len({one.sql() for one in default}) == 1:
        return call("coalesce", found, default[0])
    if default or not all("NULL" in word for word in words):
        raise SqlError("JSON_VALUE runs here with NULL, or with one DEFAULT ON EMPTY DEFAULT ON ERROR, only")
    return found


def json_query(node: exp.Expr) -> exp.Expr:
    """Translate JSON_QUERY: the JSON text of what the path reaches."""
    if node.args.get("on_condition"):
        raise SqlError("JSON_QUERY runs here without ON EMPTY and ON ERROR only")
    option = node.args.get("option")
    words = option.name.upper() if option else "WITHOUT"
    how = (
        "lake_one"
        if "WITHOUT" in words
        else "lake_wrapped_if"
        if "CONDITIONAL" in words.split()
        else "lake_wrapped"
    )
    made = call(how, items(node.this, node.expression))
    quote = node.args.get("quote")
    if quote and "OMIT" in str(quote.args.get("option")):
        return exp.Case(
            ifs=[
                exp.If(
                    this=call("starts_with", made, text('"')),
                    true=exp.JSONExtractScalar(this=made.copy(), expression=text("$")),
                )
            ],
            default=made.copy(),
        )
    return made


def _json_exists(value: exp.Expr, path: exp.Expr) -> exp.Expr:
    count = call("coalesce", call("len", items(value.copy(), path)), number(0))
    known = exp.If(
        this=exp.Not(this=exp.Is(this=exp.Paren(this=value), expression=exp.Null())),
        true=exp.GT(this=count, expression=number(0)),
    )
    return exp.Case(ifs=[known])


CALLS: dict[str, Callable[..., exp.Expr]] = {
    "json_array_length": lambda value: call("len", call("lake_json_list", value)),
    "json_exists": _json_exists,
    "json_extract": _at("lake_json"),
    "json_extract_scalar": _at("lake_json_scalar"),
    "json_format": lambda value: cast(value, "VARCHAR"),
    "json_parse": lambda value: call("json", value),
    "json_size": _at("lake_json_size"),
}
RENAMED = {
    "is_json_scalar": "lake_is_json_scalar", "json_array_contains": "lake_json_holds",
    "json_array_get": "lake_json_array_get",
}  # fmt: skip

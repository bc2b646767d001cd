"""Trino's tree into DuckDB's: one small function for each difference, applied from the leaves up.

Times never carry a zone here: Lake's are UTC, so is every time the functions make, and `AT TIME ZONE` gives
the local time of a zone. That is what grouping and printing want; a comparison is of instants, and drops it.

References
----------
https://trino.io/docs/current/language/types.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html
"""

import re
from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError
from workbench.queries.aws_sql.functions import call, text, translate

_TYPES = frozenset({
    "VARCHAR", "CHAR", "TEXT", "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE",
    "DECIMAL", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "JSON", "ARRAY", "MAP", "STRUCT", "VARBINARY", "UUID",
    "INTERVAL",
})  # fmt: skip
_MAKES_TEXT = frozenset(
    {"strftime", "lake_json_scalar", "lake_regexp_extract", "regexp_replace", "replace", "lake_text"}
)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_ZONED = re.compile(r"(Z|[+-]\d\d(:?\d\d)?|\s(?=.*[A-Za-z])[A-Za-z_/+-]+)$")

Rule = Callable[[exp.Expr], exp.Expr]


def to_duckdb(tree: exp.Query) -> exp.Query:
    """Rewrite a whole query; stores must be bound already.

    Examples
    --------
    >>> from workbench.queries.aws_sql.parsing import parse
    >>> to_duckdb(parse("SELECT count(*) / 2, element_at(m, 'k') FROM t")[0]).sql("duckdb")
    "SELECT LAKE_DIVIDE(COUNT(*), 2), (m)['k'] FROM t"
    """
    for node in reversed(list(tree.walk(bfs=False))):
        rule = _RULES.get(type(node))
        if rule is not None:
            new = rule(node)
            if new is not node:
                node.replace(new)
    return tree


def _function(node: exp.Expr) -> exp.Expr:
    name = str(node.this)
    if name.lower() in ("transform_values", "transform_keys", "map_filter"):
        return _over_map(name.lower(), *node.expressions)
    if name.lower() == "map_agg" and isinstance(node.parent, (exp.Filter, exp.Window)):
        raise SqlError("map_agg runs here without FILTER and OVER only")
    return translate(name, node.expressions)


def _over_map(name: str, entries: exp.Expr, test: exp.Expr | None = None) -> exp.Expr:
    """A map's lambda has a key and a value, a list's has one entry."""
    if not isinstance(test, exp.Lambda) or len(test.expressions) != 2:
        raise SqlError(f"{name} needs a lambda of a key and a value: (k, v) -> ...")
    for parameter, field in zip(test.expressions, ("key", "value"), strict=True):
        for found in [
            node for node in test.this.find_all(exp.Identifier) if _is_parameter(node, parameter.name)
        ]:
            found.replace(exp.Dot(this=exp.to_identifier("entry"), expression=exp.to_identifier(field)))
    body = test.this
    if name != "map_filter":
        parts = {"key": _entry("key"), "value": _entry("value"), name.split("_")[1][:-1]: body}
        body = exp.Struct(
            expressions=[exp.PropertyEQ(this=exp.to_identifier(k), expression=v) for k, v in parts.items()]
        )
    step = exp.Lambda(this=body, expressions=[exp.to_identifier("entry")], colon=True)
    over = "list_filter" if name == "map_filter" else "list_transform"
    return call("map_from_entries", call(over, call("map_entries", entries), step))


def _entry(field: str) -> exp.Expr:
    return exp.Dot(this=exp.to_identifier("entry"), expression=exp.to_identifier(field))


def _is_parameter(node: exp.Expr, name: str) -> bool:
    beside = isinstance(node.parent, exp.Column) or (
        isinstance(node.parent, exp.Dot) and node.arg_key == "expression"
    )
    return node.name.lower() == name.lower() and not beside


def _within_group(node: exp.Expr) -> exp.Expr:
    """DuckDB has the order among the arguments."""
    function, order = node.this, node.expression
    if not isinstance(function, exp.Anonymous) or str(function.this) != "string_agg":
        raise SqlError("WITHIN GROUP goes with listagg only")
    *first, last = function.expressions
    return call("string_agg", *first, exp.Order(this=last, expressions=order.expressions))


def _lambda(node: exp.Expr) -> exp.Expr:
    node.set("colon", True)
    return node


def _divide(node: exp.Expr) -> exp.Expr:
    return call("lake_divide", node.this, node.expression)


def _modulo(node: exp.Expr) -> exp.Expr:
    return call("lake_modulo", node.this, node.expression)


def _shift(node: exp.Expr) -> exp.Expr:
    """A date and an interval make a date."""
    if isinstance(node.expression, exp.Interval) and not isinstance(node.this, exp.Interval):
        return call("cast_to_type", node.copy(), node.this.copy())
    return node


def _cast(node: exp.Expr) -> exp.Expr:
    wanted = node.args["to"]
    for kind in wanted.find_all(exp.DataType):
        if not isinstance(kind.this, exp.DType) or kind.this.value not in _TYPES:
            raise SqlError(f"the type {kind.sql('trino')} is not supported here")
    if wanted.this == exp.DType.JSON:
        return call("to_json", node.this)
    if wanted.this == exp.DType.TIMESTAMPTZ or (wanted.this == exp.DType.TIMESTAMP and _is_zoned(node.this)):
        return call("lake_utc", node.this)
    if (
        wanted.this in (exp.DType.VARCHAR, exp.DType.TEXT)
        and not wanted.expressions
        and type(node) is exp.Cast
    ):
        return call("lake_text", node.this)
    return node


def _is_zoned(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Literal) and node.is_string and bool(_ZONED.search(str(node.this).strip()[10:]))
    )


def _at_time_zone(node: exp.Expr) -> exp.Expr:
    return call("lake_local", node.this, node.args["zone"])


def _now(node: exp.Expr) -> exp.Expr:
    return call("lake_utc", call("now"))


def _today(node: exp.Expr) -> exp.Expr:
    return exp.Cast(this=_now(node), to=exp.DataType.build("DATE"))


def _extract(node: exp.Expr) -> exp.Expr:
    parts = {"DOW": "isodow", "DAY_OF_WEEK": "isodow", "YOW": "isoyear", "YEAR_OF_WEEK": "isoyear"}
    part = node.name.upper()
    known = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "DOY"}
    if part not in parts and part not in known:
        raise SqlError(f"EXTRACT has no field {part} here")
    return call("date_part", text(parts.get(part, part.lower())), node.expression)


def _comparison(node: exp.Expr) -> exp.Expr:
    """Compare instants, and made text with times as times."""
    sides = [(name, node.args.get(name)) for name in ("this", "expression", "low", "high")]
    for name, side in sides:
        if isinstance(side, exp.Anonymous) and side.name == "lake_local":
            node.set(name, side.expressions[0])
    first = node.this
    for name, side in sides[1:]:
        if side is not None and _is_made_text(side) and not _is_made_text(first):
            node.set(name, call("lake_same_kind", side, first.copy()))
    other = node.args.get("expression")
    if other is not None and _is_made_text(first) and isinstance(other, (exp.Column, exp.Cast)):
        node.set("this", call("lake_same_kind", first, other.copy()))
    return node


def _is_made_text(node: exp.Expr) -> bool:
    inner = node.unnest()
    return isinstance(inner, exp.DPipe) or (
        isinstance(inner, exp.Anonymous) and str(inner.this) in _MAKES_TEXT
    )


def _join(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Unnest):
        node.set("this", _unnest(node.this))
    return node


def _from(node: exp.Expr) -> exp.Expr:
    return _join(node)


def _unnest(node: exp.Expr) -> exp.Expr:
    """Rows of one list or map, or of several side by side, the shorter padded with NULL."""
    alias = node.args.get("alias")
    columns = list(alias.columns) if alias else []
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        columns.append(offset)
    named = len(columns) - bool(offset)
    made = [_rows_of(value, named, len(node.expressions)) for value in node.expressions]
    if offset:
        made.append(call("generate_subscripts", node.expressions[0].copy(), exp.Literal.number(1)))
    shown = exp.TableAlias(
        this=alias.this if alias and alias.this else exp.to_identifier("unnest"), columns=columns
    )
    return exp.Lateral(this=exp.Subquery(this=exp.Select(expressions=made)), alias=shown)


def _rows_of(value: exp.Expr, named: int, values: int) -> exp.Expr:
    depth = exp.Kwarg(this=exp.var("max_depth"), expression=exp.Literal.number(2))
    if values == 1 and named == 2:
        return call("unnest", call("map_entries", value), depth)
    if values == 1 and named != 1:
        return call("unnest", value, depth)
    return call("unnest", value)


_RULES: dict[type[exp.Expr], Rule] = {
    exp.Anonymous: _function,
    exp.Lambda: _lambda,
    exp.Add: _shift,
    exp.Sub: _shift,
    exp.WithinGroup: _within_group,
    exp.Div: _divide,
    exp.Mod: _modulo,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.AtTimeZone: _at_time_zone,
    exp.CurrentTimestamp: _now,
    exp.Localtimestamp: _now,
    exp.CurrentDate: _today,
    exp.Extract: _extract,
    exp.Between: _comparison,
    exp.Join: _join,
    exp.From: _from,
    **dict.fromkeys(_COMPARISONS, _comparison),
}

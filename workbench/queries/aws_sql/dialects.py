"""Trino's tree into DuckDB's: one small function for each difference, applied from the leaves up.

References
----------
https://trino.io/docs/current/language/types.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html
"""

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel
from sqlglot.generators.duckdb import DuckDBGenerator

from workbench.errors import SqlError
from workbench.queries.aws_sql.addresses import as_address
from workbench.queries.aws_sql.functions import translate
from workbench.queries.aws_sql.jsons import json_query, json_value
from workbench.queries.aws_sql.known import as_text
from workbench.queries.aws_sql.lists import ONLY_PLAIN
from workbench.queries.aws_sql.texts import joined, substr
from workbench.queries.aws_sql.times import instant
from workbench.queries.aws_sql.trees import call, called, cast, is_date, struct, text

_TYPES = frozenset({
    "VARCHAR", "CHAR", "TEXT", "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE",
    "DECIMAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "JSON", "ARRAY", "MAP", "STRUCT", "VARBINARY",
    "UUID", "INTERVAL", "IPADDRESS",
})  # fmt: skip
_TEXTS = (exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR)
_WHOLE = (exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT, exp.DType.TINYINT)
_MAKES_TEXT = frozenset({
    "strftime", "lake_json_scalar", "lake_regexp_extract", "regexp_replace", "replace", "lake_text",
    "lake_iso", "lake_one_scalar", "lake_split_part", "lake_substr", "substr", "lake_same_text",
    "lake_time_text",
})  # fmt: skip
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_MISPRINTS = {"credentiaisissuedto": "credentialsissuedto", "errormssage": "errormessage"}
_LONGEST_TIME = 64
_DEEPEST = 2
_ZONED = re.compile(r"(Z|[+-]\d\d(:?\d\d)?|\s(?=.*[A-Za-z])[A-Za-z_/+-]+)$")

_OFFSET = re.compile(r"[+-]\d\d(:?\d\d)?$")


class _DuckDB(DuckDB):
    class Generator(DuckDBGenerator):
        def ignorenulls_sql(self, expression: exp.IgnoreNulls) -> str:
            """Write IGNORE NULLS where DuckDB has it: among the arguments, whatever the function."""
            shown = self.sql(expression, "this")
            return f"{shown[:-1]} IGNORE NULLS)"


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
            new = _shallow(rule(node))
            if new is not node:
                node.replace(new)
    return tree


def duckdb_text(tree: exp.Query) -> str:
    """Write a rewritten query in DuckDB's words; what has none is refused.

    Examples
    --------
    >>> from workbench.queries.aws_sql.parsing import parse
    >>> duckdb_text(parse("SELECT lag(a) IGNORE NULLS OVER (ORDER BY b) FROM t -- and so on")[0])
    'SELECT LAG("a" IGNORE NULLS) OVER (ORDER BY "b") FROM "t"'
    """
    return tree.sql(_DuckDB, identify=True, comments=False, unsupported_level=ErrorLevel.RAISE)


def _shallow(node: exp.Expr) -> exp.Expr:
    """Compute the arguments of a macro first when macros lie deep in them.

    A macro is a text that names its parameters several times: nested ones would grow beyond all bounds.
    """
    if not called(node).startswith("lake_"):
        return node
    node.meta["depth"] = 1 + max(map(_depth, node.expressions), default=0)
    if node.meta["depth"] <= _DEEPEST:
        return node
    fields = {f"a{place}": value for place, value in enumerate(node.expressions)}
    node.set(
        "expressions",
        [exp.Dot(this=exp.to_identifier("_let"), expression=exp.to_identifier(f)) for f in fields],
    )
    body = exp.Lambda(this=node, expressions=[exp.to_identifier("_let")], colon=True)
    made = call("list_transform", exp.Array(expressions=[struct(**fields)]), body)
    made.meta["depth"] = _DEEPEST  # the next macro around it does the same, or it would name this one often
    return exp.Bracket(this=made, expressions=[exp.Literal.number(1)], offset=1)


def _depth(node: exp.Expr) -> int:
    """Tell how many macros lie in each other in a tree that is translated already."""
    deepest = 0
    for inner in node.walk(prune=lambda one: "depth" in one.meta):
        deepest = max(deepest, inner.meta.get("depth", 0))
    return deepest


def _function(node: exp.Expr) -> exp.Expr:
    name = str(node.this).lower()
    if name in ONLY_PLAIN and isinstance(node.parent, (exp.Filter, exp.Window)):
        raise SqlError(f"{name} runs here without FILTER and OVER only")
    if name == "all" and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        return exp.All(this=node.expressions[0])
    return translate(name, node.expressions)


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
    """A date and an interval make a date; two dates an interval, as two times do."""
    if isinstance(node.expression, exp.Interval) and not isinstance(node.this, exp.Interval):
        return call("cast_to_type", node.copy(), node.this.copy())
    if isinstance(node, exp.Sub) and is_date(node.this) and is_date(node.expression):
        node.set("this", cast(node.this, "TIMESTAMP"))
    return node


def _cast(node: exp.Expr) -> exp.Expr:
    wanted, value = node.args["to"], node.this
    strict = type(node) is exp.Cast
    for kind in wanted.find_all(exp.DataType):
        if not isinstance(kind.this, exp.DType) or kind.this.value not in _TYPES:
            raise SqlError(f"the type {kind.sql('trino')} is not supported here")
    if wanted.this == exp.DType.IPADDRESS:
        return as_address(value, strict=strict)
    if wanted.this == exp.DType.JSON:
        return call("to_json", value)
    if wanted.this == exp.DType.TIMESTAMPTZ or (wanted.this == exp.DType.TIMESTAMP and _is_zoned(value)):
        made = call("lake_utc", _without_gap(value))
        return made if strict else call("try", made)
    if wanted.this in _TEXTS:
        return _as_text(value, wanted.expressions)
    if wanted.this in _WHOLE and not isinstance(value, exp.Null) and not value.is_int:
        node.set("this", call("lake_whole", value))
    return node


def _as_text(value: exp.Expr, length: list[exp.Expr]) -> exp.Expr:
    made = as_text(value)
    return call("left", made, length[0].this) if length else made


def _is_zoned(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Literal) or not node.is_string or len(node.name) > _LONGEST_TIME:
        return False
    return bool(_ZONED.search(node.name.strip()[10:]))


def _without_gap(value: exp.Expr) -> exp.Expr:
    """DuckDB reads an offset only where no blank stands before it."""
    return text(re.sub(r"\s+(?=[+-]\d\d)", "", value.name)) if isinstance(value, exp.Literal) else value


def _bytes(node: exp.Expr) -> exp.Expr:
    return call("unhex", text(str(node.this)))


def _unicode(node: exp.Expr) -> exp.Expr:
    r"""`U&'\\0041'` is the text A."""
    if node.args.get("escape"):
        raise SqlError("UESCAPE does not run here. Write the escapes with a backslash")
    signs = re.compile(r"\\(?:(\\)|\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4}))")
    return text(signs.sub(lambda found: found[1] or chr(int(found[2] or found[3], 16)), str(node.this)))


def _parsed_json(node: exp.Expr) -> exp.Expr:
    return call("json", node.this)


def _substring(node: exp.Expr) -> exp.Expr:
    return substr(node.this, node.args.get("start") or exp.Literal.number(1), node.args.get("length"))


def _fetch(node: exp.Expr) -> exp.Expr:
    options = node.args.get("limit_options")
    if options and (options.args.get("with_ties") or options.args.get("percent")):
        raise SqlError("FETCH FIRST ... WITH TIES does not run here. Use rank() in a sub-query")
    return exp.Limit(expression=node.args.get("count") or exp.Literal.number(1))


def _at_time_zone(node: exp.Expr) -> exp.Expr:
    return call("lake_local", node.this, node.args["zone"])


def _spelled(node: exp.Expr) -> exp.Expr:
    """AWS's page prints two names of fields wrongly; both spellings are names here."""
    right = _MISPRINTS.get(node.name.lower())
    return exp.to_identifier(right, quoted=True) if right else node


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
        if side is not None and (utc := instant(side)) is not side:
            node.set(name, utc)
    for name, side in sides:
        if side is not None and _is_zoned(side) and _OFFSET.search(side.name):
            other = node.args["expression" if name == "this" else "this"]
            utc = call("lake_utc", _without_gap(side))
            node.set(name, call("lake_instant", side.copy(), utc, other.copy()))
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
    exp.DPipe: joined,
    exp.Fetch: _fetch,
    exp.Identifier: _spelled,
    exp.HexString: _bytes,
    exp.UnicodeString: _unicode,
    exp.ParseJSON: _parsed_json,
    exp.JSONValue: json_value,
    exp.JSONExtract: json_query,
    exp.Substring: _substring,
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

"""The functions a query may call, each with its translation. What has no entry here does not run.

A function takes the arguments as trees and gives a tree. Where Trino and DuckDB differ, the difference is in
a macro of `macros`; where only the name differs, it is in `_RENAMED`.

References
----------
https://trino.io/docs/current/functions.html
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql import masks

Translation = Callable[..., exp.Expr]

_SAME = [
    "count", "sum", "avg", "min", "max", "count_if", "bool_and", "bool_or", "array_agg", "histogram",
    "max_by", "min_by", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "corr",
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
    "first_value", "last_value", "nth_value", "lower", "upper", "length", "ltrim", "rtrim", "reverse",
    "lpad", "rpad", "chr", "starts_with", "strpos", "substr", "concat_ws", "coalesce", "nullif", "abs",
    "ceil", "ceiling", "floor", "round", "sqrt", "power", "pow", "ln", "exp", "sign", "year", "month",
    "day", "hour", "minute", "second", "quarter", "map_keys", "map_values", "flatten", "url_encode",
    "url_decode", "try",
]  # fmt: skip
_RENAMED = {
    "listagg": "string_agg", "arbitrary": "any_value", "every": "bool_and", "split": "str_split",
    "truncate": "trunc",
    "array_distinct": "list_distinct", "array_intersect": "list_intersect", "array_max": "list_max",
    "array_min": "list_min", "array_join": "array_to_string", "arrays_overlap": "list_has_any",
    "contains": "list_contains", "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow",
    "day_of_year": "dayofyear", "doy": "dayofyear", "week": "week", "week_of_year": "week",
    "year_of_week": "isoyear", "yow": "isoyear", "to_utf8": "encode", "from_utf8": "decode",
    "to_hex": "hex", "from_hex": "unhex", "to_base64": "to_base64", "from_base64": "from_base64",
    "sequence": "generate_series", "filter": "list_filter", "transform": "list_transform",
    "cardinality": "lake_size", "slice": "lake_slice", "json_array_contains": "lake_json_holds",
    "json_array_get": "lake_json_array_get", "is_json_scalar": "lake_is_json_scalar",
    "at_timezone": "lake_local", "from_iso8601_timestamp": "lake_utc",
    "from_unixtime": "lake_from_unixtime", "to_unixtime": "epoch", "split_part": "lake_split_part",
    "url_extract_host": "lake_host",
}  # fmt: skip
_UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Make the tree of a call."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Expr:
    """Make the tree of a string literal."""
    return exp.Literal.string(value)


def literal(node: exp.Expr, what: str) -> str:
    """Give the text of a string literal; what is none is refused."""
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    raise SqlError(f"{what} must be written as text in the query to run here")


def unit_of(node: exp.Expr) -> str:
    """Give a unit of time that Trino knows."""
    unit = literal(node, "a unit of time").lower()
    if unit not in _UNITS:
        raise SqlError(f"{visible(unit)!r} is no unit of time. Units: {', '.join(_UNITS)}")
    return unit


def _json(name: str) -> Translation:
    def translated(value: exp.Expr, path: exp.Expr) -> exp.Expr:
        return call(name, value, text(masks.json_path(literal(path, "a JSON path"))))

    return translated


def _json_array_length(value: exp.Expr) -> exp.Expr:
    return call("len", call("lake_json_list", value))


def _json_parse(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("JSON"))


def _as_varchar(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("VARCHAR"))


def _as_date(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("DATE"))


def _date_format(value: exp.Expr, mask: exp.Expr) -> exp.Expr:
    return call("strftime", value, text(masks.mysql_mask(literal(mask, "a date mask"))))


def _format_datetime(value: exp.Expr, mask: exp.Expr) -> exp.Expr:
    return call("strftime", value, text(masks.java_mask(literal(mask, "a date mask"))))


def _date_parse(value: exp.Expr, mask: exp.Expr) -> exp.Expr:
    return call("strptime", value, text(masks.mysql_mask(literal(mask, "a date mask"))))


def _date_trunc(unit: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("lake_truncate", text(unit_of(unit)), value)


def _date_diff(unit: exp.Expr, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    return call("date_sub", text(unit_of(unit)), start, end)


def _date_add(unit: exp.Expr, count: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("lake_add", value, exp.Paren(this=count), text(f"1 {unit_of(unit)}"))


def _element_at(value: exp.Expr, key: exp.Expr) -> exp.Expr:
    return exp.Bracket(this=exp.Paren(this=value), expressions=[key], offset=1)


def _pattern(node: exp.Expr) -> exp.Expr:
    masks.check_pattern(literal(node, "a pattern"))
    return node


def _regexp_like(value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    return call("regexp_matches", value, _pattern(pattern))


def _regexp_extract(value: exp.Expr, pattern: exp.Expr, group: exp.Expr | None = None) -> exp.Expr:
    return call("lake_regexp_extract", value, _pattern(pattern), group or exp.Literal.number(0))


def _regexp_extract_all(value: exp.Expr, pattern: exp.Expr, group: exp.Expr | None = None) -> exp.Expr:
    return call("regexp_extract_all", value, _pattern(pattern), group or exp.Literal.number(0))


def _regexp_replace(value: exp.Expr, pattern: exp.Expr, by: exp.Expr | None = None) -> exp.Expr:
    new = masks.replacement(literal(by, "a replacement")) if by else ""
    return call("regexp_replace", value, _pattern(pattern), text(new), text("g"))


def _concat(*parts: exp.Expr) -> exp.Expr:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part)
    return exp.Paren(this=joined)


def _null_if_any_is(name: str) -> Translation:
    def translated(*values: exp.Expr) -> exp.Expr:
        checks = [exp.Is(this=exp.Paren(this=value.copy()), expression=exp.Null()) for value in values]
        some = exp.If(this=exp.or_(*checks, copy=False), true=exp.Null())
        return exp.Case(ifs=[some], default=call(name, *values))

    return translated


def _approx_distinct(value: exp.Expr, error: exp.Expr | None = None) -> exp.Expr:
    return call("count", exp.Distinct(expressions=[value]))


def _approx_percentile(value: exp.Expr, share: exp.Expr) -> exp.Expr:
    return call("quantile_disc", value, share)


def _array_sort(values: exp.Expr) -> exp.Expr:
    return call("list_sort", values, text("ASC"), text("NULLS LAST"))


def _array_position(values: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("coalesce", call("list_position", values, value), exp.Literal.number(0))


def _matching(name: str) -> Translation:
    def translated(values: exp.Expr, test: exp.Expr) -> exp.Expr:
        return call(name, call("list_transform", values, test))

    return translated


def _none_match(values: exp.Expr, test: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Not(this=_matching("lake_any")(values, test)))


def _reduce(values: exp.Expr, start: exp.Expr, step: exp.Expr, final: exp.Expr) -> exp.Expr:
    state = exp.Array(expressions=[call("list_reduce", values, step, start)])
    return exp.Bracket(
        this=call("list_transform", state, final), expressions=[exp.Literal.number(1)], offset=1
    )


def _replace(value: exp.Expr, old: exp.Expr, new: exp.Expr | None = None) -> exp.Expr:
    return call("replace", value, old, new or text(""))


def _map_agg(key: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("lake_map", call("array_agg", key), call("array_agg", value))


def _to_iso8601(value: exp.Expr) -> exp.Expr:
    return call("strftime", value, text("%Y-%m-%dT%H:%M:%S.%gZ"))


def _now() -> exp.Expr:
    return call("lake_utc", call("now"))


_OWN: dict[str, Translation] = {
    "json_extract": _json("lake_json"),
    "json_extract_scalar": _json("lake_json_scalar"),
    "json_size": _json("lake_json_size"),
    "json_array_length": _json_array_length,
    "json_parse": _json_parse,
    "json_format": _as_varchar,
    "date": _as_date,
    "from_iso8601_date": _as_date,
    "date_format": _date_format,
    "format_datetime": _format_datetime,
    "date_parse": _date_parse,
    "date_trunc": _date_trunc,
    "date_diff": _date_diff,
    "date_add": _date_add,
    "now": _now,
    "map_agg": _map_agg,
    "to_iso8601": _to_iso8601,
    "replace": _replace,
    "element_at": _element_at,
    "regexp_like": _regexp_like,
    "regexp_extract": _regexp_extract,
    "regexp_extract_all": _regexp_extract_all,
    "regexp_replace": _regexp_replace,
    "concat": _concat,
    "greatest": _null_if_any_is("greatest"),
    "least": _null_if_any_is("least"),
    "approx_distinct": _approx_distinct,
    "approx_percentile": _approx_percentile,
    "array_sort": _array_sort,
    "array_position": _array_position,
    "any_match": _matching("lake_any"),
    "all_match": _matching("lake_all"),
    "none_match": _none_match,
    "reduce": _reduce,
}
_ALL = {*_SAME, *_RENAMED, *_OWN}


def translate(name: str, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """Translate one call.

    Raises
    ------
    SqlError
        The function is not known here, or not with these arguments.

    Examples
    --------
    >>> translate("date_diff", [text("day"), exp.column("a"), exp.column("b")]).sql("duckdb")
    "DATE_SUB('day', a, b)"
    >>> translate("read_text", [text("x")])
    Traceback (most recent call last):
    workbench.errors.SqlError: no function read_text here. Nearest: ...
    """
    known = name.lower()
    if known in _OWN:
        try:
            return _OWN[known](*arguments)
        except TypeError as error:
            raise SqlError(
                f"{known} is called with {len(arguments)} arguments, which it does not take here"
            ) from error
    if known in _RENAMED or known in _SAME:
        return call(_RENAMED.get(known, known), *arguments)
    near = get_close_matches(known, _ALL, cutoff=0.5) or ["count"]
    raise SqlError(f"no function {visible(name)} here. Nearest: {', '.join(near)}")


NAMES: Mapping[str, str] = {name: _RENAMED.get(name, name) for name in sorted(_ALL)}
"""Every function a query may call."""

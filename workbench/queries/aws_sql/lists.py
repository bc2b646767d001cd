"""Functions on arrays and maps, and aggregates that make them, where Trino and DuckDB differ.

References
----------
https://trino.io/docs/current/functions/array.html
https://trino.io/docs/current/functions/map.html
"""

from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError
from workbench.queries.aws_sql import addresses
from workbench.queries.aws_sql.trees import (
    call,
    cast,
    is_date,
    is_list,
    number,
    parameters,
    set_parameter,
    struct,
    text,
)

MACROS = {
    "lake_distinct": "(a) AS list_filter(a, lambda _v, _i: list_position(a, _v) = _i)",
    "lake_holds": "(a, v) AS CASE WHEN list_contains(a, v) THEN true"
    " WHEN a IS NULL OR v IS NULL OR list_count(a) < len(a) THEN NULL ELSE false END",
    "lake_overlap": "(a, b) AS CASE WHEN list_has_any(a, b) THEN true WHEN a IS NULL OR b IS NULL"
    " OR list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL ELSE false END",
    "lake_except": "(a, b) AS lake_distinct(list_filter(a, lambda _x: list_position(b, _x) IS NULL))",
    "lake_both": "(a, b) AS lake_distinct(list_filter(a, lambda _x: list_position(b, _x) IS NOT NULL))",
    "lake_without": "(a, v) AS CASE WHEN v IS NOT NULL THEN list_filter(a, lambda _x: _x IS DISTINCT FROM"
    " v) END",
    "lake_greatest": "(a) AS CASE WHEN list_count(a) = len(a) THEN list_max(a) END",
    "lake_least": "(a) AS CASE WHEN list_count(a) = len(a) THEN list_min(a) END",
    "lake_slice": "(a, start, size) AS CASE WHEN start < 0"
    " THEN list_slice(a, len(a) + start + 1, len(a) + start + size)"
    " ELSE list_slice(a, start, start + size - 1) END",
    "lake_any": "(found) AS CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, true) THEN true"
    " WHEN len(list_filter(found, lambda _v: _v IS NULL)) > 0 THEN NULL ELSE false END",
    "lake_all": "(found) AS CASE WHEN found IS NULL THEN NULL WHEN list_contains(found, false) THEN false"
    " WHEN len(list_filter(found, lambda _v: _v IS NULL)) > 0 THEN NULL ELSE true END",
    "lake_series": "(a, b, step) AS cast_to_type(generate_series(a, b, step), [a])",
    "lake_sorted": "(a, before) AS list_transform([list_transform(before, lambda _row: len(list_filter(_row,"
    " lambda _v: _v)) + 1)], lambda _ranks: list_transform(range(1, len(a) + 1), lambda _r:"
    " a[list_position(_ranks, _r)]))[1]",
    "lake_map": "(keys, vals) AS map_from_entries(list_transform(list_distinct(keys),"
    " lambda _k: {'key': _k, 'value': vals[list_position(keys, _k)]}))",
    "lake_multimap": "(keys, vals) AS map_from_entries(list_transform(list_distinct(keys),"
    " lambda _k: {'key': _k, 'value': list_filter(vals, lambda _v, _i: keys[_i] = _k)}))",
    "lake_split_map": "(x, sep, sign) AS map_from_entries(list_transform(list_filter(str_split(x, sep),"
    " lambda _e: _e <> ''), lambda _e: {'key': split_part(_e, sign, 1), 'value': CASE WHEN"
    " len(str_split(_e, sign)) = 2"
    " THEN split_part(_e, sign, 2) ELSE error('split_to_map: one ' || sign || ' must stand in ' || _e)"
    " END}))",
    "lake_split_multimap": "(x, sep, sign) AS list_transform([list_filter(str_split(x, sep),"
    " lambda _e: _e <> '')], lambda _rows: lake_multimap(list_transform(_rows, lambda _e: split_part(_e,"
    " sign, 1)),"
    " list_transform(_rows, lambda _e: split_part(_e, sign, 2))))[1]",
    "lake_size": "(x) AS CASE json_type(to_json(x))"
    " WHEN 'ARRAY' THEN CAST(json_array_length(to_json(x)) AS BIGINT)"
    " WHEN 'OBJECT' THEN len(json_keys(to_json(x))) END",
}


def _contains(values: exp.Expr, value: exp.Expr) -> exp.Expr:
    known = addresses.is_network(values)
    return addresses.contains(values, value) if known else call("lake_holds", values, value)


def _element_at(value: exp.Expr, key: exp.Expr) -> exp.Expr:
    return exp.Bracket(this=exp.Paren(this=value), expressions=[key], offset=1)


def _array_sort(values: exp.Expr, order: exp.Expr | None = None) -> exp.Expr:
    """Sort with nulls at the end, or place each entry after as many as the lambda puts before it."""
    if order is None:
        return call("list_sort", values, text("ASC"), text("NULLS LAST"))
    first, second = parameters(order, 2, "array_sort")
    body = set_parameter(
        set_parameter(order.this, first, exp.to_identifier("_b")), second, exp.to_identifier("_a")
    )
    earlier = exp.LT(this=exp.to_identifier("_j"), expression=exp.to_identifier("_i"))
    before = exp.or_(
        exp.LT(this=exp.Paren(this=body.copy()), expression=number(0)),
        exp.and_(exp.EQ(this=exp.Paren(this=body), expression=number(0)), earlier, copy=False),
        copy=False,
    )
    return call("lake_sorted", values, _each(values, "_a", "_i", _each(values, "_b", "_j", before)))


def _each(values: exp.Expr, entry: str, place: str, body: exp.Expr) -> exp.Expr:
    names = [exp.to_identifier(entry), exp.to_identifier(place)]
    return call("list_transform", values.copy(), exp.Lambda(this=body, expressions=names, colon=True))


def _array_position(values: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("coalesce", call("list_position", values, value), number(0))


def _array_join(values: exp.Expr, sign: exp.Expr, instead: exp.Expr | None = None) -> exp.Expr:
    entry = call("lake_text", exp.to_identifier("_v"))
    body = call("coalesce", entry, instead) if instead else entry
    made = exp.Lambda(this=body, expressions=[exp.to_identifier("_v")], colon=True)
    return call("array_to_string", call("list_transform", values, made), sign)


def _array_union(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return call("lake_distinct", call("list_concat", left, right))


def _trim_array(values: exp.Expr, count: exp.Expr) -> exp.Expr:
    rest = exp.Sub(this=call("len", values.copy()), expression=exp.Paren(this=count))
    return call("list_slice", values, number(1), rest)


def _repeat(value: exp.Expr, count: exp.Expr) -> exp.Expr:
    made = exp.Lambda(this=value, expressions=[exp.to_identifier("_i")], colon=True)
    return call("list_transform", call("range", count), made)


def _sequence(start: exp.Expr, end: exp.Expr, step: exp.Expr | None = None) -> exp.Expr:
    if step is None and is_date(start):
        step = exp.Interval(this=text("1"), unit=exp.var("DAY"))
    if step is None:
        up = exp.LTE(this=exp.Paren(this=start.copy()), expression=exp.Paren(this=end.copy()))
        step = exp.Case(ifs=[exp.If(this=up, true=number(1))], default=exp.Neg(this=number(1)))
    return call("lake_series", start, end, step)


def _matching(name: str) -> Callable[..., exp.Expr]:
    return lambda values, test: call(name, call("list_transform", values, test))


def _none_match(values: exp.Expr, test: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Not(this=_matching("lake_any")(values, test)))


def _entry(name: str, field: str) -> exp.Expr:
    return exp.Dot(this=exp.to_identifier(name), expression=exp.to_identifier(field))


def _reduce(values: exp.Expr, start: exp.Expr, step: exp.Expr, final: exp.Expr | None = None) -> exp.Expr:
    """Carry state and entry side by side: DuckDB wants both to be of one type."""
    state, entry = parameters(step, 2, "reduce")
    if isinstance(start, exp.Literal) and start.is_int:
        start = cast(start, "BIGINT")
    nothing = exp.Bracket(this=exp.Paren(this=values.copy()), expressions=[number(1)], offset=1)
    rows = exp.Lambda(
        this=struct(s=start.copy(), x=exp.to_identifier("_x")),
        expressions=[exp.to_identifier("_x")],
        colon=True,
    )
    body = set_parameter(set_parameter(step.this, state, _entry("_p", "s")), entry, _entry("_q", "x"))
    kept = call("cast_to_type", exp.Paren(this=body), start.copy())
    both = exp.Lambda(
        this=struct(s=kept, x=_entry("_q", "x")),
        expressions=[exp.to_identifier("_p"), exp.to_identifier("_q")],
        colon=True,
    )
    begin = struct(s=start.copy(), x=exp.Paren(this=nothing))
    done = exp.Dot(
        this=call("list_reduce", call("list_transform", values, rows), both, begin),
        expression=exp.to_identifier("s"),
    )
    if final is None:
        return done
    listed = call("list_transform", exp.Array(expressions=[done]), final)
    return exp.Bracket(this=listed, expressions=[number(1)], offset=1)


def _zip_with(left: exp.Expr, right: exp.Expr, made: exp.Expr) -> exp.Expr:
    names = parameters(made, 2, "zip_with")
    body = made.this
    for place, name in enumerate(names, start=1):
        at = exp.Bracket(this=exp.to_identifier("_pair"), expressions=[number(place)], offset=1)
        body = set_parameter(body, name, at)
    step = exp.Lambda(this=body, expressions=[exp.to_identifier("_pair")], colon=True)
    return call("list_transform", call("list_zip", left, right), step)


def _over_map(name: str) -> Callable[..., exp.Expr]:
    """A map's lambda has a key and a value, a list's has one entry."""

    def translated(entries: exp.Expr, test: exp.Expr) -> exp.Expr:
        body = test.this
        for parameter, field in zip(parameters(test, 2, name), ("key", "value"), strict=True):
            body = set_parameter(body, parameter, _entry("_entry", field))
        if name != "map_filter":
            parts = {"key": _entry("_entry", "key"), "value": _entry("_entry", "value")}
            body = struct(**{**parts, name.split("_")[1][:-1]: body})
        step = exp.Lambda(this=body, expressions=[exp.to_identifier("_entry")], colon=True)
        over = "list_filter" if name == "map_filter" else "list_transform"
        return call("map_from_entries", call(over, call("map_entries", entries), step))

    return translated


def _of_groups(name: str) -> Callable[..., exp.Expr]:
    return lambda key, value: call(name, call("array_agg", key), call("array_agg", value))


def _listagg(value: exp.Expr, sign: exp.Expr | None = None) -> exp.Expr:
    if isinstance(value, exp.Distinct):
        value, *others = value.expressions
        sign = others[0] if others else None
        value = exp.Distinct(expressions=[value])
    return call("string_agg", value, sign or text(""))


def _approx_distinct(value: exp.Expr, error: exp.Expr | None = None) -> exp.Expr:
    return call("count", exp.Distinct(expressions=[value]))


def _approx_set(value: exp.Expr, error: exp.Expr | None = None) -> exp.Expr:
    """A set that is exact stands for HyperLogLog's sketch: `cardinality` and `merge` work on it."""
    return call("array_agg", exp.Distinct(expressions=[value]))


def _approx_percentile(value: exp.Expr, share: exp.Expr, *more: exp.Expr) -> exp.Expr:
    if more:
        raise SqlError("approx_percentile runs here without a weight only")
    return call("quantile_disc", value, share)


ONLY_PLAIN = frozenset({"map_agg", "multimap_agg", "reduce_agg", "merge"})
"""Aggregates that are made of several of DuckDB's: FILTER and OVER cannot be put on them."""

CALLS: dict[str, Callable[..., exp.Expr]] = {
    "all_match": _matching("lake_all"),
    "any_match": _matching("lake_any"),
    "approx_distinct": _approx_distinct,
    "approx_percentile": _approx_percentile,
    "approx_set": _approx_set,
    "array_join": _array_join,
    "array_position": _array_position,
    "array_sort": _array_sort,
    "array_union": _array_union,
    "cardinality": lambda value: call("len" if is_list(value) else "lake_size", value),
    "contains": _contains,
    "element_at": _element_at,
    "listagg": _listagg,
    "map_agg": _of_groups("lake_map"),
    "map_filter": _over_map("map_filter"),
    "merge": lambda sets: call("lake_distinct", call("flatten", call("array_agg", sets))),
    "multimap_agg": _of_groups("lake_multimap"),
    "none_match": _none_match,
    "reduce": _reduce,
    "reduce_agg": lambda value, start, step, _combine: _reduce(call("array_agg", value), start, step),
    "repeat": _repeat,
    "sequence": _sequence,
    "transform_keys": _over_map("transform_keys"),
    "transform_values": _over_map("transform_values"),
    "trim_array": _trim_array,
    "zip_with": _zip_with,
}
RENAMED = {
    "array_distinct": "lake_distinct", "array_except": "lake_except", "array_intersect": "lake_both",
    "array_max": "lake_greatest", "array_min": "lake_least", "array_remove": "lake_without",
    "arrays_overlap": "lake_overlap", "filter": "list_filter",
    "slice": "lake_slice", "split_to_map": "lake_split_map",
    "split_to_multimap": "lake_split_multimap", "transform": "list_transform", "zip": "list_zip",
}  # fmt: skip
SAME = ["flatten", "map", "map_concat", "map_entries", "map_from_entries", "map_keys", "map_values"]

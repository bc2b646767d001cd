"""Functions on times, where Trino and DuckDB differ.

Times never carry a zone here: Lake's are UTC, so is every time the functions make, and `AT TIME ZONE` gives
the local time of a zone. That is what grouping and printing want; a comparison is of instants, and drops it.

References
----------
https://trino.io/docs/current/functions/datetime.html
"""

from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql import masks
from workbench.queries.aws_sql.trees import call, called, cast, literal, number, text

_UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
_OF_THE_CLOCK = ("millisecond", "second", "minute", "hour")
_ZONED = ("lake_utc", "lake_from_unixtime")

MACROS = {
    "lake_add": "(d, n, step) AS cast_to_type(d + n * CAST(step AS INTERVAL), d)",
    "lake_truncate": "(unit, d) AS cast_to_type(date_trunc(unit, d), d)",
    "lake_offset": "(zone) AS CASE WHEN regexp_full_match(zone, '[+-]\\d\\d:\\d\\d')"
    " THEN CAST(ltrim(zone, '+') || ':00' AS INTERVAL) END",
    "lake_local": "(t, zone) AS coalesce(CAST(t AS TIMESTAMP) + lake_offset(zone),"
    " timezone(CASE WHEN lake_offset(zone) IS NULL THEN zone ELSE 'UTC' END, timezone('UTC', CAST(t AS"
    " TIMESTAMP))))",
    "lake_at": "(t, zone) AS coalesce(CAST(t AS TIMESTAMP) - lake_offset(zone), timezone('UTC',"
    " timezone(CASE WHEN lake_offset(zone) IS NULL THEN zone ELSE 'UTC' END, CAST(t AS TIMESTAMP))))",
    "lake_utc": "(x) AS timezone('UTC', CAST(x AS TIMESTAMPTZ))",
    "lake_instant": "(written, utc, other) AS CASE WHEN typeof(other) = 'TIMESTAMP'"
    " THEN cast_to_type(utc, other) ELSE cast_to_type(written, other) END",
    "lake_from_unixtime": "(x) AS make_timestamp(CAST(round(CAST(x AS DOUBLE) * 1000000) AS BIGINT))",
    "lake_minutes": "(local, utc) AS list_transform([CAST(epoch(local) - epoch(CAST(utc AS TIMESTAMP)) AS"
    " BIGINT) // 60], lambda _m: CASE WHEN _m = 0 THEN 'Z' ELSE CASE WHEN _m < 0 THEN '-' ELSE '+' END ||"
    " printf('%02d:%02d', abs(_m) // 60, abs(_m) % 60) END)[1]",
    "lake_iso": "(x, end_) AS CASE WHEN typeof(x) = 'DATE' THEN CAST(x AS VARCHAR)"
    " ELSE strftime(CAST(x AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g') || end_ END",
}


def unit_of(node: exp.Expr) -> str:
    """Give a unit of time that Trino knows."""
    unit = literal(node, "a unit of time").lower()
    if unit not in _UNITS:
        raise SqlError(f"{visible(unit)!r} is no unit of time. Units: {', '.join(_UNITS)}")
    return unit


def _formatted(mask_of: Callable[[str], str]) -> Callable[..., exp.Expr]:
    return lambda value, mask: call("strftime", value, text(mask_of(literal(mask, "a date mask"))))


def _date_parse(value: exp.Expr, mask: exp.Expr) -> exp.Expr:
    return call("strptime", value, text(masks.mysql_mask(literal(mask, "a date mask"))))


def _parse_datetime(value: exp.Expr, mask: exp.Expr) -> exp.Expr:
    """Read a time with Joda's mask; an offset at its end makes the time one of UTC."""
    written = literal(mask, "a date mask")
    if not written.endswith("Z"):
        return call("strptime", value, text(masks.java_mask(written)))
    zoned = call("regexp_replace", value, text("Z$"), text("+00:00"))
    return call("lake_utc", call("strptime", zoned, text(masks.java_mask(written.rstrip("Z")) + "%z")))


def _date_trunc(unit: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("lake_truncate", text(unit_of(unit)), value)


def _date_diff(unit: exp.Expr, start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Count whole units between instants; days and longer ones are those of the zone of the first."""
    name, zone = unit_of(unit), _zone(start)
    start, end = instant(start), instant(end)
    if zone is not None and name not in _OF_THE_CLOCK:
        start, end = call("lake_local", start, zone), call("lake_local", end, zone.copy())
    return call("date_sub", text(name), start, end)


def instant(node: exp.Expr) -> exp.Expr:
    """Give the time of UTC that a local time was made of.

    Examples
    --------
    >>> instant(call("lake_local", exp.column("t"), text("Asia/Tokyo"))).sql()
    't'
    """
    inner = node.unnest()
    if called(inner) == "lake_local":
        return inner.expressions[0]
    zone = _zone(inner)
    return node if zone is None else call("lake_at", node, zone.copy())


_KEEP_THE_ZONE = {"lake_truncate": 1, "lake_add": 0, "cast_to_type": 1}


def _zone(node: exp.Expr) -> exp.Expr | None:
    """Give the zone of a local time, also of one that was truncated or moved."""
    inner = node.unnest()
    name = called(inner)
    if name == "lake_local":
        return inner.expressions[1]
    return _zone(inner.expressions[_KEEP_THE_ZONE[name]]) if name in _KEEP_THE_ZONE else None


def _to_unixtime(value: exp.Expr) -> exp.Expr:
    return call("epoch", instant(value))


def _date_add(unit: exp.Expr, count: exp.Expr, value: exp.Expr) -> exp.Expr:
    return call("lake_add", value, exp.Paren(this=count), text(f"1 {unit_of(unit)}"))


def _from_unixtime(value: exp.Expr, zone: exp.Expr | None = None) -> exp.Expr:
    made = call("lake_from_unixtime", value)
    return call("lake_local", made, zone) if zone else made


def _from_unixtime_nanos(value: exp.Expr) -> exp.Expr:
    return call("make_timestamp", exp.IntDiv(this=exp.Paren(this=value), expression=number(1000)))


def _to_iso8601(value: exp.Expr) -> exp.Expr:
    if _zone(value) is not None:
        return call("lake_iso", value, call("lake_minutes", value.copy(), instant(value).copy()))
    return call("lake_iso", value, text("Z" if called(value.unnest()) in _ZONED else ""))


def _millisecond(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Mod(this=call("millisecond", value), expression=number(1000)))


CALLS: dict[str, Callable[..., exp.Expr]] = {
    "current_timezone": lambda: text("UTC"),
    "date": lambda value: cast(value, "DATE"),
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_format": _formatted(masks.mysql_mask),
    "date_parse": _date_parse,
    "date_trunc": _date_trunc,
    "format_datetime": _formatted(masks.java_mask),
    "from_iso8601_date": lambda value: cast(value, "DATE"),
    "from_unixtime": _from_unixtime,
    "from_unixtime_nanos": _from_unixtime_nanos,
    "millisecond": _millisecond,
    "now": lambda: call("lake_utc", call("now")),
    "parse_datetime": _parse_datetime,
    "to_iso8601": _to_iso8601,
    "to_unixtime": _to_unixtime,
}
RENAMED = {
    "at_timezone": "lake_local", "day_of_month": "day", "day_of_week": "isodow", "day_of_year": "dayofyear",
    "dow": "isodow", "doy": "dayofyear", "from_iso8601_timestamp": "lake_utc",
    "last_day_of_month": "last_day", "week_of_year": "week",
    "with_timezone": "lake_at", "year_of_week": "isoyear",
    "yow": "isoyear",
}  # fmt: skip
SAME = ["year", "month", "day", "hour", "minute", "second", "quarter", "week"]

"""Operators and functions on numbers, and types, where Trino and DuckDB differ.

`//` divides integers as Trino does, and other numbers as `/`; `a + b` has the scale of Trino's decimals.

References
----------
https://trino.io/docs/current/functions/math.html
https://trino.io/docs/current/functions/decimal.html
https://trino.io/docs/current/functions/conversion.html
"""

from collections.abc import Callable

from sqlglot import exp

from workbench.errors import SqlError
from workbench.queries.aws_sql.trees import call, called, cast, number, text

_IS_REAL = "typeof(a + b) IN ('DOUBLE', 'FLOAT')"

# A division by zero fails as a cast does: error() is volatile, and DuckDB's TRY takes nothing volatile.
MACROS = {
    "lake_divide": f"(a, b) AS CASE WHEN b = 0 AND NOT {_IS_REAL} THEN cast_to_type('Division by zero', a"
    f" + b)"
    f" WHEN {_IS_REAL} THEN cast_to_type(CAST(a AS DOUBLE) / CAST(b AS DOUBLE), a + b)"
    " ELSE cast_to_type(a // b, a + b) END",
    "lake_modulo": f"(a, b) AS CASE WHEN b = 0 THEN CASE WHEN {_IS_REAL} THEN cast_to_type('nan', a + b)"
    " ELSE cast_to_type('Division by zero', a + b) END ELSE a % b END",
    # a double is rounded half away from zero, and text must be a whole number to become one
    "lake_whole": "(x) AS CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN"
    " cast_to_type(round(TRY_CAST(CAST(x AS VARCHAR)"
    " AS DOUBLE)), x) WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), '[+-]?\\d+')"
    " THEN cast_to_type('no whole number: ' || CAST(x AS VARCHAR), x) ELSE x END",
    "lake_type_inside": "(t) AS regexp_replace(regexp_replace(replace(replace(replace(lower(t), 'struct(',"
    " 'row('),"
    " 'timestamp', 'timestamp(3)'), 'blob', 'varbinary'), '(\\w+)\\[\\]', 'array(\\1)', 'g'),"
    " '^(row\\(.*\\))\\[\\]$',"
    " 'array(\\1)')",
    "lake_type": "(t) AS CASE WHEN t = '\"NULL\"' THEN 'unknown' WHEN t = 'TIMESTAMP' THEN 'timestamp(3)'"
    " WHEN t = 'BLOB' THEN 'varbinary' WHEN t = 'FLOAT' THEN 'real' WHEN t = 'UHUGEINT' THEN 'ipaddress'"
    " WHEN t = 'HUGEINT' THEN 'bigint' WHEN t = 'INTERVAL' THEN 'interval day to second'"
    " WHEN t LIKE '%[]' THEN 'array(' || lake_type_inside(t[:-3]) || ')' ELSE lake_type_inside(t) END",
}
_BITS: dict[str, type[exp.Binary]] = {
    "bitwise_and": exp.BitwiseAnd,
    "bitwise_or": exp.BitwiseOr,
    "bitwise_left_shift": exp.BitwiseLeftShift,
    "bitwise_right_shift": exp.BitwiseRightShift,
}


def _bits(name: str) -> Callable[..., exp.Expr]:
    def translated(left: exp.Expr, right: exp.Expr) -> exp.Expr:
        sides = {
            "this": exp.Paren(this=cast(left, "BIGINT")),
            "expression": exp.Paren(this=cast(right, "BIGINT")),
        }
        return exp.Paren(this=_BITS[name](**sides))

    return translated


def _bit_count(value: exp.Expr, bits: exp.Expr) -> exp.Expr:
    if bits.name != "64":
        raise SqlError("bit_count runs here for 64 bits only")
    return cast(call("bit_count", cast(value, "BIGINT")), "BIGINT")


def _random(*bounds: exp.Expr) -> exp.Expr:
    if not bounds:
        return call("random")
    low = bounds[0] if len(bounds) == 2 else number(0)
    width = exp.Paren(this=exp.Sub(this=exp.Paren(this=bounds[-1]), expression=exp.Paren(this=low.copy())))
    step = call("floor", exp.Mul(this=call("random"), expression=width))
    return cast(exp.Add(this=exp.Paren(this=low), expression=step), "BIGINT")


def _of_all(name: str) -> Callable[..., exp.Expr]:
    """The greatest of the greatest is the greatest of all: one macro where the query nests many."""

    def translated(*values: exp.Expr) -> exp.Expr:
        return call(name, exp.Array(expressions=[part for value in values for part in _parts(name, value)]))

    return translated


def _parts(name: str, value: exp.Expr) -> list[exp.Expr]:
    inner = value.unnest()
    listed = inner.expressions[0] if called(inner) == name else None
    return listed.expressions or [value] if isinstance(listed, exp.Array) else [value]


def _if(test: exp.Expr, yes: exp.Expr, no: exp.Expr | None = None) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=test, true=yes)], default=no)


CALLS: dict[str, Callable[..., exp.Expr]] = {
    **{name: _bits(name) for name in _BITS},
    "bit_count": _bit_count,
    "bitwise_not": lambda value: exp.Paren(this=exp.BitwiseNot(this=exp.Paren(this=cast(value, "BIGINT")))),
    "e": lambda: call("exp", number(1)),
    "geometric_mean": lambda value: call("geomean", value),
    "greatest": _of_all("lake_greatest"),
    "if": _if,
    "infinity": lambda: cast(text("inf"), "DOUBLE"),
    "least": _of_all("lake_least"),
    "log": lambda base, value: call("log", base, value),
    "mod": lambda left, right: call("lake_modulo", left, right),
    "nan": lambda: cast(text("nan"), "DOUBLE"),
    "rand": _random,
    "random": _random,
    "to_base": lambda value, radix: call("lower", call("to_base", value, radix)),
    "typeof": lambda value: call("lake_type", call("typeof", value)),
}
RENAMED = {
    "bitwise_and_agg": "bit_and", "bitwise_or_agg": "bit_or", "bitwise_xor": "xor",
    "bitwise_xor_agg": "bit_xor", "is_finite": "isfinite", "is_infinite": "isinf", "is_nan": "isnan",
    "truncate": "trunc",
}  # fmt: skip
SAME = [
    "abs", "acos", "asin", "atan", "atan2", "cbrt", "ceil", "ceiling", "cos", "degrees", "exp", "floor", "ln",
    "log10", "log2", "pi", "pow", "power", "radians", "round", "sign", "sin", "sqrt", "tan",
]  # fmt: skip

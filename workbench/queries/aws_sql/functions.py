"""The functions a query may call, each with its translation. What has no entry here does not run.

A function takes the arguments as trees and gives a tree. The rooms beside this one hold those that differ
from DuckDB's, by what they work on; where a name is all that differs, it is in a table `RENAMED`.

References
----------
https://trino.io/docs/current/functions.html
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from sqlglot import exp

from workbench.errors import SqlError, visible
from workbench.queries.aws_sql import arithmetic, jsons, lists, texts, times
from workbench.queries.aws_sql.trees import call

_SAME = [
    *lists.SAME, *arithmetic.SAME, *times.SAME,
    "any_value", "array_agg", "avg", "bool_and", "bool_or", "chr", "coalesce", "concat_ws", "corr", "count",
    "count_if", "covar_pop", "covar_samp", "cume_dist", "dense_rank", "first_value", "grouping", "histogram",
    "lag", "last_value", "lead", "lower", "lpad", "ltrim", "max", "max_by", "min", "min_by", "nth_value",
    "ntile",
    "nullif", "percent_rank", "rank", "regr_intercept", "regr_slope", "row", "row_number", "rpad", "rtrim",
    "starts_with", "stddev", "stddev_pop", "stddev_samp", "sum", "to_base64", "translate", "try", "upper",
    "uuid", "var_pop", "var_samp", "variance",
]  # fmt: skip
_RENAMED = {
    "arbitrary": "any_value", "every": "bool_and",
    **jsons.RENAMED, **lists.RENAMED, **arithmetic.RENAMED, **texts.RENAMED, **times.RENAMED,
}  # fmt: skip
_OWN: dict[str, Callable[..., exp.Expr]] = {
    **jsons.CALLS,
    **lists.CALLS,
    **arithmetic.CALLS,
    **texts.CALLS,
    **times.CALLS,
}
_ALL = {*_SAME, *_RENAMED, *_OWN}
_LONGEST = 64  # characters of a name that are compared and shown


def translate(name: str, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """Translate one call.

    Raises
    ------
    SqlError
        The function is not known here, or not with these arguments.

    Examples
    --------
    >>> from workbench.queries.aws_sql.trees import text
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
    near = get_close_matches(known[:_LONGEST], _ALL, cutoff=0.6)
    nearest = f". Nearest: {', '.join(near)}" if near else ""
    raise SqlError(f"no function {visible(name[:_LONGEST])} here{nearest}")


NAMES: Mapping[str, str] = {name: _RENAMED.get(name, name) for name in sorted(_ALL)}
"""Every function a query may call."""

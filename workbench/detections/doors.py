"""What comes in by the public functions: a table of something else is told as such, with what to give."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from workbench.detections.judging.hits import HITS
from workbench.errors import ParameterError
from workbench.events.columns import AWS, OURS

P = ParamSpec("P")
Answer = TypeVar("Answer")

_ORIGINS = ("eventID", "origin", "proof", "who", "rank")
_MADE_BY = {
    "events": ([*(field.name for field in (*AWS, *OURS))], "wb.events(con)"),
    "hits": (HITS.names, "wb.detections.run(events)"),
    "who": ([*_ORIGINS, *(field.name for field in (*AWS, *OURS))], "wb.detections.people(events)"),
    "ranked": (_ORIGINS, "wb.detections.rank_origins(who, hits)"),
}
"""By the name of a parameter: the columns that may be asked for, and what returns them."""


def guarded(function: Callable[P, Answer]) -> Callable[P, Answer]:
    """Return a function that says of a table which column it lacks, and what to give instead.

    What is asked of a table is asked where it is used: a table of fewer columns will do where the rest are
    not. Errors of other kinds stay what they are.

    Examples
    --------
    >>> import ibis
    >>> names = guarded(lambda events: events.select("eventName"))
    >>> names(ibis.memtable({"a": [1]}))
    Traceback (most recent call last):
    workbench.errors.ParameterError: events has no column eventName. Give what wb.events(con) returns, whole
    """
    signature = inspect.signature(function)
    tables = {name: one.default for name, one in signature.parameters.items() if name in _MADE_BY}

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Answer:
        given = dict(zip(signature.parameters, args, strict=False)) | kwargs
        held = {name: given[name] for name in tables if given.get(name, tables[name]) is not tables[name]}
        for name, table in held.items():
            if not isinstance(table, ir.Table):
                raise ParameterError(f"{name} is no Ibis table but a {type(table).__name__}. {_remedy(name)}")
        try:
            return function(*args, **kwargs)
        except (AttributeError, IbisError, duckdb.Error) as error:
            for name, table in held.items():
                if lacking := _lacking(name, table, str(error)):
                    raise ParameterError(f"{name} has no column {lacking}. {_remedy(name)}") from error
            raise

    return checked


def _remedy(name: str) -> str:
    return f"Give what {_MADE_BY[name][1]} returns, whole"


def _lacking(name: str, table: ir.Table, said: str) -> str:
    """Return those of its columns that a table lacks and an error speaks of."""
    known, _ = _MADE_BY[name]
    absent = dict.fromkeys(one for one in known if one not in table.columns)
    return ", ".join(one for one in absent if re.search(rf"\b{one}\b", said))

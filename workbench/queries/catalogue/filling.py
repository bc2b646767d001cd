"""Values for the places in a ready query: checked, then written as literals of SQL.

A value is never pasted: what stands in the query afterwards is one literal of the kind the header names, as
sqlglot writes it. A place is a `:name` outside of texts, names and comments, as the tokens of the query tell.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlglot import exp
from sqlglot.dialects.trino import Trino

from workbench.errors import ParameterError, visible
from workbench.queries.aws_sql.stores import cover
from workbench.queries.catalogue.headers import Parameter, Query

Value = str | int | datetime | Sequence[str]
"""What a parameter may be: a command line gives texts only."""

_NAME = re.compile(r"[A-Za-z_]+")


def fill(entry: Query, parameters: Mapping[str, Value] | None = None) -> str:
    """Write values into the places of a ready query; defaults where none is given.

    Parameters
    ----------
    entry
        A query of the catalogue.
    parameters
        Name and value of each: texts, whole numbers, times (ISO 8601 or `datetime`, UTC where there is no
        offset); several texts as a list, or as one text with commas.

    Returns
    -------
    str
        The query as it runs here, and on AWS once the store's id is in it.

    Raises
    ------
    ParameterError
        A value is missing, not of its kind, or for no parameter of this query.

    Examples
    --------
    >>> from workbench.queries.catalogue import query
    >>> text = fill(query("activity_by_ip"), {"ip": "it's", "start": "2026-03-02"})
    >>> [line.strip() for line in text.splitlines() if "it" in line and "IP" in line]
    ["WHERE sourceIPAddress = 'it''s'"]
    """
    given = dict(parameters or {})
    foreign = sorted(given.keys() - {known.name for known in entry.parameters})
    if foreign:
        known = ", ".join(known.name for known in entry.parameters) or "none"
        raise ParameterError(f"{entry.name} has no parameter {visible(foreign[0])}. Parameters: {known}")
    literals = {known.name: _literal(entry, known, given.get(known.name)) for known in entry.parameters}
    text, done = "", 0
    for start, end in places(entry.sql):
        text += entry.sql[done:start] + literals[entry.sql[start + 1 : end]]
        done = end
    return text + entry.sql[done:]


def places(sql: str) -> list[tuple[int, int]]:
    """Tell where a query has its places: start and end of each `:name`.

    Examples
    --------
    >>> places("SELECT ':a' FROM $EDS_ID WHERE x = :a -- :b")
    [(35, 37)]
    """
    covered, _ = cover(sql)
    tokens = Trino().tokenize(covered)
    found = []
    for sign, word in pairwise(tokens):
        if sign.text == ":" and word.start == sign.end + 1 and _NAME.fullmatch(word.text):
            found.append((sign.start, word.end + 1))
    return found


def _literal(entry: Query, known: Parameter, value: Value | None) -> str:
    given = known.default if value is None else value
    if given is None:
        raise ParameterError(
            f"{entry.name} needs {known.name}, {known.meaning}. Give it: -p {known.name} VALUE"
        )
    try:
        return _WRITERS[known.kind](given, entry.dialect)
    except (TypeError, ValueError) as error:
        shown = visible(given)[:80]
        raise ParameterError(
            f"{known.name} of {entry.name} is a {known.kind}, not {shown}: {error}"
        ) from error


def _text(value: Any, _dialect: str = "") -> str:
    if not isinstance(value, str):
        raise TypeError("give it as text")
    return exp.Literal.string(value).sql("trino")


def _texts(value: Any, _dialect: str) -> str:
    entries = [entry.strip() for entry in value.split(",")] if isinstance(value, str) else list(value)
    if not [entry for entry in entries if entry]:
        raise ValueError("give one text at least")
    return f"({', '.join(_text(entry) for entry in entries)})"


def _whole(value: Any, _dialect: str) -> str:
    number = int(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("give it without a point")
    if not -(2**63) <= number < 2**63:
        raise ValueError("it does not fit into a bigint")
    return exp.Literal.number(number).sql("trino")


def _time(value: Any, dialect: str) -> str:
    """Athena's times are texts, and so compare as texts."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(read, datetime):
        raise TypeError("write it as 2024-05-06T07:08:09Z")
    known = read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
    if dialect == "athena":
        return _text(f"{known:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0"))
    return f"TIMESTAMP {_text(known.isoformat(' ', 'milliseconds'))}"


_WRITERS = {"text": _text, "texts": _texts, "whole": _whole, "time": _time}

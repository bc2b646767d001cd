"""The header of a ready query: what it answers, what it wants to know, what it shows.

A header is the comments a file begins with. Each field has its name, a colon and its words; a line that is
indented goes on with the field before it:

    -- title: Reads of a secret
    -- question: Who read this secret, from where?
    -- dialect: lake
    -- parameter: secret text, a part of the secret's name or ARN
    -- parameter: fewest whole = 3, callers with fewer reads are left out
    -- columns: eventTime, arn, sourceIPAddress
    -- look for: callers that are no workload of yours
    -- limits: reads through the console count as well
    -- sample: secret prod/orders

`sample` gives values to try on the sample case; it stands where a parameter has no default.
"""

import re
from dataclasses import dataclass, field

from workbench.errors import SqlError

TYPES = ("text", "texts", "time", "whole")
"""Kinds of values: a text, some texts, a time in UTC, a whole number."""

_ONCE = ("title", "question", "dialect", "columns", "look for", "limits")
_FIELD = re.compile(r"-- (?P<name>[a-z][a-z ]*): (?P<words>.+)")
_PARAMETER = re.compile(
    rf"(?P<name>[a-z_]+) (?P<kind>{'|'.join(TYPES)})(?: = (?P<default>[^,]+))?, (?P<meaning>.+)"
)


@dataclass(frozen=True)
class Parameter:
    """A value that a ready query asks for: its name, kind, meaning, and default where it has one."""

    name: str
    kind: str
    meaning: str
    default: str | None = None


@dataclass(frozen=True)
class Query:
    """A ready query: what its header says, and its SQL."""

    name: str
    title: str
    question: str
    dialect: str
    columns: tuple[str, ...]
    look_for: str
    limits: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    sample: dict[str, str] = field(default_factory=dict)


COMMON = (
    Parameter("start", "time", "events from this time on", "0001-01-01"),
    Parameter("end", "time", "events before this time", "9999-12-31"),
)
"""What nearly every query asks for; headers do not repeat it."""


def read(name: str, text: str) -> Query:
    """Read a file of the catalogue.

    Raises
    ------
    SqlError
        The header is not as this module tells it.

    Examples
    --------
    >>> header = '''-- title: Reads
    ... -- question: Who read it?
    ... -- dialect: lake
    ... -- parameter: secret text, the secret
    ... -- columns: eventTime
    ... -- look for: strangers
    ... -- limits: none known
    ... -- sample: secret prod/orders
    ... '''
    >>> found = read("reads", header + "SELECT eventTime FROM $EDS_ID")
    >>> found.parameters[0], found.sample
    (Parameter(name='secret', kind='text', meaning='the secret', default=None), {'secret': 'prod/orders'})
    """
    lines = text.splitlines()
    end = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    fields = _fields(name, lines[:end])
    once = {known: [words for field, words in fields if field == known] for known in _ONCE}
    wrong = [known for known, found in once.items() if len(found) != 1]
    foreign = {known for known, _ in fields} - {*_ONCE, "parameter", "sample"}
    if wrong or foreign:
        raise SqlError(f"{name}.sql: its header needs one of each of {_ONCE}; see {sorted(foreign) or wrong}")
    sql = "\n".join(lines[end:]).strip() + "\n"
    asked = [_parameter(name, words) for known, words in fields if known == "parameter"]
    return Query(
        name=name,
        title=once["title"][0],
        question=once["question"][0],
        dialect=once["dialect"][0],
        columns=tuple(once["columns"][0].split(", ")),
        look_for=once["look for"][0],
        limits=once["limits"][0],
        sql=sql,
        parameters=(*asked, *(known for known in COMMON if re.search(rf":{known.name}\b", sql))),
        sample=dict(_pair(words) for known, words in fields if known == "sample"),
    )


def _fields(name: str, lines: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        match = _FIELD.fullmatch(line)
        if match:
            found.append((match["name"], match["words"].strip()))
        elif line.startswith("--   ") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line[5:].strip()}")
        else:
            raise SqlError(f"{name}.sql, line {number}: no field of a header: {line}")
    return found


def _parameter(name: str, words: str) -> Parameter:
    match = _PARAMETER.fullmatch(words)
    if match is None:
        raise SqlError(f"{name}.sql: a parameter is `name kind [= default], meaning`, not: {words}")
    return Parameter(match["name"], match["kind"], match["meaning"], match["default"])


def _pair(words: str) -> tuple[str, str]:
    name, _, value = words.partition(" ")
    return name, value

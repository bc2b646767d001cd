"""Rows of a query's answer as text: JSON, CSV and a table, a row at a time where the format allows."""

import csv
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from workbench.errors import WorkbenchError, visible

Rows = Iterable[Sequence[Any]]

_FORMULA = ("=", "+", "-", "@", "\t")


def plain(value: Any) -> Any:
    """Give a value as JSON has it: times as AWS prints them, whole numbers without a point.

    Examples
    --------
    >>> plain(dt.datetime(2024, 5, 8, 7, 6, 5, 4000)), plain(Decimal("7"))
    ('2024-05-08 07:06:05.004', 7)
    >>> plain({"a": [dt.date(2024, 5, 8), float("nan")]})
    {'a': ['2024-05-08', None]}
    """
    if value is None or isinstance(value, (str, int)):  # most are
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "milliseconds")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else _number(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _number(value: Decimal) -> float | str:
    """Give a number that JSON readers take as it is; digits that they would lose make it a text."""
    return float(value) if Decimal(repr(float(value))) == value else format(value, "f")


def cell(value: Any) -> str:
    """Give a value as one text; nothing for NULL.

    Examples
    --------
    >>> cell(None), cell(True), cell({"a": 1}), cell("x")
    ('', 'true', '{"a": 1}', 'x')
    >>> cell(Decimal("1.50")), cell(float("inf"))
    ('1.50', 'Infinity')
    """
    if isinstance(value, float) and value - value != 0:
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Decimal):
        return format(value, "f")
    known = plain(value)
    if known is None:
        return ""
    return known if isinstance(known, str) else json.dumps(known, ensure_ascii=False)


def safe_cell(value: Any) -> str:
    """Give a CSV cell that no spreadsheet takes for a formula; numbers stay numbers.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell(-5), safe_cell("a=1")
    ("'=1+1", '-5', 'a=1')
    """
    text = cell(value)
    is_number = isinstance(value, (int, float, Decimal))
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def as_json(names: Sequence[str], rows: Rows) -> Iterator[str]:
    """Give an array of objects, one on each line.

    Examples
    --------
    >>> print("".join(as_json(["a"], [[1], [None]])))
    [{"a": 1},
    {"a": null}]
    >>> print("".join(as_json(["a"], [])))
    []
    """
    yield "["
    for number, row in enumerate(rows):
        entry = {name: plain(value) for name, value in zip(names, row, strict=True)}
        yield (",\n" if number else "") + json.dumps(entry, ensure_ascii=False)
    yield "]"


class _Lines:
    """What `csv.writer` writes to: it gives the last line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(names: Sequence[str], rows: Rows) -> Iterator[str]:
    r"""Give a header and rows as RFC 4180 has them.

    Examples
    --------
    >>> list(as_csv(["a", "b"], [["x,y", "@z"]]))
    ['a,b\r\n', '"x,y",\'@z\r\n']
    """
    write = csv.writer(_Lines()).writerow
    for row in chain([names], rows):
        yield str(write([safe_cell(value) for value in row]))


def as_table(names: Sequence[str], rows: Rows) -> Iterator[str]:
    """Give aligned columns; what steers a terminal is spelled out.

    Examples
    --------
    >>> print("\\n".join(line.rstrip() for line in "".join(as_table(["a", "bb"], [["xyz", 1]])).splitlines()))
    a    bb
    ---  --
    xyz  1
    """
    texts = [[" ".join(visible(cell(value)).split("\n")) for value in row] for row in chain([names], rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    texts.insert(1, ["-" * width for width in widths])
    for line in texts:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n"


FORMATS: dict[str, Callable[[Sequence[str], Rows], Iterator[str]]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}


def write(parts: Iterable[str]) -> None:
    """Write to standard output, as it comes; a pipe that is closed is the caller's to end."""
    try:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WorkbenchError(
            f"standard output cannot be written: {error.strerror}. What is there is not whole"
        ) from error

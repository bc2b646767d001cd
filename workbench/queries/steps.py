"""Lengths of time: the steps of a time axis, and spans such as `10m`."""

import re

import ibis
import ibis.expr.types as ir

from workbench.errors import ParameterError

STEPS = {"m": 60, "5m": 300, "15m": 900, "h": 3_600, "6h": 21_600, "d": 86_400, "M": 2_592_000}
"""Steps of a time axis and their seconds (a month: 30 days), from fine to coarse."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def bucket(time: ir.TimestampValue, every: str) -> ir.TimestampValue:
    """Return the start of the step that a time lies in, UTC.

    Parameters
    ----------
    time
        A naive UTC timestamp column.
    every
        One of `STEPS`; steps begin at midnight.

    Raises
    ------
    ParameterError
        When the step is not one of `STEPS`.
    """
    if every not in STEPS:
        raise ParameterError(f"no step {every!r}. Take one of: {', '.join(STEPS)}")
    if every in ("5m", "15m"):
        return time.truncate("m") - (time.minute() % int(every[:-1])).as_interval("m")
    if every == "6h":
        return time.truncate("h") - (time.hour() % 6).as_interval("h")
    return time.truncate(every)


def fitted(every: str, length: float, *, most: float, least: float = 1) -> str:
    """Return `every`, or the nearest step that divides a length of time into not too many or too few.

    Parameters
    ----------
    every
        The step asked for.
    length
        Seconds from the first to the last event.
    most, least
        Number of steps that can be shown, and that are worth showing; `most` wins.

    Examples
    --------
    >>> fitted("h", 7 * 86_400, most=500)
    'h'
    >>> fitted("h", 90 * 86_400, most=500)
    '6h'
    >>> fitted("h", 55 * 60, most=500, least=8)
    '5m'
    """
    if every not in STEPS:
        raise ParameterError(f"no step {every!r}. Take one of: {', '.join(STEPS)}")
    steps = list(STEPS)
    at = steps.index(every)
    while at > 0 and length / STEPS[steps[at]] < least:
        at -= 1
    while at < len(steps) - 1 and length / STEPS[steps[at]] > most:
        at += 1
    return steps[at]


def seconds(span: str) -> int:
    """Return a span of time in seconds.

    Raises
    ------
    ParameterError
        When the text is not a number and one of s, m, h, d, w.

    Examples
    --------
    >>> seconds("10m"), seconds("7d")
    (600, 604800)
    """
    found = re.fullmatch(r"(\d+)\s*([smhdw])", span)
    if not found:
        raise ParameterError(f"{span!r} is not a span of time. Write a number and s, m, h, d or w: 10m")
    return int(found[1]) * _UNITS[found[2]]


def span(number: int) -> ir.IntervalValue:
    """Return an interval of so many seconds."""
    return ibis.interval(seconds=number)

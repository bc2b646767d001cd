"""Times as records spell them, into naive UTC."""

import datetime as dt
import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from workbench.events.columns import TEXT, TIMESTAMP

Window = tuple[dt.datetime | None, dt.datetime | None]
"""START and END of a span of time, naive UTC; None: everything."""

_EPOCH = re.compile(r"-?\d{1,16}(\.\d+)?")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_MILLISECONDS_FROM = 10**11  # as seconds that is the year 5138, as milliseconds 1973
_ZONED = pa.timestamp("us", "UTC")
FIRST_YEAR, LAST_YEAR = 2006, 2100  # AWS opened in 2006; a record from outside deserves a look


def parse_time(text: str) -> tuple[dt.datetime | None, str | None]:
    """Read a time, and say what was unusual about it.

    Parameters
    ----------
    text
        ISO 8601 with `T` or a blank, with or without fraction and offset (none: UTC), or an epoch in
        seconds or milliseconds.

    Returns
    -------
    time, flag
        Naive UTC, or None; and `bad-time`, `epoch-time`, `odd-time` or None.

    Examples
    --------
    >>> parse_time("2026-09-02T04:20:00Z")
    (datetime.datetime(2026, 9, 2, 4, 20), None)
    >>> parse_time("2026-09-02 06:20:00.500+02:00")
    (datetime.datetime(2026, 9, 2, 4, 20, 0, 500000), None)
    >>> parse_time("1788322800")
    (datetime.datetime(2026, 9, 2, 4, 20), 'epoch-time')
    >>> parse_time("yesterday")
    (None, 'bad-time')
    """
    epoch = _EPOCH.fullmatch(text)
    try:
        time = _from_epoch(float(text)) if epoch else _from_iso(text)
    except (ValueError, OverflowError):
        return None, "bad-time"
    odd = not FIRST_YEAR <= time.year <= LAST_YEAR
    return time, "odd-time" if odd else "epoch-time" if epoch else None


def _from_iso(text: str) -> dt.datetime:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        raise ValueError(text)
    time = dt.datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text.strip()))
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


def _from_epoch(number: float) -> dt.datetime:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)  # noqa: DTZ001


def usual_times(texts: Sequence[str | None]) -> pa.Array | None:
    """Read times that all say their zone and lie in usual years; None when one does not.

    Examples
    --------
    >>> usual_times(["2026-09-02T04:20:00Z", None]).to_pylist()
    [datetime.datetime(2026, 9, 2, 4, 20), None]
    >>> usual_times(["yesterday"]) is None
    True
    """
    try:
        times = pa.array(texts, TEXT).cast(_ZONED).cast(TIMESTAMP)
    except pa.ArrowInvalid:
        return None
    years = pc.min_max(pc.year(times)).as_py()
    known = years["min"] is not None
    return None if known and not (years["min"] >= FIRST_YEAR and years["max"] <= LAST_YEAR) else times

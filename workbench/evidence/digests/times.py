"""Times as AWS writes them: ISO 8601 or seconds since 1970; here always naive UTC."""

import datetime as dt
from typing import Any

_FIRST_YEAR, _LAST_YEAR = 1971, 9998  # hours are added and taken away: the very ends would overflow


def read_time(value: Any) -> dt.datetime | None:
    """Read a time; None when it is none.

    Examples
    --------
    >>> read_time("2026-03-01T06:00:00+01:00"), read_time(1772341200)
    (datetime.datetime(2026, 3, 1, 5, 0), datetime.datetime(2026, 3, 1, 5, 0))
    >>> read_time("2026-13-45T00:00:00Z"), read_time(True), read_time(10**400)
    (None, None, None)
    """
    try:
        if isinstance(value, str):
            time = dt.datetime.fromisoformat(value)
            if time.tzinfo not in (None, dt.UTC):
                time = time.astimezone(dt.UTC)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            time = dt.datetime.fromtimestamp(value, dt.UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return time.replace(tzinfo=None) if _FIRST_YEAR <= time.year <= _LAST_YEAR else None

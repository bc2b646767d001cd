"""From when to when an issued credential works."""

import datetime as dt
import re

from workbench.queries.attribution.facts import Issuance
from workbench.queries.attribution.model import BEGINNING, END, FOREVER, SKEW

_BLANK = r"(?:\s|\\u202[fF])+"  # a narrow blank before AM may still be spelled as JSON spells it
_SPELLING = re.compile(
    rf"\s*([A-Z][a-z]{{2}}){_BLANK}(\d+),{_BLANK}(\d{{4}}),?{_BLANK}(\d+):(\d+):(\d+){_BLANK}([AP])M\s*"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONGEST, _CHAINED = dt.timedelta(hours=12), dt.timedelta(hours=1)


def expiry(text: str | None) -> dt.datetime | None:
    r"""Read the time at which credentials expire, as STS writes it; None when it is no time.

    Examples
    --------
    >>> expiry("Aug 1, 2024, 11:45:22\u202fAM"), expiry("Jul 18, 2014 4:07:39 PM"), expiry("soon")
    (datetime.datetime(2024, 8, 1, 11, 45, 22), datetime.datetime(2014, 7, 18, 16, 7, 39), None)
    """
    found = _SPELLING.fullmatch(text or "")
    try:
        return _time(*found.groups()) if found else dt.datetime.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        return None


def _time(month: str, day: str, year: str, hour: str, minute: str, second: str, half: str) -> dt.datetime:
    in_day = int(hour) % 12 + (12 if half == "P" else 0)
    parts = int(year), _MONTHS.index(month) + 1, int(day), in_day, int(minute), int(second)
    return dt.datetime(*parts)  # noqa: DTZ001 (UTC by contract)


def window(call: Issuance, *, is_chained: bool, is_console: bool) -> tuple[dt.datetime, dt.datetime]:
    """Give the time in which what a call issued works, with five minutes of skew at both ends.

    Console sessions renew themselves: they have no upper end.
    """
    if call.time is None:
        return FOREVER
    if is_console:
        return call.time - SKEW, END
    return call.time - SKEW, expires_at(call, is_chained=is_chained) + SKEW


def expires_at(call: Issuance, *, is_chained: bool) -> dt.datetime:
    """Tell when what a call issued expires: as recorded, else as asked for, else at the longest."""
    told = expiry(call.expires)
    if told:
        return told
    begun = call.time or BEGINNING
    seconds = call.duration or ""
    is_asked = seconds.isdecimal() and len(seconds) < 7  # more than a day is no duration
    asked = dt.timedelta(seconds=int(seconds)) if is_asked else LONGEST
    return begun + (min(asked, _CHAINED) if is_chained else asked)


def ends_at(call: Issuance, *, is_chained: bool, is_console: bool) -> dt.datetime:
    """Tell when what a call issued ends at the latest; a console renews its credentials for hours."""
    if is_console and call.time:
        return call.time + LONGEST
    return expires_at(call, is_chained=is_chained)

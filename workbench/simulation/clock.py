"""Simulated time: seconds of Unix time, always UTC, never the wall clock."""

from datetime import UTC, datetime

MINUTE, HOUR, DAY = 60, 3600, 86400

# A Monday. Logging of the organization trail starts with it.
FIRST_DAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())

WORKING_DAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
EVERY_DAY = WORKING_DAYS + WEEKEND

# Spelled here, because strftime would spell them in the language of the machine.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# How busy an application of a European firm is, by hour (UTC); a weekend has three tenths of it.
BUSY_HOURS = (2, 2, 3, 2, 2, 3, 5, 9, 12, 13, 12, 11, 10, 12, 13, 12, 11, 9, 6, 5, 4, 3, 3, 2)


def iso(seconds: int) -> str:
    """Return `seconds` as CloudTrail writes eventTime.

    Examples
    --------
    >>> iso(FIRST_DAY)
    '2026-03-02T00:00:00Z'
    """
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def spelled(seconds: int) -> str:
    """Return `seconds` as STS and IAM write times in responseElements.

    Examples
    --------
    >>> spelled(FIRST_DAY + 13 * HOUR + 5)
    'Mar 2, 2026, 1:00:05 PM'
    """
    at = datetime.fromtimestamp(seconds, UTC)
    half = "AM" if at.hour < 12 else "PM"
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S} {half}"


def compact(seconds: int, mask: str = "%Y%m%dT%H%MZ") -> str:
    """Return `seconds` as in the name of a log file."""
    return f"{datetime.fromtimestamp(seconds, UTC):{mask}}"


def weekday(day: int) -> int:
    """Return the weekday of the `day`-th simulated day (from 0): 0 is Monday."""
    return day % 7


def rotations(seconds: int) -> int:
    """Return how often the weekly key rotation (Tuesday morning) has taken place by then."""
    tuesday_noon = FIRST_DAY + DAY + 12 * HOUR
    return 0 if seconds < tuesday_noon else (seconds - tuesday_noon) // (7 * DAY) + 1


def busyness(day: int, hour: int) -> int:
    """Return how much application traffic an hour sees, relative to the others."""
    return BUSY_HOURS[hour] * (10 if weekday(day) in WORKING_DAYS else 3)

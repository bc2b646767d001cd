"""How many calls, when: over time, by weekday and hour."""

import ibis.expr.types as ir

from workbench.queries.filters import column, has_time, is_denied, is_write
from workbench.queries.steps import bucket


def activity(events: ir.Table, *, by: str = "eventSource", every: str = "h") -> ir.Table:
    """Count calls over time.

    Parameters
    ----------
    events
        The events table. An event without a usable time has no place on a time axis and is left out.
    by
        Column to count by.
    every
        Step: `m`, `5m`, `15m`, `h`, `6h`, `d` or `M`.

    Returns
    -------
    ibis Table
        `bucket` (start of the step, naive UTC), the column `by` (NULL: absent in the record), `events` and
        `denied` (numbers of calls); ordered by `bucket`, then `by`.

    Raises
    ------
    ParameterError
        When the column or the step is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(eventTime="2026-09-02T04:10:00Z"), event(eventTime="2026-09-02T04:50:00Z"))
    >>> activity(rows).select("bucket", "events", "denied").to_pyarrow().to_pylist()
    [{'bucket': datetime.datetime(2026, 9, 2, 4, 0), 'events': 2, 'denied': 0}]
    """
    column(events, by)
    timed = events.filter(has_time(events))
    return (
        timed.mutate(bucket=bucket(timed.eventTime, every), refused=is_denied(timed))
        .group_by("bucket", by)
        .agg(events=lambda t: t.count(), denied=lambda t: t.count(where=t.refused))
        .order_by("bucket", by)
    )


def timeline(events: ir.Table, *, by: str = "principal", every: str = "h") -> ir.Table:
    """Tell who was active when, and what there was to see.

    Parameters
    ----------
    events
        The events table.
    by
        Column that gives the rows.
    every
        Step, as in `activity`.

    Returns
    -------
    ibis Table
        `bucket` (naive UTC), the column `by`, `events`, `denied`, `writes` (numbers of calls), `names`,
        `addresses` (distinct API names and source addresses), `first`, `last` (naive UTC); ordered by
        `bucket`, then `by`.

    Raises
    ------
    ParameterError
        When the column or the step is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(), event(errorCode="AccessDenied"))
    >>> timeline(rows, every="d").select("events", "denied").to_pyarrow().to_pylist()
    [{'events': 2, 'denied': 1}]
    """
    column(events, by)
    timed = events.filter(has_time(events))
    return (
        timed.mutate(bucket=bucket(timed.eventTime, every), refused=is_denied(timed), write=is_write(timed))
        .group_by("bucket", by)
        .agg(
            events=lambda t: t.count(),
            denied=lambda t: t.count(where=t.refused),
            writes=lambda t: t.count(where=t.write),
            names=lambda t: t.eventName.nunique(),
            addresses=lambda t: t.sourceIPAddress.nunique(),
            first=lambda t: t.eventTime.min(),
            last=lambda t: t.eventTime.max(),
        )
        .order_by("bucket", by)
    )


def heat(events: ir.Table) -> ir.Table:
    """Count calls by weekday and hour of the day, UTC.

    Parameters
    ----------
    events
        The events table.

    Returns
    -------
    ibis Table
        `weekday` (1 Monday ... 7 Sunday), `hour` (0 ... 23), `events`, `denied` (numbers of calls), `days`
        (dates with a call in that hour); only hours with a call; ordered by `weekday`, `hour`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> heat(table(event(eventTime="2026-09-02T04:10:00Z"))).to_pyarrow().to_pylist()
    [{'weekday': 3, 'hour': 4, 'events': 1, 'denied': 0, 'days': 1}]
    """
    timed = events.filter(has_time(events))
    when = timed.eventTime
    return (
        timed.mutate(
            weekday=when.day_of_week.index() + 1, hour=when.hour(), date=when.date(), refused=is_denied(timed)
        )
        .group_by("weekday", "hour")
        .agg(
            events=lambda t: t.count(),
            denied=lambda t: t.count(where=t.refused),
            days=lambda t: t.date.nunique(),
        )
        .order_by("weekday", "hour")
    )

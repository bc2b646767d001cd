"""Refused calls: what was tried in vain, and who tried many things in a short time."""

import ibis
import ibis.expr.types as ir

from workbench.errors import ParameterError
from workbench.queries.filters import denied, has_time, usable_time
from workbench.queries.steps import seconds, span


def denied_calls(events: ir.Table) -> ir.Table:
    """Tell which calls were refused to whom, and whether they worked later.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        `principal`, `recipientAccountId`, `eventSource`, `eventName`, `denied` (refused calls), `first`,
        `last` (naive UTC), `addresses` (distinct), `errorCodes` (list), `succeeded` (calls of the same API by
        the same principal that worked after the first refusal: it may have gained a permission), `eventIDs`
        of the refused calls, in order of time. Most refused calls first.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> first, later = "2026-09-02T04:00:00Z", "2026-09-02T05:00:00Z"
    >>> refused = [event(errorCode="AccessDenied", eventTime=first) for _ in range(2)]
    >>> rows = table(*refused, event(eventTime=later))
    >>> denied_calls(rows).select("eventName", "denied", "succeeded").to_pyarrow().to_pylist()
    [{'eventName': 'ListUsers', 'denied': 2, 'succeeded': 1}]
    """
    key = ["principal", "recipientAccountId", "eventSource", "eventName"]
    events = events.mutate(at=usable_time(events))
    refused = (
        denied(events)
        .group_by(key)
        .agg(
            denied=lambda t: t.count(),
            first=lambda t: t["at"].min(),
            last=lambda t: t["at"].max(),
            addresses=lambda t: t.sourceIPAddress.nunique(),
            errorCodes=lambda t: t.errorCode.collect(distinct=True).sort(),
            eventIDs=lambda t: t.eventID.collect(order_by=[t["at"], t.eventID]),
        )
    )
    worked = events.filter(events.errorCode.isnull()).select(*key, "at")
    same = [worked[name].identical_to(refused[name]) for name in key]
    later = (
        worked.inner_join(refused, [*same, worked["at"] > refused["first"]])
        .group_by([worked[name] for name in key])
        .agg(succeeded=lambda t: t.count())
    )
    joined = refused.left_join(later, [refused[name].identical_to(later[name]) for name in key])
    return joined.select(
        *key,
        "denied",
        "first",
        "last",
        "addresses",
        "errorCodes",
        succeeded=joined.succeeded.fill_null(0),
        eventIDs=joined.eventIDs,
    ).order_by(ibis.desc("denied"), *key)


def denied_bursts(events: ir.Table, *, within: str = "10m", count: int = 10, distinct: int = 5) -> ir.Table:
    """Return episodes in which one principal was refused many different calls in a short time.

    The window slides and includes both ends: two calls `within` apart count together, one second more and
    they do not. While windows that hold overlap, it is one episode.

    Parameters
    ----------
    events
        The events table.
    within
        Length of the window.
    count
        Refused calls needed in one window.
    distinct
        Different APIs (service and name) needed among them.

    Returns
    -------
    ibis Table
        `principal`, `first`, `last` (of the refused calls of the episode, naive UTC), `completed` (when the
        condition was first met) with its `eventID`, `denied`, `apis`, `addresses`, `accounts` (distinct),
        `names` (APIs in alphabetical order), `eventIDs` in order of time. Ordered by `first`, `principal`.

    Raises
    ------
    ParameterError
        When a number is not positive or the span cannot be read.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> refused = {"errorCode": "AccessDenied", "eventTime": "2026-09-02T04:00:00Z"}
    >>> rows = table(*(event(eventName=f"List{n % 5}", **refused) for n in range(10)))
    >>> denied_bursts(rows).select("denied", "apis").to_pyarrow().to_pylist()
    [{'denied': 10, 'apis': 5}]
    """
    if count < 1 or distinct < 1:
        raise ParameterError(
            f"a burst of {count} calls to {distinct} APIs is none. Ask for 1 or more of each"
        )
    width = seconds(within)
    held = _marked(denied(events), width, count, distinct)
    member = held.filter(held.upcoming.notnull() & (held.upcoming <= held.eventTime + span(width)))
    return (
        member.group_by("principal", "episode")
        .agg(
            first=lambda t: t.eventTime.min(),
            last=lambda t: t.eventTime.max(),
            completed=lambda t: t.eventTime.min(where=t.holds),
            eventID=lambda t: t.eventID.first(where=t.holds, order_by=[t.eventTime, t.eventID]),
            denied=lambda t: t.count(),
            apis=lambda t: t.api.nunique(),
            addresses=lambda t: t.sourceIPAddress.nunique(),
            accounts=lambda t: t.recipientAccountId.nunique(),
            names=lambda t: t.api.collect(distinct=True).sort(),
            eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID]),
        )
        .drop("episode")
        .order_by("first", "principal")
    )


def _marked(refused: ir.Table, width: int, count: int, distinct: int) -> ir.Table:
    """Add to each refused call whether the window that ends with it holds, and the episode it leads to."""
    timed = refused.filter(has_time(refused)).select(
        "principal",
        "eventTime",
        "eventID",
        "sourceIPAddress",
        "recipientAccountId",
        api=ibis.coalesce(refused.eventSource, "") + ":" + ibis.coalesce(refused.eventName, ""),
    )
    counted = _within(timed, width)
    order = {"group_by": "principal", "order_by": ["eventTime", "eventID"]}
    held = counted.mutate(holds=(counted.calls >= count) & (counted.apis_at >= distinct))
    held = held.mutate(held_time=ibis.ifelse(held.holds, held.eventTime, None))
    before = held.held_time.max().over(ibis.window(**order, preceding=(None, 1)))
    starts = held.holds & (before.isnull() | (held.eventTime > before + span(width)))
    held = held.mutate(begins=starts.cast("int64"))
    held = held.mutate(
        number=ibis.ifelse(
            held.holds, held.begins.sum().over(ibis.window(**order, preceding=(None, 0))), None
        )
    )
    ahead = ibis.window(**order, following=(0, None))
    return held.mutate(upcoming=held.held_time.min().over(ahead), episode=held.number.min().over(ahead))


def _within(timed: ir.Table, width: int) -> ir.Table:
    """Add the refused calls and distinct APIs in the window that ends with each call.

    Counting distinct values in a sliding window has no window function, and a self-join is quadratic in a
    storm. Each call keeps its API alive until the next call of that API or the end of the window; the number
    alive is a running sum. Everything of one second counts for every call of that second.
    """
    following = timed.eventTime.lead().over(
        ibis.window(group_by=["principal", "api"], order_by=["eventTime", "eventID"])
    )
    lives = timed.mutate(end=timed.eventTime + span(width)).mutate(taken=following)
    replaced = (lives.taken <= lives.end).fill_null(False)
    points = ibis.union(
        lives.select(
            "principal", at=lives.eventTime, turn=ibis.literal(0), call=ibis.literal(1), api=ibis.literal(1)
        ),
        lives.select(
            "principal",
            at=ibis.ifelse(replaced, lives.taken, lives.end),
            turn=ibis.ifelse(replaced, 0, 1),
            call=ibis.literal(0),
            api=ibis.literal(-1),
        ),
        lives.select(
            "principal", at=lives.end, turn=ibis.literal(1), call=ibis.literal(-1), api=ibis.literal(0)
        ),
    )
    steps = points.group_by("principal", "at", "turn").agg(
        call=lambda t: t.call.sum(), api=lambda t: t.api.sum()
    )
    running = ibis.window(group_by="principal", order_by=["at", "turn"], preceding=(None, 0))
    sums = steps.mutate(calls=steps.call.sum().over(running), apis_at=steps.api.sum().over(running))
    sums = sums.filter(sums.turn == 0).select("principal", "calls", "apis_at", at="at")
    return timed.inner_join(sums, [timed.principal == sums.principal, timed.eventTime == sums["at"]]).drop(
        "at"
    )

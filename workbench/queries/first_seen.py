"""What each principal did for the first time."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import column, has_time
from workbench.queries.steps import seconds
from workbench.queries.top import source_kind

ATTRIBUTES = ("eventName", "eventSource", "awsRegion", "sourceIPAddress", "userAgent")


def first_seen(
    events: ir.Table,
    *,
    attributes: Sequence[str] = ATTRIBUTES,
    per: str = "principal",
    history: str = "7d",
) -> ir.Table:
    """Return the first occurrence of each value of each attribute, per principal.

    Newness is no verdict: it says where habit ends.

    Parameters
    ----------
    events
        The whole events table: what was filtered away before cannot prove a history.
    attributes
        Columns to look at; an absent value is no value, and the name of an AWS service is no source address
        (a private address is one).
    per
        Column of those who have a history; a record without it is nobody's.
    history
        How long a principal must have been known for a value to count as new.

    Returns
    -------
    ibis Table
        The column `per`, `attribute` (name of the column), `value`, `first_time` (naive UTC), `eventID` of
        that first event, `history_days` (from the principal's first event in the evidence to `first_time`),
        `state`: `new` when that is `history` or more, else `no history`. Ordered by `first_time`, `per`,
        `attribute`, `value`.

    Raises
    ------
    ParameterError
        When a column or the span is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(
    ...     event(eventTime="2026-09-02T04:00:00Z"),
    ...     event(eventTime="2026-09-09T04:00:00Z", awsRegion="af-south-1"),
    ... )
    >>> first_seen(rows, attributes=["awsRegion"]).select("value", "state").to_pyarrow().to_pylist()
    [{'value': 'us-east-1', 'state': 'no history'}, {'value': 'af-south-1', 'state': 'new'}]
    """
    timed = events.filter(has_time(events)).mutate(who=column(events, per))
    timed = timed.filter(timed.who.notnull())
    known = timed.group_by("who").agg(known_since=lambda t: t.eventTime.min())
    firsts = (
        ibis.union(*[_firsts(timed, attribute) for attribute in attributes])
        if attributes[1:]
        else _firsts(timed, attributes[0])
    )
    passed = firsts.inner_join(known, "who").mutate(
        passed=lambda t: t.first_time.epoch_seconds() - t.known_since.epoch_seconds()
    )
    return (
        passed.select(
            "attribute",
            "value",
            "first_time",
            "eventID",
            **{per: passed.who},
            history_days=passed.passed / 86_400,
            state=ibis.ifelse(passed.passed >= seconds(history), "new", "no history"),
        )
        .relocate(per)
        .order_by("first_time", per, "attribute", "value")
    )


def _firsts(events: ir.Table, attribute: str) -> ir.Table:
    # Two hash aggregates and a join: cheaper than sorting every group, and it runs on every engine.
    seen = events.select("who", "eventTime", "eventID", value=column(events, attribute).cast("string"))
    seen = seen.filter(seen.value.notnull())
    if attribute == "sourceIPAddress":
        seen = seen.filter(source_kind(seen.value) != "service")
    firsts = seen.group_by("who", "value").agg(first_time=lambda t: t.eventTime.min())
    at_first = seen.inner_join(
        firsts,
        [seen.who == firsts.who, seen.value == firsts.value, seen.eventTime == firsts.first_time],
    )
    return (
        at_first.group_by("who", "value", "first_time")
        .agg(eventID=lambda t: t.eventID.min())
        .select("who", "value", "first_time", "eventID", attribute=ibis.literal(attribute))
    )

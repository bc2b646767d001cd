"""Addresses that nobody knows yet: new to a person, or to the whole case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.queries import first_seen
from workbench.queries.filters import has_time
from workbench.queries.principals import HABIT_DAYS
from workbench.queries.steps import seconds
from workbench.queries.top import source_kind

if TYPE_CHECKING:
    import ibis.expr.types as ir


def new_places(who: ir.Table, *, history: str = "7d") -> ir.Table:
    """Return the addresses that were new to people who do not change them as a habit.

    Hosted runners and Lambda come from another address on most days: there a new one is the rule.

    Parameters
    ----------
    who
        What `people` returned of the whole events table.
    history
        How long somebody must have been known before an address can be new to them.

    Returns
    -------
    ibis Table
        `origin`, `sourceIPAddress`, `first_time` (naive UTC), `eventID` of that first call.

    Raises
    ------
    ParameterError
        When the span cannot be read.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.detections import people
    >>> early = event(eventTime="2026-09-02T04:00:00Z", sourceIPAddress="198.51.100.8")
    >>> late = event(eventTime="2026-09-12T04:00:00Z", sourceIPAddress="203.0.113.9")
    >>> new_places(people(table(early, late))).sourceIPAddress.to_pyarrow().to_pylist()
    ['203.0.113.9']
    """
    seen = first_seen(who, attributes=["sourceIPAddress"], per="origin", history=history)
    new = seen.filter(seen.state == "new")
    places = new.anti_join(_roaming(who), "origin").order_by("first_time", "origin", "value")
    return places.select("origin", "first_time", "eventID", sourceIPAddress="value")


def new_to_case(who: ir.Table, *, history: str) -> ir.Table:
    """Return the calls from addresses that nobody used before the case had gone on for `history`.

    With `settled`: whether their caller is one who does not come from another address on most days. AWS
    services have no address.
    """
    calls = _placed(who)
    since = calls.eventTime.min().as_scalar().epoch_seconds()
    first = calls.group_by("sourceIPAddress").agg(first=calls.eventTime.min())
    new = first.filter(first["first"].epoch_seconds() - since >= seconds(history))
    there = calls.semi_join(new, "sourceIPAddress")
    roaming = _roaming(who).mutate(roams=True)
    marked = there.left_join(roaming, "origin").drop("origin_right")
    return marked.mutate(settled=marked.roams.isnull()).drop("roams")


def _placed(who: ir.Table) -> ir.Table:
    """Return the calls that came from an address at some time."""
    return who.filter(has_time(who) & (source_kind(who.sourceIPAddress) != "service"))


def _roaming(who: ir.Table) -> ir.Table:
    """Return those to whom an address was new on several days, and on most of their days."""
    calls, timed = _placed(who), who.filter(has_time(who))
    first = calls.group_by("origin", "sourceIPAddress").agg(day=calls.eventTime.min().date())
    often = first.group_by("origin").agg(on=first.day.nunique())
    days = timed.group_by("origin").agg(active=timed.eventTime.date().nunique())
    both = often.inner_join(days, "origin")
    return both.filter((both.on >= HABIT_DAYS) & (both.on * 2 > both.active)).select("origin")

"""Hits by the handful: one alert for a rule, an origin and an hour; and what a day of a rule would bring."""

import ibis
import ibis.expr.types as ir

from workbench.detections.reading.model import SEVERITIES
from workbench.queries.filters import usable_time


def alerts(hits: ir.Table) -> ir.Table:
    """Group hits by rule, origin and hour: what one person would look at in one go.

    Parameters
    ----------
    hits
        What `run` returned.

    Returns
    -------
    ibis Table
        `rule_id, title, severity` (the highest of the group), `origin` (who is proven to stand behind, else
        the principal), `hour` (naive UTC), `hits`, `first_time`, `last_time`, `reason` (of the first),
        `eventIDs` (at most 20). The worst first, then by time.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tests.builders import event, table
    >>> from workbench.detections import load_rules, run
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "off.yml").write_text("detection: {a: {eventName: StopLogging}, condition: a}")
    >>> events = table(event(eventName="StopLogging"), event(eventName="StopLogging"))
    >>> alerts(run(events, load_rules(folder))).hits.execute().tolist()
    [2]
    """
    ranked = hits.mutate(
        origin=ibis.coalesce(hits.origin_principal, hits.principal),
        hour=hits.eventTime.truncate("h"),
        place=place_of(hits.severity),
    )
    grouped = ranked.group_by("rule_id", "title", "origin", "hour").agg(
        place=lambda t: t.place.max(),
        hits=lambda t: t.count(),
        first_time=lambda t: t.eventTime.min(),
        last_time=lambda t: t.eventTime.max(),
        reason=lambda t: t.reason.first(order_by=[t.eventTime, t.eventID]),
        eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID])[:20],
    )
    severity = ibis.cases(
        *((grouped.place == place, level) for place, level in enumerate(SEVERITIES)), else_=SEVERITIES[0]
    )
    return (
        grouped.mutate(severity=severity)
        .order_by(ibis.desc("place"), "first_time", "rule_id", "origin")
        .select(
            "rule_id",
            "title",
            "severity",
            "origin",
            "hour",
            "hits",
            "first_time",
            "last_time",
            "reason",
            "eventIDs",
        )
    )


def per_day(hits: ir.Table, events: ir.Table) -> ir.Table:
    """Tell what each rule would bring on a day like those of the evidence: a dry run.

    Returns
    -------
    ibis Table
        `rule_id, title, severity` (the highest), `hits`, `alerts` (rule x origin x hour), `days` (from the
        first event of the evidence to the last, at least one), `alerts_per_day`. The loudest first.
    """
    times = events.select(time=usable_time(events))
    span = times.aggregate(first=times.time.min(), last=times.time.max())
    days = ((span.last.epoch_seconds() - span.first.epoch_seconds()) / 86_400).as_scalar()
    days = ibis.greatest(days, 1.0)
    grouped = alerts(hits)
    totals = (
        grouped.mutate(place=place_of(grouped.severity))
        .group_by("rule_id", "title")
        .agg(
            severity=lambda t: t.severity.argmax(t.place),
            hits=lambda t: t.hits.sum(),
            alerts=lambda t: t.count(),
        )
    )
    return totals.mutate(days=days, alerts_per_day=totals.alerts / days).order_by(
        ibis.desc("alerts_per_day"), "rule_id"
    )


def place_of(severity: ir.StringValue) -> ir.IntegerValue:
    """Give the place of a severity among all, `informational` 0.

    Examples
    --------
    >>> place_of(ibis.literal("high")).execute()
    3
    """
    return ibis.cases(*((severity == level, place) for place, level in enumerate(SEVERITIES)), else_=0)

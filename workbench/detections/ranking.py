"""Where to look first: alerts, people and hours in order, each place explained in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from workbench.detections.addresses import new_to_case
from workbench.detections.alerts import place_of
from workbench.detections.first_seen import rare_hours
from workbench.detections.reading.model import SEVERITIES
from workbench.queries import sensitive_calls
from workbench.queries.filters import has_time
from workbench.queries.principals import HABIT_DAYS
from workbench.queries.steps import seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

POINTS = {"critical": 8, "high": 4, "medium": 2, "low": 1}
"""What each different rule that hit counts for, by its severity; how often it hit counts for nothing."""

_REASONS = ("alerts", "rarity", "sensitivity", "address")
_TOLD = 4  # rules, or calls, that a reason spells out


def rank_origins(who: ir.Table, hits: ir.Table, *, history: str = "7d") -> ir.Table:
    """Rank people for triage by addresses, alerts, rarity and sensitivity, each explained in words.

    First come those who called from an address that was new to the case, and from which rules hit that are
    together worth a high one, whoever set them off: credentials in strange hands show there, while much that
    is sensitive is an administrator's work, done from the usual place. Then, and among them, the mean of the
    three places by alerts, rarity and sensitivity decides, the lowest first. What was not there counts as the
    last place, but who has no history has no place by rarity. How much somebody did counts for nothing.

    Parameters
    ----------
    who
        What `people` returned of the whole events table: habits show in all of it only.
    hits
        What `run` returned.
    history
        How long somebody must have been known before something can be new to them, and the case have gone on
        before an address is new to it.

    Returns
    -------
    ibis Table
        `rank` (1: look here first), `origin`, `who`, `proof`, `by_address` (of the new address from which the
        gravest rules hit: place, the rules of medium severity or more, and who set them off; those who come
        from another address on most days do not set it off), `by_alerts` (place, and which rules hit;
        `POINTS` says what each is worth), `by_rarity` (place, and what was new in the rarest hour, as of
        `rare_hours`; or that there is no history to compare with), `by_sensitivity` (place, and which calls
        of `wb.queries.SENSITIVE_CALLS` were made or tried that are no habit), `alerts` (rules that hit),
        `gravest` (severity), `first`, `last` (of what ranks; naive UTC), `eventIDs` (what ranks; of an
        address the first call from there). Only those with a reason.

    Raises
    ------
    ParameterError
        When the span cannot be read.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.detections import people, run
    >>> events = table(event(eventName="StopLogging", eventSource="cloudtrail.amazonaws.com"), event())
    >>> (row,) = rank_origins(people(events), run(events)).to_pyarrow().to_pylist()
    >>> row["by_sensitivity"], row["by_rarity"]
    ('1 of 1: StopLogging', 'no history: known for 0.0 days')
    >>> row["by_address"]
    'no history: the case covers 0.0 days'
    """
    return _ranked(who, hits, ("origin",), history)


def rank_hours(who: ir.Table, hits: ir.Table, *, history: str = "7d") -> ir.Table:
    """Rank the hours of people as `rank_origins` ranks people.

    Returns
    -------
    ibis Table
        As of `rank_origins`, with `hour` (naive UTC).
    """
    return _ranked(who, hits, ("origin", "hour"), history)


def _ranked(who: ir.Table, hits: ir.Table, keys: Sequence[str], history: str) -> ir.Table:
    timed = who.filter(has_time(who)).mutate(hour=lambda t: t.eventTime.truncate("h"), principal=who.origin)
    base = timed.group_by(*keys, "who").agg(
        proof=timed.proof.collect(distinct=True).sort()[:2].join(", "),
        since=timed.eventTime.min(),
        until=timed.eventTime.max(),
    )
    alone = base.group_by("origin").agg(known=base.since.min(), latest=base.until.max())
    parts = [
        _alerts(timed, hits, keys),
        _rarity(timed, keys, history),
        _sensitivity(timed, keys),
        _addresses(timed, hits, keys, history),
    ]
    rows = base.inner_join(alone, "origin")
    for part in parts:
        rows = rows.left_join(part, list(keys)).drop(*(f"{key}_right" for key in keys))
    worth = {f"{name}_worth": rows[f"{name}_worth"].fill_null(0.0) for name in _REASONS}
    rows = rows.mutate(**worth).filter(lambda t: sum(t[name] for name in worth) > 0)
    known = rows.latest.epoch_seconds() - rows.known.epoch_seconds() >= seconds(history)
    placed = rows.mutate(compared=known, **{f"{name}_place": _placed(rows, name) for name in _REASONS})
    order = [
        ibis.desc(placed.address_worth >= POINTS["high"]),
        _mean(placed),
        placed.alerts_place,
        placed.sensitivity_place,
        ibis.desc(placed.rarity_worth),
        *(placed[key] for key in keys),
    ]
    ids = [placed[f"{name}_ids"].fill_null(ibis.literal([], "array<string>")) for name in _REASONS]
    return (
        placed.select(
            *keys,
            "who",
            "proof",
            rank=(ibis.row_number().over(order_by=order) + 1).cast("int64"),
            by_address=_told(placed, "address", _no_address(who, history)),
            by_alerts=_told(placed, "alerts", ibis.literal("no alert")),
            by_rarity=_told(placed, "rarity", _no_news(placed)),
            by_sensitivity=_told(placed, "sensitivity", ibis.literal("no sensitive call that is no habit")),
            alerts=placed.rules.fill_null(0),
            gravest=placed.gravest,
            first=placed["first"].fill_null(placed.since),
            last=placed["last"].fill_null(placed.until),
            eventIDs=ids[0].concat(*ids[1:]).unique().sort(),
        )
        .relocate("rank")
        .order_by("rank")
    )


def _placed(rows: ir.Table, name: str) -> ir.IntegerValue:
    """Give the place by one reason; without it, the one after the last."""
    worth = rows[f"{name}_worth"]
    return ibis.ifelse(worth > 0, ibis.rank().over(order_by=ibis.desc(worth)) + 1, rows.count().over() + 1)


def _told(rows: ir.Table, name: str, none: ir.StringValue) -> ir.StringValue:
    place = rows[f"{name}_place"].cast("string") + " of " + rows.count().over().cast("string")
    return ibis.ifelse(rows[f"{name}_worth"] > 0, place + ": " + rows[f"{name}_words"], none)


def _mean(rows: ir.Table) -> ir.FloatingValue:
    """Give the mean place; somebody without history has none by rarity: that is not scored, but said."""
    two = rows.alerts_place + rows.sensitivity_place
    without = ~rows.compared & (rows.rarity_worth == 0)
    return ibis.ifelse(without, two / 2, (two + rows.rarity_place) / 3)


def _no_news(rows: ir.Table) -> ir.StringValue:
    known = rows.latest.epoch_seconds() - rows.known.epoch_seconds()
    words = ibis.ifelse(rows.compared, "nothing new, known for ", "no history: known for ")
    return words + (known / 86_400).round(1).cast("string") + " days"


def _alerts(who: ir.Table, hits: ir.Table, keys: Sequence[str]) -> ir.Table:
    worth = hits.select(
        "eventID", "title", "severity", "eventTime", "eventIDs", hour=hits.eventTime.truncate("h")
    )
    worth = worth.mutate(place=place_of(worth.severity)).filter(lambda t: t.place > 0)
    named = worth.inner_join(who.select("eventID", "origin").distinct(), "eventID")
    rules = named.group_by(*keys, "title").agg(
        place=named.place.max(),
        first=named.eventTime.min(),
        last=named.eventTime.max(),
        ids=named.eventIDs.collect().flatten(),
    )
    rules = rules.mutate(severity=_severity(rules.place))
    listed = (rules.title + " (" + rules.severity + ")").collect(
        order_by=[ibis.desc(rules.place), rules["first"], rules.title]
    )
    return rules.group_by(*keys).agg(
        alerts_worth=_points(rules.severity).sum(),
        alerts_words=_listed(listed, "; "),
        alerts_ids=rules.ids.collect().flatten(),
        rules=rules.count(),
        gravest=rules.severity.first(order_by=[ibis.desc(rules.place), rules.title]),
        first=rules["first"].min(),
        last=rules["last"].max(),
    )


def _severity(place: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(*((place == n, word) for n, word in enumerate(SEVERITIES)), else_="")


def _points(severity: ir.StringValue) -> ir.FloatingValue:
    return ibis.cases(*((severity == word, float(points)) for word, points in POINTS.items()), else_=0.0)


def _listed(values: ir.ArrayValue, separator: str) -> ir.StringValue:
    more = values.length() - _TOLD
    return values[:_TOLD].join(separator) + ibis.ifelse(
        more > 0, separator + "and " + more.cast("string") + " more", ""
    )


def _rarity(who: ir.Table, keys: Sequence[str], history: str) -> ir.Table:
    hours = rare_hours(who, history=history).filter(lambda t: t.state == "new").rename(origin="principal")
    return hours.group_by(*keys).agg(
        rarity_worth=hours.score.sum(),
        rarity_words=hours.reason.first(order_by=[ibis.desc(hours.score), hours.hour]),
        rarity_ids=hours.eventIDs.collect().flatten(),
    )


def _sensitivity(who: ir.Table, keys: Sequence[str]) -> ir.Table:
    calls = sensitive_calls(who).rename(origin="principal").mutate(hour=lambda t: t.eventTime.truncate("h"))
    habits = calls.group_by("origin", "eventSource", "eventName").agg(days=calls.eventTime.date().nunique())
    rare = calls.semi_join(habits.filter(habits.days < HABIT_DAYS), ["origin", "eventSource", "eventName"])
    named = rare.group_by(*keys, "eventSource", "eventName").agg(
        weight=rare.weight.max(),
        worked=rare.errorCode.isnull().any(),
        ids=rare.eventID.collect(distinct=True),
    )
    words = named.eventName + ibis.ifelse(named.worked, "", " (in vain)")
    order = [ibis.desc(named.worked), ibis.desc(named.weight), named.eventName]
    return named.group_by(*keys).agg(
        sensitivity_worth=(named.weight * ibis.ifelse(named.worked, 1.0, 0.5)).sum(),
        sensitivity_words=_listed(words.collect(order_by=order), ", "),
        sensitivity_ids=named.ids.collect().flatten(),
    )


def _addresses(who: ir.Table, hits: ir.Table, keys: Sequence[str], history: str) -> ir.Table:
    """Of each, the new address from which the gravest rules hit; theirs may be calls that set off none."""
    there = new_to_case(who, history=history)
    callers = there.filter(there.settled).select("eventID", "sourceIPAddress", "who").distinct()
    grave = hits.select("eventID", "title", place=place_of(hits.severity)).filter(lambda t: t.place >= 2)
    found = grave.inner_join(callers, "eventID")
    rules = found.group_by("sourceIPAddress", "title").agg(severity=_severity(found.place.max()))
    listed = (rules.title + " (" + rules.severity + ")").collect(
        order_by=[ibis.desc(_points(rules.severity)), rules.title]
    )
    worth = rules.group_by("sourceIPAddress").agg(
        worth=_points(rules.severity).sum(), rules=_listed(listed, "; ")
    )
    by = found.group_by("sourceIPAddress").agg(by=_listed(found.who.collect(distinct=True).sort(), ", "))
    used = there.group_by(*keys, "sourceIPAddress").agg(
        first=there.eventID.first(order_by=[there.eventTime, there.eventID])
    )
    rows = used.inner_join(worth, "sourceIPAddress").inner_join(by, "sourceIPAddress")
    words = rows.sourceIPAddress + ", new to the case, where " + rows.by + " set off " + rows.rules
    order = [ibis.desc(rows.worth), rows.sourceIPAddress]
    return rows.group_by(*keys).agg(
        address_worth=rows.worth.max(),
        address_words=words.first(order_by=order),
        address_ids=rows["first"].collect(),
    )


def _no_address(who: ir.Table, history: str) -> ir.StringValue:
    timed = who.filter(has_time(who)).eventTime
    covered = timed.max().as_scalar().epoch_seconds() - timed.min().as_scalar().epoch_seconds()
    words = ibis.ifelse(
        covered >= seconds(history),
        "no grave alert from a new address; the case covers ",
        "no history: the case covers ",
    )
    return words + (covered / 86_400).round(1).cast("string") + " days"

"""Which principals deserve attention first, and why."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.assumptions import without_owner_copies
from workbench.queries.denied import denied_bursts
from workbench.queries.filters import has_time, is_denied, is_service, is_write, usable_time
from workbench.queries.sensitive import sensitive_calls
from workbench.queries.steps import seconds
from workbench.queries.top import source_kind

HABIT_DAYS = 3
"""What a principal does on this many different days is its habit, and no reason to look."""

_ROAMING = (
    2  # more new addresses per active day than this: hosted runners and Lambda, whose addresses say nothing
)


class Points(NamedTuple):
    """What one reason adds to the score: `each` time it applies, at most `most` in all."""

    each: int
    most: int


POINTS = {
    "denied_bursts": Points(5, 10),
    "unusual_sensitive": Points(1, 15),
    "vain_sensitive": Points(1, 5),
    "impairment": Points(2, 4),
    "new_regions": Points(2, 4),
    "new_addresses": Points(2, 4),
    "new_services": Points(1, 3),
    "new_agents": Points(1, 2),
    "root": Points(3, 3),
}
"""The whole of the ranking, as data. The number of calls is not in it."""

_NEW = {
    "new_regions": "awsRegion",
    "new_addresses": "sourceIPAddress",
    "new_services": "eventSource",
    "new_agents": "userAgent",
}


def principals(events: ir.Table, *, history: str = "2d") -> ir.Table:
    """Rank principals for triage: one row each, with every reason in a column of its own.

    The score adds up reasons, each limited, as `POINTS` says: bursts of refused calls and sensitive calls
    that are not the principal's habit (done on fewer than 3 days; weighted 1 to 3 per API), sensitive calls
    tried in vain (half of that), calls against logging and detection, in vain or not, regions, addresses,
    services and user agents that are new, and root. A value is new when its first use by the principal comes
    `history` or later after the principal's first event, or its first use by anybody `history` or later
    after the first event of the case; something new on 3 or more days, and on most days, is a habit too. How
    much somebody did counts for nothing; what AWS services do of themselves scores 0. An owner's copy of a
    call whose caller's copy is in the case is not counted again.

    Parameters
    ----------
    events
        The whole events table: habits show in all of it only.
    history
        How much must be known before a value can be new. A shorter trail than that has no new values, which
        is less to go by, not a sign of peace.

    Returns
    -------
    ibis Table
        `principal`, `principal_kind`, `principal_account`, `score` (points), `why` (the reasons in words),
        `events`, `denied`, `writes` (numbers of calls), `sensitive` (sensitive calls that worked),
        `unusual_sensitive` (summed weights of the APIs that are no habit), `unusual_names` (their names),
        `vain_sensitive` (half the summed weights of those tried and never achieved), `vain_names` (their
        names), `impairment` (APIs among both that stop or blind logging and detection), `denied_bursts`
        (episodes that are no habit), `new_regions`, `new_addresses`, `new_services`, `new_agents` (numbers
        of new values), `addresses`, `regions`, `names` (distinct; a private address counts, the name of a
        service is none), `active_days`, `first`, `last` (naive UTC), `eventIDs` (up to 10 that show the
        reasons, else the first event). Ordered by `score`, most first, then by `principal`.

    Raises
    ------
    ParameterError
        When the span cannot be read.

    Examples
    --------
    >>> from tests.builders import event, table, user
    >>> rows = table(event(), event(), event(eventName="CreateAccessKey", userIdentity=user("mallory")))
    >>> for row in principals(rows).to_pyarrow().to_pylist():
    ...     print(row["principal"], row["score"], row["why"])
    arn:aws:iam::111122223333:user/mallory 3 sensitive calls: CreateAccessKey
    arn:aws:iam::111122223333:user/alice 0
    """
    events = without_owner_copies(events)
    reasons = [_sensitive(events), _bursts(events), *_novelties(events, seconds(history))]
    rows = _counts(events)
    for reason in reasons:
        rows = rows.left_join(reason, "principal").drop("principal_right")
    rows = rows.mutate(**{name: rows[name].fill_null(0) for name in POINTS if name in rows.columns})
    rows = rows.mutate(
        root=(rows.principal_kind == "root").cast("int64"), sensitive=rows.sensitive.fill_null(0)
    )
    rows = rows.mutate(score=_score(rows), why=_why(rows), eventIDs=_samples(rows))
    return rows.select(
        "principal",
        "principal_kind",
        "principal_account",
        "score",
        "why",
        "events",
        "denied",
        "writes",
        "sensitive",
        "unusual_sensitive",
        "unusual_names",
        "vain_sensitive",
        "vain_names",
        "impairment",
        "denied_bursts",
        "new_regions",
        "new_addresses",
        "new_services",
        "new_agents",
        "addresses",
        "regions",
        "names",
        "active_days",
        "first",
        "last",
        "eventIDs",
    ).order_by(ibis.desc("score"), "principal")


def _counts(events: ir.Table) -> ir.Table:
    marked = events.mutate(
        refused=is_denied(events), write=is_write(events), service=is_service(events), at=usable_time(events)
    )
    return marked.group_by("principal").agg(
        principal_kind=lambda t: t.principal_kind.max(),
        principal_account=lambda t: t.principal_account.max(),
        service=lambda t: t.service.all(),
        events=lambda t: t.count(),
        denied=lambda t: t.count(where=t.refused),
        writes=lambda t: t.count(where=t.write),
        addresses=lambda t: t.sourceIPAddress.nunique(where=source_kind(t.sourceIPAddress) != "service"),
        regions=lambda t: t.awsRegion.nunique(),
        names=lambda t: t.eventName.nunique(),
        active_days=lambda t: t["at"].date().nunique(),
        first=lambda t: t["at"].min(),
        last=lambda t: t["at"].max(),
        first_event=lambda t: t.eventID.first(order_by=[t["at"], t.eventID]),
    )


def _sensitive(events: ir.Table) -> ir.Table:
    calls = sensitive_calls(events)
    per_api = calls.group_by("principal", "eventSource", "eventName").agg(
        weight=calls.weight.max(),
        blinds=((calls.tactic == "Impairment") & (calls.weight == 3)).any(),
        worked=calls.count(where=calls.errorCode.isnull()),
        days=calls.eventTime.date().nunique(),
        sample=calls.eventID.first(order_by=[calls.errorCode.notnull(), calls.eventTime, calls.eventID]),
    )
    per_api = per_api.mutate(rare=per_api.days < HABIT_DAYS)
    order = [ibis.desc(per_api.weight), per_api.eventName]
    done, tried = per_api.rare & (per_api.worked > 0), per_api.rare & (per_api.worked == 0)
    return per_api.group_by("principal").agg(
        sensitive=per_api.worked.sum(),
        unusual_sensitive=per_api.weight.sum(where=done),
        unusual_names=per_api.eventName.collect(where=done, order_by=order),
        vain_sensitive=(per_api.weight.sum(where=tried) + 1) // 2,
        vain_names=per_api.eventName.collect(where=tried, order_by=order),
        impairment=per_api.count(where=per_api.rare & per_api.blinds),
        sensitive_ids=per_api["sample"].collect(where=per_api.rare, order_by=order),
    )


def _bursts(events: ir.Table) -> ir.Table:
    per_principal = (
        denied_bursts(events)
        .group_by("principal")
        .agg(
            episodes=lambda t: t.count(),
            days=lambda t: t["first"].date().nunique(),
            burst_ids=lambda t: t.eventID.collect(order_by=[t["first"], t.eventID]),
        )
    )
    rare = per_principal.days < HABIT_DAYS
    return per_principal.select(
        "principal",
        denied_bursts=ibis.ifelse(rare, per_principal.episodes, 0),
        burst_ids=ibis.ifelse(rare, per_principal.burst_ids, None),
    )


def _novelties(events: ir.Table, history: int) -> list[ir.Table]:
    timed = events.filter(has_time(events))
    known = timed.group_by("principal").agg(since=lambda t: t.eventTime.min())
    placed = timed.select("principal", "eventTime").inner_join(known, "principal")
    passed = placed.eventTime.epoch_seconds() - placed.since.epoch_seconds() >= history
    spans = placed.group_by("principal").agg(
        since=placed.since.min(),
        days=placed.eventTime.date().nunique(),
        later_days=placed.eventTime.date().nunique(where=passed),
    )
    spans = spans.cross_join(timed.eventTime.min().name("begins").as_table())
    return [_novelty(timed, spans, name, attribute, history) for name, attribute in _NEW.items()]


def _novelty(timed: ir.Table, spans: ir.Table, name: str, attribute: str, history: int) -> ir.Table:
    used = timed.select("principal", "eventTime", value=timed[attribute]).filter(lambda t: t.value.notnull())
    if attribute == "sourceIPAddress":
        used = used.filter(source_kind(used.value) != "service")
    uses = used.group_by("principal", "value").agg(first_use=lambda t: t.eventTime.min())
    uses = uses.mutate(first_ever=uses.first_use.min().over(ibis.window(group_by="value")))
    held = uses.inner_join(spans, "principal")
    own = held.first_use.epoch_seconds() - held.since.epoch_seconds() >= history
    anybody = held.first_ever.epoch_seconds() - held.begins.epoch_seconds() >= history
    fresh = (
        held.filter(own | anybody)
        .group_by("principal")
        .agg(
            number=lambda t: t.count(),
            on=lambda t: t.first_use.date().nunique(),
            known_days=lambda t: ibis.ifelse(t.later_days.max() > 0, t.later_days.max(), t.days.max()),
            seen=lambda t: t.value.first(order_by=[t.first_use, t.value]),
        )
    )
    # hosted runners come from another address nearly every day: there a new one is the rule
    habit = (fresh.on >= HABIT_DAYS) & (fresh.on * 2 > fresh.known_days)
    return fresh.select(
        "principal", **{name: ibis.ifelse(habit, 0, fresh.number), f"{name}_seen": fresh.seen}
    )


def _score(rows: ir.Table) -> ir.IntegerValue:
    total = sum(
        (ibis.least(rows[name] * points.each, points.most) for name, points in POINTS.items()),
        ibis.literal(0),
    )
    return ibis.ifelse(rows.service, 0, total).cast("int64")


def _why(rows: ir.Table) -> ir.StringValue:
    def said(number: ir.IntegerValue, text: ir.StringValue) -> ir.StringValue:
        return ibis.ifelse(number > 0, text, None)

    def new(name: str, noun: str) -> ir.StringValue:
        number = rows[name]
        values = rows[f"{name}_seen"].left(48) + ibis.ifelse(
            number > 1, " and " + (number - 1).cast("string") + " more", ""
        )
        return said(number, "new " + noun + ": " + values)

    def listed(names: ir.ArrayValue) -> ir.StringValue:
        more = " and " + (names.length() - 6).cast("string") + " more"
        return names[:6].join(", ") + ibis.ifelse(names.length() > 6, more, "")

    bursts = ibis.ifelse(rows.denied_bursts == 1, " burst", " bursts") + " of refused calls"
    reasons = ibis.array(
        [
            ibis.ifelse(rows.service, "an AWS service of itself", None),
            said(rows.root, ibis.literal("root")),
            said(rows.denied_bursts, rows.denied_bursts.cast("string") + bursts),
            said(rows.unusual_sensitive, "sensitive calls: " + listed(rows.unusual_names)),
            said(rows.vain_sensitive, "tried in vain: " + listed(rows.vain_names)),
            said(rows.impairment, rows.impairment.cast("string") + " of them against logging or detection"),
            new("new_regions", "region"),
            new("new_addresses", "address"),
            new("new_services", "service"),
            new("new_agents", "user agent"),
        ]
    )
    return reasons.filter(lambda reason: reason.notnull()).join("; ")


def _samples(rows: ir.Table) -> ir.ArrayValue:
    empty = ibis.literal([], type="array<string>")
    shown = rows.sensitive_ids.fill_null(empty)[:8].concat(rows.burst_ids.fill_null(empty)[:2])
    return ibis.ifelse(shown.length() > 0, shown, ibis.array([rows.first_event]))

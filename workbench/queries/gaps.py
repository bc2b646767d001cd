"""Spans of time without an event: why, where digests speak of them, and how usual silence is there.

Where no digest speaks, an hour without an event has several explanations that look alike; then the form of
the gap is all there is: an account that starts late, that ends early, that falls silent.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.queries.coverage import coverage
from workbench.queries.silence import SILENCES

_HOUR = 3_600


def gaps(con: BaseBackend) -> ir.Table:
    """List the spans without a recorded event, between the first and the last hour of the case.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`, `region` (NULL: all regions of the account), `start`, `end` (naive UTC, end not included),
        `hours`; `kind` of `workbench.queries.silence.SILENCES`: why, as the digests say, and `unknown` where
        none speaks; `pattern` where none speaks: `starts-late`, `ends-early` (the account, against the whole
        case), `no-event-account` (none in any region of the account), `no-event-region` (none in the region,
        some in others of the account); `usual` (share of the hours between the first and the last event that
        hold one, 0 to 1, NULL where there is none: a gap weighs more where this is near 1) and `detail` (in
        words). The gravest kinds first, then accounts before regions, then by `usual` and `hours`.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> times = ("2026-09-02T04:10:00Z", "2026-09-02T09:10:00Z")
    >>> con = case(tempfile.mkdtemp(), *(event(eventTime=time) for time in times))
    >>> gaps(con).select("start", "hours", "pattern").to_pyarrow().to_pylist()
    [{'start': datetime.datetime(2026, 9, 2, 5, 0), 'hours': 4, 'pattern': 'no-event-account'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    return gaps_in(coverage(con))


def gaps_in(hours: ir.Table) -> ir.Table:
    """List spans as `gaps` does, in hours as `coverage` gives them."""
    held = hours.filter(hours.events > 0).select("account", "region", "hour")
    silent = hours.filter(hours.events == 0).select("account", "region", "hour", "silence")
    found = ibis.union(_told(silent, held), _untold(held.anti_join(silent, "account"), held))
    return _in_order(_in_words(found))


def _told(silent: ir.Table, held: ir.Table) -> ir.Table:
    """Join hours of one kind of silence that follow each other."""
    series = ibis.window(group_by=["account", "region", "silence"], order_by="hour")
    numbered = silent.mutate(number=ibis.row_number().over(series))
    runs = numbered.mutate(run=numbered.hour.epoch_seconds() // _HOUR - numbered.number)
    spans = runs.group_by("account", "region", "silence", "run").agg(
        start=lambda t: t.hour.min(), end=lambda t: t.hour.max() + ibis.interval(hours=1)
    )
    shares = held.mutate(usual=_share(held, ibis.window(group_by=["account", "region"])))
    shares = shares.group_by("account", "region").agg(usual=lambda t: t.usual.max())
    return spans.left_join(shares, ["account", "region"]).select(
        "account", "region", "usual", "start", "end", kind="silence", pattern=ibis.null("string")
    )


def _untold(held: ir.Table, whole: ir.Table) -> ir.Table:
    """Look at the form of silence, for accounts of which no digest speaks."""
    accounts = held.select("account", "hour", region=ibis.null("string")).distinct()
    inner = _holes(accounts, "no-event-account")
    partly = _partial(_holes(held, "no-event-region"), accounts)
    found = ibis.union(_edges(accounts, whole), inner, partly)
    return found.select(
        "account", "region", "usual", "start", "end", kind=ibis.literal("unknown"), pattern="pattern"
    )


def _in_words(found: ir.Table) -> ir.Table:
    counted = found.mutate(hours=(found.end.epoch_seconds() - found.start.epoch_seconds()) // _HOUR)
    share = (counted.usual * 100).round(0).cast("int64").cast("string")
    usual = "; usually in " + share + " % of the hours"
    why = counted.kind.cases(*SILENCES.items(), else_="")
    told = ibis.ifelse(counted.pattern.isnull(), "; " + why, "")
    length = "no event for " + counted.hours.cast("string") + " h"
    return counted.mutate(detail=length + usual.fill_null("") + told)


def _in_order(found: ir.Table) -> ir.Table:
    grave = found.kind.cases(*((kind, rank) for rank, kind in enumerate(SILENCES)), else_=len(SILENCES))
    form = found.pattern.cases(("no-event-region", 2), ("no-event-account", 1), else_=0)
    ranked = found.mutate(grave=grave, form=form)
    return ranked.order_by(
        "grave", "form", ibis.desc("usual"), ibis.desc("hours"), "account", "region", "start"
    ).select("account", "region", "start", "end", "hours", "kind", "pattern", "usual", "detail")


def _holes(hours: ir.Table, pattern: str) -> ir.Table:
    series = ibis.window(group_by=["account", "region"], order_by="hour")
    whole = ibis.window(group_by=["account", "region"])
    seen = hours.mutate(before=hours.hour.lag().over(series), usual=_share(hours, whole))
    holes = seen.filter(seen.hour > seen.before + ibis.interval(hours=1))
    return holes.select(
        "account",
        "region",
        "usual",
        start=holes.before + ibis.interval(hours=1),
        end=holes.hour,
        pattern=ibis.literal(pattern),
    )


def _share(hours: ir.Table, whole: Any) -> ir.FloatingValue:
    length = (
        hours.hour.max().over(whole).epoch_seconds() - hours.hour.min().over(whole).epoch_seconds()
    ) / _HOUR + 1
    return hours.hour.count().over(whole) / length


def _partial(holes: ir.Table, accounts: ir.Table) -> ir.Table:
    """Keep the holes in which another region of the account delivered: the others are told already."""
    delivered = accounts.select(other="account", other_hour="hour")
    inside = [
        holes.account == delivered.other,
        delivered.other_hour >= holes.start,
        delivered.other_hour < holes.end,
    ]
    return holes.semi_join(delivered, inside)


def _edges(accounts: ir.Table, whole: ir.Table) -> ir.Table:
    case = whole.agg(begins=whole.hour.min(), ends=whole.hour.max())
    spans = accounts.mutate(usual=_share(accounts, ibis.window(group_by="account")))
    spans = (
        spans.group_by("account")
        .agg(first=lambda t: t.hour.min(), last=lambda t: t.hour.max(), usual=lambda t: t.usual.max())
        .cross_join(case)
    )
    region, hour = ibis.null("string"), ibis.interval(hours=1)
    late = spans.filter(spans["first"] > spans.begins)
    early = spans.filter(spans["last"] < spans.ends)
    return ibis.union(
        late.select(
            "account",
            "usual",
            region=region,
            start=late.begins,
            end=late["first"],
            pattern=ibis.literal("starts-late"),
        ),
        early.select(
            "account",
            "usual",
            region=region,
            start=early["last"] + hour,
            end=early.ends + hour,
            pattern=ibis.literal("ends-early"),
        ),
    ).select("account", "region", "usual", "start", "end", "pattern")

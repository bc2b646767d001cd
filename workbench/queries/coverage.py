"""What the case holds, and what it cannot know.

Hours are those in which events happened, not those in which files were delivered. CloudTrail writes no file
where nothing happened, so an hour without an event is not yet a loss: only verified digests can tell the two
apart.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events, evidence_files
from workbench.queries.filters import has_time

_HOUR = 3_600


def coverage(con: BaseBackend) -> ir.Table:
    """Tell for which hours the case holds events.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account` (that received the events), `region`, `hour` (start, naive UTC), `files` (that hold events
        of that hour), `events`, `integrity` (digest verdicts of those files); one row per hour with events,
        ordered by `account`, `region`, `hour`. Events without a usable time lie in no hour.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> con = case(tempfile.mkdtemp(), event(eventTime="2026-09-02T04:10:00Z"))
    >>> coverage(con).select("region", "hour", "files", "events").to_pyarrow().to_pylist()
    [{'region': 'us-east-1', 'hour': datetime.datetime(2026, 9, 2, 4, 0), 'files': 1, 'events': 1}]
    """
    held = events(con)
    files = evidence_files(con).select("path", file_account="account", file_region="region")
    timed = held.filter(has_time(held))
    placed = timed.left_join(files, timed.source_file == files.path)
    rows = placed.select(
        "source_file",
        "integrity",
        account=ibis.coalesce(
            placed.recipientAccountId, placed.file_account, placed.principal_account, "unknown"
        ),
        region=ibis.coalesce(placed.awsRegion, placed.file_region, "unknown"),
        hour=placed.eventTime.truncate("h"),
    )
    return (
        rows.group_by("account", "region", "hour")
        .agg(
            files=lambda t: t.source_file.nunique(),
            events=lambda t: t.count(),
            integrity=lambda t: t.integrity.collect(distinct=True).sort().join(", "),
        )
        .order_by("account", "region", "hour")
    )


def gaps(con: BaseBackend) -> ir.Table:
    """List the hours without a recorded event, between the first and the last hour of the case.

    Whether nothing happened in them or a file is missing cannot be told before digests are verified.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`, `region` (NULL: all regions of the account), `start`, `end` (naive UTC, end not included),
        `hours`; `kind`: `starts-late`, `ends-early` (the account, against the whole case), `no-event-account`
        (none in any region of the account), `no-event-region` (none in the region, some in others of the
        account); `usual` (share of the hours between the first and the last event that hold one, 0 to 1: a
        gap weighs more where this is near 1) and `detail` (both in words). Accounts first, then by `usual`,
        `hours`.

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
    >>> gaps(con).select("start", "hours", "kind").to_pyarrow().to_pylist()
    [{'start': datetime.datetime(2026, 9, 2, 5, 0), 'hours': 4, 'kind': 'no-event-account'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    held = coverage(con)
    accounts = held.select("account", "hour", region=ibis.null("string")).distinct()
    regions = held.select("account", "hour", "region")
    inner = _holes(accounts, "no-event-account")
    found = ibis.union(_edges(accounts), inner, _partial(_holes(regions, "no-event-region"), accounts))
    numbered = found.mutate(
        hours=(found.end.epoch_seconds() - found.start.epoch_seconds()) // _HOUR,
        rank=ibis.cases((found.kind == "no-event-region", 2), (found.kind == "no-event-account", 1), else_=0),
    )
    share = (numbered.usual * 100).round(0).cast("int64").cast("string")
    told = "no event for " + numbered.hours.cast("string") + " h; usually in " + share + " % of the hours"
    return (
        numbered.mutate(detail=told)
        .order_by("rank", ibis.desc("usual"), ibis.desc("hours"), "account", "region", "start")
        .select("account", "region", "start", "end", "hours", "kind", "usual", "detail")
    )


def _holes(hours: ir.Table, kind: str) -> ir.Table:
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
        kind=ibis.literal(kind),
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


def _edges(accounts: ir.Table) -> ir.Table:
    case = accounts.agg(begins=accounts.hour.min(), ends=accounts.hour.max())
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
            kind=ibis.literal("starts-late"),
        ),
        early.select(
            "account",
            "usual",
            region=region,
            start=early["last"] + hour,
            end=early.ends + hour,
            kind=ibis.literal("ends-early"),
        ),
    ).select("account", "region", "usual", "start", "end", "kind")

"""Unusual rates of calls and of errors, in the terms of CloudTrail Insights."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.detections.rates.attributions import ATTRIBUTIONS, with_attributions
from workbench.detections.rates.counts import (
    BUCKET,
    KEY,
    RATE,
    counted_calls,
    known_times,
    management_calls,
    rates_of,
    time_of,
)
from workbench.detections.rates.recorded import recorded
from workbench.detections.rates.unusual import WEEK, compared, spans, unusual, weekly
from workbench.errors import ParameterError
from workbench.queries.steps import seconds

INSIGHTS = {
    "insight_type": "string",
    "event_source": "string",
    "event_name": "string",
    "error_code": "string",
    "account": "string",
    "region": "string",
    "state": "string",
    "start_time": "timestamp(6)",
    "end_time": "timestamp(6)",
    "baseline_average": "float64",
    "insight_average": "float64",
    "baseline_minutes": "int64",
    "insight_minutes": "int64",
    "attributions": ATTRIBUTIONS,
    "basis": "string",
    "calls": "int64",
    "eventIDs": "array<string>",
}
"""The columns of insights."""
_TIES = ["insight_type", "event_source", "event_name", "error_code", "account", "region", "end_time", "basis"]


def insights(events: ir.Table, *, unscored: bool = False) -> ir.Table:
    """Find unusual rates of API calls and of errors, next to the Insights that CloudTrail recorded.

    AWS does not publish its statistic; this is one in its terms, for trails that had no Insights switched on.
    Calls are counted per account, region, service and API in buckets of five minutes. A bucket is unusual
    when it, or the quarter of an hour that it ends, is far above the same time of day (give or take as much)
    of the seven days before, and as much has not come up at other times on three of the last fourteen days.

    Parameters
    ----------
    events
        The whole events table: calls that were filtered away before count as not made.
    unscored
        Also list the rates that could not be judged: no call was made seven days or more after the evidence
        of that account and region begins.

    Returns
    -------
    ibis Table
        `insight_type` (`ApiCallRateInsight`: write calls, failed ones included; `ApiErrorRateInsight`: calls
        with that `error_code`), `event_source`, `event_name`, `error_code`, `account`, `region`, `state`
        (`ended`; `ongoing` when the evidence ends first; `no baseline`: not judged), `start_time`,
        `end_time` (naive UTC; NULL when ongoing), `baseline_average`, `insight_average` (calls per minute,
        over the seven days before and over the unusual time), `baseline_minutes`, `insight_minutes`,
        `attributions` (the five most frequent values of `userIdentityArn`, `userAgent` and `errorCode`, with
        both averages), `basis` (`computed` or `recorded`), `calls` (in the unusual time; of a rate that was
        not judged, all), `eventIDs` (of those calls, or of the Insights records). Ordered by `start_time`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> quiet = event(eventTime="2026-09-01T04:00:00Z")
    >>> burst = [event(eventName="RunInstances", eventTime="2026-09-09T04:01:00Z") for _ in range(30)]
    >>> found = insights(table(quiet, *burst, event(eventTime="2026-09-09T05:00:00Z")))
    >>> found.select("event_name", "state", "insight_average").to_pyarrow().to_pylist()
    [{'event_name': 'RunInstances', 'state': 'ended', 'insight_average': 6.0}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-insight-details.html
    """
    calls = management_calls(events)
    counted, known = counted_calls(calls), known_times(calls)
    parts = [_computed(with_attributions(_spans(counted, known), counted)), _in_order(recorded(events))]
    if unscored:
        parts.append(_not_judged(counted, known))
    return ibis.union(*parts).order_by("start_time", *_TIES)


def _spans(counted: ir.Table, known: ir.Table) -> ir.Table:
    """Find the unusual times of each rate; three queries read of them, so they are held in memory."""
    keys, buckets = rates_of(counted)
    known_of = keys.inner_join(known, ["account", "region"]).select(RATE, "known_since", "known_until")
    found = spans(unusual(buckets, ibis.memtable(known_of.to_pyarrow())))
    return ibis.memtable(found.inner_join(keys, RATE).drop(RATE).to_pyarrow())


def _computed(found: ir.Table) -> ir.Table:
    minutes = (found.end - found.begin + 1) * (BUCKET // 60)
    is_open = found.end >= found.known_until
    return _in_order(
        found.mutate(
            state=ibis.ifelse(is_open, "ongoing", "ended"),
            start_time=time_of(found.begin),
            end_time=ibis.ifelse(is_open, None, time_of(found.end + 1)),
            baseline_average=found.week / (WEEK * BUCKET // 60),
            insight_average=found.calls / minutes,
            baseline_minutes=ibis.literal(WEEK * BUCKET // 60),
            insight_minutes=minutes,
            basis=ibis.literal("computed"),
        )
    )


def _not_judged(counted: ir.Table, known: ir.Table) -> ir.Table:
    """Return the rates that no call has seven days of evidence before."""
    seen = counted.group_by(KEY).agg(
        begin=lambda t: t.bucket.min(),
        last=lambda t: t.bucket.max(),
        calls=lambda t: t.count(),
        eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID]),
    )
    both = seen.inner_join(known, ["account", "region"])
    short = both.filter(both["last"] - both.known_since < WEEK)
    nothing = ("baseline_average", "insight_average", "baseline_minutes", "insight_minutes", "attributions")
    return _in_order(
        short.mutate(
            state=ibis.literal("no baseline"),
            start_time=time_of(short.begin),
            end_time=time_of(short["last"] + 1),
            basis=ibis.literal("computed"),
            **{name: ibis.null(INSIGHTS[name]) for name in nothing},
        )
    )


def _in_order(rows: ir.Table) -> ir.Table:
    """Give the columns their order and types; a key's empty text is an absent value again."""
    absent = {name: rows[name].nullif("") for name in KEY[1:]}
    return rows.mutate(**absent).select(**{name: ibis._[name].cast(kind) for name, kind in INSIGHTS.items()})


def insight_rates(
    events: ir.Table, insight: Mapping[str, Any], *, before: str = "1d", after: str = "6h"
) -> ir.Table:
    """Return the calls around one insight, bucket by bucket, with what was usual.

    Parameters
    ----------
    events
        The whole events table.
    insight
        A row of `insights`, as a mapping.
    before, after
        How much time to show around it; an ongoing insight is shown until its last bucket.

    Returns
    -------
    ibis Table
        `time` (start of the bucket, naive UTC), `calls`, `usual` (mean at the same time of the seven days
        before), `threshold` (more is unusual), `is_unusual` (lies inside the insight); in order of time,
        buckets without calls too.

    Raises
    ------
    ParameterError
        When a span of time cannot be read, or the insight is none that was judged.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> quiet = event(eventTime="2026-09-01T04:00:00Z")
    >>> burst = [event(eventName="RunInstances", eventTime="2026-09-09T04:01:00Z") for _ in range(30)]
    >>> rows = table(quiet, *burst, event(eventTime="2026-09-09T05:00:00Z"))
    >>> (found,) = insights(rows).to_pyarrow().to_pylist()
    >>> told = insight_rates(rows, found, before="5m", after="5m")
    >>> told.select("calls", "threshold").to_pyarrow().to_pylist()
    [{'calls': 0, 'threshold': 4.0}, {'calls': 30, 'threshold': 4.0}, {'calls': 0, 'threshold': 4.0}]
    """
    _check_judged(insight)
    start = int(insight["start_time"].replace(tzinfo=UTC).timestamp()) // BUCKET
    end = start + max(1, int(insight["insight_minutes"] * 60) // BUCKET)
    first, past = start - seconds(before) // BUCKET, end + seconds(after) // BUCKET
    counted = counted_calls(management_calls(events))
    # a row out of a pandas frame says NaN where a value is absent
    texts = {name: insight[name] if isinstance(insight[name], str) else "" for name in KEY}
    mine = counted.filter([counted[name] == text for name, text in texts.items()])
    _keys, mine = rates_of(mine)
    numbers = ibis.memtable({"bucket": range(first, past)}, schema={"bucket": "int64"})
    quiet = {RATE: ibis.literal(0, "int64"), "n": ibis.literal(0, "int64")}
    shown = numbers.anti_join(mine, "bucket").mutate(**quiet)
    dense = weekly(ibis.union(mine, shown.select(*mine.columns)))
    rows = compared(dense.filter(dense.bucket.between(first, past - 1)), mine)
    return rows.select(
        time=time_of(rows.bucket),
        calls=rows.n,
        usual="usual",
        threshold="threshold",
        is_unusual=(rows.bucket >= start) & (rows.bucket < end),
    ).order_by("time")


def _check_judged(insight: Mapping[str, Any]) -> None:
    if absent := [name for name in (*KEY, "start_time", "insight_minutes") if name not in insight]:
        raise ParameterError(
            f"insight has no {', '.join(absent)}. Give a row of wb.detections.insights(events), as a mapping"
        )
    if not (insight["insight_minutes"] or 0) > 0:  # None, or NaN in a row out of a pandas frame
        raise ParameterError(
            f"the rate of {insight['event_name']} was not judged: it has no unusual time. Give an insight"
            " whose state is ended or ongoing"
        )

"""Management calls counted in five-minute buckets, by what CloudTrail Insights tells apart."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import has_time, is_write

BUCKET = 300
"""Seconds of a bucket."""

KEY = ["insight_type", "account", "region", "event_source", "event_name", "error_code"]
"""What has a rate of its own. An absent account, region or error code is the empty text: keys are joined."""

RATE = "rate"
"""The number of a key: what is joined many times over is joined by it."""

CALL_RATE, ERROR_RATE = "ApiCallRateInsight", "ApiErrorRateInsight"


def management_calls(events: ir.Table) -> ir.Table:
    """Keep the management calls with a usable time, and add their `account`, `region` and `bucket`.

    A record from before `managementEvent` existed is a management event by its category, or for want of one.
    """
    told = events.eventCategory.fill_null("Management") == "Management"
    timed = events.filter(
        has_time(events) & told & events.managementEvent.fill_null(True) & events.eventName.notnull()
    )
    return timed.mutate(
        account=timed.recipientAccountId.fill_null(""),
        region=timed.awsRegion.fill_null(""),
        bucket=timed.eventTime.epoch_seconds().cast("int64") // BUCKET,
    )


def counted_calls(calls: ir.Table) -> ir.Table:
    """Return the calls once for each rate they count for, with the columns of `KEY`.

    Parameters
    ----------
    calls
        As of `management_calls`.

    Returns
    -------
    ibis Table
        Write calls, failed ones included, as `ApiCallRateInsight`; calls with an error code, reads too, as
        `ApiErrorRateInsight`. Columns: `KEY`, `bucket`, and of each call `eventID`, `eventTime`, `caller`,
        `userAgent`, `errorCode`.
    """
    writes, errors = calls.filter(is_write(calls)), calls.filter(calls.errorCode.notnull())
    return ibis.union(
        _keyed(writes, CALL_RATE, ibis.literal("")), _keyed(errors, ERROR_RATE, errors.errorCode)
    )


def _keyed(calls: ir.Table, kind: str, code: ir.StringValue) -> ir.Table:
    return calls.select(
        "account",
        "region",
        "bucket",
        "eventID",
        "eventTime",
        "userAgent",
        "errorCode",
        insight_type=ibis.literal(kind),
        event_source=calls.eventSource.fill_null(""),
        event_name=calls.eventName,
        error_code=code,
        caller=_caller(calls),
    )


def _caller(calls: ir.Table) -> ir.StringValue:
    """Return the ARN as attributions spell it: of a role session without the name of the session."""
    arn = calls.userIdentity.arn
    return ibis.coalesce(
        arn.re_replace("^(arn:[^:]*:sts::[^:]*:assumed-role/[^/]+)/.*$", r"\1"), calls.principal
    )


class Rates(NamedTuple):
    """Calls by bucket, read once and held in memory: they are asked for many times over.

    `keys`: `KEY` and `rate`; `buckets`: `rate`, `bucket` and the number of calls `n`, where there are any.
    """

    keys: ir.Table
    buckets: ir.Table


def rates_of(counted: ir.Table) -> Rates:
    """Count calls, as of `counted_calls`, by key and bucket."""
    number = ibis.dense_rank().over(ibis.window(order_by=KEY))
    counts = counted.group_by(*KEY, "bucket").agg(n=lambda t: t.count()).mutate(**{RATE: number})
    rows = counts.to_pyarrow()
    keys = rows.group_by([*KEY, RATE]).aggregate([])
    return Rates(ibis.memtable(keys), ibis.memtable(rows.select([RATE, "bucket", "n"])))


def known_times(calls: ir.Table) -> ir.Table:
    """Return since when the evidence knows each account and region, and until when the account.

    Returns
    -------
    ibis Table
        `account`, `region`, `known_since` (first bucket with any management call, reads too), `known_until`
        (last such bucket of the whole account: a region without calls is silent, not cut off).
    """
    seen = calls.group_by("account", "region").agg(
        known_since=lambda t: t.bucket.min(), last=lambda t: t.bucket.max()
    )
    until = seen["last"].max().over(ibis.window(group_by="account"))
    return seen.mutate(known_until=until).drop("last")


def time_of(bucket: ir.IntegerValue) -> ir.TimestampValue:
    """Return when a bucket begins, naive UTC."""
    return (bucket * BUCKET).as_timestamp("s").cast("timestamp")

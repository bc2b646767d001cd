"""Times of which a case cannot tell what was done, with the reason; those close together joined."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events
from workbench.queries.blind import dark_times
from workbench.queries.silence import SILENCES
from workbench.queries.tampering import log_tampering

HOUR = ibis.interval(hours=1)
_SILENT = ("not-collected", "not-yet-delivered", "not-yet-logging")  # the others are blind windows, too
_NEVER = ibis.timestamp("9999-01-01")  # the end of what has not ended


def open_times(con: BaseBackend, hours: ir.Table) -> ir.Table:
    """Take the blind windows, and the silence that digests give another reason for.

    Parameters
    ----------
    con
        A case.
    hours
        As of `coverage`.

    Returns
    -------
    ibis Table
        `account`, `kind` (of `blind_windows` or `SILENCES`), `regions` (a list; NULL: all), `start`, `end`
        (naive UTC; NULL: it has not ended), `details` (a list). Spans an hour apart are one row.
    """
    silent = hours.filter((hours.events == 0) & hours.silence.isin(_SILENT))
    silent = silent.select(
        "account", "region", start="hour", end=silent.hour + HOUR, kind="silence",
        detail=silent.silence.cases(*SILENCES.items(), else_=""),
    )  # fmt: skip
    return merged(ibis.union(dark_times(con, log_tampering(events(con))), silent))


def merged(spans: ir.Table) -> ir.Table:
    """Join spans of one account and kind that lie an hour apart at most.

    Examples
    --------
    >>> import datetime as dt
    >>> hour = {at: dt.datetime(2026, 9, 2, at) for at in range(9)}
    >>> times = ((4, 5), (5, 6), (8, None))
    >>> rows = [("1", "trail-off", "us-east-1", hour[since], hour.get(until), "") for since, until in times]
    >>> columns = dict.fromkeys(("account", "kind", "region"), "string")
    >>> columns |= {"start": "timestamp", "end": "timestamp", "detail": "string"}
    >>> found = merged(ibis.memtable(rows, schema=columns)).order_by("start")
    >>> [(row["start"].hour, row["end"] and row["end"].hour) for row in found.to_pyarrow().to_pylist()]
    [(4, 6), (8, None)]
    """
    key, order = ["account", "kind"], ["start", "until", "region"]
    spans = spans.mutate(until=spans.end.fill_null(_NEVER))
    earlier = ibis.window(group_by=key, order_by=order, preceding=(None, 1))
    reached = spans.mutate(reached=spans.until.max().over(earlier))
    begins = (reached.reached.isnull() | (reached.start > reached.reached + HOUR)).cast("int64")
    numbered = reached.mutate(begins=begins)
    so_far = ibis.window(group_by=key, order_by=order, preceding=(None, 0))
    runs = numbered.mutate(run=numbered.begins.sum().over(so_far))
    whole = runs.group_by(*key, "run").agg(
        is_everywhere=lambda t: t.region.isnull().any(),
        regions=lambda t: t.region.collect(distinct=True).sort(),
        start=lambda t: t.start.min(),
        until=lambda t: t.until.max(),
        details=lambda t: t.detail.collect(distinct=True).sort(),
    )
    return whole.select(
        *key, "start", "details", end=whole.until.nullif(_NEVER),
        regions=ibis.ifelse(whole.is_everywhere, ibis.null("array<string>"), whole.regions),
    )  # fmt: skip

"""Times in which something may have happened that the case cannot show: when, where, and by whom."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events
from workbench.queries.tampering import log_tampering, off_windows

_OF_SPANS = {
    "gap-logging-stopped": ("logging-stopped", "the trail was stopped, or made anew"),
    "gap-digests-absent": ("digest-missing", "digests of this time are absent or not valid"),
    "open-end": ("digest-missing", "the newest digests are absent"),
}
_CAUSES = ("stopped", "deleted", "narrowed", "redirected", "delivery-broken", "key-disabled", "log-deleted")
_TRAIL_OFF = ("stopped", "deleted", "resumed")
_BEFORE = ibis.interval(hours=2)  # a digest is made within an hour, and delivered some time later
_NONE = ibis.literal([], type="array<string>")
_COLUMNS = ("account", "region", "start", "end", "kind", "detail")


def blind_windows(con: BaseBackend) -> ir.Table:
    """List the times that the evidence cannot speak of, and the calls that may have brought them about.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`, `region` (NULL: all regions), `start`, `end` (naive UTC; NULL: it has not ended in this
        case), `kind`: `logging-stopped` (from the call that stopped the trail on, if that is known) and
        `digest-missing` as the digests say, `log-missing` and
        `log-changed` (a log that a digest lists, for the time of its events), `trail-off` (a trail that was
        stopped or deleted, where no digest speaks of the account); `detail` in words; `eventIDs` of the
        calls up to two hours before or within the window that stop, narrow or redirect logging, in any
        account of the case; `principal` (who made them, comma-separated; NULL without any). Ordered by
        `start`, `account`, `region`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> trail = {"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "main"}}
    >>> off = event(**trail, eventName="StopLogging", eventTime="2026-09-02T04:00:00Z")
    >>> on = event(**trail, eventName="StartLogging", eventTime="2026-09-02T06:00:00Z")
    >>> windows = blind_windows(table(off, on).get_backend())
    >>> windows.select("kind", "start", "end").to_pyarrow().to_pylist()  # doctest: +NORMALIZE_WHITESPACE
    [{'kind': 'trail-off', 'start': datetime.datetime(2026, 9, 2, 4, 0),
      'end': datetime.datetime(2026, 9, 2, 6, 0)}]
    """
    calls = log_tampering(events(con))
    told = dark_times(con, calls)
    causes = calls.filter((calls.outcome == "done") & calls.kind.isin(_CAUSES))
    ends = causes.kind.isin(("stopped", "deleted"))
    causes = causes.select(time="eventTime", cause="eventID", who="principal", ended=ends)
    near = [
        causes.time >= told.start - _BEFORE,
        told.end.isnull() | (causes.time <= told.end),
    ]
    found = told.left_join(causes, near).group_by(_COLUMNS).agg(
        off=lambda t: t.time.min(where=t.ended & (t.kind == "logging-stopped")),
        eventIDs=lambda t: t.cause.collect(distinct=True).sort().fill_null(_NONE),
        principal=lambda t: t.who.collect(distinct=True).sort().join(", ").nullif(""),
    )
    # A trail that is stopped still digests its hour: the call itself knows better when recording ended.
    exact = found.mutate(start=ibis.least(found.start, found.off.fill_null(found.start)))
    return exact.drop("off").order_by("start", "account", "region", "kind")


def dark_times(con: BaseBackend, calls: ir.Table) -> ir.Table:
    """Return the windows of `blind_windows` without the calls that may have brought them about.

    Parameters
    ----------
    con
        A case.
    calls
        As of `log_tampering`.
    """
    return ibis.union(_by_digests(con), _by_logs(con), _by_calls(con, calls))


def _by_digests(con: BaseBackend) -> ir.Table:
    """Take the gaps of each chain that no other trail of the account covers."""
    spans = con.table("trail_spans").cast({"start": "timestamp", "end": "timestamp"})
    covered = spans.filter(spans.kind == "covered").select(
        other="account", there="region", since="start", until="end"
    )
    gaps = spans.filter(spans.kind.isin(list(_OF_SPANS)))
    inside = [
        gaps.account == covered.other,
        gaps.region == covered.there,
        gaps.start >= covered.since,
        gaps.end <= covered.until,
    ]
    kinds = [(kind, word) for kind, (word, _) in _OF_SPANS.items()]
    words = [(kind, told) for kind, (_, told) in _OF_SPANS.items()]
    gaps = gaps.anti_join(covered, inside)
    return gaps.mutate(detail=gaps.kind.cases(*words), kind=gaps.kind.cases(*kinds)).select(*_COLUMNS)


def _by_logs(con: BaseBackend) -> ir.Table:
    logs = con.table("doubtful_logs").cast({"oldest": "timestamp", "newest": "timestamp"})
    is_gone = logs.verdict.isin(("missing", "unreadable"))
    return logs.select(
        "account", "region", start="oldest", end="newest",
        kind=ibis.ifelse(is_gone, "log-missing", "log-changed"),
        detail=logs.verdict + ": " + logs.path.re_extract("[^/]*$", 0),
    ).select(*_COLUMNS)  # fmt: skip


def _by_calls(con: BaseBackend, calls: ir.Table) -> ir.Table:
    """Take the times in which a trail was off, in accounts of which no digest speaks."""
    trails = calls.filter((calls.eventSource == "cloudtrail.amazonaws.com") & calls.kind.isin(_TRAIL_OFF))
    off = off_windows(trails).anti_join(con.table("trail_spans"), "account")
    named = off.mutate(region=ibis.null("string"), kind=ibis.literal("trail-off")).select(*_COLUMNS)
    return named.cast({"start": "timestamp", "end": "timestamp"})

"""How long CloudTrail took from an event to the delivery of its log, as the names of the logs tell."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events
from workbench.queries.filters import has_time

_PAIR = ("account", "region")
_LAST = 30  # minutes; what came later is counted together


def delivery_lag(con: BaseBackend) -> ir.Table:
    """Tell how many minutes lie between the events of a region and the delivery of their logs.

    AWS says that a log is typically delivered within an average of about 5 minutes of a call, which it does
    not guarantee. Where delivery takes much longer, the last hours before the evidence was copied are not
    complete, and a log that came late deserves a look at what the trail's bucket allowed.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`, `region` (of the log), `files`, `events`, `median`, `p95`, `maximum` (minutes from
        `eventTime` to the whole minute in the log's name); the slowest first. Exports whose names hold no
        time of delivery are not counted, nor are events without a usable time.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> con = case(tempfile.mkdtemp(), event(eventTime="2026-09-02T04:14:00Z"))
    >>> delivery_lag(con).select("region", "files", "median").to_pyarrow().to_pylist()
    [{'region': 'us-east-1', 'files': 1, 'median': 6.0}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """
    found = (
        _lags(con)
        .group_by(_PAIR)
        .agg(
            files=lambda t: t.source_file.nunique(),
            events=lambda t: t.count(),
            median=lambda t: t.minutes.median().round(1),
            p95=lambda t: t.minutes.quantile(0.95).round(1),
            maximum=lambda t: t.minutes.max().round(1),
        )
    )
    return found.order_by(ibis.desc("p95"), ibis.desc("maximum"), *_PAIR)


def lag_histogram(con: BaseBackend) -> ir.Table:
    """Count the events of a case by the minutes that passed until their logs were delivered.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `minutes` (begun ones; 30: half an hour and more), `files`, `events`; ordered by `minutes`.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> con = case(tempfile.mkdtemp(), event(eventTime="2026-09-02T04:14:00Z"))
    >>> lag_histogram(con).to_pyarrow().to_pylist()
    [{'minutes': 6, 'files': 1, 'events': 1}]
    """
    whole = _lags(con).mutate(minutes=lambda t: ibis.least(t.minutes.floor().cast("int64"), _LAST))
    counted = whole.group_by("minutes").agg(
        files=lambda t: t.source_file.nunique(), events=lambda t: t.count()
    )
    return counted.order_by("minutes")


def _lags(con: BaseBackend) -> ir.Table:
    held, files = events(con), con.table("file_rows")
    named = (
        files.filter(files.key_time.notnull())
        .group_by("path")
        .agg(key_time=files.key_time.max(), **{name: files[name].max() for name in _PAIR})
    )  # a file that changed between two loads has a row for each
    timed = held.filter(has_time(held)).select("eventTime", "source_file")
    both = timed.inner_join(named, timed.source_file == named.path)
    seconds = both.key_time.epoch_seconds() - both.eventTime.epoch_seconds()
    return both.select("source_file", *_PAIR, minutes=seconds / 60)

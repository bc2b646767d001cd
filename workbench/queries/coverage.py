"""For which hours the case holds events, and why it holds none of others.

Hours are those in which events happened, not those in which files were delivered. CloudTrail writes no file
where nothing happened, so an hour without an event is not yet a loss: only digests can tell the two apart.
"""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.events import events, evidence_files
from workbench.queries.filters import has_time
from workbench.queries.silence import silent_hours

_KEY = ["account", "region", "hour"]


def coverage(con: BaseBackend) -> ir.Table:
    """Tell for which hours the case holds events, and of what kind the silence of others is.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account` (that received the events), `region`, `hour` (start, naive UTC), `files` (that hold events
        of that hour), `events`, `integrity` (digest verdicts of those files), `silence`; one row per hour
        with events, and one per hour without, where digests speak of the account: there `events` is 0 and
        `silence` one of `workbench.queries.silence.SILENCES`. Ordered by `account`, `region`, `hour`. Events
        without a usable time lie in no hour.

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
    held = _hours_with_events(con)
    silent = silent_hours(con, held.select(_KEY))
    nothing = {name: ibis.literal(0, "int64") for name in ("files", "events")}
    silent = silent.mutate(**nothing, integrity=ibis.literal("")).select(*held.columns, "silence")
    return ibis.union(held.mutate(silence=ibis.null("string")), silent).order_by(_KEY)


def _hours_with_events(con: BaseBackend) -> ir.Table:
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
    return rows.group_by(_KEY).agg(
        files=lambda t: t.source_file.nunique(),
        events=lambda t: t.count(),
        integrity=lambda t: t.integrity.collect(distinct=True).sort().join(", "),
    )

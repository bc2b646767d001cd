"""What to collect next: the objects that would close what the case leaves open, most urgent first."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.queries.coverage import coverage
from workbench.queries.missing import missing_accounts
from workbench.queries.open_times import HOUR, open_times
from workbench.queries.partitions import REGION, without_global_region
from workbench.queries.places import below, keys, roots
from workbench.queries.statements import counted, value

_COLUMNS = ("account", "region", "collect_from", "collect_to", "collect", "why")
_WHY: Mapping[str, tuple[int, str]] = {
    "digest-missing": (1, "the digests that list these logs are missing or not valid"),
    "not-collected": (2, "no log and no digest of it is here, unless the region is not enabled"),
    "not-yet-delivered": (3, "the newest logs were not yet delivered when the evidence was copied"),
}
_NO_TRAIL = ("logging-stopped", "trail-off")
_KEPT = ibis.interval(days=90)
_MOST_KEYS = 50
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def collect_next(con: BaseBackend) -> ir.Table:
    """List what to collect next, and why: object prefixes, exact keys of logs, and commands.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `account`, `region` (comma-separated; NULL: all), `collect_from`, `collect_to` (naive UTC; NULL: not
        known), `collect` (a list of keys, of prefixes of keys in the trail's bucket, or of commands), `why`.
        Most urgent first: logs that are missing or not what was delivered, missing digests, regions that were
        not collected, hours not yet delivered, accounts without digests, accounts that the events speak of;
        then the event history for times without a trail. Times an hour apart are one row; days are named
        where there are three at most.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> con = case(tempfile.mkdtemp(), event())
    >>> collect_next(con).select("collect", "why").to_pyarrow().to_pylist()  # doctest: +NORMALIZE_WHITESPACE
    [{'collect': ['AWSLogs/111122223333/CloudTrail-Digest/'],
      'why': 'no digest is here: they tell which logs were delivered, and with which content'}]

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
    """
    hours = coverage(con)
    held = hours.filter(hours.events > 0).select("account", "region", "hour")
    times, places = open_times(con, hours), roots(con, held)
    found = ibis.union(
        _doubtful(con, places),
        _open(times, places),
        _global(without_global_region(con, held), places),
        _unproven(held.anti_join(con.table("trail_spans"), "account"), places),
        _missing(con),
        _history(times, held),
    )
    return found.order_by("rank", "account", "collect_from", "region").select(*_COLUMNS)


def _row(table: ir.Table, rank: int | ir.Value, why: str | ir.Value, **columns: ir.Value) -> ir.Table:
    given = {"region": ibis.null("string"), "rank": value(rank), "why": value(why)} | columns
    told = table.select("account", **given)
    return told.cast({"rank": "int64", "collect_from": "timestamp", "collect_to": "timestamp"}).select(
        "rank", *_COLUMNS
    )


def _doubtful(con: BaseBackend, places: ir.Table) -> ir.Table:
    """Name the very logs that are missing or changed: an earlier version may still be in the bucket."""
    logs = keys(con.table("doubtful_logs"), places)
    per = logs.group_by("account", "region").agg(
        logs=logs.count(), words=logs.verdict.collect(distinct=True).sort(),
        oldest=logs.oldest.min(), newest=logs.newest.max(), named=logs.key.collect(distinct=True).sort(),
    )  # fmt: skip
    why = counted(per.logs, "log") + " " + per.words.join(" or ")
    why += ": fetch again, in an earlier version where the bucket keeps versions"
    return _row(
        per, 0, why, region=per.region,
        collect_from=per.oldest, collect_to=per.newest, collect=per.named[:_MOST_KEYS],
    )  # fmt: skip


def _open(times: ir.Table, places: ir.Table) -> ir.Table:
    named = times.filter(times.kind.isin(list(_WHY)))
    # a log comes minutes after what it records, a digest within the next hour: both may lie in the next day
    until = (named.end + HOUR).truncate("h")
    found = below(named.mutate(end=until), places)
    rank, why = (found.kind.cases(*((kind, words[at]) for kind, words in _WHY.items())) for at in (0, 1))
    return _row(
        found, rank, why, region=found.regions.join(", "),
        collect_from=found.start, collect_to=found.end, collect=found.collect,
    )  # fmt: skip


def _global(lacking: ir.Table, places: ir.Table) -> ir.Table:
    both = lacking.inner_join(places, "account")
    per = both.group_by("account", "home").agg(
        collect=(both.root + "CloudTrail/" + both.home + "/").collect(distinct=True).sort()
    )
    never = ibis.null("timestamp")
    why = "IAM and other global services are recorded in " + per.home + " only"
    return _row(per, 2, why, region=per.home, collect_from=never, collect_to=never, collect=per.collect)


def _unproven(held: ir.Table, places: ir.Table) -> ir.Table:
    both = held.inner_join(places, "account")
    per = both.group_by("account").agg(
        first=both.hour.min(), last=both.hour.max() + HOUR,
        collect=(both.root + "CloudTrail-Digest/").collect(distinct=True).sort(),
    )  # fmt: skip
    why = "no digest is here: they tell which logs were delivered, and with which content"
    return _row(per, 4, why, collect_from=per["first"], collect_to=per["last"], collect=per.collect)


def _missing(con: BaseBackend) -> ir.Table:
    absent = missing_accounts(con)
    why = "its trail is not here: " + absent.why.join(", ") + "; ask " + absent.ask
    return _row(
        absent, 5, why,
        collect_from=absent.collect_from, collect_to=absent.collect_to, collect=absent.collect,
    )  # fmt: skip


def _history(times: ir.Table, held: ir.Table) -> ir.Table:
    """Where no trail recorded, the event history is the only source left; it is asked region by region."""
    off = times.filter(times.kind.isin(_NO_TRAIL))
    known = held.group_by("account").agg(seen=held.region.collect(distinct=True).sort())
    off = off.left_join(known, "account")
    asked = ibis.coalesce(off.regions, off.seen, ibis.array(["us-east-1"]))
    asked = asked.filter(lambda region: region.re_search(REGION))  # a planted log names any: no shell sees it
    since = " --start-time " + off.start.strftime(_TIME)
    until = (" --end-time " + off.end.strftime(_TIME)).fill_null("")
    command = "aws cloudtrail lookup-events" + since + until + " --region "
    why = "no trail recorded this time; the event history keeps management events for 90 days, of this time"
    return _row(
        off, 6, why + " until " + (off.start + _KEPT).strftime("%Y-%m-%d"), region=off.regions.join(", "),
        collect_from=off.start, collect_to=off.end, collect=asked.map(lambda region: command + region),
    )  # fmt: skip

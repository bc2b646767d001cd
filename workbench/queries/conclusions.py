"""What cannot be concluded from the evidence of a case: times, places and kinds of events it cannot speak of.

Every statement is computed from the case. "No such event was found" is worth nothing where one applies.
"""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from workbench.queries.conclusions_files import of_files, of_kinds
from workbench.queries.coverage import coverage
from workbench.queries.missing import missing_accounts
from workbench.queries.open_times import HOUR, open_times
from workbench.queries.partitions import without_global_region
from workbench.queries.silence import SILENCES
from workbench.queries.statements import COLUMNS, counted, row

_DONE, _ALL = "What was done", "Whether the case holds all that was done"
_TIMES = {
    "logging-stopped": (0, _DONE, "logging was stopped"),
    "trail-off": (0, _ALL, "the trail was stopped or deleted"),
    "digest-missing": (1, _ALL, "the digests that list its logs are missing or not valid"),
    "log-missing": (2, _ALL, "a log that was delivered is missing or cannot be read"),
    "log-changed": (3, _ALL, "a log is not what was delivered"),
    "not-collected": (7, _DONE, "nothing of it was collected"),
    "not-yet-delivered": (8, _ALL, "its newest logs were not yet delivered when the evidence was copied"),
    "not-yet-logging": (13, _DONE, "the trail did not log there yet"),
}
"""Rank, beginning and end of the sentence on times of each kind."""

_ALMOST = ibis.interval(seconds=59)
_IAM = "a change of its IAM users, roles and policies"
_SIGN_IN = ", a role assumed at the global endpoint of STS, and a sign-in to its console"


def cannot_conclude(con: BaseBackend) -> ir.Table:
    """List what this case cannot tell, each in a sentence that stands on its own.

    Parameters
    ----------
    con
        A case, as of `open_case`.

    Returns
    -------
    ibis Table
        `statement`, `why`, `account` (NULL: the whole case), `region` (comma-separated; NULL: all), `start`,
        `end` (naive UTC; NULL: all of the case, or not ended). The gravest first: times in which logging was
        off or digests and logs are missing, logs that are not valid, accounts and regions that are not here,
        silence that nobody can explain, and kinds of events that no trail recorded. Times an hour apart are
        joined. Nothing is said of what the case holds: with data events of an account it does not say that
        they are missing.

    Raises
    ------
    CaseError
        When the case holds no events.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> con = case(tempfile.mkdtemp(), event(awsRegion="eu-west-1"))
    >>> print(cannot_conclude(con).statement.to_pyarrow()[0])  # doctest: +NORMALIZE_WHITESPACE
    For account 111122223333, a change of its IAM users, roles and policies, a role assumed at the global
    endpoint of STS, and a sign-in to its console cannot be excluded: nothing of us-east-1 is here.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
    https://docs.aws.amazon.com/general/latest/gr/iam-service.html
    """
    hours = coverage(con)
    held = hours.filter(hours.events > 0).select("account", "region").distinct()
    silent = hours.filter(hours.events == 0)
    parts = [_times(open_times(con, hours)), _unexplained(silent), _missing(con)]
    parts.append(_global(without_global_region(con, held)))
    found = ibis.union(*parts, *of_files(con), *of_kinds(con, held.select("account").distinct()))
    return found.order_by("rank", "account", "start", "region", "statement").select(*COLUMNS)


def _times(told: ir.Table) -> ir.Table:
    rank, lead, cause = (_part(told.kind, at) for at in range(3))
    until = (" to " + _minute(told.end + _ALMOST) + " UTC").fill_null(" UTC on")
    where = " in account " + told.account + _in(told.regions) + " from " + _minute(told.start) + until
    return row(
        told,
        rank,
        lead + where + " cannot be told: " + cause + ".",
        told.details[:3].join("; "),
        region=told.regions.join(", "), start=told.start, end=told.end,
    )  # fmt: skip


def _part(kind: ir.StringValue, at: int) -> ir.Value:
    return kind.cases(*((name, parts[at]) for name, parts in _TIMES.items()))


def _minute(time: ir.TimestampValue) -> ir.StringValue:
    return time.strftime("%Y-%m-%d %H:%M")


def _in(regions: ir.ArrayValue) -> ir.StringValue:
    return (" (" + regions.join(", ") + ")").fill_null("")


def _unexplained(silent: ir.Table) -> ir.Table:
    """Sum up the hours that no digest speaks of: a row for each would say the same again and again."""
    unknown = silent.filter(silent.silence == "unknown")
    per = unknown.group_by("account").agg(
        hours=unknown.count(), regions=unknown.region.collect(distinct=True).sort(),
        start=unknown.hour.min(), end=unknown.hour.max() + HOUR,
    )  # fmt: skip
    sentence = "Whether nothing was done in account " + per.account + _in(per.regions) + " in "
    sentence += counted(per.hours, "hour") + " without an event, or logs are missing, cannot be told."
    why = SILENCES["unknown"] + ", though others of the account are here"
    return row(per, 9, sentence, why, region=per.regions.join(", "), start=per.start, end=per.end)


def _missing(con: BaseBackend) -> ir.Table:
    absent = missing_accounts(con)
    sentence = "What was done inside account " + absent.account + " cannot be told: its trail is not here."
    return row(absent, 5, sentence, absent.why.join(", "), start=absent.collect_from, end=absent.collect_to)


def _global(lacking: ir.Table) -> ir.Table:
    what = ibis.ifelse(lacking.home == "us-east-1", _IAM + _SIGN_IN, _IAM)
    sentence = "For account " + lacking.account + ", " + what + " cannot be excluded: nothing of "
    why = "global services are recorded in " + lacking.home + " only; calls to a regional endpoint of STS or"
    why += " of sign-in are recorded in its region, also in one that must be enabled first"
    return row(lacking, 6, sentence + lacking.home + " is here.", why, region=lacking.home)

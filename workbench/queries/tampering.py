"""Who made less of what happens be logged, or seen: the calls, and the times in which something was off."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from workbench.queries.tampering_facts import log_stores, recorded, with_facts
from workbench.queries.tampering_rules import LOGS, TAMPERING_CALLS, TECHNIQUES

_SWITCHES = (
    "StopLogging",
    "DeleteTrail",
    "StopEventDataStoreIngestion",
    "DeleteEventDataStore",
    "UpdateDetector",
    "DeleteDetector",
    "StopMonitoringMembers",
    "DisableSecurityHub",
    "DisableMacie",
    "DisableKey",
    "ScheduleKeyDeletion",
    "StopConfigurationRecorder",
    "DeleteConfigurationRecorder",
    "DisableRule",
)
_NEEDED = (
    "eventTime",
    "eventID",
    "eventSource",
    "eventName",
    "awsRegion",
    "recipientAccountId",
    "requestParameters",
    "responseElements",
    "resources",
    "errorCode",
    "errorMessage",
    "flags",
    "sourceIPAddress",
    "principal",
    "principal_account",
    "source_file",
    "source_index",
)
_FACTS = (
    "eventTime",
    "eventID",
    "target",
    "account",
    "region",
    "principal",
    "sourceIPAddress",
    "eventSource",
    "eventName",
    "outcome",
    "errorCode",
    "source_file",
    "source_index",
)


def log_tampering(events: ir.Table, *, buckets: Iterable[str] = (), keys: Iterable[str] = ()) -> ir.Table:
    """Return the calls that reduce what is logged or who watches, and those that put it back.

    A call here is no verdict: administrators make such calls too. `TAMPERING_CALLS` has the rules. Buckets
    and keys count where they are known to be of logs: CloudTrail calls them, a trail names them, their policy
    speaks of CloudTrail, or objects below AWSLogs lie in them.

    Parameters
    ----------
    events
        The whole events table.
    buckets, keys
        Names of log buckets, and ARNs or ids of their keys, that are known from elsewhere.

    Returns
    -------
    ibis Table
        One row per event: `eventTime` (naive UTC), `eventID`, `kind` (of `KINDS`), `target` (ARN or name as
        it was asked for; empty where the record does not tell), `account`, `region`, `principal`,
        `sourceIPAddress`, `eventSource`, `eventName`, `outcome` (`done`, `refused` for want of permission,
        `failed`), `errorCode`, `detail` in words, `technique` (ATT&CK v18) and `technique_v19` (NULL where
        something was put back), `source_file`, `source_index`; ordered by time, then eventID.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> stop = event(
    ...     eventSource="cloudtrail.amazonaws.com", eventName="StopLogging",
    ...     requestParameters={"name": "main"}, errorCode="AccessDenied",
    ... )
    >>> found = log_tampering(table(stop, event(eventName="ListUsers")))
    >>> found.select("kind", "target", "outcome", "technique").to_pyarrow().to_pylist()
    [{'kind': 'stopped', 'target': 'main', 'outcome': 'refused', 'technique': 'T1562.008'}]

    References
    ----------
    T1562.008, Impair Defenses: Disable or Modify Cloud Logs, is T1685.002 since ATT&CK v19, and T1562.001 is
    T1685: https://attack.mitre.org/techniques/T1562/008/
    """
    events = events.select(*_NEEDED)
    rules, known = _rules(), log_stores(events, buckets, keys)
    same = [events.eventSource == rules.source, events.eventName == rules.name]
    held = with_facts(events.inner_join(rules, same))
    held = held.left_join(known, held.target_id == known["log_id"])
    held = held.left_join(recorded(events), ["source_file", "source_index"])
    found = held.filter(_holds(held))
    each = found.group_by(*_FACTS).agg(
        kind=lambda t: t.kind.argmin(t["rank"]),
        detail=lambda t: t.words.group_concat("; ", order_by=t["rank"]),
        technique=lambda t: t.technique.argmin(t["rank"]),
        technique_v19=lambda t: t.technique_v19.argmin(t["rank"]),
    )
    told = ("detail", "technique", "technique_v19")
    return each.select(*_FACTS[:2], "kind", *_FACTS[2:-2], *told, *_FACTS[-2:]).order_by(
        "eventTime", "eventID"
    )


def off_windows(calls: ir.Table) -> ir.Table:
    """Tell from when to when a trail, key, detector or recorder was off, and who switched it.

    Parameters
    ----------
    calls
        As of `log_tampering`.

    Returns
    -------
    ibis Table
        `account`, `region`, `target`, `kind`, `start`, `end` (naive UTC; NULL: nothing in the case switched
        it on again), `principal` (who switched it off), `detail`, `eventIDs` (of both calls); one row for
        each time in which it was off, ordered by `start`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> trail = {"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "main"}}
    >>> off = event(**trail, eventName="StopLogging", eventTime="2026-09-02T04:00:00Z")
    >>> on = event(**trail, eventName="StartLogging", eventTime="2026-09-02T06:00:00Z")
    >>> off_windows(log_tampering(table(off, on))).select("target", "end").to_pyarrow().to_pylist()
    [{'target': 'main', 'end': datetime.datetime(2026, 9, 2, 6, 0)}]
    """
    is_on = calls.kind == "resumed"
    is_off = calls.eventName.isin(_SWITCHES) & ~calls.kind.isin(("resumed", "unclear"))
    turned = calls.filter((calls.outcome == "done") & calls.eventTime.notnull() & (is_on | is_off))
    same = {"group_by": ["account", "region", "eventSource", "thing"], "order_by": ["eventTime", "eventID"]}
    turned = turned.mutate(thing=turned.target.re_extract("[^/:]+$", 0), is_on=turned.kind == "resumed")
    after = turned.mutate(
        was_off=(~turned.is_on).lag().over(**same).fill_null(False),
        start=turned.eventTime,
        # The first call after a switch is either the one that ends it, or another of its kind.
        run=turned.is_on.cast("int64").sum().over(rows=(None, 0), **same),
    )
    ends = after.filter(after.is_on & after.was_off).select(
        "account", "region", "eventSource", "thing", run=after.run - 1, end="eventTime", ended="eventID"
    )
    off = after.filter(~after.is_on & ~after.was_off)
    found = off.left_join(ends, ["account", "region", "eventSource", "thing", "run"])
    ids = ibis.ifelse(
        found.ended.isnull(), ibis.array([found.eventID]), ibis.array([found.eventID, found.ended])
    )
    told = found.mutate(eventIDs=ids)
    columns = ("account", "region", "target", "kind", "start", "end", "principal", "detail", "eventIDs")
    return told.select(*columns).order_by("start", "account", "target")


def _rules() -> ir.Table:
    """Return the rules as a table; `rank` is their order."""
    names = ("source", "name", "of_logs", "parameter", "pattern", "kind", "words", "target_parameter")
    types = dict.fromkeys((*names, "technique", "technique_v19"), "string") | {"of_logs": "boolean"}
    rows = [(*rule, *TECHNIQUES.get(rule.kind, LOGS), rank) for rank, rule in enumerate(TAMPERING_CALLS)]
    return ibis.memtable(rows, schema=types | {"rank": "int64"})


def _holds(held: ir.Table) -> ir.BooleanValue:
    """Return the condition of the rule that stands beside the event."""
    negated = held.pattern.startswith("!")
    selecting = held.eventName == "PutEventSelectors"
    unseen = held.requestParameters.isnull() | (selecting & held.recorded.isnull())
    value = ibis.cases(
        (held.parameter == "recorded", held.recorded),
        (held.parameter == "hidden", ibis.ifelse(unseen, "", None)),
        else_=held.requestParameters[held.parameter],
    )
    # Where no pattern is meant, the parameter is not asked for: an empty name is in no request.
    matches = value.re_search(held.pattern.re_replace("^!", "")) != negated
    return (~held.of_logs | held["log_id"].notnull()) & ((held.parameter == "") | matches.fill_null(False))

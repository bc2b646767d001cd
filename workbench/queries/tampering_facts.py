"""What the rules of tampering ask beside an event's own columns, and which buckets and keys are of logs."""

from collections.abc import Iterable
from functools import reduce

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import has_time, is_denied

_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_LOG_KEY = "(^|/)AWSLogs/"


def with_facts(held: ir.Table) -> ir.Table:
    """Add what is asked of an event: target, account, region, outcome, and what its selectors leave.

    Parameters
    ----------
    held
        Events beside their rules: `target_parameter` is the one that names the target.
    """
    named = held.requestParameters[held.target_parameter]
    first = ibis.ifelse(held.resources.length() > 0, held.resources[0]["arn"], None)
    refused = held.errorMessage.re_extract(r'on resource: "?(arn:[^"\s]+)', 1).nullif("")
    told = held.mutate(
        target=ibis.coalesce(named, first, refused, ""),
        account=ibis.coalesce(held.recipientAccountId, held.principal_account, "unknown"),
        region=ibis.coalesce(held.awsRegion, "unknown"),
        outcome=ibis.cases((held.errorCode.isnull(), "done"), (is_denied(held), "refused"), else_="failed"),
        eventTime=ibis.ifelse(has_time(held), held.eventTime, None),
    )
    return told.mutate(target_id=told.target.re_extract("[^/:]+$", 0))


def recorded(events: ir.Table) -> ir.Table:
    """Tell which management events the selectors of requests leave, as `recorded`, by file and index.

    That is `none`, `reads`, `writes`, `some` or `all`.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
    """
    asked = events.requestParameters
    text = ibis.coalesce(asked["eventSelectors"], asked["advancedEventSelectors"])
    place = ("source_file", "source_index")
    selecting = events.eventName.isin(("PutEventSelectors", "UpdateEventDataStore"))
    listed = events.filter(selecting).select(*place, selectors=text.try_cast("json").array)
    empty = listed.filter(listed.selectors.length() == 0).select(*place, recorded=ibis.literal("none"))
    each = listed.select(*place, selector=listed.selectors.unnest())
    each = each.mutate(selector=each.selector.cast("string")).filter(lambda t: t.selector.startswith("{"))
    each = each.mutate(
        basic=~each.selector.contains('"fieldSelectors"'),
        other=each.selector.re_search(r'"field"\s*:\s*"(event[NST]|user|session|vpc|resources)'),
    )
    says = each.selector.re_search
    each = each.mutate(
        management=ibis.ifelse(
            each.basic, ~says(r'"includeManagementEvents"\s*:\s*false'), says('"Management"')
        ),
        reads=ibis.ifelse(each.basic, ~says('"WriteOnly"'), ~says(_READ_ONLY.format("false"))),
        writes=ibis.ifelse(each.basic, ~says('"ReadOnly"'), ~says(_READ_ONLY.format("true"))),
        whole=~ibis.ifelse(each.basic, says(r'"excludeManagementEventSources"\s*:\s*\[\s*"'), each.other),
    )
    left = each.group_by(*place).agg(
        reads=(each.management & each.reads).any(),
        writes=(each.management & each.writes).any(),
        whole=(each.management & each.whole).any(),
    )
    word = ibis.cases(
        (~left.reads & ~left.writes, "none"),
        (~left.writes, "reads"),
        (~left.reads, "writes"),
        (~left.whole, "some"),
        else_="all",
    )
    return ibis.union(empty, left.select(*place, recorded=word))


_READ_ONLY = r'"readOnly"[^}}]*"{}"'


def log_stores(events: ir.Table, buckets: Iterable[str], keys: Iterable[str]) -> ir.Table:
    """Return the names of buckets and ids of keys that hold or protect log files, as `log_id`."""
    return ibis.union(_log_buckets(events, buckets), _log_keys(events, keys), distinct=True)


def _log_buckets(events: ir.Table, known: Iterable[str]) -> ir.Table:
    asked, source = events.requestParameters, events.eventSource
    of_s3 = source == "s3.amazonaws.com"
    used = of_s3 & (
        (events.principal == _CLOUDTRAIL)
        | asked["bucketPolicy"].contains(_CLOUDTRAIL)
        | asked["key"].re_search(_LOG_KEY)
        | asked["prefix"].re_search(_LOG_KEY)
    ).fill_null(False)
    trails = source == _CLOUDTRAIL
    return _ids(
        known,
        events.filter(used).requestParameters["bucketName"],
        events.filter(trails).requestParameters["s3BucketName"],
    )


def _log_keys(events: ir.Table, known: Iterable[str]) -> ir.Table:
    asked, source = events.requestParameters, events.eventSource
    used = (source == "kms.amazonaws.com") & (
        (events.principal == _CLOUDTRAIL) | asked["policy"].contains(_CLOUDTRAIL)
    ).fill_null(False)
    trails = events.filter(source == _CLOUDTRAIL)
    return _ids(
        known,
        events.filter(used).requestParameters["keyId"],
        trails.requestParameters["kmsKeyId"],
        trails.responseElements["kmsKeyId"],
    )


def _ids(known: Iterable[str], *found: ir.Column) -> ir.Table:
    """Return the last parts of names and ARNs: that is how one request and another name the same thing."""
    given = ibis.memtable([(name,) for name in known], schema={"log_id": "string"})
    tables = [given, *(column.name("log_id").as_table() for column in found)]
    named = reduce(ibis.union, tables)
    ids = named.select(log_id=named["log_id"].re_extract("[^/:]+$", 0))
    return ids.filter(ids["log_id"] != "").distinct()

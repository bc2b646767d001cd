"""What the rules of tampering ask beside an event's own columns, and which buckets and keys are of logs."""

from collections.abc import Iterable
from functools import reduce

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import has_time, is_denied

_TARGETS = (
    "name",
    "trailName",
    "eventDataStore",
    "bucketName",
    "keyId",
    "detectorId",
    "configurationRecorderName",
    "deliveryChannelName",
    "logGroupName",
    "analyzerName",
    "rule",
    "servicePrincipal",
    "configRuleName",
    "id",
)
_PLACE = ("source_file", "source_index")
_CLOUDTRAIL = "cloudtrail.amazonaws.com"
_LOG_KEY = "(^|/)AWSLogs/"


def with_facts(events: ir.Table) -> ir.Table:
    """Add what the rules ask of an event: target, account, region, outcome, and what selectors leave."""
    asked = events.requestParameters
    first = ibis.ifelse(events.resources.length() > 0, events.resources[0]["arn"], None)
    refused = events.errorMessage.re_extract(r'on resource: "?(arn:[^"\s]+)', 1).nullif("")
    target = ibis.coalesce(*(asked[name] for name in _TARGETS), first, refused, "")
    told = events.mutate(
        target=target,
        target_id=target.re_extract("[^/:]+$", 0),
        account=ibis.coalesce(events.recipientAccountId, events.principal_account, "unknown"),
        region=ibis.coalesce(events.awsRegion, "unknown"),
        outcome=ibis.cases(
            (events.errorCode.isnull(), "done"), (is_denied(events), "refused"), else_="failed"
        ),
        eventTime=ibis.ifelse(has_time(events), events.eventTime, None),
    )
    left = _recorded(told)
    return told.left_join(left, [told[name] == left[f"_{name}"] for name in _PLACE])


def _recorded(events: ir.Table) -> ir.Table:
    """Tell which management events selectors leave: `none`, `reads`, `writes`, `some`, `all`.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
    """
    asked = events.requestParameters
    text = ibis.coalesce(asked["eventSelectors"], asked["advancedEventSelectors"])
    place = {f"_{name}": name for name in _PLACE}
    listed = events.filter(text.notnull()).select(**place, selectors=text.try_cast("json").array)
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

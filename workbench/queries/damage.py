"""What was done to things: what was taken, made, removed, and what was tried in vain."""

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import is_write
from workbench.queries.sensitive import sensitive_calls

TAKES = (
    "GetObject", "SelectObjectContent", "GetSecretValue", "BatchGetSecretValue", "GetParameter",
    "GetParameters", "GetParametersByPath", "GetPasswordData", "GetConsoleScreenshot", "GetFunction",
    "GetSnapshotBlock", "StartExportTask", "ModifySnapshotAttribute", "ModifyImageAttribute",
    "ModifyDBSnapshotAttribute", "ModifyDBClusterSnapshotAttribute", "DownloadDBLogFilePortion",
)  # fmt: skip
"""Calls that give the caller data, or hand it over; without the API version that Lambda appends."""

EFFECTS = ("taken", "made or changed", "removed or switched off", "tried in vain")

_REMOVES = r"^(Delete|Terminate|Remove|Detach|Revoke|Stop|Disable|Deactivate|Deregister|Schedule\w*Deletion)"
_NAMED = (
    "bucketName", "secretId", "userName", "roleName", "groupName", "policyArn", "regionName", "keyName",
    "functionName", "trailName", "name", "groupId", "instanceId", "keyId", "snapshotId",
    "imageId", "dBInstanceIdentifier", "dBSnapshotIdentifier", "dBClusterSnapshotIdentifier", "instanceType",
    "names",
)  # fmt: skip
_SPELLED = 4  # names that `told` spells out


def damage(events: ir.Table) -> ir.Table:
    """Say what some events did: what they took, made, changed, removed, and what they tried in vain.

    Parameters
    ----------
    events
        Those to judge, as of the findings: not the whole table, in which all ordinary work would stand.

    Returns
    -------
    ibis Table
        `effect` (of `EFFECTS`), `eventName`, `principal`, `calls`, `things` (how many different objects,
        secrets, users and so on they name), `what` (at most 20 of these: of objects, their bucket; without
        the beginning of an ARN), `told` (number and names in words, or `unnamed`),
        `first_time`, `last_time` (naive UTC), `eventIDs`. Reading that takes nothing, signing in and taking
        on roles are none. In order of `EFFECTS`, then by time.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> made = event(eventName="CreateAccessKey", requestParameters={"userName": "eve"}, readOnly=False)
    >>> rows = damage(table(made, event(eventName="ListUsers")))
    >>> rows.select("effect", "eventName", "what").to_pyarrow().to_pylist()
    [{'effect': 'made or changed', 'eventName': 'CreateAccessKey', 'what': ['eve']}]
    """
    plain = events.eventName.re_replace("[0-9_]{8,10}(v[0-9]+)?$", "")
    takes = plain.isin(TAKES)
    signs_in = events.eventSource.isin(["signin.amazonaws.com", "sts.amazonaws.com"])
    asked = [events.requestParameters.get(name, ibis.null("string")).nullif("") for name in _NAMED]
    instance = events.requestParameters.get("instancesSet", ibis.null("string")).re_extract(
        r"i-[0-9a-f]{8,17}", 0
    )
    named = ibis.coalesce(*asked, instance.nullif("")).re_replace("^arn:([^:]*:){4}(secret:)?", "")
    key = events.requestParameters.get("key", ibis.null("string"))
    failed = events.errorCode.notnull()
    rows = events.mutate(
        named=named,
        key=key,
        thing=ibis.coalesce(named + "/" + key, key, named, instance),
        place=ibis.cases((failed, 3), (takes, 0), (events.eventName.re_search(_REMOVES), 2), else_=1),
    )
    grave = sensitive_calls(events).select("eventID").distinct()
    counts = rows.filter((takes | is_write(rows)) & ~signs_in)
    counts = counts.filter(counts.errorCode.isnull()).union(
        rows.filter(rows.errorCode.notnull()).semi_join(grave, "eventID")
    )
    found = counts.group_by("place", "eventName", "principal").agg(
        calls=counts.eventID.nunique(),
        things=counts.thing.nunique(),
        objects=counts.key.nunique(),
        what=counts.named.collect(distinct=True).sort()[:20],
        first_time=counts.eventTime.min(),
        last_time=counts.eventTime.max(),
        eventIDs=counts.eventID.collect(distinct=True).sort(),
    )
    effect = ibis.cases(*((found.place == place, effect) for place, effect in enumerate(EFFECTS)), else_="")
    return (
        found.mutate(effect=effect, told=_told(found))
        .order_by("place", "first_time", "eventName", "principal")
        .select(
            "effect",
            "eventName",
            "principal",
            "calls",
            "things",
            "told",
            "what",
            "first_time",
            "last_time",
            "eventIDs",
        )
    )


def _told(found: ir.Table) -> ir.StringValue:
    """Say how many, and which: "36 objects of exports", "11 secrets: prod/a and 10 more", "eve"."""
    more = found.what.length() - _SPELLED
    names = found.what[:_SPELLED].join(", ")
    names += ibis.ifelse(more > 0, ibis.literal(" and ") + more.cast("string") + " more", "")
    noun = ibis.cases(
        (found.objects > 0, "object"),
        (found.eventName.contains("Secret"), "secret"),
        (found.eventName.startswith("GetParameter"), "parameter"),
        else_="",
    )
    number = found.things.cast("string") + " " + noun + ibis.ifelse(found.things == 1, "", "s")
    link = ibis.ifelse(found.objects > 0, " of ", ": ")
    told = ibis.ifelse(noun == "", names, number + link + names)
    return told.nullif("").fill_null("unnamed")

"""Tag calls, creations and deletions in the events: what each says of which resource's tags.

Services spell the same thing in many ways: tags as a list of `key` and `value` or as an object, the resource
by ARN, id or name. What a call says is read by these shapes, not by a list of all services.

References
----------
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import usable_time
from workbench.queries.tags.names import PARAMETERS, as_arn, ec2_arn, ec2_ids, plain_name
from workbench.queries.tags.statements import CALL, SESSION, Statement

_TAGS = (
    "tags",
    "tagList",
    "tagsList",
    "tagSet",
    "Tagging",
    "tagsToAdd",
    "TagSpecification",
    "tagSpecifications",
)
_SPECIFIED = "tagSpecificationSet"
_SESSION_TAGS = ("incomingTransitiveTags", "principalTags", "tags")  # the last one wins
_MADE_AND_DELETED = frozenset(
    f"{verb}{what}"
    for verb in ("Create", "Delete")
    for what in (
        "Bucket", "Role", "User", "InstanceProfile", "Function20150331", "Secret", "Table", "DBInstance",
        "DBCluster", "Repository", "LogGroup", "Queue", "Topic", "Key",
    )
)  # fmt: skip
_LISTS = ("resourceARNList", "resourceArns", "resourceIds", "resources")
_ONES = (
    "resourceArn", "resourceARN", "ResourceArn", "arn", "resource", "resourceName", "resourceId", "policyArn",
    "topicArn", "stackId", "roleArn",
)  # fmt: skip
_GROUP = "arn:aws:autoscaling:{r}:{a}:autoScalingGroupName/{v}"
_ANSWERS = re.compile(r'arn:aws[a-z-]*:[^"\s]+')
_IN_LISTS = ("items", "Tag", "TagSet", "member", "tag")


def statements(events: ir.Table) -> list[Statement]:
    """List what the calls of a case say of tags, in order of time; failed calls say nothing."""
    asked = events.requestParameters
    has_tags = ibis.or_(*(asked.contains(name) for name in (*_TAGS, _SPECIFIED))).fill_null(False)
    writes = ~events.readOnly.fill_null(False)
    is_tagging = writes & (events.eventName.re_search("[Tt]ag") | has_tags)
    is_session = events.issued_access_key_id.notnull() & ibis.or_(
        *(asked.contains(name) for name in _SESSION_TAGS)
    ).fill_null(False)
    listed = is_tagging | is_session | events.eventName.isin(sorted(_MADE_AND_DELETED))
    calls = events.filter(listed & events.errorCode.isnull() & usable_time(events).notnull())
    rows = calls.select(
        "eventTime", "eventID", "eventSource", "eventName", "awsRegion", "issued_access_key_id",
        "recipientAccountId", request="requestParameters", answer="responseElements",
    ).order_by("eventTime", "eventID")  # fmt: skip
    found: list[Statement] = []
    for row in rows.to_pyarrow().to_pylist():
        found += said(row)
    return found


def said(row: dict[str, Any]) -> list[Statement]:
    """Tell what one call says: a statement for each resource."""
    request, answer = _read(row["request"]), _read(row["answer"])
    if row["issued_access_key_id"]:
        return _session(row, request)
    if _SPECIFIED in request:
        return _specified(row, request, answer)
    if row["eventName"] == "CreateOrUpdateTags" or (
        row["eventSource"] == "autoscaling.amazonaws.com" and row["eventName"] == "DeleteTags"
    ):
        return _autoscaling(row, request)
    return [_statement(row, arn, request) for arn in _resources(row, request, answer)]


def _read(values: Iterable[tuple[str, str | None]] | None) -> dict[str, Any]:
    """Give the members of a request: what is an object or a list in it, as such."""
    return {key: _opened(value) for key, value in values or ()}


def _opened(value: str | None) -> Any:
    if value is None or value[:1] not in "{[":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _session(row: dict[str, Any], request: Mapping[str, Any]) -> list[Statement]:
    """Tags of a session are given when it is issued, and stay."""
    given: dict[str, str] = {}
    for name in _SESSION_TAGS:
        given |= tags_of(request.get(name))
    key = str(row["issued_access_key_id"])
    return [Statement(key, key, row["eventTime"], row["eventID"], SESSION, added=given)] if given else []


def _specified(row: dict[str, Any], request: Mapping[str, Any], answer: Mapping[str, Any]) -> list[Statement]:
    """EC2 says for each type of resource which tags it gets; the answer has the ids."""
    text, found = json.dumps(answer), []
    for entry in _entries(request[_SPECIFIED]):
        tags = tags_of(entry.get("tags") or entry.get("Tag") or entry.get("tagSet"))
        for named in ec2_ids(text, str(entry.get("resourceType"))):
            arn = ec2_arn(named, row["recipientAccountId"], row["awsRegion"])
            found.append(_made(row, arn, added=tags, is_new=True))
    return found


def _autoscaling(row: dict[str, Any], request: Mapping[str, Any]) -> list[Statement]:
    """Groups of instances have the resource in each tag."""
    found = []
    for entry in _entries(request.get("tags")):
        key, value, group = entry.get("key"), entry.get("value"), entry.get("resourceId")
        if isinstance(key, str) and isinstance(group, str):
            name = as_arn(group, _GROUP, row["recipientAccountId"], row["awsRegion"])
            taken = row["eventName"] == "DeleteTags"
            change: dict[str, Any] = {"removed": {key: None}} if taken else {"added": {key: str(value or "")}}
            found.append(_made(row, name, **change))
    return found


def _statement(row: dict[str, Any], arn: str, request: Mapping[str, Any]) -> Statement:
    name = str(row["eventName"])
    tags = next((tags_of(request[known]) for known in _TAGS if known in request), {})
    if "Tagging" in name and name.startswith(("Put", "Delete")):
        return _made(row, arn, added=tags, is_whole=True)
    if name.startswith(("Untag", "Remove", "DeleteTags")):
        keys = keys_of(request)
        everything = name == "DeleteTags" and row["eventSource"] == "ec2.amazonaws.com" and not keys
        return _made(row, arn, removed=keys, is_whole=everything)
    return _made(row, arn, added=tags, is_new=name in _MADE_AND_DELETED)


def _made(row: dict[str, Any], arn: str, **told: Any) -> Statement:
    return Statement(plain_name(arn), arn, row["eventTime"], row["eventID"], CALL, **told)


def _resources(row: dict[str, Any], request: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Find the resources a call is about: in its request, or what it made in its answer."""
    account, region = row["recipientAccountId"], row["awsRegion"]
    many = [value for name in _LISTS for value in _texts(request.get(name))]
    many += [
        str(entry["resourceId"]) for entry in _entries(request.get("resourcesSet")) if "resourceId" in entry
    ]
    if many:
        return [_full(value, account, region) for value in many]
    if row["eventSource"] == "ssm.amazonaws.com" and "resourceType" in request:
        kind = str(request["resourceType"]).lower()
        return [
            as_arn(str(request.get("resourceId")), "arn:aws:ssm:{r}:{a}:" + kind + "/{v}", account, region)
        ]
    one = next((request[name] for name in _ONES if isinstance(request.get(name), str)), None)
    if one and not row["eventName"].startswith("Create"):
        return [_full(one, account, region)]
    service = str(row["eventSource"]).partition(".")[0]
    for known in PARAMETERS:
        if known.service == service and isinstance(request.get(known.name), str):
            return [as_arn(request[known.name], known.template, account, region)]
    return _ANSWERS.findall(json.dumps(answer))[:1]


def _full(value: str, account: str | None, region: str | None) -> str:
    return value if value.startswith("arn:") else ec2_arn(value, account, region)


def tags_of(value: Any) -> dict[str, str]:
    """Read tags, however they are spelled.

    Examples
    --------
    >>> tags_of([{"key": "team", "value": "blue"}]), tags_of({"team": "blue"})
    ({'team': 'blue'}, {'team': 'blue'})
    >>> tags_of({"TagSet": {"Tag": {"Key": "team", "Value": "blue"}}})
    {'team': 'blue'}
    """
    if isinstance(value, dict) and not _is_wrapped(value) and not ({"key", "Key", "tagKey"} & value.keys()):
        return {key: text for key, text in value.items() if isinstance(text, str)}
    found = {}
    for entry in _entries(value):
        key = next((entry[name] for name in ("key", "Key", "tagKey", "TagKey") if name in entry), None)
        text = next((entry[name] for name in ("value", "Value", "tagValue", "TagValue") if name in entry), "")
        if isinstance(key, str):
            found[key] = "" if text is None else str(text)
    return found


def _is_wrapped(value: Mapping[str, Any]) -> bool:
    return any(isinstance(value.get(name), (dict, list)) for name in _IN_LISTS)


def keys_of(request: Mapping[str, Any]) -> dict[str, str | None]:
    """Read the keys of tags that are taken off; EC2 takes one off only where it has the value named."""
    found: dict[str, str | None] = {}
    for name in ("tagKeys", "TagKeys", "tagKeyList", "keys"):
        found |= dict.fromkeys(_texts(request.get(name)))
    for entry in [
        *_entries(request.get("tagSet")),
        *_entries(request.get("tagsList")),
        *_entries(request.get("tags")),
    ]:
        if isinstance(entry.get("key"), str):
            value = entry.get("value")
            found[entry["key"]] = value if isinstance(value, str) else None
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = next((value[name] for name in _IN_LISTS if name in value), [])
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _entries(value: Any) -> list[dict[str, Any]]:
    """Give the objects of a list that may be wrapped: `{"items": [...]}`, `{"TagSet": {"Tag": {...}}}`."""
    while isinstance(value, dict):
        inner = next((value[name] for name in _IN_LISTS if isinstance(value.get(name), (dict, list))), None)
        if inner is None:
            return [value] if value else []
        value = inner
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []

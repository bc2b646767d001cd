"""Objects with a list of entries: a trail file, and what AWS services and search engines answer.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (logEvents)
"""

from functools import partial

from workbench.evidence import slices
from workbench.evidence.checks import check_record, key_text, looks_like_event, members_of, unquoted
from workbench.evidence.container import Flags, Reader
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.shapes.envelopes import content, opened
from workbench.evidence.shapes.kinds import LIST_OF
from workbench.evidence.shapes.rows import aws_name, holds_events, not_events, record_of
from workbench.evidence.text import distinct


def _whole(entry: bytes) -> tuple[bytes, Flags]:
    return entry, ()


def _under(key: str, entry: bytes) -> tuple[bytes, Flags]:
    """Read the record that an entry holds under `key`; it may be in an envelope there."""
    text = opened(content(entry, key)).text
    if not looks_like_event(text):
        raise EvidenceFault("not-cloudtrail", f"{key} holds no CloudTrail event: {check_record(text)[:60]!r}")
    return text, ()


def _row(entry: bytes) -> tuple[bytes, Flags]:
    """Read a row of `get-query-results`: a list of objects with one column each."""
    if not entry.startswith(b"["):
        shown = entry[:20].decode("utf-8", "replace")
        raise EvidenceFault("not-an-object", f"{shown} where a row belongs")
    cells = [cell for column in slices.elements(entry) for cell in slices.members(column)]
    names = distinct(aws_name(key_text(key)) for key, _ in cells)
    if not holds_events(names):
        raise not_events(names)
    values = (b"" if value == b"null" else unquoted(value) for _, value in cells)
    return record_of(zip(names, values, strict=True))


LISTS: dict[str, tuple[str, Reader]] = {
    "Records": ("records", _whole),
    "configurationItems": ("config-items", _whole),
    "ResourceTagMappingList": ("tag-mappings", _whole),
    "Events": ("lookup-events", partial(_under, "CloudTrailEvent")),
    "QueryResultRows": ("query-rows", _row),
    "events": ("log-events", partial(_under, "message")),
    "logEvents": ("log-events", partial(_under, "message")),
    "hits": ("opensearch", partial(_under, "_source")),
}
"""Objects with a list of entries: the list's key, the shape, and what reads an entry."""


def list_under(key: str, value: bytes) -> bytes | None:
    """Give the list of entries that a value under `key` is or holds; None when it is none.

    Raises
    ------
    EvidenceFault
        `records-not-a-list`: nothing else stands under `Records`, or under the keys of items.

    Examples
    --------
    >>> list_under("Events", b'[{"EventId": "e-1"}]'), list_under("Events", b"5")
    (b'[{"EventId": "e-1"}]', None)
    """
    if key == "hits":
        value = members_of(value, [key]).get(key, value)
    if value.startswith(b"["):
        return value
    if key == "Records" or key in LIST_OF.values():
        shown = value[:20].decode("utf-8", "replace")
        raise EvidenceFault("records-not-a-list", f"{key} is {shown} where a list belongs")
    return None

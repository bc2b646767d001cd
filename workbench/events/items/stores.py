"""The stores beside the events, their columns, and the view that shows each.

AWS's columns come first, in CloudTrail Lake's order and types; then ours. Rows lie in Parquet parts beside
those of the events.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from workbench.events.columns import MAP, TEXT, TIMESTAMP, sql_type


def _texts(*names: str) -> list[pa.Field]:
    return [pa.field(name, TEXT) for name in names]


def _envelope(addendum: pa.DataType) -> list[pa.Field]:
    """Give the columns that CloudTrail Lake puts around the data of others."""
    return [
        *_texts("eventVersion", "eventCategory", "eventType", "eventID"),
        pa.field("eventTime", TIMESTAMP),
        *_texts("awsRegion", "recipientAccountId"),
        pa.field("addendum", addendum),
    ]


RELATIONSHIPS = pa.list_(pa.struct(_texts("name", "resourceType", "resourceId", "resourceName")))
CONFIGURATION_ITEM = pa.struct(
    [
        *_texts("configurationItemVersion", "configurationItemCaptureTime", "configurationItemStatus"),
        *_texts("configurationItemStateId", "accountId", "resourceType", "resourceId", "resourceName", "arn"),
        *_texts("awsRegion", "availabilityZone", "resourceCreationTime"),
        pa.field("configuration", MAP),
        pa.field("supplementaryConfiguration", MAP),
        *_texts("relatedEvents"),
        pa.field("relationships", RELATIONSHIPS),
        pa.field("tags", MAP),
    ]
)
CONFIG = pa.schema([*_envelope(MAP), pa.field("eventData", CONFIGURATION_ITEM), *_texts("eventJson")])

_ACTOR = pa.struct([*_texts("type", "principalId"), pa.field("details", MAP)])
_ACT = pa.struct(
    [
        *_texts("version"),
        pa.field("userIdentity", _ACTOR),
        *_texts("userAgent", "eventSource", "eventName", "eventTime", "UID"),
        pa.field("requestParameters", MAP),
        pa.field("responseElements", MAP),
        *_texts("errorCode", "errorMessage", "sourceIPAddress", "recipientAccountId"),
        pa.field("additionalEventData", MAP),
    ]
)
ACTIVITY = pa.schema(
    [
        *_envelope(pa.struct(_texts("reason", "updatedFields", "originalUID", "originalEventID"))),
        pa.field("metadata", pa.struct(_texts("ingestionTime", "channelARN"))),
        pa.field("eventData", _ACT),
        *_texts("eventJson"),
    ]
)

_PROOF = pa.struct(
    [
        pa.field("attributes", MAP),
        *_texts(
            "awsAccountId", "awsOrganization", "complianceCheck", "dataSource", "eventName", "eventSource"
        ),
        *_texts("evidenceAwsAccountId", "evidenceByType", "iamId", "evidenceId"),
        pa.field("time", TIMESTAMP),
        *_texts("assessmentId", "controlSetId", "controlId", "controlName", "controlDomainName"),
        *_texts("frameworkName", "frameworkId", "service", "serviceCategory", "resourceArn", "resourceType"),
        *_texts("evidenceFolderId", "description", "manualEvidenceS3ResourcePath", "evidenceFolderName"),
        *_texts("resourceComplianceCheck"),
    ]
)
EVIDENCE = pa.schema([*_envelope(MAP), pa.field("eventData", _PROOF), *_texts("eventJson")])

_PLACE = [*_texts("source_file"), pa.field("source_index", pa.int64())]
_OURS = [*_PLACE, pa.field("flags", pa.list_(TEXT)), *_texts("extra")]
TAG_MAPPING = pa.schema(
    [
        *_texts("arn"),
        pa.field("tags", pa.list_(pa.struct(_texts("key", "value")))),
        pa.field("exported", TIMESTAMP),
        *_PLACE,
    ]
)
_IDENTITY = [pa.field("item_key", pa.binary()), pa.field("content_hash", pa.binary())]
_FLAGS = """CASE WHEN item_key IN (SELECT item_key FROM item_conflicts)
    THEN list_sort(list_append(flags, 'eventid-conflict')) ELSE flags END AS flags"""


@dataclass(frozen=True)
class Store:
    """One store: its table, AWS's columns of it, and what its parts hold."""

    table: str
    aws: pa.Schema
    stored: pa.Schema
    select: Callable[[str], str]


def _select_items(aws: pa.Schema) -> Callable[[str], str]:
    names = ", ".join(f'"{name}"' for name in aws.names)
    # Names of our own, and a quoted path.
    return lambda source: f"SELECT {names}, source_file, source_index, {_FLAGS}, extra FROM {source}"  # noqa: S608


def _select_tags(source: str) -> str:
    each = "unnest(CASE WHEN len(tags) > 0 THEN tags ELSE [NULL] END)"
    inner = f"SELECT *, {each} AS tag FROM {source}"  # noqa: S608 (a quoted path)
    return (
        f"SELECT arn, tag.key AS key, tag.value AS value, exported, source_file, source_index FROM ({inner})"  # noqa: S608
    )


def _items(table: str, aws: pa.Schema) -> Store:
    return Store(table, aws, pa.schema([*aws, *_OURS, *_IDENTITY]), _select_items(aws))


STORES = {
    "config": _items("config_items", CONFIG),
    "activity": _items("activity_items", ACTIVITY),
    "evidence": _items("evidence_items", EVIDENCE),
    "tags": Store("resource_tags", pa.schema([]), pa.schema([*TAG_MAPPING, *_IDENTITY]), _select_tags),
}
"""The stores beside the events, by the kind of their files."""


def empty_source(schema: pa.Schema) -> str:
    """Spell a source of no rows.

    Examples
    --------
    >>> empty_source(pa.schema(_texts("arn")))
    '(SELECT NULL::VARCHAR AS "arn" WHERE false)'
    """
    nothing = ", ".join(f'NULL::{sql_type(field.type)} AS "{field.name}"' for field in schema)
    return f"(SELECT {nothing} WHERE false)"

"""Readable configuration items, as AWS Config delivers them and as CloudTrail Lake keeps them."""

import json
from typing import Any

from tests.builders import ACCOUNT, REGION

ARN = "arn:aws:s3:::logs"


def item(**fields: Any) -> dict[str, Any]:
    """Return an item of the bucket `logs` as AWS Config delivers it; `...` leaves a field out."""
    record = {
        "relatedEvents": [],
        "relationships": [],
        "configuration": {"name": "logs"},
        "supplementaryConfiguration": {},
        "tags": {},
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": "2026-09-02T04:20:00.000Z",
        "configurationStateId": 1,
        "awsAccountId": ACCOUNT,
        "configurationItemStatus": "OK",
        "resourceType": "AWS::S3::Bucket",
        "resourceId": "logs",
        "resourceName": "logs",
        "ARN": ARN,
        "awsRegion": REGION,
        "availabilityZone": "Regional",
        "configurationStateMd5Hash": "",
        "resourceCreationTime": "2025-01-01T00:00:00.000Z",
    } | fields
    return {key: value for key, value in record.items() if value is not ...}


def lake_item(**fields: Any) -> dict[str, Any]:
    """Return the same item as CloudTrail Lake keeps it; keywords replace fields of the envelope."""
    given = item()
    renamed = {"awsAccountId": "accountId", "ARN": "arn", "configurationStateId": "configurationItemStateId"}
    data = {renamed.get(name, name): value for name, value in given.items()}
    data["configurationItemStateId"] = str(data["configurationItemStateId"])
    return {
        "eventVersion": "1.0",
        "eventCategory": "ConfigurationItem",
        "eventType": "AwsConfigurationItem",
        "eventID": "00000000-0000-4000-8000-00000000c0de",
        "eventTime": "2026-09-02 04:20:00.000",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "addendum": None,
        "eventData": data,
    } | fields


def snapshot(*items: Any, **fields: Any) -> bytes:
    """Write what AWS Config delivers."""
    about = {"fileVersion": "1.0", "configSnapshotId": "00000000-0000-4000-9000-0000000000c0"}
    return json.dumps(about | {"configurationItems": items} | fields).encode()


def tag_export(*mappings: Any) -> bytes:
    """Write what `aws resourcegroupstaggingapi get-resources` prints."""
    return json.dumps({"PaginationToken": "", "ResourceTagMappingList": mappings}).encode()

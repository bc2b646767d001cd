"""The CSV that the CloudTrail console downloads from Event history.

Its headings are words for people. Seen: User name, AWS access key, Event time, Event source, Event name,
AWS region, Source IP address, User agent, Error code, Resources, Request ID, Event ID, Read-only,
Event type, Recipient Account Id, Event category; and Resource name, Resource type instead of Resources.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-console.html
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from workbench.evidence.container import Flags
from workbench.evidence.shapes.rows import BOOLEANS, PARTIAL, Cell, aws_name

_IDENTITY = {"user name": "userName", "aws access key": "accessKeyId"}
_RESOURCE = {"resource type": "resourceType", "resource name": "resourceName"}


def is_history(names: Iterable[str]) -> bool:
    """Tell the console's headings from a query's columns.

    Examples
    --------
    >>> is_history(["Event name", "Event time", "Event ID"]), is_history(["eventName", "eventID"])
    (True, False)
    >>> is_history(["Event name", "Event time", "Location"])
    False
    """
    spaced = {_name(heading) for heading in names if " " in heading}
    return "eventName" in spaced and not {"eventSource", "eventID"}.isdisjoint(spaced)


def history_record(cells: Iterable[Cell]) -> tuple[bytes, Flags]:
    """Write a row of the download as a record.

    Examples
    --------
    >>> history_record([("Event name", b"CreateUser"), ("User name", b"alice"), ("Read-only", b"false")])
    (b'{"eventName":"CreateUser","userIdentity":{"userName":"alice"},"readOnly":false}', ('partial',))
    """
    record: dict[str, Any] = {}
    resource: dict[str, str] = {}
    for name, cell in cells:
        text, folded = cell.decode("utf-8", "surrogateescape"), name.strip().casefold()
        if folded in _IDENTITY and text:
            record.setdefault("userIdentity", {})[_IDENTITY[folded]] = text
        elif folded in _RESOURCE and text:
            resource[_RESOURCE[folded]] = text
        elif text:
            record[_name(name)] = _value(_name(name), text)
    if resource:
        record.setdefault("resources", [_as_in_records(resource)])
    written = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "surrogateescape"), PARTIAL


def _name(heading: str) -> str:
    """Give AWS's name for a heading: Event ID, Read-only."""
    return aws_name(re.sub(r"[\s-]", "", heading)) if aws_name(heading) == heading else aws_name(heading)


def _value(name: str, text: str) -> Any:
    if name in BOOLEANS and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return _resources(text) if name == "resources" else text


def _resources(text: str) -> Any:
    """Read `[{"resourceType": ..., "resourceName": ...}]`; text that is something else stays text."""
    try:
        entries = json.loads(text)
        json.dumps(entries, ensure_ascii=False).encode()  # half characters cannot be written again
        return [_as_in_records(entry) for entry in entries]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return text


def _as_in_records(entry: dict[str, Any]) -> dict[str, Any]:
    """Name type and ARN as records do; a resource that is not named by an ARN keeps its name."""
    is_arn = str(entry.get("resourceName")).startswith("arn:")
    names = {"resourceType": "type", "resourceName": "ARN" if is_arn else "resourceName"}
    return {names.get(key, key): value for key, value in entry.items()}

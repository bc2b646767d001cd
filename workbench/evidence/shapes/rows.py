"""One row of a table into a record: names in AWS's spelling, JSON texts as JSON, nothing invented.

Query results name columns as the query spelled them, and console downloads by their headings. What a table
does not show is not in the record, so each of them is `partial`, save those with an `eventJson` column.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-schema.html
https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
"""

import json
from collections.abc import Iterable

import msgspec

from workbench.evidence.container import Flags
from workbench.evidence.faults import EvidenceFault

EVENT_JSON = "eventJson"
PARTIAL = ("partial",)

Cell = tuple[str, bytes]
"""A column's name, and the text of its cell; an empty cell says nothing."""

_TEXTS = (
    "eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage"
    " requestID eventID eventType apiVersion recipientAccountId sharedEventID annotation vpcEndpointId"
    " vpcEndpointAccountId eventCategory sessionCredentialFromConsole eventJson eventJsonChecksum"
)
BOOLEANS = ("readOnly", "managementEvent")
_STRUCTURES = (
    "userIdentity requestParameters responseElements additionalEventData resources serviceEventDetails"
    " addendum edgeDeviceDetails insightDetails tlsDetails eventContext"
)
AWS_NAMES = (*_TEXTS.split(), *BOOLEANS, *_STRUCTURES.split())
_STRUCTURED = frozenset(_STRUCTURES.split())
_BY_FOLDED = {name.casefold(): name for name in AWS_NAMES}
_ANY = msgspec.json.Decoder(msgspec.Raw)


def aws_name(column: str) -> str:
    """Give a column's name in AWS's spelling; a name that is not AWS's stays as it is.

    Examples
    --------
    >>> aws_name("useridentity"), aws_name("eventId"), aws_name("_col1")
    ('userIdentity', 'eventID', '_col1')
    """
    return _BY_FOLDED.get(column.casefold(), column)


def holds_events(names: Iterable[str]) -> bool:
    """Tell whether rows under these columns (in AWS's spelling) are events, and not counts or the like.

    Examples
    --------
    >>> holds_events(["eventID", "eventName", "arn"]), holds_events(["eventName", "_col1"])
    (True, False)
    """
    given = set(names)
    if EVENT_JSON in given:
        return True
    tells_what = {"eventName", "eventSource"} & given
    tells_which = {"eventID", "eventTime"} & given or given <= set(AWS_NAMES)
    return bool(tells_what and tells_which)


def not_events(names: Iterable[str]) -> EvidenceFault:
    """Say why a table with some of AWS's columns is none of events."""
    some = ", ".join(list(names)[:8])
    told = f"a table of {some}: without eventJson, or eventName with eventID or eventTime, rows are no events"
    return EvidenceFault("not-cloudtrail", told)


def record_of(cells: Iterable[Cell]) -> tuple[bytes, Flags]:
    r"""Write a row as a record, or give the record that is in the row.

    Examples
    --------
    >>> record_of([("eventName", b"ListUsers"), ("requestParameters", b'{"n": 1.50}'), ("errorCode", b"")])
    (b'{"eventName":"ListUsers","requestParameters":{"n": 1.50}}', ('partial',))
    >>> record_of([("eventName", b"ListUsers"), ("eventJson", b'{"eventName": "ListUsers"}')])
    (b'{"eventName": "ListUsers"}', ())
    """
    told = [(name, cell) for name, cell in cells if cell]
    whole = [cell for name, cell in told if name == EVENT_JSON]
    if whole:
        return whole[0].strip(), ()
    return as_object((name, _value(name, cell)) for name, cell in told), PARTIAL


def as_object(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Join names and JSON values into an object."""
    return b"{%b}" % b",".join(b"%b:%b" % (quoted(name.encode()), value) for name, value in members)


def _value(name: str, cell: bytes) -> bytes:
    if name in BOOLEANS and cell.lower() in (b"true", b"false"):
        return cell.lower()
    return cell if name in _STRUCTURED and _is_json(cell) else quoted(cell)


def _is_json(cell: bytes) -> bool:
    """Tell JSON from the `{key=value}` text that Lake and Athena write for maps and structs."""
    if cell != b"null" and not cell.startswith((b"{", b"[")):
        return False
    try:
        _ANY.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def quoted(cell: bytes) -> bytes:
    r"""Write a text as a JSON string; bytes that are no UTF-8 stay what they are.

    Examples
    --------
    >>> print(quoted(b'a "b"\n').decode())
    "a \"b\"\n"
    """
    text = cell.decode("utf-8", "surrogateescape")
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogateescape")

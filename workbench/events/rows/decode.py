"""One record's text into the values of the columns; what does not fit is kept in `extra` and flagged.

The walk follows the types of `columns`: each value is taken from the bytes delivered, so numbers keep their
digits and nested JSON its spelling. Nothing is ever dropped: `eventJson` is the record itself, and `extra`
has what no typed column holds.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    (a field that is larger than CloudTrail allows says `omitted` instead)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.events import columns, identity
from workbench.events.rows import canonical
from workbench.events.rows.holds import EVENT_JSON, RECORD, hold_text, hold_time
from workbench.events.rows.jsontext import joined_object, object_items

TRUNCATED = "truncated-by-aws"
OMITTED = "omitted"
MAY_BE_OMITTED = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")
"""Columns whose content CloudTrail replaces by `{"omitted": true, ...}` where it is too large."""

Row = dict[str, Any]

_COLUMNS = frozenset(columns.AWS.names) - {EVENT_JSON}


def decode(text: bytes, flags: Iterable[str] = ()) -> Row:
    r"""Turn one record into a row; provenance (`source_file`, `source_index`) is the caller's to add.

    Parameters
    ----------
    text
        The record as delivered, accepted by `evidence.records.check_record`.
    flags
        Quality flags that hold already, such as `decoded-utf16`.

    Returns
    -------
    dict
        A value for each column of `columns.EVENTS`; maps are lists of pairs.

    Examples
    --------
    >>> row = decode(b'{"eventID":"e-1","eventTime":"2026-09-02T04:20:00Z","userAgent":7,"new":{"a":1.50}}')
    >>> row["eventTime"], row["userAgent"], row["flags"], row["extra"]
    (datetime.datetime(2026, 9, 2, 4, 20), '7', ['wrong-type'], '{"new":{"a":1.50}}')
    """
    marks = set(flags)
    readable = _readable(text, marks)
    row, leftover = RECORD(readable, marks)
    row["eventJson"] = (readable if "invalid-utf8" in marks else text).decode()
    _fill_in(row, leftover, marks)
    row["flags"] = sorted(marks)
    return row


def _readable(text: bytes, marks: set[str]) -> bytes:
    """Return the text as any parser takes it: valid UTF-8, lone surrogates spelled out."""
    try:
        text.decode()
    except UnicodeDecodeError:
        marks.add("invalid-utf8")
        text = text.decode("utf-8", "replace").encode()
    return text


def _fill_in(row: Row, leftover: bytes | None, marks: set[str]) -> None:
    """Add what follows from the record as a whole."""
    if row["eventCategory"] == "Aggregated" and row["eventID"] is None:
        leftover = _aggregated(row, leftover, marks)
    if row["eventTime"] is None:
        marks.add("bad-time")
    if any((OMITTED, "true") in (row[name] or ()) for name in MAY_BE_OMITTED):
        marks.add(TRUNCATED)
    if not row["eventID"]:
        row["eventID"] = f"synthetic-{canonical.digest(row['eventJson'].encode()).hex()}"
        marks.add("synthetic-id")
    row["extra"] = leftover.decode() if leftover else None
    _add_identity(row)


def _aggregated(row: Row, leftover: bytes | None, marks: set[str]) -> bytes | None:
    """Fill the keys of an aggregated record from the names it has for them."""
    marks.add("aggregated")
    marks.discard("key-case")
    rest: list[tuple[str, bytes]] = []
    for key, value in object_items(leftover or b"{}", marks):
        left: bytes | None = bytes(value)
        if key == "timeWindow" and row["eventTime"] is None:
            _take_window(row, bytes(value), marks)
        elif key == "eventId":
            row["eventID"], left = hold_text(key)(bytes(value), marks)
        elif key == "accountId" and not row["recipientAccountId"]:
            row["recipientAccountId"], left = hold_text(key)(bytes(value), marks)
        if left is not None:
            rest.append((key, left))
    return joined_object(rest)


def _take_window(row: Row, window: bytes, marks: set[str]) -> None:
    start = dict(object_items(window, marks)).get("windowStart") if window.startswith(b"{") else None
    if start is not None:
        row["eventTime"], _ = hold_time(bytes(start), marks)


def _add_identity(row: Row) -> None:
    who = identity.caller(row["userIdentity"], row["awsRegion"])
    for name, part in identity.COLUMNS.items():
        row[name] = getattr(who, part)
    row["issued_access_key_id"] = identity.issued_access_key(
        row["eventSource"], dict(row["responseElements"] or ())
    )
    row["target_role_arn"] = identity.target_role(
        row["eventName"], dict(row["requestParameters"] or ()), row["resources"]
    )


def extra_of(text: bytes, left: Mapping[str, bytes | None]) -> str:
    """Collect what the columns do not hold of a regular record, in the record's order.

    Parameters
    ----------
    text
        The record.
    left
        What the columns of some structures do not hold of them.

    Examples
    --------
    >>> extra_of(b'{"eventName":"ListUsers","futureField":{"a": 1}}', {})
    '{"futureField":{"a":1}}'
    """
    rest = []
    for key, value in object_items(text, set()):
        part = left.get(key) if key in _COLUMNS else bytes(value)
        if part is not None:
            rest.append((key, part))
    return (joined_object(rest) or b"{}").decode()

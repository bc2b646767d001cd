"""One record of another store into its row; what does not fit is kept in `extra` and flagged, as for events.

AWS Config delivers items in a shape of its own, CloudTrail Lake keeps them in another. Rows have Lake's: the
names differ in places, an envelope stands around them, and times have neither T nor zone.

References
----------
https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html
https://docs.aws.amazon.com/config/latest/developerguide/example-s3-snapshot.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-config-schema.html
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from workbench.events.items.stores import CONFIGURATION_ITEM, STORES
from workbench.events.rows.holds import Hold, holder
from workbench.events.rows.jsontext import NULL, compact, joined_object, object_items, text_of
from workbench.events.rows.times import parse_time
from workbench.evidence import EvidenceFault, slices
from workbench.evidence.checks import check_record

Row = dict[str, Any]

_NAMESPACE = uuid.UUID("6f7e4d3c-2b1a-5c8d-9e0f-a1b2c3d4e5f6")  # of no meaning: ids of the same items agree
_SAID = ("configurationItemStatus", "configuration", "supplementaryConfiguration", "tags")
_OTHER_NAMES = {  # what AWS Config calls what Lake names otherwise, in lower case
    "awsaccountid": "accountId",
    "configurationstateid": "configurationItemStateId",
    "version": "configurationItemVersion",
}
_ITEM = {field.name.casefold(): field.name for field in CONFIGURATION_ITEM} | _OTHER_NAMES
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class Item(NamedTuple):
    """A row, and what tells it from others: its identity, and what it says under that."""

    row: Row
    key: bytes
    content: bytes


def decode_item(store: str, text: bytes, flags: Iterable[str] = (), *, is_delivery: bool = False) -> Item:
    """Turn one record into a row of its store, without its place.

    Parameters
    ----------
    store
        A name of `stores.STORES`.
    text
        The record as delivered.
    flags
        Quality flags that hold already.
    is_delivery
        Whether it is an item as AWS Config writes it, and not an event as CloudTrail Lake keeps it.

    Raises
    ------
    EvidenceFault
        The record cannot be used.

    Examples
    --------
    >>> text = b'{"ARN":"arn:aws:s3:::logs","configurationStateId":7,"configuration":{"name":"logs"}}'
    >>> row = decode_item("config", text, is_delivery=True).row
    >>> row["eventData"]["configurationItemStateId"], row["eventData"]["configuration"], row["flags"]
    ('7', [('name', 'logs')], ['bad-time'])
    """
    marks = set(flags)
    readable = _readable(check_record(text), marks)
    if store == "tags":
        return _tag_mapping(readable, marks)
    if is_delivery:
        row, data = _delivered(readable, marks)
    else:
        row, data = _of_lake(store, readable, marks)
    key, content = _identity(store, row, data, readable)
    row["eventID"] = row["eventID"] or str(uuid.UUID(bytes=key))
    if is_delivery:
        row["eventJson"] = _as_lake_keeps_it(row, data).decode()
    if row["eventTime"] is None:
        marks.add("bad-time")
    row["flags"] = sorted(marks)
    return Item(row, key, content)


def _readable(text: bytes, marks: set[str]) -> bytes:
    try:
        text.decode()
    except UnicodeDecodeError:
        marks.add("invalid-utf8")
        return text.decode("utf-8", "replace").encode()
    return text


_HOLDS: Mapping[str, Hold] = {
    name: holder(pa.struct([field for field in store.aws if field.name != "eventJson"]))
    for name, store in STORES.items()
    if store.aws.names
}


def _delivered(text: bytes, marks: set[str]) -> tuple[Row, dict[str, bytes]]:
    """Read an item as AWS Config delivers it; it has no envelope."""
    data, rest = _named(text, _ITEM, marks)
    if not any(_text(data.get(name)) for name in ("arn", "resourceId")):
        raise EvidenceFault("not-cloudtrail", "a configuration item that names no resource")
    state = data.get("configurationItemStateId", NULL)
    data["configurationItemStateId"] = state if state[:1] in b'"n{[' else b'"%b"' % state
    if data.get("configuration", b"").startswith(b'"'):  # the API gives it as a text
        inner = text_of(data["configuration"]).strip().encode()
        data["configuration"] = inner if _is_object(inner) else data["configuration"]
    captured = parse_time(_text(data.get("configurationItemCaptureTime")) or "")[0]
    row = {
        "eventVersion": "1.0",
        "eventCategory": "ConfigurationItem",
        "eventType": "AwsConfigurationItem",
        "eventID": None,
        "eventTime": captured,
        "awsRegion": _text(data.get("awsRegion")),
        "recipientAccountId": _text(data.get("accountId")),
        "addendum": None,
    }
    held, left = _HOLDS["config"](_joined({"eventData": _joined(_as_columns(data))}), marks)
    row["eventData"] = held["eventData"]
    row["extra"] = _extra(left, {"eventData": rest})
    return row, data


def _of_lake(store: str, text: bytes, marks: set[str]) -> tuple[Row, dict[str, bytes]]:
    """Read an event as CloudTrail Lake keeps it, whatever the case of its keys."""
    aws = STORES[store].aws
    names = {field.name.casefold(): field.name for field in aws}
    envelope, rest = _named(text, names, marks)
    kind = pa.struct(list(aws))
    spelled = {name: _respelled(value, kind.field(name).type, marks) for name, value in envelope.items()}
    inner = spelled.get("eventData", b"{}")
    data = dict(_members(inner, marks)) if store == "config" and inner.startswith(b"{") else {}
    if data:
        spelled["eventData"] = _joined(_as_columns(data))
    row, left = _HOLDS[store](_joined(spelled), marks)
    if row["eventTime"] is None:
        row["eventTime"] = parse_time(_text(data.get("configurationItemCaptureTime")) or "")[0]
    row["eventJson"], row["extra"] = text.decode(), _extra(left, {"": rest})
    return row, data


def _named(
    text: bytes, names: Mapping[str, str], marks: set[str]
) -> tuple[dict[str, bytes], list[tuple[str, bytes]]]:
    """Give the members of an object under the names of columns, and those that have none."""
    known: dict[str, bytes] = {}
    rest: list[tuple[str, bytes]] = []
    for key, value in _members(text, marks):
        name = names.get(key.casefold())
        if name and name not in known:
            known[name] = value
        else:
            rest.append((key, value))
    return known, rest


def _members(text: bytes, marks: set[str]) -> Iterable[tuple[str, bytes]]:
    return ((key, bytes(value)) for key, value in object_items(text, marks))


def _respelled(raw: bytes, kind: pa.DataType, marks: set[str]) -> bytes:
    """Give a structure the keys of its columns; maps keep theirs."""
    if pa.types.is_list(kind) and raw.startswith(b"["):
        entries = _LIST.decode(slices.spell_lone_surrogates(raw))
        return b"[%b]" % b",".join(_respelled(bytes(entry), kind.value_type, marks) for entry in entries)
    if not pa.types.is_struct(kind) or not raw.startswith(b"{"):
        return raw
    names = {field.name.casefold(): field.name for field in kind}
    if kind == CONFIGURATION_ITEM:
        names = _ITEM
    known, rest = _named(raw, names, marks)
    inner = {name: _respelled(value, kind.field(name).type, marks) for name, value in known.items()}
    return joined_object([*inner.items(), *rest]) or b"{}"


def _as_columns(data: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the members of an item as its columns take them: related events as a text, relations as a list."""
    taken = dict(data)
    if taken.get("relatedEvents", b"").startswith((b"[", b"{")):
        taken["relatedEvents"] = msgspec.json.encode(compact(taken["relatedEvents"]).decode())
    if taken.get("relationships", b"").startswith(b"{"):
        taken["relationships"] = b"[%b]" % taken["relationships"]
    return taken


def _joined(members: Mapping[str, bytes]) -> bytes:
    return joined_object(members.items()) or b"{}"


def _is_object(text: bytes) -> bool:
    try:
        return check_record(text).startswith(b"{")
    except EvidenceFault:
        return text == b"{}"


def _text(raw: bytes | None) -> str | None:
    """Give a value as a text; nothing for null, objects and lists."""
    if raw is None or raw == NULL or raw[:1] in b"{[":
        return None
    return text_of(raw) if raw[:1] == b'"' else raw.decode()


def _extra(left: bytes | None, rest: Mapping[str, list[tuple[str, bytes]]]) -> str | None:
    """Join what no column holds, under its own name and nesting."""
    members = dict(_members(left, set())) if left else {}
    for outer, inner in rest.items():
        if outer and inner:
            told = dict(_members(members.get(outer, b"{}"), set())) | dict(inner)
            members[outer] = _joined(told)
        else:
            members |= dict(inner)
    return _joined(members).decode() if members else None


def _identity(store: str, row: Row, data: Mapping[str, bytes], text: bytes) -> tuple[bytes, bytes]:
    """Give the identity of a record, and what it says: an item is one by resource, capture time and state."""
    if store != "config":
        content = _digest([text])
        key = (row["eventID"] or content.hex(), row["recipientAccountId"])
        return _key(store, *key), content
    told = {name: _text(data.get(name)) for name in ("arn", "accountId", "awsRegion", "resourceType")}
    captured = _text(data.get("configurationItemCaptureTime"))
    at = parse_time(captured or "")[0]
    state = _text(data.get("configurationItemStateId"))
    content = _digest([data.get(name, NULL) for name in _SAID])
    named = [told["arn"]] if told["arn"] else [*told.values(), _text(data.get("resourceId"))]
    which = [row["eventID"] or ""] if not (told["arn"] or data.get("resourceId")) else []
    unknown = [content.hex()] if not (captured or state) else []
    return _key(*named, str(at or captured), state, *which, *unknown), content


def _key(*parts: object) -> bytes:
    return uuid.uuid5(_NAMESPACE, json.dumps([None if part is None else str(part) for part in parts])).bytes


def _digest(values: Iterable[bytes]) -> bytes:
    """Hash what some JSON values say, whatever the order of their keys."""
    told = sha256()
    for value in values:
        try:
            said = msgspec.json.encode(msgspec.json.decode(value), order="sorted")
        except (msgspec.MsgspecError, UnicodeError):
            said = value
        told.update(said + b"\n")
    return told.digest()[:16]


def _as_lake_keeps_it(row: Row, data: Mapping[str, bytes]) -> bytes:
    """Write an item as CloudTrail Lake does."""
    time: dt.datetime | None = row["eventTime"]
    said = {name: row[name] for name in _HOLDS_OF_ENVELOPE}
    said["eventTime"] = time.isoformat(" ", "milliseconds") if time else None
    envelope = {name: msgspec.json.encode(value) for name, value in said.items()}
    known = {field.name: data[field.name] for field in CONFIGURATION_ITEM if field.name in data}
    return _joined(envelope | {"eventData": _joined(known)})


_HOLDS_OF_ENVELOPE = STORES["config"].aws.names[: STORES["config"].aws.names.index("eventData")]


def _tag_mapping(text: bytes, marks: set[str]) -> Item:
    """Read one resource of a tag export."""
    members = dict(_members(text, marks))
    arn = _text(members.get("ResourceARN"))
    tags = members.get("Tags", b"[]")
    if not arn or not tags.startswith(b"["):
        raise EvidenceFault("not-cloudtrail", "a tag mapping without ResourceARN, or without a list of Tags")
    pairs = [_tag(bytes(tag), marks) for tag in _LIST.decode(slices.spell_lone_surrogates(tags))]
    row = {"arn": arn, "tags": [{"key": key, "value": value} for key, value in pairs]}
    content = _digest([msgspec.json.encode(row)])
    return Item(row, _key("tags", arn, content.hex()), content)


def _tag(text: bytes, marks: set[str]) -> tuple[str, str | None]:
    members = dict(_members(text, marks)) if text.startswith(b"{") else {}
    key = _text(members.get("Key"))
    if key is None:
        raise EvidenceFault("not-cloudtrail", "a tag without Key")
    return key, _text(members.get("Value"))

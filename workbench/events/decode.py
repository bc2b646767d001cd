"""One record's text into the values of the columns; what does not fit is kept in `extra` and flagged.

The walk follows the types of `columns`: each value is taken from the bytes delivered, so numbers keep their
digits and nested JSON its spelling. Nothing is ever dropped: `eventJson` is the record itself, and `extra`
has what no typed column holds.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from workbench.events import canonical, columns, identity
from workbench.events.times import parse_time
from workbench.evidence import slices

NOT_VERIFIED = "not-verified"  # the verdict on the source file comes from the digests

Value = Any
Hold = Callable[[bytes, set[str]], tuple[Value, bytes | None]]
Row = dict[str, Any]

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_NULL = b"null"

# Truth values that records spell as text and as JSON booleans alike.
_EITHER_WAY = frozenset({"sessionCredentialFromConsole", "mfaAuthenticated", "ec2IssuedInVpc"})
# Other spellings of a field inside a structure: records say ARN, Lake's exports say everything in lower case.
_RESOURCE_ALIASES = {
    "ARN": "arn",
    "ARNPrefix": "arnPrefix",
    "arnprefix": "arnPrefix",
    "accountid": "accountId",
}
_CONTEXT_ALIASES = {
    "requestcontext": "requestContext",
    "tagcontext": "tagContext",
    "resourcetags": "resourceTags",
    "principaltags": "principalTags",
}
_ALIASES = {"resources": _RESOURCE_ALIASES, "eventContext": _CONTEXT_ALIASES, "tagContext": _CONTEXT_ALIASES}
_FILLED_IN = frozenset({"eventJson"})
_COLUMNS = frozenset(columns.AWS.names) - _FILLED_IN


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
    row, leftover = _RECORD(readable, marks)
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


def content_hash(text: str | bytes) -> bytes:
    """Return 128 bits that tell two delivered texts apart.

    Examples
    --------
    >>> content_hash(b"{}").hex()
    '44136fa355b3678a1146ad16f7e8649e'
    """
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()[:16]


def _hold_text(name: str) -> Hold:
    def hold(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
        sign = raw[:1]
        if sign == b'"':
            return text_of(raw), None
        if raw == _NULL:
            return None, None
        if sign in b"{[":
            marks.add("wrong-type")
            return None, raw
        if not (name in _EITHER_WAY and sign in b"tf"):
            marks.add("wrong-type")
        return raw.decode(), None

    return hold


def text_of(quoted: bytes) -> str:
    r"""Decode a JSON string; half characters stay spelled as escapes.

    Examples
    --------
    >>> print(text_of(rb'"caf\u00e9 \ud800"'))
    café \ud800
    """
    try:
        return _TEXT.decode(quoted)
    except msgspec.DecodeError:
        return _TEXT.decode(slices.spell_lone_surrogates(quoted))


def _hold_boolean(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
    if raw in (b"true", b"false", _NULL):
        return {b"true": True, b"false": False}.get(raw), None
    marks.add("wrong-type")
    return None, raw


def _hold_time(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
    time, flag = _time(raw)
    if flag:
        marks.add(flag)
    return time, None if time or raw == _NULL else raw


def _time(raw: bytes) -> tuple[dt.datetime | None, str | None]:
    if raw == _NULL:
        return None, None
    if raw[:1] in b"{[tf":
        return None, "bad-time"
    return parse_time(text_of(raw) if raw[:1] == b'"' else raw.decode())


def _hold_map(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
    if raw == _NULL:
        return None, None
    if raw[:1] == b'"':  # some exports deliver the object as a JSON text
        inner = text_of(raw).strip().encode()
        pairs = _pairs(inner, marks)
    else:
        pairs = _pairs(raw, marks)
    if pairs is None:
        marks.add("wrong-type")
        return None, raw
    return pairs, None


def _pairs(raw: bytes, marks: set[str]) -> list[tuple[str, str | None]] | None:
    """Read an object as keys and texts; None when it is no object."""
    if raw[:1] != b"{":
        return None
    try:
        return [(key, map_text(bytes(value))) for key, value in object_items(raw, marks)]
    except msgspec.DecodeError:
        return None


def map_text(raw: bytes) -> str | None:
    """Give the text of a value in a map: strings as they are, all else as compact JSON, null as None.

    Examples
    --------
    >>> [map_text(raw) for raw in (b'"a"', b"1.50", b'{ "b" : [1, 2] }', b"null")]
    ['a', '1.50', '{"b":[1,2]}', None]
    """
    if raw[:1] == b'"':
        return text_of(raw)
    return None if raw == _NULL else compact(raw).decode()


def compact(raw: bytes) -> bytes:
    """Take the blanks between the tokens out; tokens keep their spelling.

    Examples
    --------
    >>> compact(b'{ "a b" : [ 1.10, 1e5 ] }')
    b'{"a b":[1.10,1e5]}'
    """
    if raw[:1] not in b"{[" or not any(blank in raw for blank in (b" ", b"\n", b"\t", b"\r")):
        return raw
    try:
        return msgspec.json.format(raw, indent=-1)
    except (msgspec.DecodeError, RecursionError):
        spelled = slices.spell_lone_surrogates(raw)
        return msgspec.json.format(spelled, indent=-1) if spelled != raw else raw


def object_items(raw: bytes, marks: set[str]) -> Iterable[tuple[str, msgspec.Raw]]:
    """Give the members of an object; of a key that stands there twice, the last, and flag it."""
    try:
        members = _OBJECT.decode(raw)
    except msgspec.DecodeError:
        members = _OBJECT.decode(slices.spell_lone_surrogates(raw))
    # Compact text without escapes in keys is exactly as long as its members: then no key stands there twice.
    size = sum(len(key) + len(value) for key, value in members.items()) + len('"":,') * len(members) + 1
    if size != len(raw) and sum(1 for _ in slices.members(raw)) > len(members):
        marks.add("duplicate-key")
    return members.items()


def _hold_list(entry: Hold) -> Hold:
    def hold(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
        if raw == _NULL:
            return None, None
        if raw[:1] != b"[":
            marks.add("wrong-type")
            return None, raw
        held = [entry(bytes(part), marks) for part in _LIST.decode(slices.spell_lone_surrogates(raw))]
        rest = _join(b"[", [left or b"{}" for _, left in held], b"]")
        return [value for value, _ in held], rest if any(left for _, left in held) else None

    return hold


def _join(start: bytes, parts: Iterable[bytes], end: bytes) -> bytes:
    return start + b",".join(parts) + end


def _hold_struct(name: str, kind: pa.StructType) -> Hold:
    holds = {field.name: _hold(field.name, field.type) for field in kind if field.name not in _FILLED_IN}
    folded = {known.casefold(): known for known in holds}
    aliases = _ALIASES.get(name, {})

    def hold(raw: bytes, marks: set[str]) -> tuple[Value, bytes | None]:
        if raw == _NULL:
            return None, None
        if raw[:1] != b"{":
            marks.add("wrong-type")
            return None, raw
        value: Row = dict.fromkeys(holds)
        rest: list[bytes] = []
        for key, part in object_items(raw, marks):
            known = aliases.get(key, key)
            left: bytes | None = bytes(part)
            if known in holds and value[known] is None:
                value[known], left = holds[known](bytes(part), marks)
            elif known.casefold() in folded:
                marks.add("key-case")
            if left is not None:
                rest.append(msgspec.json.encode(key) + b":" + compact(left))
        return value, _join(b"{", rest, b"}") if rest else None

    return hold


def _hold(name: str, kind: pa.DataType) -> Hold:
    """Build the function that takes a value of one type; built once, when the module is loaded."""
    if pa.types.is_struct(kind):
        return _hold_struct(name, kind)
    if pa.types.is_map(kind):
        return _hold_map
    if pa.types.is_list(kind):
        return _hold_list(_hold(name, kind.value_type))
    if pa.types.is_boolean(kind):
        return _hold_boolean
    return _hold_time if pa.types.is_timestamp(kind) else _hold_text(name)


_RECORD = _hold("", pa.struct(list(columns.AWS)))
HOLDS = {
    name: _hold(name, columns.AWS.field(name).type) for name in ("userIdentity", "tlsDetails", "eventContext")
}
"""How a structure is taken, for those who read it apart from its record."""
_AGGREGATED_HELD = frozenset({"eventId", "accountId"})


def _fill_in(row: Row, leftover: bytes | None, marks: set[str]) -> None:
    """Add what follows from the record as a whole."""
    if row["eventCategory"] == "Aggregated" and row["eventID"] is None:
        leftover = _aggregated(row, leftover, marks)
    if row["eventTime"] is None:
        marks.add("bad-time")
    if not row["eventID"]:
        row["eventID"] = f"synthetic-{canonical.digest(row['eventJson'].encode()).hex()}"
        marks.add("synthetic-id")
    row["extra"] = leftover.decode() if leftover else None
    row["integrity"] = NOT_VERIFIED
    _add_identity(row)


def _aggregated(row: Row, leftover: bytes | None, marks: set[str]) -> bytes | None:
    """Fill the keys of an aggregated record from the names it has for them."""
    marks.add("aggregated")
    marks.discard("key-case")
    rest: list[bytes] = []
    for key, value in object_items(leftover or b"{}", marks):
        raw = bytes(value)
        if key == "eventId":
            row["eventID"], _ = _hold_text("eventID")(raw, marks)
        elif key == "accountId" and not row["recipientAccountId"]:
            row["recipientAccountId"], _ = _hold_text(key)(raw, marks)
        else:
            rest.append(msgspec.json.encode(key) + b":" + raw)
        if key == "timeWindow" and row["eventTime"] is None and raw[:1] == b"{":
            start = dict(object_items(raw, marks)).get("windowStart")
            row["eventTime"], _ = _hold_time(bytes(start), marks) if start else (None, None)
    return _join(b"{", rest, b"}") if rest else None


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
            rest.append(msgspec.json.encode(key) + b":" + compact(part))
    return _join(b"{", rest, b"}").decode()

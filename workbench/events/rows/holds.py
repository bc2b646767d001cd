"""How a value of each type is taken into its column, and what is left when it does not fit.

The functions are built once from the types of `columns`. Each takes the bytes of a value and a set of flags
to add to, and gives the value for the column and the bytes that no column holds (None when nothing is left).
"""

from collections.abc import Callable
from typing import Any

import msgspec
import pyarrow as pa

from workbench.events import columns
from workbench.events.rows.jsontext import NULL, joined_object, map_text, object_items, text_of
from workbench.events.rows.times import parse_time
from workbench.evidence import slices

Hold = Callable[[bytes, set[str]], tuple[Any, bytes | None]]

WRONG_TYPE = "wrong-type"
EVENT_JSON = "eventJson"
_LIST = msgspec.json.Decoder(list[msgspec.Raw])

# Truth values that records spell as text and as JSON booleans alike.
EITHER_WAY = frozenset({"sessionCredentialFromConsole", "mfaAuthenticated", "ec2IssuedInVpc"})
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
_ALIASES = {
    "resources": _RESOURCE_ALIASES,
    "eventContext": _CONTEXT_ALIASES,
    "tagContext": _CONTEXT_ALIASES,
    "relationships": {"relationshipName": "name"},  # as AWS Config's API has it
}


def hold_text(name: str) -> Hold:
    """Build the function that takes a text; scalars of another type are taken as text, and flagged."""

    def hold(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
        sign = raw[:1]
        if sign == b'"':
            return text_of(raw), None
        if raw == NULL:
            return None, None
        if sign in b"{[":
            marks.add(WRONG_TYPE)
            return None, raw
        if not (name in EITHER_WAY and sign in b"tf"):
            marks.add(WRONG_TYPE)
        return raw.decode(), None

    return hold


def _hold_boolean(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
    if raw in (b"true", b"false", NULL):
        return {b"true": True, b"false": False}.get(raw), None
    marks.add(WRONG_TYPE)
    return None, raw


def hold_time(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
    """Take the time of an event; the flags say what was unusual about it."""
    if raw == NULL:
        return None, None
    time, flag = (None, "bad-time") if raw[:1] in b"{[tf" else parse_time(_time_text(raw))
    if flag:
        marks.add(flag)
    return time, None if time else raw


def _hold_other_time(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
    """Take a time that is not the event's own: the flags about times speak of `eventTime` only."""
    own: set[str] = set()
    time, left = hold_time(raw, own)
    if left:
        marks.add(WRONG_TYPE)
    return time, left


def _time_text(raw: bytes) -> str:
    return text_of(raw) if raw[:1] == b'"' else raw.decode()


def _hold_map(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
    if raw == NULL:
        return None, None
    if raw[:1] == b'"':  # some exports deliver the object as a JSON text
        inner = text_of(raw).strip().encode()
        pairs = _pairs(inner, marks)
    else:
        pairs = _pairs(raw, marks)
    if pairs is None:
        marks.add(WRONG_TYPE)
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


def _hold_list(entry: Hold) -> Hold:
    def hold(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
        if raw == NULL:
            return None, None
        if raw[:1] != b"[":
            marks.add(WRONG_TYPE)
            return None, raw
        held = [entry(bytes(part), marks) for part in _LIST.decode(slices.spell_lone_surrogates(raw))]
        rest = b"[" + b",".join(left or b"{}" for _, left in held) + b"]"
        return [value for value, _ in held], rest if any(left for _, left in held) else None

    return hold


def _hold_struct(name: str, kind: pa.StructType) -> Hold:
    holds = {field.name: _hold(field.name, field.type) for field in kind if field.name != EVENT_JSON}
    folded = {known.casefold(): known for known in holds}
    aliases = _ALIASES.get(name, {})

    def hold(raw: bytes, marks: set[str]) -> tuple[Any, bytes | None]:
        if raw == NULL:
            return None, None
        if raw[:1] != b"{":
            marks.add(WRONG_TYPE)
            return None, raw
        value: dict[str, Any] = dict.fromkeys(holds)
        rest: list[tuple[str, bytes]] = []
        for key, part in object_items(raw, marks):
            known = aliases.get(key, key)
            left: bytes | None = bytes(part)
            if known in holds and value[known] is None:
                value[known], left = holds[known](bytes(part), marks)
            elif known.casefold() in folded:
                marks.add("key-case")
            if left is not None:
                rest.append((key, left))
        return value, joined_object(rest)

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
    if pa.types.is_timestamp(kind):
        return hold_time if name == "eventTime" else _hold_other_time
    return hold_text(name)


def holder(kind: pa.DataType) -> Hold:
    """Build the function that takes a value of one type, for other tables than the events."""
    return _hold("", kind)


RECORD = _hold("", pa.struct(list(columns.AWS)))
"""Takes a whole record: a value per column of `columns.AWS`, except eventJson."""

HOLDS = {
    name: _hold(name, columns.AWS.field(name).type) for name in ("userIdentity", "tlsDetails", "eventContext")
}
"""How a structure is taken, for those who read it apart from its record."""

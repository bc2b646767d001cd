"""Is this text a record: an object, not too large, not too deep, JSON that an engine can read."""

import json
import re
from collections.abc import Collection
from functools import cache
from typing import Any

import msgspec

from workbench.evidence import slices
from workbench.evidence.faults import EvidenceFault

RECORD_CAP = 64 << 20
VALUES_CAP = 250_000  # CloudTrail's largest events have 256 KB; a value that is read costs hundreds of bytes
DEPTH_CAP = 256
EVENT_KEYS = frozenset({"eventName", "eventVersion", "eventCategory", "eventSource", "eventID"})

RecordText = msgspec.Raw | bytes

_ANY = msgspec.json.Decoder(msgspec.Raw)
_TEXT = msgspec.json.Decoder(str)
_SOME = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+"){1,10000}+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def looks_like_event(text: RecordText) -> bool:
    """Tell whether a record has at least one key that only CloudTrail's records have.

    Examples
    --------
    >>> looks_like_event(b'{"eventName": "ListUsers"}'), looks_like_event(b'{"level": "info"}')
    (True, False)
    """
    return bool(members_of(bytes(text), EVENT_KEYS))


def members_of(text: bytes, keys: Collection[str]) -> dict[str, bytes]:
    """Give the values that an object has under some keys, as delivered; of a repeated key the last one.

    Examples
    --------
    >>> members_of(b'{"a": 1.50, "b": [2], "c": 3}', ("a", "b", "d"))
    {'a': b'1.50', 'b': b'[2]'}
    """
    if not text.startswith(b"{"):
        return {}
    decoder, names = _picker(frozenset(keys))
    try:
        picked = msgspec.structs.astuple(decoder.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        named = ((key_text(key), value) for key, value in slices.members(text))
        return {key: value for key, value in named if key in keys}
    return {name: bytes(value) for name, value in zip(names, picked, strict=True) if value is not None}


@cache
def _picker(keys: frozenset[str]) -> tuple[Any, list[str]]:
    """Build the decoder that reads some keys of an object and passes the others, however many."""
    names = {f"key_{number}": key for number, key in enumerate(sorted(keys))}
    fields: list[tuple[str, Any, Any]] = [(name, msgspec.Raw, None) for name in names]
    picked = msgspec.defstruct("Picked", fields, rename=names, gc=False)
    return msgspec.json.Decoder(picked), list(names.values())


def unquoted(value: bytes) -> bytes:
    r"""Give the text that a JSON string holds, as bytes; anything else stays as it is.

    Half characters stay spelled as escapes, and bytes that are no UTF-8 stay what they are.

    Raises
    ------
    EvidenceFault
        `invalid-json`: the string has no end, or a wrong escape.

    Examples
    --------
    >>> unquoted(rb'"{\"eventName\":\"ListUsers\"}"'), unquoted(b"[1]")
    (b'{"eventName":"ListUsers"}', b'[1]')
    """
    if not value.startswith(b'"'):
        return value
    try:
        return _TEXT.decode(value).encode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        spelled = slices.spell_lone_surrogates(value).decode("utf-8", "surrogateescape")
    try:
        return str(json.loads(spelled)).encode("utf-8", "surrogateescape")
    except ValueError as error:
        raise EvidenceFault("invalid-json", f"a text that is no JSON string: {error}") from error


def check_record(text: bytes) -> bytes:
    """Return the record's text, or say why it is none.

    Raises
    ------
    EvidenceFault
        `not-an-object`, `empty-record`, `too-large`, `too-deep` or `invalid-json`.

    Examples
    --------
    >>> check_record(b'{"eventName": "ListUsers"}')
    b'{"eventName": "ListUsers"}'
    >>> check_record(b"null")
    Traceback (most recent call last):
    workbench.evidence.faults.EvidenceFault: not-an-object: null where a record belongs
    """
    if len(text) > RECORD_CAP:
        raise oversize(len(text))
    _refuse_many_values(text)
    if text.count(b"[") + text.count(b"{") > DEPTH_CAP and slices.is_deeper(text, DEPTH_CAP):
        raise EvidenceFault("too-deep", f"nested deeper than {DEPTH_CAP}")
    try:
        _ANY.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        _check_spelled(text, error)
    if not text.startswith(b"{"):
        shown = text[:20].decode("utf-8", "replace")
        raise EvidenceFault("not-an-object", f"{shown} where a record belongs")
    if not text[1:-1].strip():
        raise EvidenceFault("empty-record", "an object without a key")
    return text


def oversize(size: int) -> EvidenceFault:
    """Say that a record is larger than one may be.

    Examples
    --------
    >>> str(oversize(100_000_000))
    'too-large: a record of 100,000,000 bytes, more than 67,108,864'
    """
    return EvidenceFault("too-large", f"a record of {size:,} bytes, more than {RECORD_CAP:,}")


def may_have_many_values(size: int) -> bool:
    """Tell whether a record of this size has room for more values than one may have.

    Examples
    --------
    >>> may_have_many_values(256 << 10)
    False
    """
    return size > 2 * VALUES_CAP


def _refuse_many_values(text: bytes) -> None:
    if may_have_many_values(len(text)) and text.count(b",") > VALUES_CAP:
        values = 0
        for some in _SOME.finditer(text):
            values += _STRING.sub(b"", some[0]).count(b",")
            if values > VALUES_CAP:
                raise EvidenceFault("too-large", f"a record of more than {VALUES_CAP:,} values")


def _check_spelled(text: bytes, error: Exception) -> None:
    """Accept text that is refused for lone surrogates only."""
    try:
        _ANY.decode(slices.spell_lone_surrogates(text))
    except (msgspec.DecodeError, RecursionError):
        odd = " (NaN and Infinity are not JSON)" if re.search(rb"[:\[,]\s*-?(?:NaN|Infinity)", text) else ""
        raise EvidenceFault("invalid-json", f"{error}{odd}") from error


def key_text(quoted: bytes) -> str:
    """Decode a key as it stands in its object, with quotes."""
    try:
        return msgspec.json.decode(slices.spell_lone_surrogates(quoted), type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return quoted.decode("utf-8", "replace")

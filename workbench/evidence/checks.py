"""Is this text a record: an object, not too large, not too deep, JSON that an engine can read."""

import json
import re

import msgspec

from workbench.evidence import slices
from workbench.evidence.faults import EvidenceFault

RECORD_CAP = 64 << 20
DEPTH_CAP = 256
EVENT_KEYS = frozenset({"eventName", "eventVersion", "eventCategory", "eventSource", "eventID"})

RecordText = msgspec.Raw | bytes

_ANY = msgspec.json.Decoder(msgspec.Raw)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def looks_like_event(text: RecordText) -> bool:
    """Tell whether a record has at least one key that only CloudTrail's records have.

    Examples
    --------
    >>> looks_like_event(b'{"eventName": "ListUsers"}'), looks_like_event(b'{"level": "info"}')
    (True, False)
    """
    return not EVENT_KEYS.isdisjoint(members_of(bytes(text)))


def members_of(text: bytes) -> dict[str, bytes]:
    """Give the keys of an object and their values as delivered; of a repeated key the last one.

    Examples
    --------
    >>> members_of(b'{"a": 1.50, "b": [2]}')
    {'a': b'1.50', 'b': b'[2]'}
    """
    try:
        return {key: bytes(value) for key, value in _OBJECT.decode(text).items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {key_text(key): value for key, value in slices.members(text)}


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
        raise EvidenceFault("too-large", f"a record of {len(text):,} bytes, more than {RECORD_CAP:,}")
    if text.count(b"[") + text.count(b"{") > DEPTH_CAP and slices.depth_of(text) > DEPTH_CAP:
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

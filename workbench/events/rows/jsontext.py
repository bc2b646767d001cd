"""Values as JSON text: read, shortened and joined without changing how a token is spelled."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from workbench.evidence import slices
from workbench.evidence.checks import RecordText

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
NULL = b"null"


def content_hashes(texts: Iterable[RecordText]) -> list[bytes]:
    """Return for each of some delivered texts 128 bits that tell it from all others.

    Examples
    --------
    >>> [found.hex() for found in content_hashes([b"{}"])]
    ['44136fa355b3678a1146ad16f7e8649e']
    """
    return [sha256(text).digest()[:16] for text in texts]


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


def map_text(raw: bytes) -> str | None:
    """Give the text of a value in a map: strings as they are, all else as compact JSON, null as None.

    Examples
    --------
    >>> [map_text(raw) for raw in (b'"a"', b"1.50", b'{ "b" : [1, 2] }', b"null")]
    ['a', '1.50', '{"b":[1,2]}', None]
    """
    if raw[:1] == b'"':
        return text_of(raw)
    return None if raw == NULL else compact(raw).decode()


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


def joined_object(members: Iterable[tuple[str, bytes]]) -> bytes | None:
    """Write an object of the members; None when there is none.

    Examples
    --------
    >>> joined_object([("a", b"1.50"), ("b", b"[]")]), joined_object([])
    (b'{"a":1.50,"b":[]}', None)
    """
    parts = [msgspec.json.encode(key) + b":" + compact(value) for key, value in members]
    return b"{" + b",".join(parts) + b"}" if parts else None

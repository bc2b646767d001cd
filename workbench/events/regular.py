"""The regular record: every value of the documented type. What the parser cannot put in here is irregular.

Structures that repeat are kept as their bytes (`Raw`): they are read once per batch, however many records
carry them.
"""

from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from workbench.events.columns import AWS, MAP, TEXT
from workbench.events.jsontext import compact
from workbench.evidence.checks import DEPTH_CAP, RECORD_CAP

_ABSENT = Raw(b"")

EITHER_WAY = "sessionCredentialFromConsole"  # records say true and "true"
MAPS = tuple(column.name for column in AWS if column.type == MAP)
TEXTS = tuple(
    column.name
    for column in AWS
    if column.type == TEXT and column.name not in ("eventJson", EITHER_WAY)
)
REPEATED = ("userIdentity", "tlsDetails", "eventContext")
BOOLEANS = ("readOnly", "managementEvent")


class Resource(msgspec.Struct, omit_defaults=True, gc=False):
    """An entry of `resources`: records say ARN, CloudTrail Lake says arn."""

    accountId: str | None = None  # noqa: N815 (AWS's spelling)
    type: str | None = None
    ARN: str | None = None
    ARNPrefix: str | None = None
    arn: str | None = None
    arnPrefix: str | None = None  # noqa: N815 (AWS's spelling)


# Explicit null is usual in maps and rare elsewhere; only there does it need telling from an absent key.
Record = msgspec.defstruct(
    "Record",
    [
        *((name, str | None, None) for name in TEXTS),
        *((name, dict[str, Raw] | None | UnsetType, UNSET) for name in MAPS),
        *((name, Raw, _ABSENT) for name in REPEATED),
        *((name, bool | None, None) for name in BOOLEANS),
        ("eventTime", str | None, None),
        ("resources", list[Resource] | None, None),
        (EITHER_WAY, str | bool | None, None),
    ],
    omit_defaults=True,
)

parse = msgspec.json.Decoder(Record).decode
_encode = msgspec.json.Encoder().encode
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_KNOWN = frozenset(column.name for column in AWS) - {"eventJson"}
_FOLDED = frozenset(name.casefold() for name in _KNOWN)
_FRAME_OF_MEMBER = len('"":,')


class Irregular(Exception):  # noqa: N818 (a turn on the way, not an error)
    """The record needs the careful way."""


def read_regular(text: Raw | bytes) -> tuple[Any, bool]:
    """Parse one record, if it is regular; tell also whether it has keys that no column knows.

    The parsed record is spelled again and its length compared: a key that stands twice, an unknown key, a
    blank or an escape make it shorter than its text. Equal length proves that nothing was left behind.

    Raises
    ------
    Irregular
        A wrong type, a repeated key, deep nesting, text that is no JSON... `decode` finds out.

    Examples
    --------
    >>> read_regular(b'{"eventName":"ListUsers","requestParameters":{"a":1.50}}')[1]
    False
    >>> read_regular(b'{"eventName":"ListUsers","futureField":1}')[1]
    True
    >>> read_regular(b'{"eventName":"ListUsers","eventName":"GetUser"}')
    Traceback (most recent call last):
    workbench.events.regular.Irregular
    """
    if len(text) > RECORD_CAP:
        raise Irregular
    try:
        record = parse(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Irregular from None
    spelled = _encode(record)
    if spelled.count(b"[") + spelled.count(b"{") > DEPTH_CAP:
        raise Irregular
    return record, len(spelled) != len(text) and _has_unknown_keys(bytes(text), len(spelled))


def _has_unknown_keys(text: bytes, spelled: int) -> bool:
    """Account for the difference in length by unknown keys, explicit nulls and blanks, or give up."""
    text = compact(text)
    if len(text) == spelled:
        return False
    members = _OBJECT.decode(text)
    sizes = {key: len(key.encode()) + len(value) + _FRAME_OF_MEMBER for key, value in members.items()}
    unknown = sizes.keys() - _KNOWN
    nulls = [
        key
        for key, value in members.items()
        if key in _KNOWN and key not in MAPS and bytes(value) == b"null" and key not in REPEATED
    ]
    if any(key.casefold() in _FOLDED for key in unknown):
        raise Irregular
    unspelled = sum(sizes[key] for key in (*unknown, *nulls))
    # Two braces and one comma less than members: each text carries one byte beside its members.
    if sum(sizes.values()) + 1 != len(text) or spelled + unspelled != len(text):
        raise Irregular
    return bool(unknown)


def names_twice(resources: list[Resource] | None) -> bool:
    """Tell whether an entry has both spellings of its ARN, so that one column cannot hold both."""
    return any(
        (entry.arn is not None and entry.ARN is not None)
        or (entry.arnPrefix is not None and entry.ARNPrefix is not None)
        for entry in resources or ()
    )

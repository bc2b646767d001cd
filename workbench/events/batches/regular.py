"""The regular record: every value of the documented type. What the parser cannot put in here is irregular.

Records are parsed many at a time. Structures that repeat are kept as their bytes (`Raw`): they are read once
per load, however many records carry them.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType
from msgspec.structs import astuple

from workbench.events.columns import AWS, MAP, TEXT
from workbench.events.rows.jsontext import compact
from workbench.evidence.checks import DEPTH_CAP, RECORD_CAP, RecordText

ABSENT = Raw(b"")

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

    @property
    def names_twice(self) -> bool:
        """Whether it has both spellings of a name, so that one column cannot hold both."""
        both = ((self.arn, self.ARN), (self.arnPrefix, self.ARNPrefix))
        return any(one is not None and other is not None for one, other in both)


# Explicit null is usual in maps and rare elsewhere; only there does it need telling from an absent key.
_FIELDS: tuple[tuple[str, Any, Any], ...] = (
    *((name, str | None, None) for name in TEXTS),
    *((name, dict[str, Raw] | None | UnsetType, UNSET) for name in MAPS),
    *((name, Raw, ABSENT) for name in REPEATED),
    *((name, bool | None, None) for name in BOOLEANS),
    ("eventTime", str | None, None),
    ("resources", list[Resource] | None, None),
    (EITHER_WAY, str | bool | None, None),
)
# gc=False: a record cannot hold itself, and hundreds of thousands of them need no walks of the collector.
Record = msgspec.defstruct("Record", _FIELDS, omit_defaults=True, gc=False)

EMPTY = Record()
_NAMES = tuple(name for name, _, _ in _FIELDS)
_parse = msgspec.json.Decoder(Record).decode
_parse_list = msgspec.json.Decoder(list[Record]).decode  # type: ignore[valid-type]
_encode = msgspec.json.Encoder().encode
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_KNOWN = frozenset(column.name for column in AWS) - {"eventJson"}
_FOLDED = frozenset(name.casefold() for name in _KNOWN)
_FRAME_OF_MEMBER = len('"":,')
_TOGETHER = 40  # records whose spelling is compared at once; so few that most times all are as long
MOST_FLAT = 2 * DEPTH_CAP  # a shorter text has no room for so many brackets


def parse_all(texts: Sequence[RecordText]) -> list[Any]:
    """Parse many records; None stands for each that is irregular.

    Examples
    --------
    >>> records = parse_all([b'{"eventName":"ListUsers"}', b'{"eventName":7}'])
    >>> [record and record.eventName for record in records]
    ['ListUsers', None]
    """
    try:
        records = _parse_list(b"[" + b",".join(texts) + b"]")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        records = []
    if len(records) == len(texts) and sum(map(len, texts)) <= RECORD_CAP:
        return records
    return [_parse_one(text) for text in texts]


def _parse_one(text: RecordText) -> Any:
    try:
        return _parse(text) if len(text) <= RECORD_CAP else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def columns_of(records: Sequence[Any]) -> dict[str, list[Any]]:
    """Turn records into one list per field."""
    values = list(chain.from_iterable(map(astuple, records)))
    return {name: values[place :: len(_NAMES)] for place, name in enumerate(_NAMES)}


def unheld(
    records: Sequence[Any], texts: Sequence[RecordText], but: AbstractSet[int] = frozenset()
) -> dict[int, bool]:
    """Find the records whose fields do not hold all of their text.

    Each record is spelled again and its length compared: a key that stands twice, an unknown key, a blank or
    an escape make it shorter than its text. Equal length proves that nothing was left behind.

    Parameters
    ----------
    records, texts
        Parsed records, and what they were parsed from.
    but
        Places that are not looked at.

    Returns
    -------
    dict
        By place: True where the rest is keys that no column knows, False where the record is irregular.

    Examples
    --------
    >>> texts = [
    ...     b'{"eventName":"ListUsers","requestParameters":{"a":1.50}}',
    ...     b'{"eventName":"ListUsers","futureField":1}',
    ...     b'{"eventName":"ListUsers","eventName":"GetUser"}',
    ... ]
    >>> unheld(parse_all(texts), texts)
    {1: True, 2: False}
    """
    found: dict[int, bool | None] = {}
    for start in range(0, len(records), _TOGETHER):
        places = range(start, min(start + _TOGETHER, len(records)))
        # No regular record is longer than its text: where the sum is equal, all are.
        size = sum(map(len, texts[start : places.stop])) + len(places) + 1
        if len(_encode(records[start : places.stop])) != size or not but.isdisjoint(places):
            found |= {place: _unheld_of(records[place], texts[place]) for place in places if place not in but}
    return {place: rest for place, rest in found.items() if rest is not None}


def _unheld_of(record: Any, text: RecordText) -> bool | None:
    spelled = len(_encode(record))
    return None if spelled == len(text) else _rest(bytes(text), spelled)


def _rest(text: bytes, spelled: int) -> bool | None:
    """Account for the difference in length by blanks, explicit nulls (None) and unknown keys (True)."""
    size, text = len(text), compact(text)
    if len(text) < size:  # what is kept as delivered was spelled with its blanks
        spelled = len(_encode(_parse(text)))
    if len(text) == spelled:
        return None
    if is_deep(text):
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
        return False
    unspelled = sum(sizes[key] for key in (*unknown, *nulls))
    # Two braces and one comma less than members: each text carries one byte beside its members.
    if sum(sizes.values()) + 1 != len(text) or spelled + unspelled != len(text):
        return False
    return True if unknown else None


def is_deep(text: bytes) -> bool:
    """Tell whether a text may nest deeper than any record should."""
    return len(text) > MOST_FLAT and text.count(b"[") + text.count(b"{") > DEPTH_CAP


"""The shape of a container, told by its content, and its records as the exact bytes delivered.

Recognised and read: `{"Records": [...]}` as CloudTrail delivers it, a list of records, JSON Lines, one
record. Recognised and left to their own readers: digests, AWS Config files, markers, public keys and the
like. All else is set aside with a reason.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from workbench.evidence import slices
from workbench.evidence.checks import (
    EVENT_KEYS,
    RecordText,
    check_record,
    key_text,
    keys_of,
    looks_like_event,
)
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.text import hint, to_utf8


class _Trail(msgspec.Struct):
    Records: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_TRAIL = msgspec.json.Decoder(_Trail)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS_KEY = b'"Records"'
_RECORDS_START = re.compile(rb'"Records"\s*:\s*\[')
_COMPACT_FRAME = len('{"Records":[]}')

MARKERS = frozenset({"_SUCCESS", ".DS_Store", "ConfigWritabilityCheckFile"})
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")


@dataclass(frozen=True)
class Container:
    """What one file holds.

    Parameters
    ----------
    shape
        `records`, `list`, `json-lines` or `event`; empty for a file that holds no events.
    kind
        `events`, or why it holds none: `digest`, `config`, `marker`, `picture`, `public-keys`, `metadata`,
        `organization`, `truth`.
    records
        Texts of the records in their order; a text shorter than its record never occurs.
    indexes
        Place of each record in the container (0-based), when that is not simply 0, 1, 2...
    faults
        Place, and why the record there was set aside.
    flags
        Quality flags that hold for each record, such as `decoded-utf16`.
    """

    shape: str
    kind: str = "events"
    records: Sequence[RecordText] = ()
    indexes: Sequence[int] | None = None
    faults: Sequence[tuple[int, EvidenceFault]] = ()
    flags: tuple[str, ...] = ()

    def places(self) -> Sequence[int]:
        """Give the index of each record in `records`."""
        return range(len(self.records)) if self.indexes is None else self.indexes


@dataclass
class _Cut:
    """Records and faults while a container is being cut."""

    records: list[RecordText] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    faults: list[tuple[int, EvidenceFault]] = field(default_factory=list)

    def add(self, index: int, text: bytes) -> None:
        try:
            self.records.append(check_record(text))
            self.indexes.append(index)
        except EvidenceFault as fault:
            self.faults.append((index, fault))


def read_container(data: bytes, name: str = "") -> Container:
    """Recognise one inflated file and cut it into records.

    Parameters
    ----------
    data
        The inflated bytes.
    name
        The file's name; it decides nothing but markers such as `_SUCCESS`.

    Raises
    ------
    EvidenceFault
        The file as a whole cannot be used.

    Examples
    --------
    >>> container = read_container(b'{"Records": [{"eventName": "ListUsers"}, {"eventName":"GetUser"}]}')
    >>> container.shape, [bytes(record) for record in container.records]
    ('records', [b'{"eventName": "ListUsers"}', b'{"eventName":"GetUser"}'])
    >>> read_container(b'{"digestStartTime": "2026-09-01T00:00:00Z", "logFiles": []}').kind
    'digest'
    """
    if name in MARKERS or name.endswith("_$folder$"):
        return Container("", kind="marker")
    if data.startswith(_PICTURES):
        return Container("", kind="picture")
    text, flags = to_utf8(data)
    container = _trail(text) or _plain_list(text) or _other(text)
    return Container(**{**vars(container), "flags": flags}) if flags else container


def _trail(text: bytes) -> Container | None:
    """Cut the usual trail file in one pass of the fast parser; None when it is anything else."""
    try:
        records = _TRAIL.decode(text).Records
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(records, msgspec.UnsetType):
        return None
    compact = len(text) == _COMPACT_FRAME + sum(map(len, records)) + max(len(records) - 1, 0)
    if not compact and text.count(_RECORDS_KEY) > 1:
        return None  # the key may stand there twice, and the fast parser gives the last list only
    return Container("records", records=records)


def _plain_list(text: bytes) -> Container | None:
    """Cut a list that starts with an event in one pass of the fast parser; None when it is anything else."""
    try:
        records = _LIST.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Container("list", records=records) if records and looks_like_event(records[0]) else None


def _other(text: bytes) -> Container:
    start = len(text) - len(text.lstrip(b" \t\r\n"))
    if start == len(text):
        raise EvidenceFault("empty", "nothing but blanks" if text else "no bytes")
    sign = text[start : start + 1]
    if sign not in (b"{", b"["):
        return _lines(text) or _refuse(text)
    parts, end = slices.elements(text, start)
    if end < 0 or text[end:].strip():
        # A trail file that is cut, or followed by something, must not pass for JSON Lines: its records would
        # be called broken lines.
        trail = sign == b"[" or any(map(_RECORDS_START.match, parts))
        lines = None if trail else _lines(text)
        return lines or (_refuse_cut(text) if end < 0 else _refuse_tail(text, end))
    return _list(parts) if sign == b"[" else _object(text, start)


def _refuse(text: bytes) -> Container:
    raise EvidenceFault("not-json", hint(text))


def _refuse_cut(text: bytes) -> Container:
    raise EvidenceFault("invalid-json", f"the JSON stops after {len(text):,} bytes, before its end")


def _refuse_tail(text: bytes, end: int) -> Container:
    raise EvidenceFault("trailing-data", f"{len(text) - end:,} bytes follow the JSON document")


def _list(parts: list[bytes]) -> Container:
    cut = _cut(parts)
    if parts and not any(map(looks_like_event, cut.records)):
        raise EvidenceFault("not-cloudtrail", "a list, but no entry looks like a CloudTrail record")
    return _container("list", cut)


def _cut(parts: list[bytes]) -> _Cut:
    cut = _Cut()
    for index, part in enumerate(parts):
        cut.add(index, part)
    return cut


def _container(shape: str, cut: _Cut) -> Container:
    return Container(shape, records=cut.records, indexes=cut.indexes, faults=cut.faults)


def _object(text: bytes, start: int) -> Container:
    """Recognise one JSON object by its keys."""
    pairs = [(key_text(key), value) for key, value in slices.members(text, start)]
    lists = [value for key, value in pairs if key == "Records"]
    keys = {key for key, _ in pairs}
    if lists:
        return _records(lists)
    kind = _kind(keys)
    if kind:
        return Container("", kind=kind)
    if keys & EVENT_KEYS:
        cut = _cut([text[start:].strip()])
        if cut.faults:
            raise cut.faults[0][1]
        return _container("event", cut)
    if "hits" in keys:
        raise EvidenceFault("opensearch", "a search answer of OpenSearch; export the _source of each hit")
    some = ", ".join(sorted(keys)[:8]) or "(none)"
    raise EvidenceFault("not-cloudtrail", f"an object with the keys {some}")


def _records(lists: list[bytes]) -> Container:
    """Cut each list under the key `Records`; a file should hold one, but none is dropped."""
    parts: list[bytes] = []
    for value in lists:
        if not value.startswith(b"["):
            shown = value[:20].decode("utf-8", "replace")
            raise EvidenceFault("records-not-a-list", f"Records is {shown} where a list belongs")
        parts += slices.elements(value, 0)[0]
    return _container("records", _cut(parts))


_KINDS = (
    ("digest", {"digestStartTime", "logFiles"}),
    ("config", {"configurationItems"}),
    ("public-keys", {"PublicKeyList"}),  # aws cloudtrail list-public-keys
    ("metadata", {"Key", "Metadata"}),  # aws s3api head-object, with the key it was asked for
    ("organization", {"Accounts"}),  # aws organizations list-accounts
    ("organization", {"management_account", "accounts"}),  # as `workbench sample` writes it
    ("truth", {"sessions", "intrusion"}),  # what `workbench sample` planted
)


def _kind(keys: set[str]) -> str | None:
    return next((kind for kind, needed in _KINDS if needed <= keys), None)


def _lines(text: bytes) -> Container | None:
    """Read JSON Lines: None when the text has one line only, or no line that is an object."""
    lines = [line for line in (line.strip() for line in text.split(b"\n")) if line]
    if len(lines) < 2 or not any(_is_object(line) for line in lines):
        return None
    kind = _kind(keys_of(lines[0]))
    if kind and all(_kind(keys_of(line)) == kind for line in lines):
        return Container("", kind=kind)
    cut = _cut(lines)
    if any(map(looks_like_event, cut.records)):
        return _container("json-lines", cut)
    raise EvidenceFault("not-cloudtrail", "lines of JSON, but none looks like a CloudTrail record")


def _is_object(line: bytes) -> bool:
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        _OBJECT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True

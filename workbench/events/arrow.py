"""Records into Arrow columns, on their way into the case.

Nearly all records are regular: every value has the type AWS documents. Those take a short way, column by
column. A record with anything unusual takes the careful way of `decode`. Both ways give the same row; a
test compares them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET

from workbench.events import columns, identity, regular
from workbench.events.decode import NOT_VERIFIED, Row, decode, extra_of
from workbench.events.jsontext import content_hash, map_text
from workbench.events.maps import map_array
from workbench.events.repeated import Identities, Repeated
from workbench.events.report import FileRow
from workbench.events.times import FIRST_YEAR, LAST_YEAR, parse_time
from workbench.evidence import EvidenceFault
from workbench.evidence.checks import RecordText, check_record

STORED = columns.EVENTS.append(pa.field("content_hash", pa.binary()))
"""The columns of the events table, and the hash that tells second deliveries from conflicts."""

_ZONED = pa.timestamp("us", "UTC")


class RepeatedColumns:
    """The columns of structures that repeat, for as many batches as share them."""

    def __init__(self) -> None:
        self.identities = Identities("userIdentity")
        self.all = (self.identities, Repeated("tlsDetails"), Repeated("eventContext"))

    def make_room(self) -> None:
        """Forget what no batch is using any more, where it has become much."""
        for column in self.all:
            if column.is_full():
                column.forget()


@dataclass
class Batch:
    """Records of one or more files, waiting to become a table; `faults` lists those that could not.

    A fault is (file, index, why); files are named by the rows of `evidence_files` they were added with.
    `repeated` may be handed from batch to batch.
    """

    texts: list[RecordText] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    flags: list[tuple[str, ...]] = field(default_factory=list)
    faults: list[tuple[FileRow, int, EvidenceFault]] = field(default_factory=list)
    repeated: "RepeatedColumns" = field(default_factory=lambda: RepeatedColumns())

    def add(
        self, texts: Sequence[RecordText], indexes: Iterable[int], file: FileRow, flags: tuple[str, ...] = ()
    ) -> None:
        """Take records of one file."""
        self.texts += texts
        self.indexes += indexes
        self.files += [file] * len(texts)
        self.flags += [flags] * len(texts)

    def to_table(self) -> pa.Table:
        """Build one table of the stored columns; the order of the records is not kept.

        Examples
        --------
        >>> batch = Batch()
        >>> texts = [b'{"eventID":"e-1","eventTime":"2026-09-02T04:20:00Z"}', b"null"]
        >>> batch.add(texts, [0, 1], FileRow("a.json", "/evidence/a.json", 62, 0))
        >>> batch.to_table().column("eventID").to_pylist(), [fault.reason for _, _, fault in batch.faults]
        (['e-1'], ['not-an-object'])
        """
        self.repeated.make_room()
        short = _ShortWay(self)
        utf8 = _is_utf8(b"".join(self.texts))
        careful = [
            place
            for place, text in enumerate(self.texts)
            if self.flags[place] or not (utf8 or _is_utf8(bytes(text))) or not short.take(place, text)
        ]
        careful += short.give_back_odd_times()
        rows = [row for row in map(self._careful_row, careful) if row]
        return pa.concat_tables([short.to_table(), pa.Table.from_pylist(rows, schema=STORED)])

    def _careful_row(self, place: int) -> Row | None:
        text = bytes(self.texts[place])
        try:
            row = decode(check_record(text), self.flags[place])
        except EvidenceFault as fault:
            self.faults.append((self.files[place], self.indexes[place], fault))
            return None
        row["source_file"], row["source_index"] = self.files[place].path, self.indexes[place]
        row["content_hash"] = content_hash(text)
        return row


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class _ShortWay:
    """The regular records of a batch, and their columns."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._records: list[Any] = []
        self._places: list[int] = []
        self._numbers: list[tuple[int, int, int]] = []
        self._extra: list[str | None] = []
        self._times: pa.Array = pa.array([], columns.TIMESTAMP)
        self._repeated = batch.repeated.all

    def take(self, place: int, text: RecordText) -> bool:
        """Take the record, unless something about it is unusual."""
        identities, tls, contexts = self._repeated
        try:
            record, unknown = regular.read_regular(text)
            numbers = (
                identities.number(bytes(record.userIdentity)),
                tls.number(bytes(record.tlsDetails)),
                contexts.number(bytes(record.eventContext)),
            )
        except regular.Irregular:
            return False
        if not record.eventID or not record.eventTime or regular.names_twice(record.resources):
            return False
        self._records.append(record)
        self._places.append(place)
        self._numbers.append(numbers)
        left = (identities.left[numbers[0]], tls.left[numbers[1]], contexts.left[numbers[2]])
        some = unknown or any(left)
        named = dict(zip(regular.REPEATED, left, strict=True)) if some else {}
        self._extra.append(extra_of(bytes(text), named) if some else None)
        return True

    def give_back_odd_times(self) -> list[int]:
        """Read all times at once; give back the places of records whose time needs care."""
        texts = [record.eventTime for record in self._records]
        times = _usual_times(texts)
        if times is not None:
            self._times = times
            return []
        read = [parse_time(text) for text in texts]
        self._times = pa.array([time for time, flag in read if not flag], columns.TIMESTAMP)
        given_back = [place for place, (_, flag) in zip(self._places, read, strict=True) if flag]
        for column in (self._records, self._places, self._numbers, self._extra):
            column[:] = [value for value, (_, flag) in zip(column, read, strict=True) if not flag]
        return given_back

    def to_table(self) -> pa.Table:
        arrays = self._aws() | self._ours()
        return pa.table([arrays[name] for name in STORED.names], schema=STORED)

    def _column(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self._records))

    def _aws(self) -> dict[str, Any]:
        arrays: dict[str, Any] = {name: pa.array(self._column(name), columns.TEXT) for name in regular.TEXTS}
        arrays |= {name: pa.array(self._column(name), columns.BOOLEAN) for name in regular.BOOLEANS}
        for name in regular.MAPS:
            arrays[name] = map_array([None if value is UNSET else value for value in self._column(name)])
        for place, column in enumerate(self._repeated):
            arrays[column.name] = column.array([numbers[place] for numbers in self._numbers])
        console = [value if value is None else _as_text(value) for value in self._column(regular.EITHER_WAY)]
        arrays[regular.EITHER_WAY] = pa.array(console, columns.TEXT)
        arrays["eventTime"] = self._times
        arrays["resources"] = _resources(self._column("resources"))
        arrays["eventJson"] = _joined([self._batch.texts[place] for place in self._places])
        return arrays

    def _ours(self) -> dict[str, Any]:
        batch, count = self._batch, len(self._records)
        hashes = [content_hash(batch.texts[place]) for place in self._places]
        callers = batch.repeated.identities.caller_arrays([numbers[0] for numbers in self._numbers])
        return callers | {
            "source_file": pa.array([batch.files[place].path for place in self._places], columns.TEXT),
            "source_index": pa.array([batch.indexes[place] for place in self._places], pa.int64()),
            "flags": pa.ListArray.from_arrays([0] * (count + 1), pa.array([], columns.TEXT)),
            "integrity": pa.array([NOT_VERIFIED] * count, columns.TEXT),
            "issued_access_key_id": pa.array(map(_issued_key, self._records), columns.TEXT),
            "target_role_arn": pa.array(map(_target_role, self._records), columns.TEXT),
            "extra": pa.array(self._extra, columns.TEXT),
            "content_hash": pa.array(hashes, pa.binary()),
        }


def _as_text(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _usual_times(texts: Sequence[str]) -> pa.Array | None:
    """Read times that all say their zone and lie in usual years; None when one does not."""
    try:
        times = pa.array(texts, columns.TEXT).cast(_ZONED).cast(columns.TIMESTAMP)
    except pa.ArrowInvalid:
        return None
    years = pc.min_max(pc.year(times)).as_py()
    usual = not len(times) or (years["min"] >= FIRST_YEAR and years["max"] <= LAST_YEAR)
    return times if usual else None


def _joined(texts: Sequence[RecordText]) -> pa.StringArray:
    """Copy the delivered bytes into one text column, without a string in between."""
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text))
    offsets = pa.array(ends, pa.int32()).buffers()[1]
    return pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(b"".join(texts)))


def _resources(lists: Sequence[Sequence[Any] | None]) -> pa.ListArray:
    flat = [entry for entries in lists if entries for entry in entries]
    ends: list[int] = [0]
    for entries in lists:
        ends.append(ends[-1] + len(entries or ()))
    parts = {
        "accountId": [entry.accountId for entry in flat],
        "type": [entry.type for entry in flat],
        "arn": [entry.ARN or entry.arn for entry in flat],
        "arnPrefix": [entry.ARNPrefix or entry.arnPrefix for entry in flat],
    }
    structs = pa.StructArray.from_arrays(
        [pa.array(values, columns.TEXT) for values in parts.values()],
        fields=list(columns.RESOURCES.value_type)
    )
    absent = pa.array([entries is None for entries in lists], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), structs, type=columns.RESOURCES, mask=absent)


def _texts(objects: Any, *names: str) -> dict[str, str | None]:
    return {name: map_text(bytes(objects[name])) for name in names if objects and name in objects}


def _issued_key(record: Any) -> str | None:
    if record.eventSource != identity.STS:
        return None
    return identity.issued_access_key(record.eventSource, _texts(record.responseElements, "credentials"))


def _target_role(record: Any) -> str | None:
    if not (record.eventName or "").startswith(identity.ASSUME_ROLE):
        return None
    resources = [{"arn": entry.ARN or entry.arn} for entry in record.resources or ()]
    return identity.target_role(record.eventName, _texts(record.requestParameters, "roleArn"), resources)

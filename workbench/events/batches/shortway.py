"""Thousands of regular records at once, as Arrow columns.

Nearly all records are regular: every value has the type AWS documents. They are parsed, checked and turned
into columns together, list by list; what is irregular is only pointed out, and takes the careful way of
`decode`. Both ways give the same row; a test compares them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.events import columns, identity
from workbench.events.batches import regular
from workbench.events.batches.maps import Objects
from workbench.events.batches.repeated import Identities, Repeated
from workbench.events.rows.decode import extra_of
from workbench.events.rows.jsontext import map_text
from workbench.events.rows.times import parse_time, usual_times
from workbench.evidence.checks import RecordText

_USUAL_TIME = len("2026-09-02T04:20:00Z")

Choose = Callable[[Sequence[Any]], Sequence[Any]]


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


class ShortWay:
    """The records of a batch, taken for regular; `irregular` has the places of those that are not.

    Every list here has an entry per record; rows are chosen when the arrays are built.
    """

    def __init__(
        self, texts: Sequence[RecordText], repeated: RepeatedColumns, irregular: set[int] | None = None
    ) -> None:
        self._texts, self._repeated, self.irregular = texts, repeated, irregular or set()
        self._parse()
        self._maps = {name: Objects.of(self.columns.pop(name)) for name in regular.MAPS}
        self._take_structures()
        self._look_at_values()
        self.times = self._read_times()

    def _parse(self) -> None:
        records = regular.parse_all(self._texts)
        self.irregular |= {place for place, record in enumerate(records) if record is None}
        records = [regular.EMPTY if record is None else record for record in records]
        self.irregular |= self._not_utf8()
        self._rest = regular.unheld(records, self._texts, but=self.irregular)
        self.irregular |= {place for place, known in self._rest.items() if not known}
        self.columns = regular.columns_of(records)
        self._issued: list[str | None] = [None] * len(records)
        self._targets: list[str | None] = [None] * len(records)
        for place, source in enumerate(self.columns["eventSource"]):
            if source == identity.STS:
                self._issued[place] = _issued_key(records[place])
        for place, name in enumerate(self.columns["eventName"]):
            if name and name.startswith(identity.ASSUME_ROLE):
                self._targets[place] = _target_role(records[place])

    def _not_utf8(self) -> set[int]:
        self._json = _joined(self._texts)
        try:
            self._json.validate(full=True)
        except pa.ArrowInvalid:
            return {place for place, text in enumerate(self._texts) if not _is_utf8(bytes(text))}
        return set()

    def _take_structures(self) -> None:
        """Number the structures that repeat, and hold on to their values: later batches may forget them."""
        texts = {name: list(map(bytes, self.columns.pop(name))) for name in regular.REPEATED}
        for place in self.irregular:
            for structures in texts.values():
                structures[place] = b""
        self._numbers = {column.name: column.numbers(texts[column.name]) for column in self._repeated.all}
        for numbers in self._numbers.values():
            if None in numbers:
                self.irregular |= {place for place, number in enumerate(numbers) if number is None}
        self._values = {column.name: column.values for column in self._repeated.all}
        self._callers = self._repeated.identities.callers
        self._extra = self._collect_extra()

    def _look_at_values(self) -> None:
        for objects in self._maps.values():
            self.irregular |= objects.deep()
        self.irregular |= {place for place, text in enumerate(self.columns["eventID"]) if not text}
        lists = self.columns["resources"]
        lower = [entry for entries in lists if entries for entry in entries if entry.arn or entry.arnPrefix]
        if any(entry.names_twice for entry in lower):
            twice = [any(entry.names_twice for entry in entries or ()) for entries in lists]
            self.irregular |= {place for place, found in enumerate(twice) if found}

    def _read_times(self) -> pa.Array:
        """Read all times at once; those of another spelling one by one: some need care."""
        texts = self.columns.pop("eventTime")
        odd = [place for place, text in enumerate(texts) if not text or len(text) != _USUAL_TIME]
        read = [parse_time(texts[place] or "") for place in odd]
        for place, (time, flag) in zip(odd, read, strict=True):
            texts[place] = None if flag or time is None else f"{time.isoformat()}Z"
        self.irregular |= {place for place, (_, flag) in zip(odd, read, strict=True) if flag}
        times = usual_times(texts)
        return self._times_one_by_one(texts) if times is None else times

    def _times_one_by_one(self, texts: Sequence[str | None]) -> pa.Array:
        read = [parse_time(text) if text else (None, None) for text in texts]
        self.irregular |= {place for place, (_, flag) in enumerate(read) if flag}
        return pa.array([None if flag else time for time, flag in read], columns.TIMESTAMP)

    def _collect_extra(self) -> list[str | None]:
        """Collect what no column holds: keys that none knows, and the rest of the structures."""
        some = {place for place, known in self._rest.items() if known}
        for column in self._repeated.all:
            if column.left:
                numbers = enumerate(self._numbers[column.name])
                some |= {place for place, number in numbers if number in column.left}
        extra: list[str | None] = [None] * len(self._texts)
        for place in some - self.irregular:
            extra[place] = extra_of(bytes(self._texts[place]), self._left(place))
        return extra

    def _left(self, place: int) -> dict[str, bytes | None]:
        numbers = {name: numbers[place] or 0 for name, numbers in self._numbers.items()}
        return {column.name: column.left.get(numbers[column.name]) for column in self._repeated.all}

    def arrays(self, kept: np.ndarray) -> dict[str, pa.Array]:
        """Build the columns of the rows that are kept; provenance is not among them."""
        chosen = _all if kept.all() else partial(_chosen, kept.tolist())
        return self._aws(chosen, kept) | self._ours(chosen)

    def _aws(self, chosen: Choose, kept: np.ndarray) -> dict[str, Any]:
        found = {name: chosen(values) for name, values in self.columns.items()}
        arrays: dict[str, Any] = {name: _column(found[name], columns.TEXT) for name in regular.TEXTS}
        arrays |= {name: pa.array(found[name], columns.BOOLEAN) for name in regular.BOOLEANS}
        arrays |= {name: objects.chosen(kept).array() for name, objects in self._maps.items()}
        for name, values in self._values.items():
            arrays[name] = values.take(pa.array(chosen(self._numbers[name]), pa.int32()))
        console = [value if value is None else _as_text(value) for value in found[regular.EITHER_WAY]]
        arrays[regular.EITHER_WAY] = _column(console, columns.TEXT)
        arrays["eventTime"] = self.times.filter(pa.array(kept))
        arrays["resources"] = _resources(found["resources"])
        arrays["eventJson"] = self._json if kept.all() else self._json.filter(pa.array(kept))
        return arrays

    def _ours(self, chosen: Choose) -> dict[str, Any]:
        numbers = chosen(self._numbers["userIdentity"])
        callers = self._callers.take(pa.array(numbers, pa.int32()))
        return {name: callers.column(part).combine_chunks() for name, part in identity.COLUMNS.items()} | {
            "flags": pa.ListArray.from_arrays([0] * (len(numbers) + 1), pa.array([], columns.TEXT)),
            "issued_access_key_id": _column(chosen(self._issued), columns.TEXT),
            "target_role_arn": _column(chosen(self._targets), columns.TEXT),
            "extra": _column(chosen(self._extra), columns.TEXT),
        }


def _all(values: Sequence[Any]) -> Sequence[Any]:
    return values


def _chosen(kept: Sequence[bool], values: Sequence[Any]) -> list[Any]:
    return list(compress(values, kept))


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Build a column; one that no record has costs nothing."""
    empty = values.count(None) == len(values)
    return pa.nulls(len(values), kind) if empty else pa.array(values, kind)


def _as_text(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _joined(texts: Sequence[RecordText]) -> pa.StringArray:
    """Copy the delivered bytes into one text column, without a string in between."""
    ends = np.zeros(len(texts) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, texts), np.int32, len(texts)), out=ends[1:])
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))


def _resources(lists: Sequence[Sequence[Any] | None]) -> pa.ListArray:
    flat = [entry for entries in lists if entries for entry in entries]
    ends = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(entries) if entries else 0 for entries in lists], out=ends[1:])
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
    return pa.ListArray.from_arrays(pa.array(ends), structs, type=columns.RESOURCES, mask=absent)


def _texts(objects: Any, *names: str) -> dict[str, str | None]:
    return {name: map_text(bytes(objects[name])) for name in names if objects and name in objects}


def _issued_key(record: Any) -> str | None:
    return identity.issued_access_key(record.eventSource, _texts(record.responseElements, "credentials"))


def _target_role(record: Any) -> str | None:
    if not (record.eventName or "").startswith(identity.ASSUME_ROLE):
        return None
    resources = [{"arn": entry.ARN or entry.arn} for entry in record.resources or ()]
    return identity.target_role(record.eventName, _texts(record.requestParameters, "roleArn"), resources)

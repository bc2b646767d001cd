"""Records into Arrow columns, on their way into the case.

A batch is read first: then it is known which records become rows, and by which keys they are told apart.
The columns are built afterwards, without the rows that turned out to be second deliveries.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.events import columns
from workbench.events.batches.maps import Objects
from workbench.events.batches.shortway import RepeatedColumns, ShortWay
from workbench.events.intake.report import NOT_VERIFIED, FileRow
from workbench.events.parts import STORED
from workbench.events.rows.decode import MAY_BE_OMITTED, OMITTED, Row, decode
from workbench.events.rows.jsontext import content_hashes
from workbench.events.rows.times import Window
from workbench.evidence import EvidenceFault
from workbench.evidence.checks import RecordText, check_record


@dataclass(frozen=True)
class Keys:
    """What tells events apart, for each row of a batch.

    `ids` and `accounts` are those of the event, `hashes` are of its text, 16 bytes each, one after the other;
    `files` are places in `Batch.rows`, `indexes` places in the file.
    """

    ids: list[str]
    accounts: list[str | None]
    hashes: bytes
    files: np.ndarray
    indexes: np.ndarray


@dataclass
class Batch:
    """Records of one or more files, waiting to be read.

    `rows` are the files' rows of `evidence_files`; `files` says for each record which of them is its own.
    """

    texts: list[RecordText] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    flags: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)

    def add(
        self,
        texts: Sequence[RecordText],
        indexes: Iterable[int],
        row: FileRow,
        flags: Sequence[tuple[str, ...]] | None = None,
    ) -> None:
        """Take records of one file; `flags` are those of each, where any has some."""
        self.files += [len(self.rows)] * len(texts)
        self.rows.append(row)
        self.texts += texts
        self.indexes += indexes
        self.flags += flags or [()] * len(texts)


class ReadBatch:
    """A batch whose records were read: its rows are the regular records, then the others.

    Parameters
    ----------
    batch
        Records of one or more files.
    repeated
        What earlier batches learned of structures that repeat.
    window
        Records outside START <= eventTime < END become no rows; they are counted in `outside`, by file.

    Attributes
    ----------
    faults : list
        (file, index, why) for each record that cannot be a row.
    outside : Counter
        Records outside of the window, by file.

    Examples
    --------
    >>> batch = Batch()
    >>> texts = [b'{"eventID":"e-1","eventTime":"2026-09-02T04:20:00Z"}', b"null"]
    >>> batch.add(texts, [0, 1], FileRow("a.json", "/evidence/a.json", 62, 0))
    >>> read = ReadBatch(batch)
    >>> read.keys().ids, [fault.reason for _, _, fault in read.faults]
    (['e-1'], ['not-an-object'])
    >>> read.table().column("source_file").to_pylist(), len(read.table(dropped=[0]))
    (['a.json'], 0)
    """

    def __init__(
        self, batch: Batch, repeated: RepeatedColumns | None = None, window: Window = (None, None)
    ) -> None:
        self._batch, self._window = batch, window
        self.faults: list[tuple[int, int, EvidenceFault]] = []
        self.outside: Counter[int] = Counter()
        flagged = {place for place, flags in enumerate(batch.flags) if flags}
        self._short = ShortWay(batch.texts, repeated or RepeatedColumns(), flagged)
        self._short.irregular |= _left_out(self._short._maps)
        self._hashes = content_hashes(batch.texts)
        careful = [(place, self._careful_row(place)) for place in sorted(self._short.irregular)]
        self._careful = [(place, row) for place, row in careful if row and self._is_inside(place, row)]
        self._regular = self._regular_places()

    def _careful_row(self, place: int) -> Row | None:
        batch = self._batch
        try:
            row = decode(check_record(bytes(batch.texts[place])), batch.flags[place])
        except EvidenceFault as fault:
            self.faults.append((batch.files[place], batch.indexes[place], fault))
            return None
        path = batch.rows[batch.files[place]].path
        row |= {"source_file": path, "source_index": batch.indexes[place]}
        return row | {"content_hash": self._hashes[place]}

    def _is_inside(self, place: int, row: Row) -> bool:
        start, end = self._window
        time = row["eventTime"]
        inside = start is None or end is None or (time is not None and start <= time < end)
        if not inside:
            self.outside[self._batch.files[place]] += 1
        return inside

    def _regular_places(self) -> np.ndarray:
        regular = np.ones(len(self._batch.texts), bool)
        regular[sorted(self._short.irregular)] = False
        start, end = self._window
        if start is not None and end is not None:
            times = self._short.times.to_numpy(zero_copy_only=False)
            outside = regular & ~((times >= np.datetime64(start)) & (times < np.datetime64(end)))
            self.outside.update(self._batch.files[place] for place in np.flatnonzero(outside))
            regular &= ~outside
        return np.flatnonzero(regular)

    def keys(self) -> Keys:
        """Give the keys of all rows, in their order."""
        regular = self._regular.tolist()
        places = [*regular, *(place for place, _ in self._careful)]
        of_regular = self._short.columns
        ids, accounts = (
            [*map(of_regular[name].__getitem__, regular), *(row[name] for _, row in self._careful)]
            for name in ("eventID", "recipientAccountId")
        )
        return Keys(
            ids,
            accounts,
            hashes=b"".join(map(self._hashes.__getitem__, places)),
            files=np.array(self._batch.files, np.int32)[places],
            indexes=np.array(self._batch.indexes, np.int64)[places],
        )

    def table(self, dropped: Collection[int] = (), integrity: Sequence[str] = ()) -> pa.Table:
        """Build the table of the stored columns, without the rows at some places.

        Parameters
        ----------
        dropped
            Places in the order of `keys`.
        integrity
            The verdict on each file of the batch; without any, nothing was verified.
        """
        kept = np.zeros(len(self._batch.texts), bool)
        kept[self._regular] = True
        kept[self._regular[[place for place in dropped if place < len(self._regular)]]] = False
        verdicts = integrity or [NOT_VERIFIED] * len(self._batch.rows)
        arrays = self._short.arrays(kept)
        arrays |= self._provenance(np.flatnonzero(kept).tolist(), verdicts)
        table = pa.table([arrays[name] for name in STORED.names], schema=STORED)
        gone = {place - len(self._regular) for place in dropped}
        rows = [
            row | {"integrity": verdicts[self._batch.files[at]]}
            for place, (at, row) in enumerate(self._careful) if place not in gone
        ]
        return pa.concat_tables([table, pa.Table.from_pylist(rows, schema=STORED)]) if rows else table

    def _provenance(self, places: Sequence[int], verdicts: Sequence[str]) -> dict[str, Any]:
        batch = self._batch
        files = pa.array([batch.files[place] for place in places], pa.int32())
        paths = pa.array([row.path for row in batch.rows], columns.TEXT)
        return {
            "source_file": paths.take(files),
            "integrity": pa.array(verdicts, columns.TEXT).take(files),
            "source_index": pa.array([batch.indexes[place] for place in places], pa.int64()),
            "content_hash": pa.array([self._hashes[place] for place in places], pa.binary()),
        }


def _left_out(maps: Mapping[str, Objects]) -> set[int]:
    """Find the records of which CloudTrail may have left something out: the careful way flags them."""
    places: set[int] = set()
    for objects in (maps[name] for name in MAY_BE_OMITTED):
        if OMITTED in objects.keys:
            at = [place for place, key in enumerate(objects.keys) if key == OMITTED]
            places.update(np.searchsorted(np.cumsum(objects.sizes), at, side="right").tolist())
    return places

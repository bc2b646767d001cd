"""Files into batches of rows, and batches into a part: the work that is shared out among processes.

A `Maker` reads the files of a task and tells the keys of what it read; the rows are built and written when
it is told which of them are second deliveries.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from workbench.events.batches.arrow import Batch, Keys, ReadBatch
from workbench.events.batches.shortway import RepeatedColumns
from workbench.events.intake.known import Known
from workbench.events.intake.report import FileRow
from workbench.events.items.reading import ItemBatch, ItemKey, ReadItems
from workbench.events.items.stores import STORES
from workbench.events.parts import MAIN, Part, PartWriter
from workbench.events.rows.times import Window
from workbench.evidence import (
    Container,
    EvidenceFault,
    FaultRun,
    FoundFile,
    parse_key,
    read_containers,
    read_file,
    sha256_of,
)

BATCH_RECORDS = 4_000  # more records share more, fewer stay in the caches of the processor
_BATCH_BYTES = 24 << 20


class Task(NamedTuple):
    """Files to read one after the other, and what an earlier load knew of each."""

    number: int
    files: list[tuple[FoundFile, Known | None]]


@dataclass
class Result:
    """One batch of a task: the files it has records of, or that are complete with it, and its keys.

    `keys.files` are places in `rows`; `complete` are those of `rows` that nothing follows of. `items` is what
    is no event, with places in `item_rows`.
    """

    task: int
    rows: list[FileRow]
    keys: Keys
    complete: list[FileRow] = field(default_factory=list)
    item_rows: list[FileRow] = field(default_factory=list)
    items: list[ItemKey] = field(default_factory=list)
    is_last: bool = False


class Decision(NamedTuple):
    """What was decided on a batch: rows to leave out, the verdict of the digests on each file, items too."""

    dropped: Collection[int] = ()
    integrity: Sequence[str] = ()
    dropped_items: Collection[int] = ()


@dataclass(frozen=True)
class Settings:
    """What holds for a whole load."""

    case: Path
    window: Window = (None, None)
    salvage: bool = False


class Maker:
    """Reads tasks, and writes one part after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._repeated = RepeatedColumns()
        self._writers = {MAIN: PartWriter(settings.case)}
        self._batch, self._items, self._bytes = Batch(), ItemBatch(), 0
        self._complete: list[FileRow] = []
        self._waiting: deque[tuple[ReadBatch, ReadItems]] = deque()

    @property
    def waiting(self) -> int:
        """How many batches were read and not yet written."""
        return len(self._waiting)

    def read(self, task: Task) -> Iterator[Result]:
        """Read the files of a task, a batch at a time."""
        for found, known in task.files:
            for container, row in self._open(found, known):
                yield from self._fill(task, self._items.take(container, row), row)
                number = len(self._batch.texts) + len(self._items.entries)
                if number >= BATCH_RECORDS or self._bytes + self._items.size >= _BATCH_BYTES:
                    yield self._turn(task)
        result = self._turn(task)
        result.is_last = True
        yield result

    def _open(self, found: FoundFile, known: Known | None) -> Iterator[tuple[Container, FileRow]]:
        """Read one file, a large one in parts; it is complete when the caller comes back after the last."""
        row = FileRow.of(found)
        row.window_start, row.window_end = self._settings.window
        try:
            containers = self._contain(found, row, known)
        except EvidenceFault as fault:
            row.refuse(fault)
            row.sha256 = row.sha256 or sha256_of(found)
            containers = iter(())
        for container in containers:
            row.records += container.entries
            row.set_aside_records(container.faults)
            row.warnings += container.warnings
            yield container, row
        if row.status == "loaded" and row.stores and row.records == row.set_aside:
            row.kind = min(row.stores)  # a table of items only
        self._complete.append(row)

    def _contain(self, found: FoundFile, row: FileRow, known: Known | None) -> Iterator[Container]:
        """Read one file into its records, if it holds any."""
        key = parse_key(row.path)
        if key:
            row.account, row.region, row.key_time = key.account, key.region, key.time
        delivered = read_file(found, salvage=self._settings.salvage)
        row.sha256, row.sha256_uncompressed = delivered.sha256, delivered.sha256_uncompressed
        row.members = delivered.members
        if delivered.is_archive:
            row.status, row.kind, row.found = "other", ARCHIVE, found
        window, salvage = self._settings.window, self._settings.salvage
        if known and known.sha256 == row.sha256 and known.covers(window, salvage):
            row.status = "unchanged"
        if row.found or row.status == "unchanged":
            return iter(())
        containers = read_containers(delivered, Path(found.path).name, salvage=salvage)
        first = next(containers)
        row.salvaged = any(kind == "salvaged" for kind, _ in first.warnings)
        row.kind, row.shape = first.kind, first.shape or None
        if first.kind != "events":
            row.status = "other"
            row.file_version = first.about.get("fileVersion")
            row.config_snapshot_id = first.about.get("configSnapshotId")
            if first.kind not in STORES:
                return iter(())
        if delivered.members > 1:
            row.warnings.append(("gzip-members", f"{delivered.members} compressed streams, all of them read"))
        return chain([first], containers)

    def _fill(self, task: Task, container: Container, row: FileRow) -> Iterator[Result]:
        """Put a container's records into the batch; one that is larger than a batch goes in parts."""
        places, flags = container.places(), container.flags_by_record()
        size = sum(map(len, container.records))
        if self._batch.texts and (size > _BATCH_BYTES or len(places) > BATCH_RECORDS):
            yield self._turn(task)
        per_part = max(1, min(BATCH_RECORDS, len(places) * _BATCH_BYTES // max(size, 1)))
        for start in range(0, len(places), per_part):
            if start:
                yield self._turn(task)
            part = slice(start, start + per_part)
            self._batch.add(container.records[part], places[part], row, flags[part])
            self._bytes += min(size, size * per_part // len(places))

    def _turn(self, task: Task) -> Result:
        """Read what the batch holds, and begin another."""
        self._repeated.make_room()
        read = ReadBatch(self._batch, self._repeated, self._settings.window)
        rows, complete = self._batch.rows, self._complete
        for file, index, fault in read.faults:
            fault.forget_stack()
            rows[file].set_aside_records([FaultRun(index, fault.reason, fault.detail)])
        for file, count in read.outside.items():
            rows[file].outside += count
            rows[file].records -= count
        items = ReadItems(self._items)
        self._batch, self._items, self._bytes, self._complete = Batch(), ItemBatch(), 0, []
        self._waiting.append((read, items))
        return Result(task.number, rows, read.keys(), complete, items.rows, items.keys)

    def write(self, decision: Decision) -> None:
        """Build and write the rows of the batch that was read first, as was decided on them."""
        read, items = self._waiting.popleft()
        self._writers[MAIN].add(read.table(decision.dropped, decision.integrity))
        for store, table in items.tables(set(decision.dropped_items)):
            if store not in self._writers:
                self._writers[store] = PartWriter(self._settings.case, store)
            self._writers[store].add(table)

    def close(self) -> list[Part]:
        """Finish the parts; what is written next goes into others."""
        parts = [writer.close() for writer in self._writers.values()]
        self._writers = {MAIN: PartWriter(self._settings.case)}
        return [part for part in parts if part]

    def discard(self) -> None:
        """Leave nothing behind of what was written since the last part."""
        for writer in self._writers.values():
            writer.discard()


ARCHIVE = "archive"

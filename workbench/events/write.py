"""Chunks of events and the rows of the files they came from, together in one transaction.

A chunk is complete or absent: when a load is killed, the next one starts after the last complete chunk.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.events.duplicates import settle
from workbench.events.schema import EVIDENCE_FILES, HIDDEN_FILE_COLUMNS, SET_ASIDE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CHUNK_ROWS = 150_000  # a transaction below DuckDB's row group of 122,880 rows costs double
CHUNK_BYTES = 256 << 20


@dataclass
class FileRow:
    """One row of `evidence_files`, filled while the file is read."""

    path: str
    absolute: str
    size: int
    mtime_ns: int
    status: str = "loaded"
    sha256: str | None = None
    sha256_uncompressed: str | None = None
    shape: str | None = None
    kind: str | None = None
    records: int = 0
    events: int = 0
    duplicates: int = 0
    set_aside: int = 0
    reason: str | None = None
    detail: str | None = None
    account: str | None = None
    region: str | None = None
    key_time: dt.datetime | None = None
    window_start: dt.datetime | None = None
    window_end: dt.datetime | None = None
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def mtime(self) -> dt.datetime | None:
        """The file's time as a timestamp, where the calendar has one."""
        try:
            return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=self.mtime_ns // 1000)  # noqa: DTZ001
        except OverflowError:
            return None


class Writer:
    """Collects tables of new rows and file rows, and writes them chunk by chunk.

    Use it as a context manager: leaving it in good order writes what is left, leaving it by an error rolls the
    open chunk back.
    """

    def __init__(self, con: "DuckDBPyConnection") -> None:
        self._con = con
        self._tables: list[pa.Table] = []
        self._rows = self._bytes = 0
        self._files: list[FileRow] = []
        self._duplicates: Counter[str] = Counter()
        self._open = False
        self.events_new = self.duplicates = 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if kind is None:
            self._commit()
        elif self._open:
            self._con.execute("ROLLBACK")

    def add_events(self, table: pa.Table) -> None:
        """Take rows of one file; they are written when a chunk is full, committed with their file's row."""
        self._tables.append(table)
        self._rows += len(table)
        self._bytes += table.nbytes
        if self._rows >= CHUNK_ROWS or self._bytes >= CHUNK_BYTES:
            self._insert()

    def add_file(self, row: FileRow) -> None:
        """Take the row of a file whose events were all added."""
        self._files.append(row)
        if self._open:
            self._commit()

    def _insert(self) -> None:
        self._begin()
        new, duplicates = settle(self._con, pa.concat_tables(self._tables))
        self._duplicates += duplicates
        self._tables, self._rows, self._bytes = [], 0, 0
        self._append("event_rows", new)
        self.events_new += len(new)
        self.duplicates += duplicates.total()

    def _begin(self) -> None:
        if not self._open:
            self._con.execute("BEGIN")
            self._open = True

    def _commit(self) -> None:
        if self._tables:
            self._insert()
        if self._files:
            self._begin()
            self._write_files()
        if self._open:
            self._con.execute("COMMIT")
            self._open = False

    def _write_files(self) -> None:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        for row in self._files:
            row.duplicates = self._duplicates.pop(row.path, 0)
            row.events = row.records - row.duplicates - row.set_aside
        names = [name for name in (*EVIDENCE_FILES, *HIDDEN_FILE_COLUMNS) if name != "loaded_at"]
        columns: dict[str, Any] = {name: [getattr(row, name) for row in self._files] for name in names}
        self._forget([(row.path, row.sha256) for row in self._files])
        self._append("file_rows", pa.table(columns | {"loaded_at": [now] * len(self._files)}))
        faults = [(row.path, *fault) for row in self._files for fault in row.faults]
        if faults:
            self._append("set_aside", pa.table(dict(zip(SET_ASIDE, map(list, zip(*faults, strict=True)), strict=True))))
        self._files = []

    def _forget(self, files: list[tuple[str, str | None]]) -> None:
        """Drop what earlier loads said of the same files: a second look replaces the first."""
        paths, hashes = zip(*files, strict=True)
        self._con.register("again", pa.table({"path": pa.array(paths, pa.string()), "sha256": pa.array(hashes, pa.string())}))
        self._con.execute(
            "DELETE FROM set_aside USING again WHERE set_aside.path = again.path"
        )
        self._con.execute(
            "DELETE FROM file_rows USING again WHERE file_rows.path = again.path"
            " AND (file_rows.sha256 = again.sha256 OR file_rows.status = 'set-aside')"
        )
        self._con.unregister("again")

    def _append(self, table: str, rows: pa.Table) -> None:
        self._con.register("rows_to_append", rows)
        try:
            self._con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_to_append")  # noqa: S608
        finally:
            self._con.unregister("rows_to_append")

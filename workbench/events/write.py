"""Chunks of events and the rows of the files they came from, together in one transaction.

A chunk is complete or absent: when a load is killed, the next one starts after the last complete chunk.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from duckdb import Error

from workbench.events.duplicates import insert
from workbench.events.report import FileRow
from workbench.events.schema import EVIDENCE_FILES, HIDDEN_FILE_COLUMNS, SET_ASIDE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A chunk fills most of one row group of DuckDB (122,880 rows) and does not spill into a second: chunks of
# 60,000 or of 150,000 rows cost double the CPU and 1.8 times the space, as the engine rewrites what is left.
CHUNK_ROWS = 100_000
INSERT_ROWS = 20_000  # within a chunk rows are handed over in parts, so that Arrow holds few of them
INSERT_BYTES = 64 << 20


class Writer:
    """Collects tables of new rows and file rows, and writes them chunk by chunk.

    Use it as a context manager: leaving it in good order writes what is left, leaving it by an error rolls
    the open chunk back.
    """

    def __init__(self, con: "DuckDBPyConnection") -> None:
        self._con = con
        self._tables: list[pa.Table] = []
        self._rows = self._bytes = self._in_chunk = 0
        self._files: list[FileRow] = []
        self._duplicates: Counter[str] = Counter()
        self._open = False
        self.events_new = self.duplicates = 0

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        """Undo the open chunk, if there is one."""
        if self._open:
            self._open = False
            # An engine that could not write may refuse this too; the chunk was never committed either way.
            with suppress(Error):
                self._con.execute("ROLLBACK")

    def add(self, table: pa.Table, complete: Sequence[FileRow]) -> None:
        """Take new rows, and the rows of the files that are complete with them.

        Rows of a file that is not complete yet are written, but never committed, before its file row comes.
        """
        self._tables.append(table)
        self._files += complete
        self._rows += len(table)
        self._bytes += table.nbytes
        if self._rows >= INSERT_ROWS or self._bytes >= INSERT_BYTES:
            self._insert()
        if complete and self._in_chunk >= CHUNK_ROWS:
            self._commit()

    def _insert(self) -> None:
        self._begin()
        added, duplicates, again = insert(self._con, pa.concat_tables(self._tables))
        self._in_chunk += self._rows
        self._tables, self._rows, self._bytes = [], 0, 0
        self._duplicates += duplicates
        self.events_new += added
        self.duplicates += duplicates.total() + again.total()

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
            self._open, self._in_chunk = False, 0

    def _write_files(self) -> None:
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        for row in self._files:
            row.duplicates = self._duplicates.pop(row.path, 0)
            row.events = row.records - row.duplicates - row.set_aside
        names = [name for name in (*EVIDENCE_FILES, *HIDDEN_FILE_COLUMNS) if name != "loaded_at"]
        columns: dict[str, Any] = {name: [getattr(row, name) for row in self._files] for name in names}
        self._forget(pa.table({name: pa.array(columns[name], pa.string()) for name in ("path", "sha256")}))
        self._append("file_rows", pa.table(columns | {"loaded_at": [now] * len(self._files)}))
        faults = [(row.path, *fault) for row in self._files for fault in row.faults]
        if faults:
            parts = map(list, zip(*faults, strict=True))
            self._append("set_aside", pa.table(dict(zip(SET_ASIDE, parts, strict=True))))
        self._files = []

    def _forget(self, again: pa.Table) -> None:
        """Drop what earlier loads said of the same files: a second look replaces the first."""
        self._con.register("again", again)
        self._con.execute("DELETE FROM set_aside USING again WHERE set_aside.path = again.path")
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

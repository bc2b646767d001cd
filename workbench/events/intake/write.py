"""What a load learned, into the tables of the case, together with the parts it belongs to.

A chunk is complete or absent: when a load is killed, the next one starts after the last complete chunk.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.events.intake.items import ItemPlace, ItemVerdict
from workbench.events.intake.report import FileRow
from workbench.events.intake.seen import SecondDelivery, Verdict
from workbench.events.parts import Part, add_parts, show_events
from workbench.events.schema import (
    EVENT_PLACES,
    EVIDENCE_FILES,
    HIDDEN_FILE_COLUMNS,
    ITEM_PLACES,
    SET_ASIDE,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass
class Chunk:
    """Files that are complete, and what is known of their records."""

    files: list[FileRow] = field(default_factory=list)
    places: list[SecondDelivery] = field(default_factory=list)
    suspects: set[str] = field(default_factory=set)
    duplicates: Counter[str] = field(default_factory=Counter)
    item_places: list[ItemPlace] = field(default_factory=list)
    item_conflicts: set[bytes] = field(default_factory=set)
    rows: int = 0

    def add(self, verdict: Verdict, rows: int) -> None:
        """Take what was decided on a batch of so many rows; those that are dropped take memory too."""
        self.places += verdict.places
        self.suspects |= verdict.suspects
        self.duplicates += verdict.duplicates
        self.rows += rows

    def add_items(self, verdict: ItemVerdict, items: int) -> None:
        """Take what was decided on so many items of a batch."""
        self.item_places += verdict.places
        self.item_conflicts |= verdict.conflicts
        self.rows += items


def write_chunk(con: "DuckDBPyConnection", case: Path, chunk: Chunk, parts: Sequence[Part]) -> None:
    """Write a chunk and name its parts as the case's own, in one transaction."""
    with transaction(con):
        _write_files(con, chunk)
        add_places(con, chunk.places)
        append(con, "unsettled", {"eventID": sorted(chunk.suspects)})
        _write_items(con, chunk)
        if parts:
            add_parts(con, parts)
            show_events(con, case, stores={part.store for part in parts})


def _write_items(con: "DuckDBPyConnection", chunk: Chunk) -> None:
    """Note second deliveries of items, and identities under which several things are said, once each."""
    columns = {name: [place[at] for place in chunk.item_places] for at, name in enumerate(ITEM_PLACES)}
    append(con, "item_places", columns, "EXCEPT SELECT * FROM item_places")
    conflicts = {"item_key": sorted(chunk.item_conflicts)}
    append(con, "item_conflicts", conflicts, "EXCEPT SELECT * FROM item_conflicts")


@contextmanager
def transaction(con: "DuckDBPyConnection") -> Iterator[None]:
    """See to it that all is written, or nothing."""
    import duckdb

    con.execute("BEGIN")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # some errors end the transaction themselves; the first one is told
            con.execute("ROLLBACK")
        raise


@contextmanager
def registered(con: "DuckDBPyConnection", name: str, table: pa.Table) -> Iterator[None]:
    """Let SQL read an Arrow table under a name."""
    con.register(name, table)
    try:
        yield
    finally:
        con.unregister(name)


def _write_files(con: "DuckDBPyConnection", chunk: Chunk) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for row in chunk.files:
        row.duplicates = chunk.duplicates.pop(row.path, 0)
        row.events = row.records - row.duplicates - row.set_aside
    names = [name for name in (*EVIDENCE_FILES, *HIDDEN_FILE_COLUMNS) if name != "loaded_at"]
    columns: dict[str, Any] = {name: [getattr(row, name) for row in chunk.files] for name in names}
    told_by = ("absolute", "sha256", "status")
    _forget(con, pa.table({name: pa.array(columns[name], pa.string()) for name in told_by}))
    append(con, "file_rows", columns | {"loaded_at": [now] * len(chunk.files)})
    faults = [(row.path, fault) for row in chunk.files for fault in row.faults]
    told = {name: [getattr(fault, name) for _, fault in faults] for name in SET_ASIDE if name != "path"}
    append(con, "set_aside", {"path": [path for path, _ in faults]} | told)


def _forget(con: "DuckDBPyConnection", again: pa.Table) -> None:
    """Drop what earlier loads said of the same files: a second look replaces the first.

    What was taken of a file stays told when the file is set aside now, or has other content.
    """
    with registered(con, "again", again):
        con.execute(
            "DELETE FROM set_aside WHERE path IN (SELECT path FROM file_rows JOIN again"
            " USING (absolute, sha256) WHERE again.status <> 'set-aside')"
        )
        con.execute(
            "DELETE FROM file_rows USING again WHERE file_rows.absolute = again.absolute AND"
            " (file_rows.status = 'set-aside'"
            " OR (file_rows.sha256 = again.sha256 AND again.status <> 'set-aside'))"
        )


def note_new_times(con: "DuckDBPyConnection", files: Sequence[FileRow]) -> None:
    """Remember the new times of files whose content is what it was, so that they are not hashed again."""
    if not files:
        return
    names = ("absolute", "sha256", "mtime_ns", "mtime")
    table = pa.table({name: [getattr(row, name) for row in files] for name in names})
    with registered(con, "touched", table):
        con.execute(
            "UPDATE file_rows SET mtime_ns = touched.mtime_ns, mtime = touched.mtime FROM touched"
            " WHERE file_rows.absolute = touched.absolute AND file_rows.sha256 = touched.sha256"
        )


def add_places(con: "DuckDBPyConnection", places: Iterable[SecondDelivery]) -> None:
    """Note where second deliveries lie; a place that is known already stays one."""
    rows = list(map(attrgetter("event_id", "account", "hash", "file", "index"), places))
    columns = {name: [row[at] for row in rows] for at, name in enumerate(EVENT_PLACES)}
    append(con, "event_places", columns, "EXCEPT SELECT * FROM event_places")


def append(con: "DuckDBPyConnection", table: str, columns: dict[str, list[Any]], rest: str = "") -> None:
    """Add rows to a table, within the caller's transaction."""
    if not any(columns.values()):
        return
    with registered(con, "rows_to_append", pa.table(columns)):
        names = ", ".join(f'"{name}"' for name in columns)
        con.execute(f"INSERT INTO {table} BY NAME SELECT {names} FROM rows_to_append {rest}")  # noqa: S608

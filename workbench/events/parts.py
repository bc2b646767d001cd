"""The events of a case on disk, and the items beside them: Parquet parts, each store shown as one table.

A part is written once and never changed. It belongs to the case from the transaction on that names it in
`event_parts`; a file that no row names was left by a load that was killed, and is removed. DuckDB writes
nested columns at three times the CPU and more space, so its own tables hold what is small and changes.
"""

import os
import re
import secrets
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import CaseError
from workbench.events.columns import EVENTS
from workbench.events.items.stores import STORES, empty_source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "events"
MAIN = "events"
"""The store of the events themselves; others are those of `items.stores`."""

STORED = EVENTS.append(pa.field("content_hash", pa.binary()))
"""The columns of a part: those of the events table, and the hash that tells records of one id apart."""

GROUP_ROWS = 32_768  # a query reads whole row groups: small ones leave more out, large ones pack better
_GROUP_BYTES = 128 << 20  # what rows may take before they are written: single ones may have megabytes
_DISTINCT = frozenset({"eventID", "requestID", "eventTime", "eventJson", "content_hash", "extra"})
_PART = re.compile(r"[0-9a-f]{16}\.parquet")
_WRITTEN: set[Path] = set()
_LOCK = threading.Lock()


def _leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """Give the paths by which Parquet knows the values of a column; those of maps hardly ever repeat."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{name}.{field.name}", field.type)
    elif pa.types.is_map(kind):
        yield f"{name}.key_value.key"
    elif pa.types.is_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    else:
        yield name


def _dictionaries(schema: pa.Schema) -> list[str]:
    """Name the columns whose values repeat; for others a dictionary costs time and saves nothing."""
    repeated = (field for field in schema if field.name not in _DISTINCT)
    return [leaf for field in repeated for leaf in _leaves(field.name, field.type)]


_SCHEMAS = {MAIN: STORED} | {name: store.stored for name, store in STORES.items()}
_DICTIONARIES = {name: _dictionaries(schema) for name, schema in _SCHEMAS.items()}


class Part(NamedTuple):
    """One file of events, or of the items of another store."""

    name: str
    rows: int
    store: str = MAIN


class PartWriter:
    """Writes tables of the stored columns of one store into one part.

    Examples
    --------
    >>> import tempfile
    >>> writer = PartWriter(Path(tempfile.mkdtemp()))
    >>> writer.add(STORED.empty_table())
    >>> writer.close() is None  # no rows, no part
    True
    """

    def __init__(self, case: Path, store: str = MAIN) -> None:
        self._store = store
        self._path = case / FOLDER / f"{secrets.token_hex(8)}.parquet"
        self._writer: pq.ParquetWriter | None = None
        self._tables: list[pa.Table] = []
        self._waiting = self._bytes = self._rows = 0

    def add(self, table: pa.Table) -> None:
        """Take rows; they are written a row group at a time."""
        self._tables.append(table)
        self._waiting += len(table)
        self._bytes += table.nbytes
        if self._waiting >= GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._write()

    def _write(self) -> None:
        if self._writer is None:
            self._path.parent.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(
                self._path,
                _SCHEMAS[self._store],
                compression="zstd",
                compression_level=1,
                use_dictionary=_DICTIONARIES[self._store],
            )
        self._writer.write_table(pa.concat_tables(self._tables), row_group_size=2 * GROUP_ROWS)
        self._rows += self._waiting
        self._tables, self._waiting, self._bytes = [], 0, 0

    def close(self) -> Part | None:
        """Write what is left, see it on the disk, and give the part; None when there are no rows."""
        if self._waiting:
            self._write()
        if self._writer is None:
            return None
        self._writer.close()
        _see_on_disk(self._path)
        if os.name == "posix":  # the name of the part, too; others open no folders
            _see_on_disk(self._path.parent)
        return Part(self._path.name, self._rows, self._store)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            self._writer.is_open = False  # not to be finished: on a full disk that would fail again
            self._writer.file_handle.close()
        self._path.unlink(missing_ok=True)


def _see_on_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def parts_of(con: "DuckDBPyConnection", store: str = MAIN) -> list[Part]:
    """List the parts of one store of a case."""
    return [part for part in all_parts(con) if part.store == store]


def all_parts(con: "DuckDBPyConnection") -> list[Part]:
    """List the parts of a case, of all its stores."""
    rows = con.execute("SELECT part, rows, store FROM event_parts").fetchall()
    return sorted(Part(*row) for row in rows)


def missing_parts(con: "DuckDBPyConnection", case: Path) -> list[str]:
    """List the files of parts that belong to a case and are not there."""
    return [f"{FOLDER}/{part.name}" for part in all_parts(con) if not (case / FOLDER / part.name).is_file()]


def add_parts(con: "DuckDBPyConnection", parts: Sequence[Part], gone: Sequence[str] = ()) -> None:
    """Name new parts as the case's own, and others no longer, within the caller's transaction."""
    for name in gone:
        con.execute("DELETE FROM event_parts WHERE part = ?", [name])
    for part in parts:
        con.execute("INSERT INTO event_parts VALUES (?, ?, ?)", list(part))


def show_events(
    con: "DuckDBPyConnection",
    case: Path,
    *,
    temporary: bool = False,
    stores: Collection[str] = (MAIN, *STORES),
) -> None:
    """Make the view `events`, and those of the stores beside it, of the parts where they lie now.

    Parameters
    ----------
    con
        A connection to the case.
    case
        Its folder.
    temporary
        For this connection only: a case that was moved and is open for reading cannot be changed.
    stores
        Those whose parts are others now; each view that is made anew takes room in the database's log.
    """
    kind = "OR REPLACE TEMP" if temporary else "OR REPLACE"
    parts = all_parts(con)
    if MAIN in stores:
        con.execute(f"CREATE {kind} VIEW events AS {_select(_source(parts, MAIN, case))}")
    for name, store in STORES.items():
        if name not in stores:
            continue
        source = _source(parts, name, case)
        con.execute(f"CREATE {kind} VIEW {store.table} AS {store.select(source)}")
        con.execute(f"CREATE {kind} VIEW stored_{store.table} AS FROM {source}")


def _select(source: str) -> str:
    names = ", ".join(f'"{field.name}"' for field in EVENTS)
    return f"SELECT {names} FROM {source}"  # noqa: S608 (names of our own, a quoted path)


def _source(parts: Sequence[Part], store: str, case: Path) -> str:
    own = [part for part in parts if part.store == store]
    return read_parts(own, case) if own else empty_source(_SCHEMAS[store])


def state_of_events(con: "DuckDBPyConnection") -> tuple[str, ...] | None:
    """Tell by what can never change what `events` is on a connection now.

    Parameters
    ----------
    con
        Any connection.

    Returns
    -------
    tuple of str
        The same as before only if the events are the same: the view's text, which names the parts. None where
        `events` may be anything else: another table or view has the name, or this is no case.
    """
    views = con.execute(
        "SELECT database_name, schema_name, sql FROM duckdb_views() WHERE view_name = 'events' ORDER BY ALL"
    ).fetchall()
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('events', 'event_parts')"
    ).fetchall()
    if not views or tables != [("event_parts",)]:
        return None
    parts = {part.name for part in parts_of(con)}
    own = all(set(_PART.findall(text)) == parts for *_, text in views)
    return tuple(told for view in views for told in view) if parts and own else None


def read_parts(parts: Sequence[Part], case: Path, options: str = "") -> str:
    """Spell the table function that reads some parts of a case.

    Examples
    --------
    >>> read_parts([Part("a.parquet", 1)], Path("/cases/it's [1]"))
    "read_parquet(['/cases/it''s [[]1]/events/a.parquet'], hive_partitioning = false)"
    """
    # A folder above the case may be called `awsRegion=us-east-1`, which DuckDB would take for a column.
    folder = str(case.resolve() / FOLDER).translate({ord(sign): f"[{sign}]" for sign in "*?["})
    folder = folder.replace("'", "''")
    paths = ", ".join(f"'{folder}/{part.name}'" for part in parts)
    return f"read_parquet([{paths}], hive_partitioning = false{options})"


@contextmanager
def only_writer(con: "DuckDBPyConnection", case: Path) -> Iterator[None]:
    """Keep the parts of a case to one load of this process; the database keeps other processes out.

    What a load that was killed has left is removed before, and what this one has if it fails.

    Raises
    ------
    CaseError
        This process is loading into the case already, on another connection.
    """
    import duckdb

    place = case.resolve()
    with _LOCK:
        if place in _WRITTEN:
            raise CaseError(f"{case} is being loaded by this process already. Wait until that has finished")
        _WRITTEN.add(place)
    try:
        _remove_strays(con, case)
        yield
    except BaseException:
        with suppress(duckdb.Error, OSError):  # then the next load does it
            _remove_strays(con, case)
        raise
    finally:
        _WRITTEN.discard(place)


def remove_strays(con: "DuckDBPyConnection", case: Path) -> None:
    """Remove the files of parts that never came to belong to the case, unless a load is writing them now."""
    if case.resolve() not in _WRITTEN:
        _remove_strays(con, case)


def _remove_strays(con: "DuckDBPyConnection", case: Path) -> None:
    known = {part.name for part in all_parts(con)}
    folder = case / FOLDER
    for path in folder.glob(f"{'[0-9a-f]' * 16}.parquet") if folder.is_dir() else ():
        if path.name not in known:  # names of this form only: what others put there is theirs
            path.unlink(missing_ok=True)

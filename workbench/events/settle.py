"""What could not be decided while records came in: other spellings, conflicts, earlier places coming later.

Records of one event id and account are compared by the value they say. The first place in (path, index)
order is the event's source, the others go to `event_places`. Records that say something else are all kept and
flagged `eventid-conflict`. Parts that change are written anew, in the same transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from workbench.events import canonical
from workbench.events.parts import (
    FOLDER,
    GROUP_ROWS,
    STORED,
    Part,
    PartWriter,
    add_parts,
    parts_of,
    read_parts,
    show_events,
)
from workbench.events.seen import SecondDelivery
from workbench.events.write import add_places

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONFLICT = "eventid-conflict"
_MANY_PARTS, _SMALL_PART = 16, 20_000

_SUSPECTS = """
SELECT "eventID", coalesce("recipientAccountId", '') AS account, source_file, source_index, content_hash,
    parse_filename(filename) AS part, file_row_number
FROM {parts} WHERE "eventID" IN (SELECT "eventID" FROM unsettled) ORDER BY ALL
"""


class _Record(NamedTuple):
    """One record of an id that others have too; `part` and `row` say where it is kept."""

    event_id: str
    account: str
    file: str
    number: int
    hash: bytes
    part: str
    row: int

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.number


class _Changes:
    """What is to change in the parts, by part and row, and in the tables beside them."""

    def __init__(self) -> None:
        self.dropped: defaultdict[str, set[int]] = defaultdict(set)
        self.flagged: defaultdict[str, set[int]] = defaultdict(set)
        self.places: list[SecondDelivery] = []
        self.by_file: Counter[str] = Counter()
        self.rehash: list[tuple[bytes, str, str, bytes]] = []

    @property
    def parts(self) -> set[str]:
        return self.dropped.keys() | self.flagged.keys()

    def decide(self, group: Sequence[_Record], digest_of: dict[tuple[str, int], bytes]) -> None:
        """Decide on the records of one id and account, in the order of their places."""
        contents: defaultdict[bytes, list[_Record]] = defaultdict(list)
        for record in group:
            contents[digest_of.get((record.part, record.row), record.hash)].append(record)
        for first, *others in contents.values():
            for other in others:
                self._drop(other, first)
            if len(contents) > 1:
                self.flagged[first.part].add(first.row)

    def _drop(self, record: _Record, first: _Record) -> None:
        self.dropped[record.part].add(record.row)
        if record.place != first.place:  # a file that was read once more has each of its records twice
            self.by_file[record.file] += 1
            self.places.append(SecondDelivery(record.event_id, record.account, first.hash, *record.place))
        if record.hash != first.hash:
            self.rehash.append((first.hash, record.event_id, record.account, record.hash))


def settle(con: "DuckDBPyConnection", case: Path) -> None:
    """Decide on all ids in `unsettled`, and put small parts together where there are many."""
    parts = parts_of(con)
    changes = _Changes()
    if con.execute("SELECT count(*) FROM unsettled").fetchall()[0][0]:
        _decide_all(con, case, parts, changes)
    small = [part for part in parts if part.rows < _SMALL_PART]
    together = small if len(small) > _MANY_PARTS else []
    groups = [together] if together else []
    groups += [[part] for part in parts if part.name in changes.parts and part not in together]
    new = [part for group in groups if (part := _rewrite(case, group, changes))]
    gone = [part.name for group in groups for part in group]
    _commit(con, case, new, gone, changes)
    for name in gone:
        (case / FOLDER / name).unlink()


def _decide_all(con: "DuckDBPyConnection", case: Path, parts: Sequence[Part], changes: _Changes) -> None:
    table = read_parts(parts, case, ", filename = true, file_row_number = true")
    rows = con.execute(_SUSPECTS.format(parts=table)).fetchall()
    groups = [list(group) for _, group in groupby((_Record(*row) for row in rows), key=lambda row: row[:2])]
    differing = [group for group in groups if len({record.hash for record in group}) > 1]
    digests = _digests(con, table, {record.event_id for group in differing for record in group})
    for group in groups:
        changes.decide(group, digests)


def _digests(con: "DuckDBPyConnection", table: str, ids: Iterable[str]) -> dict[tuple[str, int], bytes]:
    """Read what the records of some ids say, a few at a time, whatever their spelling."""
    con.register("differing", pa.table({"id": pa.array(sorted(ids), pa.string())}))
    found = con.execute(
        'SELECT parse_filename(filename), file_row_number, "eventJson"'  # noqa: S608 (a quoted path)
        f' FROM {table} WHERE "eventID" IN (SELECT id FROM differing)'
    )
    digests: dict[tuple[str, int], bytes] = {}
    while rows := found.fetchmany(1000):
        digests |= {(part, row): canonical.digest(text.encode()) for part, row, text in rows}
    con.unregister("differing")
    return digests


def _rewrite(case: Path, parts: Sequence[Part], changes: _Changes) -> Part | None:
    """Write parts anew as one, with the changes to them."""
    import pyarrow.parquet as pq

    writer = PartWriter(case)
    for part in parts:
        start = 0
        for batch in pq.ParquetFile(case / FOLDER / part.name).iter_batches(GROUP_ROWS):
            table = pa.Table.from_batches([batch]).cast(STORED)
            writer.add(_changed(table, start, changes.dropped[part.name], changes.flagged[part.name]))
            start += len(table)
    return writer.close()


def _changed(table: pa.Table, start: int, dropped: set[int], flagged: set[int]) -> pa.Table:
    here = range(start, start + len(table))
    if flagged.intersection(here):
        flags = table.column("flags").to_pylist()
        for row in flagged.intersection(here):
            flags[row - start] = sorted({*flags[row - start], CONFLICT})
        at = table.schema.get_field_index("flags")
        field = table.schema.field(at)
        table = table.set_column(at, field, pa.array(flags, field.type))
    kept = [row not in dropped for row in here]
    return table if all(kept) else table.filter(pa.array(kept))


def _commit(
    con: "DuckDBPyConnection", case: Path, new: Sequence[Part], gone: Sequence[str], changes: _Changes
) -> None:
    con.execute("BEGIN")
    for change in changes.rehash:
        con.execute(
            'UPDATE event_places SET content_hash = ? WHERE "eventID" = ?'
            " AND coalesce(\"recipientAccountId\", '') = ? AND content_hash = ?",
            list(change),
        )
    add_places(con, changes.places)
    for path, count in changes.by_file.items():
        con.execute(
            "UPDATE file_rows SET events = events - ?, duplicates = duplicates + ? WHERE path = ?"
            " AND loaded_at = (SELECT max(loaded_at) FROM file_rows WHERE path = ?)",
            [count, count, path, path],
        )
    con.execute("DELETE FROM unsettled")
    if new or gone:
        add_parts(con, new, gone)
        show_events(con, case)
    con.execute("COMMIT")

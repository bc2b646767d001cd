"""What could not be decided while records came in: other spellings, conflicts, earlier places coming later.

Records of one event id and account are compared by the value they say. The first place in (path, index)
order is the event's source, the others go to `event_places`. Records that say something else are all kept and
flagged `eventid-conflict`. Parts that change are written anew, in the same transaction.

A row of a table shows what was asked for, in a spelling of its own, so it is never compared with a whole
record: beside one of the same account, or of any account where the row names none, it is a second delivery,
wherever it lies. Partial rows without a whole record are compared with each other like records.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from workbench.events.intake.rewriting import rewrite, with_column
from workbench.events.intake.seen import SecondDelivery
from workbench.events.intake.write import add_places, registered, transaction
from workbench.events.parts import FOLDER, MAIN, Part, add_parts, parts_of, read_parts, show_events
from workbench.events.rows import canonical

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONFLICT, PARTIAL = "eventid-conflict", "partial"
AT_A_TIME = 100_000  # ids that are looked at together; a row takes half a kilobyte meanwhile
_MANY_PARTS, _SMALL_PART = 16, 20_000

_SOME = 'SELECT "eventID" FROM unsettled WHERE hash("eventID") % {slices} = {number}'
_SUSPECTS = """
SELECT "eventID", coalesce("recipientAccountId", '') AS account, source_file, source_index, content_hash,
    flags, parse_filename(filename) AS part, file_row_number
FROM {parts} WHERE "eventID" IN ({some}) ORDER BY ALL
"""
_COUNT_AGAIN = """
UPDATE file_rows SET events = events - dropped, duplicates = duplicates + dropped
FROM dropped_by_file WHERE file_rows.path = dropped_by_file.path AND file_rows.rowid IN
    (SELECT max_by(rowid, loaded_at) FROM file_rows WHERE status = 'loaded' GROUP BY path)
"""
_REHASH = """
UPDATE event_places SET content_hash = rehash.new FROM rehash
WHERE event_places."eventID" = rehash.id AND coalesce("recipientAccountId", '') = rehash.account
    AND content_hash = rehash.old
"""


class _Record(NamedTuple):
    """One record of an id that others have too; `part` and `row` say where it is kept."""

    event_id: str
    account: str
    file: str
    number: int
    hash: bytes
    flags: list[str]
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
        self.by_file: Counter[str] = Counter()
        self.places: list[SecondDelivery] = []
        self.rehash: list[tuple[bytes, str, str, bytes]] = []

    @property
    def parts(self) -> set[str]:
        return self.dropped.keys() | self.flagged.keys()

    def take_whole(self, group: Sequence[_Record]) -> list[_Record]:
        """Drop what is partial beside a whole record of the same id; give the others."""
        accounts = {record.account for record in group if PARTIAL not in record.flags}
        if accounts:
            accounts.add("")
        left = []
        for record in group:
            if PARTIAL in record.flags and record.account in accounts:
                self._drop(record, record.hash)
            else:
                left.append(record)
        return left

    def compare(self, group: Sequence[_Record], digest_of: dict[tuple[str, int], bytes]) -> None:
        """Decide on the records of one id and account, in the order of their places."""
        contents: defaultdict[bytes, list[_Record]] = defaultdict(list)
        for record in group:
            contents[digest_of.get((record.part, record.row), record.hash)].append(record)
        for first, *others in contents.values():
            for other in others:
                self._join(other, first)
            if len(contents) > 1 and CONFLICT not in first.flags:
                self.flagged[first.part].add(first.row)

    def _join(self, record: _Record, first: _Record) -> None:
        """Drop a record that says what another one says at an earlier place."""
        self._drop(record, first.hash, first.place)
        if record.hash != first.hash:
            self.rehash.append((first.hash, record.event_id, record.account, record.hash))

    def applied(self, part: str, start: int, table: pa.Table) -> pa.Table:
        """Give rows of a part with the changes to them."""
        here = range(start, start + len(table))
        flagged = self.flagged[part].intersection(here)
        if flagged:
            flags = table.column("flags").to_pylist()
            for row in flagged:
                flags[row - start] = sorted({*flags[row - start], CONFLICT})
            table = with_column(table, "flags", pa.array(flags, table.schema.field("flags").type))
        kept = [row not in self.dropped[part] for row in here]
        return table if all(kept) else table.filter(pa.array(kept))

    def _drop(self, record: _Record, stands_for_it: bytes, first: tuple[str, int] | None = None) -> None:
        self.dropped[record.part].add(record.row)
        self.by_file[record.file] += 1
        if record.place != first:  # a file that changed may spell a record anew at its place
            account = record.account or None
            self.places.append(SecondDelivery(record.event_id, account, stands_for_it, *record.place))


def settle(con: "DuckDBPyConnection", case: Path) -> None:
    """Decide on all ids in `unsettled`, and put small parts together where there are many."""
    parts = parts_of(con)
    changes = _Changes()
    with transaction(con):
        _decide_all(con, case, parts, changes)
        gone = _rewrite_all(con, case, parts, changes)
    for name in gone:
        (case / FOLDER / name).unlink(missing_ok=True)


def _decide_all(con: "DuckDBPyConnection", case: Path, parts: Sequence[Part], changes: _Changes) -> None:
    """Decide some ids at a time, and write down what became of their records."""
    waiting = con.execute("SELECT count(*) FROM unsettled").fetchall()[0][0]
    if not waiting:
        return
    table = read_parts(parts, case, ", filename = true, file_row_number = true")
    slices = -(-waiting // AT_A_TIME)
    for number in range(slices):
        _decide(con, table, _SOME.format(slices=slices, number=number), changes)
        _rehash(con, changes.rehash)
        add_places(con, changes.places)
        changes.rehash, changes.places = [], []
    columns = {"path": pa.array(changes.by_file, pa.string()), "dropped": [*changes.by_file.values()]}
    with registered(con, "dropped_by_file", pa.table(columns)):
        con.execute(_COUNT_AGAIN)
    con.execute("DELETE FROM unsettled")


def _decide(con: "DuckDBPyConnection", table: str, some: str, changes: _Changes) -> None:
    rows = con.execute(_SUSPECTS.format(parts=table, some=some)).fetchall()
    differing = []
    for group in _grouped(map(_Record._make, rows), "event_id"):
        for same in _grouped(changes.take_whole(group), "account"):
            if len({record.hash for record in same}) > 1:
                differing.append(same)
            else:
                changes.compare(same, {})
    digests = _digests(con, table, {group[0].event_id for group in differing})
    for group in differing:
        changes.compare(group, digests)


def _grouped(records: Iterable[_Record], name: str) -> Iterator[list[_Record]]:
    for _, group in groupby(records, key=attrgetter(name)):
        yield list(group)


def _digests(con: "DuckDBPyConnection", table: str, ids: Iterable[str]) -> dict[tuple[str, int], bytes]:
    """Read what the records of some ids say, a few at a time, whatever their spelling."""
    digests: dict[tuple[str, int], bytes] = {}
    with registered(con, "differing", pa.table({"id": pa.array(sorted(ids), pa.string())})):
        found = con.execute(
            'SELECT parse_filename(filename), file_row_number, "eventJson"'  # noqa: S608 (a quoted path)
            f' FROM {table} WHERE "eventID" IN (SELECT id FROM differing)'
        )
        while rows := found.fetchmany(1000):
            digests |= {(part, row): canonical.digest(text.encode()) for part, row, text in rows}
    return digests


def _rehash(con: "DuckDBPyConnection", rehash: Sequence[tuple[bytes, str, str, bytes]]) -> None:
    """Let places that a later spelling stood for be those of the first one."""
    if rehash:
        columns = dict(zip(("new", "id", "account", "old"), zip(*rehash, strict=True), strict=True))
        with registered(con, "rehash", pa.table({name: list(values) for name, values in columns.items()})):
            con.execute(_REHASH)


def _rewrite_all(
    con: "DuckDBPyConnection", case: Path, parts: Sequence[Part], changes: _Changes
) -> list[str]:
    """Write the parts that change, and small ones together; give the names of those that are gone."""
    small = [part for part in parts if part.rows < _SMALL_PART]
    together = small if len(small) > _MANY_PARTS else []
    groups = [together] if together else []
    groups += [[part] for part in parts if part.name in changes.parts and part not in together]
    new = [part for group in groups if (part := rewrite(case, group, changes.applied))]
    gone = [part.name for group in groups for part in group]
    if gone:
        add_parts(con, new, gone)
        show_events(con, case, stores=[MAIN])
    return gone



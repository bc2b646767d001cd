"""Second deliveries: one row per distinct event, whatever the order in which copies arrive.

Two records are the same event when event id, recipient account and content agree; content is compared by
the hash of the delivered text, and where that differs by the value it says. The first place in (path,
index) order is the event's source, the others go to `event_places`. Records that share id and account but
not content are all kept and flagged `eventid-conflict`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from workbench.events import canonical

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CONFLICT = "eventid-conflict"

_SUSPECTS = """
WITH keys AS (SELECT "eventID" AS id, coalesce("recipientAccountId", '') AS account FROM incoming),
shared AS (
    SELECT id, account FROM keys GROUP BY ALL HAVING count(*) > 1
    UNION
    SELECT id, account FROM keys SEMI JOIN event_rows
        ON event_rows."eventID" = id AND coalesce(event_rows."recipientAccountId", '') = account
)
SELECT * FROM (
    SELECT "eventID", coalesce("recipientAccountId", '') AS account, source_file, source_index,
        content_hash, place AS at, false AS stored FROM incoming
    UNION ALL
    SELECT "eventID", coalesce("recipientAccountId", ''), source_file, source_index,
        content_hash, rowid, true FROM event_rows
    WHERE "eventID" IN (SELECT id FROM shared)
) AS record SEMI JOIN shared ON record."eventID" = shared.id AND record.account = shared.account
ORDER BY 1, 2
"""


class _Record(NamedTuple):
    """One record that shares its id with another; `at` is its row id in the case, or its place among the
    new."""

    event_id: str
    account: str
    file: str
    number: int
    hash: bytes
    at: int
    stored: bool

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.number


@dataclass
class Decision:
    """What to do with the new rows of a table, and with rows of the case.

    `drop` and `flag` are places among the new rows, `moves` and `flag_stored` speak of row ids in the case,
    `replace` lists row ids whose text gives way to an earlier place. Per file, `by_file` counts second
    deliveries and `again` records that the case holds from this very place.
    """

    drop: set[int] = field(default_factory=set)
    flag: set[int] = field(default_factory=set)
    flag_stored: set[int] = field(default_factory=set)
    moves: list[tuple[str, int, int]] = field(default_factory=list)
    replace: list[int] = field(default_factory=list)
    rehash: list[tuple[bytes, str, str, bytes]] = field(default_factory=list)
    places: list[tuple[str, str, bytes, str, int]] = field(default_factory=list)
    by_file: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)


def insert(con: "DuckDBPyConnection", new: pa.Table) -> tuple[int, Counter[str], Counter[str]]:
    """Insert new rows by that rule, within the caller's transaction.

    Returns
    -------
    added, duplicates, again
        How many rows the case has more; per file the number of second deliveries, and of records that the
        case held already from the same place (a file that is read once more).
    """
    decision = Decision()
    texts = _Texts(con, new)
    for _, group in groupby(_suspects(con, new), key=lambda record: record[:2]):
        _decide(list(group), texts, decision)
    _apply(con, decision)
    # The join leaves the dropped rows where they are; filtering the table would copy all others.
    places = pa.array(range(len(new)), pa.int64())
    con.register("incoming", _flagged(new, decision.flag).append_column("place", places))
    con.register("dropped", pa.table({"place": pa.array(sorted(decision.drop), pa.int64())}))
    try:
        con.execute(
            "INSERT INTO event_rows BY NAME"
            " SELECT * EXCLUDE (place) FROM incoming ANTI JOIN dropped USING (place)"
        )
    finally:
        con.unregister("incoming")
        con.unregister("dropped")
    added = len(new) - len(decision.drop) - len(decision.replace)
    return added, decision.by_file, decision.again


def _suspects(con: "DuckDBPyConnection", new: pa.Table) -> list[_Record]:
    """Find the records, new and stored, that share id and account with another one."""
    keys = new.select(["eventID", "recipientAccountId", "source_file", "source_index", "content_hash"])
    con.register("incoming", keys.append_column("place", pa.array(range(len(new)), pa.int64())))
    try:
        return [_Record(*row) for row in con.execute(_SUSPECTS).fetchall()]
    finally:
        con.unregister("incoming")


class _Texts:
    """The texts of suspects, fetched only when their hashes differ."""

    def __init__(self, con: "DuckDBPyConnection", new: pa.Table) -> None:
        self._con, self._new = con, new.column("eventJson")

    def digest(self, record: _Record) -> bytes:
        if record.stored:
            found = self._con.execute('SELECT "eventJson" FROM event_rows WHERE rowid = ?', [record.at])
            text = found.fetchall()[0][0]
        else:
            text = self._new[record.at].as_py()
        return canonical.digest(text.encode())


def _decide(group: list[_Record], texts: _Texts, decision: Decision) -> None:
    contents: dict[bytes, list[_Record]] = {}
    for record in group:
        contents.setdefault(record.hash, []).append(record)
    if len(contents) > 1:
        by_value: dict[bytes, list[_Record]] = {}
        for records in contents.values():
            by_value.setdefault(texts.digest(records[0]), []).extend(records)
        contents = by_value
    for records in contents.values():
        kept = _keep_first(sorted(records, key=lambda record: record.place), decision)
        if len(contents) > 1:
            (decision.flag_stored if kept.stored else decision.flag).add(kept.at)


def _keep_first(records: list[_Record], decision: Decision) -> _Record:
    """Keep the first place of one content; return the record whose row stays in, or comes into, the case."""
    first = records[0]
    stored = next((record for record in records if record.stored), None)
    for record in records:
        if record.place != first.place and not (record.stored and record is not stored):
            decision.places.append((record.event_id, record.account, first.hash, record.file, record.number))
        if not record.stored and (stored or record is not first):
            counter = decision.again if stored and stored.place == record.place else decision.by_file
            counter[record.file] += 1
            decision.drop.add(record.at)
    if stored is None or first.place == stored.place:
        return stored or first
    if first.hash == stored.hash:
        decision.moves.append((first.file, first.number, stored.at))
        return stored
    decision.replace.append(stored.at)
    decision.drop.discard(first.at)
    decision.rehash.append((first.hash, stored.event_id, stored.account, stored.hash))
    return first


def _apply(con: "DuckDBPyConnection", decision: Decision) -> None:
    """Change rows that are in the case already."""
    if decision.moves:
        moves = pa.table(dict(zip(("file", "index", "row"), zip(*decision.moves, strict=True), strict=True)))
        con.register("moves", moves)
        con.execute(
            "UPDATE event_rows SET source_file = moves.file, source_index = moves.index FROM moves"
            " WHERE event_rows.rowid = moves.row"
        )
        con.unregister("moves")
    for row in decision.flag_stored:
        con.execute(
            "UPDATE event_rows SET flags = list_sort(list_append(flags, ?))"
            " WHERE rowid = ? AND NOT list_contains(flags, ?)",
            [CONFLICT, row, CONFLICT],
        )
    for row in decision.replace:
        con.execute("DELETE FROM event_rows WHERE rowid = ?", [row])
    for change in decision.rehash:
        con.execute(
            'UPDATE event_places SET content_hash = ? WHERE "eventID" = ?'
            " AND coalesce(\"recipientAccountId\", '') = ? AND content_hash = ?",
            list(change),
        )
    _add_places(con, decision.places)


def _add_places(con: "DuckDBPyConnection", places: Iterable[tuple[Any, ...]]) -> None:
    names = ("eventID", "recipientAccountId", "content_hash", "source_file", "source_index")
    rows = list(places)
    if not rows:
        return
    con.register("places", pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
    con.execute("INSERT INTO event_places SELECT * FROM places EXCEPT SELECT * FROM event_places")
    con.unregister("places")


def _flagged(new: pa.Table, places: set[int]) -> pa.Table:
    if not places:
        return new
    flags = new.column("flags").to_pylist()
    for place in places:
        flags[place] = sorted({*flags[place], CONFLICT})
    at = new.schema.get_field_index("flags")
    return new.set_column(at, new.schema.field(at), pa.array(flags, new.schema.field(at).type))

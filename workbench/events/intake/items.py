"""Second deliveries of what is no event: one identity is one row, unless it says something else.

AWS Config delivers an item in a snapshot and again in a history; an export of CloudTrail Lake may hold it a
third time. Items are few beside events, so what tells them apart is kept in memory as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.events.intake.report import FileRow
from workbench.events.items.reading import ItemKey
from workbench.events.items.stores import STORES
from workbench.events.parts import parts_of, read_parts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class ItemPlace(NamedTuple):
    """Where a second delivery lies."""

    store: str
    item_key: bytes
    content: bytes
    event_id: str | None
    file: str
    number: int


@dataclass
class ItemVerdict:
    """What becomes of the items of a batch: places to drop, second deliveries, identities in conflict."""

    dropped: list[int] = field(default_factory=list)
    places: list[ItemPlace] = field(default_factory=list)
    conflicts: set[bytes] = field(default_factory=set)


_Known = dict[bytes, tuple[str, int]]
StoredItem = tuple[bytes, bytes, str, int]
"""Identity, what is said under it, file, and index in it."""


class SeenItems:
    """The items of a case, by their identity, and how many this load found.

    Examples
    --------
    >>> seen = SeenItems([])
    >>> rows = [FileRow("a.json", "/e/a.json", 2, 0), FileRow("b.json", "/e/b.json", 2, 0)]
    >>> first = ItemKey("config", b"key", b"content", "i-1", 0, 0)
    >>> seen.judge([first, first._replace(file=1)], rows).places[0].file
    'b.json'
    >>> seen.new, seen.duplicates
    (Counter({'config': 1}), Counter({'config': 1}))
    """

    def __init__(self, stored: Iterable[StoredItem]) -> None:
        self._said: defaultdict[bytes, _Known] = defaultdict(dict)
        self.new: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()
        for key, content, file, index in stored:
            self._said[key][content] = (file, index)

    def judge(
        self, keys: Sequence[ItemKey], rows: Sequence[FileRow], copies: Collection[int] = ()
    ) -> ItemVerdict:
        """Say what becomes of the items of a batch, and remember those that are kept.

        Parameters
        ----------
        keys, rows
            The items, and the rows of their files.
        copies
            Places in `rows` of files whose bytes another file has: their items are dropped and not counted.
        """
        verdict = ItemVerdict()
        for at, item in enumerate(keys):
            if item.file in copies:
                verdict.dropped.append(at)
                continue
            said, place = self._said[item.key], (rows[item.file].path, item.number)
            if item.content in said:
                verdict.dropped.append(at)
                if said[item.content] != place:  # the same file, read for another span of time
                    self.duplicates[item.store] += 1
                    verdict.places.append(ItemPlace(*item[:4], *place))
                continue
            if said:
                verdict.conflicts.add(item.key)
            said[item.content] = place
            self.new[item.store] += 1
        return verdict


def stored_items(con: "DuckDBPyConnection", case: Path) -> Iterator[StoredItem]:
    """Give what tells the items of a case apart."""
    for name in STORES:
        parts = parts_of(con, name)
        if parts:
            found = con.execute(
                "SELECT item_key, content_hash, source_file, source_index"  # noqa: S608 (a quoted path)
                f" FROM {read_parts(parts, case)}"
            )
            while rows := found.fetchmany(10_000):
                yield from rows


def items_of(con: "DuckDBPyConnection", seen: SeenItems | None) -> dict[str, dict[str, int]]:
    """Tell how many items each store has, and how many of them a load found."""
    counted = con.execute(
        "SELECT store, sum(rows)::BIGINT FROM event_parts WHERE store <> 'events' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    new, again = (seen.new, seen.duplicates) if seen else (Counter[str](), Counter[str]())
    return {
        store: {"in_case": rows, "new": new[store], "duplicates": again[store]} for store, rows in counted
    }

"""Records of other stores on their way into the case: found among events, read, and written as tables."""

import re
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pyarrow as pa

from workbench.events.intake.report import FileRow
from workbench.events.items.decode import Item, decode_item
from workbench.events.items.stores import STORES
from workbench.evidence import Container, EvidenceFault
from workbench.evidence.checks import RecordText, members_of

_CATEGORIES = {"ConfigurationItem": "config", "ActivityAuditLog": "activity", "Evidence": "evidence"}
_SIGNS = tuple(f'"{category}"'.encode() for category in _CATEGORIES)
_CATEGORY_KEYS = ("eventCategory", "eventcategory")
_TRAIL = "records"  # what trails deliver holds events alone: it is never searched
_QUOTED = re.compile(rb'"(\w+)"')


class ItemKey(NamedTuple):
    """What tells a record of another store apart; `file` and `number` say where it lies.

    `file` is a place in the rows of its batch, `number` the index in the file.
    """

    store: str
    key: bytes
    content: bytes
    event_id: str | None
    file: int
    number: int


class _Entry(NamedTuple):
    store: str
    text: bytes
    flags: Sequence[str]
    is_delivery: bool
    file: int
    number: int


@dataclass
class ItemBatch:
    """Records of other stores, waiting to be read; `rows` are the rows of their files."""

    rows: list[FileRow] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    size: int = 0

    def take(self, container: Container, row: FileRow) -> Container:
        """Take what is no event out of a container; give the rest of it.

        The counts of the file's row follow: what is an item is none of its records.
        """
        stores = _stores_of(container)
        if not stores:
            return container
        flags, places = container.flags_by_record(), container.places()
        self.rows.append(row)
        for at, store in enumerate(stores):
            if store:
                text = bytes(container.records[at])
                is_delivery = container.kind == "config"
                entry = _Entry(store, text, flags[at], is_delivery, len(self.rows) - 1, places[at])
                self.entries.append(entry)
                self.size += len(text)
        taken = len(stores) - stores.count(None)
        row.items += taken
        row.records -= taken
        row.stores |= {store for store in stores if store}
        kept = [at for at, store in enumerate(stores) if store is None]
        return replace(
            container,
            records=[container.records[at] for at in kept],
            indexes=[places[at] for at in kept],
            flags=(),
            own_flags=[flags[at] for at in kept],
        )


def _stores_of(container: Container) -> list[str | None]:
    """Tell the store of each record of a container; nothing when all are events."""
    if container.kind in STORES:
        return [container.kind] * len(container.records)
    if container.shape == _TRAIL or container.kind != "events":
        return []
    stores = list(map(_store_of, container.records))
    return stores if any(stores) else []


def _store_of(record: RecordText) -> str | None:
    text = bytes(record)
    if not any(sign in text for sign in _SIGNS):
        return None
    for value in members_of(text, _CATEGORY_KEYS).values():
        word = _QUOTED.fullmatch(value)
        return _CATEGORIES.get(word[1].decode()) if word else None
    return None


class ReadItems:
    """Records of other stores that were read, and those that turned out to be of no use.

    Parameters
    ----------
    batch
        The records as delivered.
    """

    def __init__(self, batch: ItemBatch) -> None:
        self.rows = batch.rows
        self.keys: list[ItemKey] = []
        self._items: list[dict[str, Any]] = []
        for entry in batch.entries:
            try:
                self._take(entry)
            except EvidenceFault as fault:
                fault.forget_stack()
                self.rows[entry.file].refuse_item(entry.number, fault)

    def _take(self, entry: _Entry) -> None:
        store, text, flags, is_delivery, file, index = entry
        row = self.rows[file]
        item = decode_item(store, text, flags, is_delivery=is_delivery)
        if store == "tags":  # the same tags may hold at another time: only the place makes them one
            placed = f"{row.path} {row.sha256} {index}"
            item = Item(
                item.row | {"exported": row.mtime},
                uuid.uuid5(uuid.UUID(bytes=item.key), placed).bytes,
                item.content,
            )
        provenance = {"source_file": row.path, "source_index": index}
        identity = {"item_key": item.key, "content_hash": item.content}
        self._items.append(item.row | provenance | identity)
        event_id = item.row.get("eventID")
        self.keys.append(ItemKey(store, item.key, item.content, event_id, file, index))

    def tables(self, dropped: Collection[int] = ()) -> Iterator[tuple[str, pa.Table]]:
        """Build the table of each store, without the rows at some places."""
        for name, store in STORES.items():
            rows = [
                row
                for place, row in enumerate(self._items)
                if self.keys[place].store == name and place not in dropped
            ]
            if rows:
                yield name, pa.Table.from_pylist(rows, schema=store.stored)

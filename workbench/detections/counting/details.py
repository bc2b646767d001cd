"""What is told of the events that hit: their columns, and of their records only what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from workbench.detections.matching import odd
from workbench.detections.matching.preparing import Prepared
from workbench.detections.reading.sources import COLUMNS, TYPED, named

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYS = ("eventID", "source_file", "source_index")
"""What tells one event of a case from all others."""

_WANTED = "workbench_events_wanted"
_BATCH = 10_000


class Texts(NamedTuple):
    """Texts of fields of some events.

    `columns` are those of typed fields, at the place that `rows` has for the number of an event; `inside` are
    those of records, by number and field.
    """

    rows: Mapping[int, int]
    columns: Mapping[str, Sequence[str | None]]
    inside: Mapping[int, Mapping[str, Sequence[str]]]

    def of(self, n: int) -> dict[str, Sequence[str]]:
        """Return the texts of an event, by field."""
        row = self.rows[n]
        told = {
            name: () if (text := column[row]) is None else (text,) for name, column in self.columns.items()
        }
        return {**told, **self.inside.get(n, {})}


def texts_of(prepared: Prepared, keys: str, events: str, asked: Mapping[int, Collection[str]]) -> Texts:
    """Return the texts of fields, and of columns of ours, of some events.

    Parameters
    ----------
    prepared
        The tables of the run.
    keys
        Which events, as `Prepared.keys_of` made it.
    events
        The events in SQL.
    asked
        By number of event, fields as rules name them; one that there is not is absent everywhere. A field of
        a record is read only where it is asked for.
    """
    names = set[str]().union(*set(map(frozenset, asked.values())))
    flat = {name: TYPED.get(name) or named(name) for name in sorted(names & (TYPED.keys() | COLUMNS))}
    deep = {n: wanted for n, some in asked.items() if (wanted := frozenset(some) - flat.keys())}
    columns = [f"{column} AS {named(name)}" for name, column in flat.items()]
    found = prepared.con.execute(_joined(keys, events, columns)).to_arrow_table()
    rows = {n: row for row, n in enumerate(found["n"].to_pylist())}
    return Texts(rows, {name: _shared(found[name]) for name in flat}, _inside(prepared, keys, events, deep))


def _joined(keys: str, events: str, columns: Sequence[str]) -> str:
    """Spell the query that gives columns of the events in a table of keys."""
    # under names of their own: a column that is asked for may be a key, too
    own = ", ".join(f"{named(key)} AS key{place}" for place, key in enumerate(KEYS))
    same = " AND ".join(f"{named(key)} IS NOT DISTINCT FROM key{place}" for place, key in enumerate(KEYS))
    some = ", ".join(["n", *columns])
    return f"SELECT {some} FROM {events} AS events JOIN (SELECT n, {own} FROM {keys}) ON {same}"  # noqa: S608


def _shared(column: pa.ChunkedArray) -> list[str | None]:
    """Return the texts of a column, each of them once: columns repeat few of them."""
    coded = column.combine_chunks().dictionary_encode()
    texts = coded.dictionary.to_pylist()
    return [None if code is None else texts[code] for code in coded.indices.to_pylist()]


def _inside(
    prepared: Prepared, keys: str, events: str, asked: Mapping[int, Collection[str]]
) -> dict[int, dict[str, list[str]]]:
    """Read the fields of records, each parsed once for what is asked of it."""
    if not asked:
        return {}
    prepared.con.register(_WANTED, pa.table({"wanted": pa.array(asked, pa.int64())}))
    try:
        query = _joined(keys, events, ['"eventJson"']) + f" WHERE n IN (SELECT wanted FROM {_WANTED})"  # noqa: S608
        found = {}
        for batch in prepared.con.execute(query).to_arrow_reader(_BATCH):
            for n, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                record = odd.parse(text)
                found[n] = {name: odd.values(record, name) for name in asked[n]}
        return found
    finally:
        prepared.con.unregister(_WANTED)


def origins(
    events: ir.Table, with_origin: Callable[[ir.Table], ir.Table], keys: str
) -> dict[int, str | None]:
    """Return who stands behind each event of a table of keys."""
    wanted = events.get_backend().table(keys.strip('"'), database=("temp", "main"))
    wanted = wanted.select(**{f"key_{key}": wanted[key] for key in KEYS}, n="n")
    both = events.inner_join(wanted, [events[key].identical_to(wanted[f"key_{key}"]) for key in KEYS])
    rows = with_origin(both.select("n", *events.columns)).select("n", "origin_principal").to_pyarrow()
    return dict(zip(rows["n"].to_pylist(), _shared(rows["origin_principal"]), strict=True))

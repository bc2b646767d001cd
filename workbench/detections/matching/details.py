"""What is told of the events that hit: their columns, and of their records only what is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.detections.matching import odd
from workbench.detections.matching.dictionaries import text_column
from workbench.detections.matching.preparing import Prepared
from workbench.detections.reading.sources import COLUMNS, TYPED, named

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYS = ("eventID", "source_file", "source_index")
"""What tells one event of a case from all others."""

_WANTED = "workbench_events_wanted"


def keys_of(prepared: Prepared, numbers: Sequence[int], name: str) -> None:
    """Make a temporary table of the keys of some events of a run, with their numbers."""
    con = prepared.con
    con.register(_WANTED, pa.table({"n": pa.array(sorted(set(numbers)), pa.int64())}))
    try:
        con.execute(
            f'CREATE TEMP TABLE {name} AS SELECT n, "eventTime", "eventID", source_index,'  # noqa: S608
            f" {text_column('source_file', False)} AS source_file FROM {prepared.table} AS events"
            f" JOIN {_WANTED} ON n = events.rowid {prepared.dictionaries.texts(['source_file'])}"
        )
    finally:
        con.unregister(_WANTED)


def joined(keys: str, events: str, columns: Sequence[str]) -> str:
    """Spell the query that gives columns of the events in a table of keys."""
    same = " AND ".join(f"events.{named(key)} IS NOT DISTINCT FROM keys.{named(key)}" for key in KEYS)
    some = ", ".join(columns)
    return f"SELECT keys.n, {some} FROM {events} AS events JOIN {keys} AS keys ON {same} ORDER BY keys.n"  # noqa: S608


def values_of(
    prepared: Prepared, keys: str, events: str, names: Sequence[str]
) -> dict[int, dict[str, list[str]]]:
    """Return for some events the texts of fields, and of columns of ours.

    Parameters
    ----------
    prepared
        The tables of the run.
    keys
        Which events, as `keys_of` made it.
    events
        The events in SQL.
    names
        Fields as rules name them; one that there is not is absent everywhere.
    """
    flat = {name: TYPED.get(name) or named(name) for name in names if name in TYPED or name in COLUMNS}
    deep = [name for name in names if name not in flat]
    columns = [f"{column} AS {named(name)}" for name, column in flat.items()]
    columns += ['events."eventJson" AS record'] if deep else []
    rows = prepared.con.execute(joined(keys, events, columns or ["1 AS one"])).to_arrow_reader(10_000)
    return {
        row["n"]: {name: [] if row[name] is None else [row[name]] for name in flat} | _inside(row, deep)
        for row in _rows(rows)
    }


def _rows(reader: Any) -> Iterator[dict[str, Any]]:
    for batch in reader:
        yield from batch.to_pylist()


def _inside(row: dict[str, Any], names: Sequence[str]) -> dict[str, list[str]]:
    if not names:
        return {}
    record = odd.parse(row["record"])
    return {name: odd.values(record, name) for name in names}


def origins(people: ir.Table, keys: str) -> dict[int, str | None]:
    """Return who stands behind each event of a table of keys, of events with their origin."""
    con = people.get_backend()
    wanted = con.table(keys.strip('"'), database=("temp", "main"))
    people = people.select(*KEYS, "origin_principal")
    both = people.inner_join(wanted, [people[key].identical_to(wanted[key]) for key in KEYS])
    rows = both.select("n", "origin_principal").to_pyarrow()
    return dict(zip(rows["n"].to_pylist(), rows["origin_principal"].to_pylist(), strict=True))

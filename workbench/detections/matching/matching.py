"""Which events a detection holds for, one filtered scan for each rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbench.detections.matching.compiling import condition_sql
from workbench.detections.matching.dictionaries import CODE, among
from workbench.detections.matching.planning import Asked, Need
from workbench.detections.matching.preparing import Prepared
from workbench.detections.reading.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa


def matched(prepared: Prepared, place: int, need: Need) -> pa.Table | None:
    """Return the events that the need at a place holds for; None when none can be.

    Returns
    -------
    pyarrow.Table or None
        `n`; where hits are counted also `eventTime`, `eventID`, and for each counted field a list of its
        texts, named `c0`, `c1`, ...
    """
    asked = prepared.asked[place]
    found: list[pa.Table] = []
    if place in prepared.doubts:
        found.extend(_settled(prepared, place, need))
    elif asked.is_open:
        where = f"{asked.where} AND {asked.may}"
        found.append(_select(prepared, "events.rowid AS n", prepared.table, where, need))
    if prepared.care and prepared.care.concerns(asked):
        where = f"{_concerned(prepared, place)} AND {condition_sql(need.detection, prepared.read_out)}"
        found.append(_selected(prepared, "n", prepared.care.table, where, need.counted, prepared.read_out))
    return _together(found)


def _concerned(prepared: Prepared, place: int) -> str:
    """Spell which records that need care no column has decided yet."""
    import numpy as np

    if place not in prepared.doubts or prepared.care is None:
        return "flagged"
    numbers = np.intersect1d(prepared.doubts[place].open, prepared.care.of_doubts)
    return f"(flagged OR n IN ({', '.join(map(str, numbers))}))" if len(numbers) else "flagged"


def _settled(prepared: Prepared, place: int, need: Need) -> Iterator[pa.Table]:
    """Give the events that maps were sure of, and those of which the parsed records told it."""
    import numpy as np
    import pyarrow as pa

    doubt, asked = prepared.doubts[place], prepared.asked[place]
    if need.counted is None:
        yield pa.table({"n": doubt.sure})
    elif len(doubt.sure):
        yield _sure(prepared, asked, need)
    if len(doubt.open):
        where = f"{among(CODE, asked.here)} AND {asked.exact} AND NOT care"
        found = _select(prepared, "DISTINCT ON (n) n", prepared.parsed, where, need)
        yield found.filter(pa.array(np.isin(found["n"].to_numpy(), doubt.open)))


def _sure(prepared: Prepared, asked: Asked, need: Need) -> pa.Table:
    """Return what is counted of events that columns are sure of."""
    events = asked.events(prepared.table, prepared.dictionaries.texts(need.texts))
    told = "".join(f", {text} AS c{place}" for place, text in enumerate(asked.told))
    return prepared.con.execute(
        f'SELECT n, "eventTime", "eventID"{told} FROM ({events}) WHERE {asked.may} AND {asked.sure}'  # noqa: S608
    ).to_arrow_table()


def _select(prepared: Prepared, number: str, table: str, where: str, need: Need) -> pa.Table:
    joined = f"{table} AS events {prepared.dictionaries.texts(need.texts)}"
    return _selected(prepared, number, joined, where, need.counted, prepared.source)


def _selected(
    prepared: Prepared, number: str, table: str, where: str, counted: Sequence[str] | None, source: Source
) -> pa.Table:
    columns = [number] if counted is None else [number, '"eventTime"', '"eventID"']
    columns += [f"{source.many(field)} AS c{place}" for place, field in enumerate(counted or ())]
    some = ", ".join(columns)
    return prepared.con.execute(f"SELECT {some} FROM {table} WHERE {where}").to_arrow_table()  # noqa: S608


def _together(found: Sequence[pa.Table]) -> pa.Table | None:
    import pyarrow as pa

    if len(found) < 2:
        return found[0] if found else None
    return pa.concat_tables(found)

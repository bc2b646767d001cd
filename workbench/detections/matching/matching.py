"""Which events a detection holds for, one filtered scan for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.detections.matching.compiling import condition_sql
from workbench.detections.matching.planning import Need
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
    found = []
    if asked.is_open:
        table = f"{prepared.table} AS events {prepared.dictionaries.texts(need.texts)}"
        where = f"{asked.where} AND NOT care"
        found.append(_select(prepared, "events.rowid AS n", table, where, need.counted, prepared.source))
    if prepared.care and prepared.care.concerns(asked):
        where = condition_sql(need.detection, prepared.read_out)
        found.append(_select(prepared, "n", prepared.care.table, where, need.counted, prepared.read_out))
    return _together(found)


def _select(
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

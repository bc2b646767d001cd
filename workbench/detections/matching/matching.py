"""Which events a detection holds for, one filtered scan for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.detections.matching.compiling import condition_sql
from workbench.detections.matching.preparing import Prepared, among
from workbench.detections.reading.sources import Source

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.detections.reading.tree import Node


def matched(
    prepared: Prepared, place: int, detection: Node, counted: Sequence[str] | None = None
) -> pa.Table | None:
    """Return the events that the need at a place holds for; None when none can be.

    Returns
    -------
    pyarrow.Table or None
        `n`; where hits are counted also `eventTime`, `eventID`, and for each counted field a list of its
        texts, named `c0`, `c1`, ...
    """
    codes = prepared.codes[place]
    found = []
    if codes != []:
        where = f"NOT care AND {among(codes)} AND {condition_sql(detection, prepared.source)}"
        found.append(_select(prepared, prepared.table, where, counted, prepared.source))
    if prepared.care and _concerns(prepared.care_pairs, codes):
        where = condition_sql(detection, prepared.read_out)
        found.append(_select(prepared, prepared.care, where, counted, prepared.read_out))
    return _together(found)


def _concerns(pairs: frozenset[int] | None, codes: list[int] | None) -> bool:
    return pairs is None or codes is None or not pairs.isdisjoint(codes)


def _select(
    prepared: Prepared, table: str, where: str, counted: Sequence[str] | None, source: Source
) -> pa.Table:
    columns = ["n"] if counted is None else ["n", '"eventTime"', '"eventID"']
    columns += [f"{source.many(field)} AS c{number}" for number, field in enumerate(counted or ())]
    some = ", ".join(columns)
    return prepared.con.execute(f"SELECT {some} FROM {table} WHERE {where}").to_arrow_table()  # noqa: S608


def _together(found: Sequence[pa.Table]) -> pa.Table | None:
    import pyarrow as pa

    if len(found) < 2:
        return found[0] if found else None
    return pa.concat_tables(found)

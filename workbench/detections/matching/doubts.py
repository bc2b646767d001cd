"""What maps leave open of a need: of which events it holds for sure, and whose records have to be parsed.

Asked twice. At first what is nested in a value is not looked into, but for the words of a test. Of most needs
that leaves nothing open; of the others lists and objects are parsed, as far as the maps have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.detections.matching.planning import Asked, Plan

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection


class Doubt(NamedTuple):
    """The numbers of events that a need holds for, and of those whose records have to be parsed."""

    sure: np.ndarray
    open: np.ndarray


def doubts_of(con: DuckDBPyConnection, table: str, plan: Plan, places: Sequence[int]) -> dict[int, Doubt]:
    """Ask the maps in a prepared table for some needs, by place."""
    found = dict(_doubts(con, table, plan, places))
    again = [place for place, doubt in found.items() if len(doubt.open) and plan.deepen(place)]
    return found | dict(_doubts(con, table, plan, again))


def _doubts(
    con: DuckDBPyConnection, table: str, plan: Plan, places: Iterable[int]
) -> Iterator[tuple[int, Doubt]]:
    """Ask what is of one API in one go, so that each value is looked up once."""
    import numpy as np

    together: dict[object, list[int]] = {}
    for place in places:
        one = plan.asked[place]
        key = one.where if np.count_nonzero(one.here) == 1 else place
        together.setdefault(key, []).append(place)
    for some in together.values():
        joins = plan.dictionaries.texts(set[str]().union(*(plan.needs[place].texts for place in some)))
        yield from zip(some, _asked(con, table, joins, [plan.asked[place] for place in some]), strict=True)


def _asked(con: DuckDBPyConnection, table: str, joins: str, some: Sequence[Asked]) -> Iterator[Doubt]:
    tests = "".join(f", {one.may} AS may{n}, {one.sure} AS sure{n}" for n, one in enumerate(some))
    only = f" WHERE {some[0].may}" if len(some) == 1 else ""
    events = some[0].events(table, joins, some[1:])
    rows = con.execute(f"SELECT n{tests} FROM ({events}){only}").to_arrow_table()  # noqa: S608
    numbers = rows["n"].to_numpy()
    for n in range(len(some)):
        may, sure = rows[f"may{n}"].to_numpy(), rows[f"sure{n}"].to_numpy()
        yield Doubt(numbers[may & sure], numbers[may & ~sure])

"""What is left out before hits are counted changes no episode."""

import datetime as dt
import random
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest

from workbench.detections.counting import windows
from workbench.detections.counting.crowds import crowded
from workbench.detections.reading.model import Correlation

FIELDS = ("principal", "eventName")
START = dt.datetime(2026, 9, 2)  # noqa: DTZ001 (times of events are naive UTC)
MINUTE = dt.timedelta(minutes=1)


def hits(*rows: tuple[Any, Any, Any]) -> pa.Table:
    """Return hits of minutes, groups and values, as `matching.matched` gives them."""
    columns = [[row[place] for row in rows] for place in range(3)]
    times = [None if minute is None else START + minute * MINUTE for minute in columns[0]]
    return pa.table({
        "n": pa.array(range(len(rows)), pa.int64()),
        "eventTime": pa.array(times, pa.timestamp("us")),
        "c0": pa.array(columns[1], pa.list_(pa.string())),
        "c1": pa.array(columns[2], pa.list_(pa.string())),
    })  # fmt: skip


def counting(least: int, **more: Any) -> Correlation:
    return Correlation("value_count", (), ("principal",), 300, {"gte": least}, ("eventName",), **more)


def left(how: Correlation, *rows: tuple[Any, Any, Any]) -> list[int]:
    return crowded(hits(*rows), how, FIELDS)["n"].to_pylist()


def test_only_windows_with_enough_stay() -> None:
    rows = [(minute, ["alice"], ["a"]) for minute in (0, 5, 5, 11, 30, 31)]
    assert left(counting(3), *rows) == [0, 1, 2]
    assert left(counting(4), *rows) == []
    assert left(counting(2), *rows, (30, ["bob"], ["a"])) == [0, 1, 2, 4, 5]


def test_one_hit_of_many_values_is_enough() -> None:
    assert left(counting(2), (0, ["alice"], ["a", "b"]), (9, ["alice"], ["a"])) == [0]


def test_a_group_stays_whole_where_other_days_are_compared() -> None:
    rows = [(minute, [who], ["a"]) for minute in (0, 1, 5000) for who in ("alice", "bob")]
    assert left(counting(3, usual=5), *rows, (2, ["bob"], ["a"])) == [1, 3, 5, 6]


def test_absent_times_values_and_groups() -> None:
    rows = [(0, ["alice"], [None]), (None, ["alice"], ["a"]), (1, ["alice"], None), (2, ["alice"], ["b"])]
    assert left(counting(2), *rows) == [0, 2, 3]  # counts at most: an absent value may be one
    assert left(counting(9), (0, None, ["a"]), (0, [], ["a"]), (0, ["alice", "bob"], ["a"])) == [0, 1, 2]
    assert left(counting(1)) == []


@pytest.mark.parametrize("seed", range(20))
def test_the_episodes_are_those_of_all_hits(seed: int) -> None:
    chance = random.Random(seed)
    rows = [
        (
            chance.randrange(60),
            [chance.choice("xyz")],
            chance.choices("abcdef", k=chance.choice((0, 1, 1, 2))),
        )
        for _ in range(120)
    ]
    table, how = hits(*rows), counting(chance.randrange(3, 7))
    some = crowded(table, how, FIELDS)
    assert episodes(some, how) == episodes(table, how)


def episodes(table: pa.Table, how: Correlation) -> dict[str, list[windows.Episode]]:
    groups: dict[str, list[windows.Occurrence]] = defaultdict(list)
    for row in table.to_pylist():
        one = windows.Occurrence(row["eventTime"], f"{row['n']:03}", row["n"], values=tuple(set(row["c1"])))
        groups[row["c0"][0]].append(one)
    span = dt.timedelta(seconds=how.seconds)
    found = {who: windows.counted(ones, span, how.compare, distinct=True) for who, ones in groups.items()}
    return {who: some for who, some in found.items() if some}

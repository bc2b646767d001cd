"""Recall and precision on generated months that no number was chosen on."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.detections.rates import BUCKET, START, Burst, Month, month
from workbench.detections import insights

FEW = (301, 302)
MANY = (201, 202, 203, 204, 205, 206, 207, 208)  # chosen on: 1 to 6; looked at on the way: 101 to 110


class Score(NamedTuple):
    """Of one month: planted and found bursts, insights, right ones, onsets more than a bucket off, days."""

    planted: int
    found: int
    insights: int
    right: int
    late: int
    days: int


def bursts_in(row: dict[str, Any], bursts: Sequence[Burst]) -> Iterator[Burst]:
    start = (row["start_time"] - START).total_seconds()
    end = start + row["insight_minutes"] * 60
    for burst in bursts:
        same = (row["event_name"], row["error_code"] or "") == (burst.event_name, burst.error_code)
        if same and start <= burst.end + BUCKET and end >= burst.start - BUCKET:
            yield burst


def score(made: Month) -> Score:
    rows = insights(made.events).to_pyarrow().to_pylist()
    onsets: dict[Burst, float] = {}
    right = 0
    for row in rows:
        met = list(bursts_in(row, made.bursts))
        right += bool(met)
        for burst in met:
            begun = START + timedelta(seconds=burst.start // BUCKET * BUCKET)
            onsets.setdefault(burst, abs((row["start_time"] - begun).total_seconds()) / BUCKET)
    late = sum(off > 1 for off in onsets.values())
    return Score(len(made.bursts), len(onsets), len(rows), right, late, made.days - 7)


def check(scores: Sequence[Score]) -> None:
    whole = Score(*map(sum, zip(*scores, strict=True)))
    assert whole.planted >= 20 * len(scores)
    assert whole.found >= 0.9 * whole.planted
    assert whole.right >= 0.9 * whole.insights
    assert whole.insights - whole.right <= 0.5 * whole.days
    assert whole.late <= 0.05 * whole.found


def test_planted_bursts_are_found_and_little_else() -> None:
    check([score(month(seed, keys=18, share=1.4)) for seed in FEW])


@pytest.mark.slow
def test_planted_bursts_are_found_and_little_else_in_many_months() -> None:
    check([score(month(seed)) for seed in MANY])

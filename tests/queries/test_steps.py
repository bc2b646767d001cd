from datetime import datetime

import pytest

from tests.builders import event, table
from workbench.errors import ParameterError
from workbench.queries.steps import STEPS, bucket, fitted, seconds


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("m", "2026-09-02 23:59"),
        ("5m", "2026-09-02 23:55"),
        ("15m", "2026-09-02 23:45"),
        ("h", "2026-09-02 23:00"),
        ("6h", "2026-09-02 18:00"),
        ("d", "2026-09-02 00:00"),
        ("M", "2026-09-01 00:00"),
    ],
)
def test_a_step_begins_on_the_clock(every, start):
    rows = table(event(eventTime="2026-09-02T23:59:59Z"))
    found = rows.select(at=bucket(rows.eventTime, every)).execute()["at"][0]
    assert found == datetime.fromisoformat(start)


def test_midnight_belongs_to_the_new_day():
    rows = table(event(eventTime="2026-09-02T00:00:00Z"))
    assert {
        rows.select(at=bucket(rows.eventTime, every)).execute()["at"][0] for every in ("m", "h", "6h", "d")
    } == {datetime.fromisoformat("2026-09-02")}


def test_unknown_steps_and_spans_are_refused():
    rows = table(event())
    with pytest.raises(ParameterError, match="no step '2h'"):
        bucket(rows.eventTime, "2h")
    with pytest.raises(ParameterError, match="no step"):
        fitted("w", 10, most=1)
    with pytest.raises(ParameterError, match="not a span"):
        seconds("10 minutes")


def test_a_fitted_step_never_gives_more_steps_than_asked_for():
    for length in (0, 60, 86_400, 400 * 86_400):
        step = fitted("m", length, most=300, least=8)
        assert length / STEPS[step] <= 300


def test_a_step_is_refined_for_a_short_trail_only():
    assert fitted("h", 8 * 3_600, most=500, least=8) == "h"
    assert fitted("h", 8 * 3_600 - 1, most=500, least=8) == "15m"
    assert fitted("m", 0, most=500, least=8) == "m"

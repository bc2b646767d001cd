"""Weeks of ordinary work are worth little to look at, whatever it is called."""

from collections import Counter

import pytest

from tests.builders import table
from tests.detections.ordinary import weeks
from tests.detections.publicdata import MEDIUM, hits_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_done_every_day_is_lowered_from_the_first_day_on(seed: int) -> None:
    events = weeks(seed)
    hits = hits_of(table(*events))
    worth = Counter(hit.rule for hit in hits if hit.severity in MEDIUM)
    assert len(events) > 8_000
    assert {hit.rule for hit in hits} >= {"broad-enumeration", "many-secrets-read", "lambda-code-replaced"}
    # what is left: shells and restarts of once a week
    assert set(worth) <= {"session-started", "database-interrupted"}
    assert worth.total() <= 6

"""The catalogue of calls holds nothing that nobody makes."""

from pathlib import Path
from typing import Any

import pytest

from tests.simulation.conftest import records_of
from workbench.simulation.apis.calls import fill
from workbench.simulation.apis.catalogue import CALLS


def test_every_call_of_the_catalogue_is_made_in_the_sample(
    records: list[dict[str, Any]], tampered: Path
) -> None:
    made = {
        f"{record['eventSource'].removesuffix('.amazonaws.com')}:{record['eventName']}"
        for record in (*records, *records_of(tampered))
    }
    assert sorted(name for name in CALLS if name.split("/")[0] not in made) == []


def test_readers_read_and_writers_write(records: list[dict[str, Any]]) -> None:
    for record in records:
        call = CALLS.get(f"{record['eventSource'].removesuffix('.amazonaws.com')}:{record['eventName']}")
        if call is not None:
            assert (record["readOnly"], record["managementEvent"]) == (call.read, not call.data)


def test_a_text_that_is_one_word_keeps_its_type() -> None:
    assert fill({"count": "{count}", "text": "{count} items"}, {"count": 4}) == {
        "count": 4,
        "text": "4 items",
    }


def test_a_missing_word_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError, match="user"):
        fill({"user": "{user}"}, {})

"""The engine's SQL against the evaluator's plain reading: the same hits of every rule on every event."""

import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.detections import publicdata
from tests.detections.bridge import matches
from tests.detections.evaluator import Event, hits
from tests.detections.harness import built_in, told
from tests.detections.test_eventbridge import WIDE
from workbench.detections import examine, load_rules, pattern_rule

pytestmark = pytest.mark.slow


def by_engine(events: Any) -> dict[str, set[str]]:
    outcome = examine(events, load_rules())
    found: dict[str, set[str]] = {one.rule_id: set() for one in outcome.rules}
    for row in outcome.hits.select("rule_id", "eventID").to_pyarrow().to_pylist():
        found[row["rule_id"]].add(row["eventID"])
    return {rule: ids for rule, ids in found.items() if ids}


def by_evaluator(events: Any) -> dict[str, set[str]]:
    rows = events.select("eventJson", "principal", "recipientAccountId").to_pyarrow().to_pylist()
    own = {row["recipientAccountId"] for row in rows} - {None}
    read = [Event(row["eventJson"], {"principal": row["principal"]}) for row in rows]
    return {rule: ids for rule, ids in hits(built_in(), read, own).items() if ids}


@pytest.fixture(scope="module", params=["stratus", "invictus", "rule-tests", "own-tests", "sample"])
def events(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("differential")
    if request.param == "sample":
        return wb.events(wb.open_case(request.getfixturevalue("sample_case"), read_only=True))
    if request.param == "own-tests":
        return publicdata.case_of(folder, [event for one in told(built_in()) for event in one.events])
    data: Path = request.getfixturevalue("shared_data")
    records = {
        "stratus": lambda: publicdata.stratus(data)[0],
        "invictus": lambda: publicdata.invictus(data),
        "rule-tests": lambda: [row["event"] for row in publicdata.rule_tests(data)],
    }[request.param]()
    return publicdata.case_of(folder, json.loads(json.dumps(records)))


def test_engine_and_plain_reading_of_event_patterns_find_the_same(events: Any) -> None:
    rules = [pattern_rule(text, str(place)) for place, text in enumerate(WIDE)]
    found: dict[str, set[str]] = {rule.id: set() for rule in rules}
    for row in examine(events, rules).hits.select("rule_id", "eventID").to_pyarrow().to_pylist():
        found[row["rule_id"]].add(row["eventID"])
    records = [json.loads(text) for text in events.eventJson.to_pyarrow().to_pylist()]
    for place, text in enumerate(WIDE):
        expected = {record["eventID"] for record in records if matches(json.loads(text), record)}
        assert found[str(place)] == expected, text


def test_engine_and_evaluator_find_the_same(events: Any) -> None:
    expected = by_evaluator(events)
    assert expected, "nothing to compare"
    assert by_engine(events) == expected

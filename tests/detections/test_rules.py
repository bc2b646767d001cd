"""The built-in rules: each is asked of the test events in its file, and owes its reader some words."""

import re
from pathlib import Path

import pytest

from tests.builders import event, table
from tests.detections.harness import RULES, built_in, told
from workbench.detections import SEVERITIES, examine, load_rules, run
from workbench.detections.trying import Trial

DOCUMENTS = built_in()
TESTS = told(DOCUMENTS)
BASES = {name for one in DOCUMENTS for name in one.get("correlation", {}).get("rules", [])}
PIVOTS = {
    "01_triage", "02_access_key", "03_role_session", "04_privilege_escalation", "05_persistence",
    "06_cross_account", "07_console_login", "08_s3_exfiltration", "10_secrets", "12_log_tampering",
}  # fmt: skip
RULE = pytest.mark.parametrize(
    "rule", [one for one in DOCUMENTS if one["id"] not in BASES], ids=lambda one: one["id"]
)


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, str]]:
    """Severity by event, by rule, of one run over the events of all tests."""
    hits = examine(table(*(record for one in TESTS for record in one.events)), load_rules()).hits
    by_rule: dict[str, dict[str, str]] = {}
    for row in hits.select("rule_id", "eventID", "severity").to_pyarrow().to_pylist():
        by_rule.setdefault(row["rule_id"], {})[row["eventID"]] = row["severity"]
    return by_rule


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test.rule}-{test.number}")
def test_a_rule_does_what_its_tests_say(test: Trial, found: dict[str, dict[str, str]]) -> None:
    severities = [
        severity
        for record in test.events
        if (severity := found.get(test.rule, {}).get(record["eventID"])) is not None
    ]
    assert ("hit" if severities else "miss") == test.expect, test.why
    assert test.severity in (None, *severities)


@RULE
def test_a_rule_has_a_hit_two_near_misses_and_an_absent_field(rule: dict) -> None:
    tests = rule["custom"]["tests"]
    misses = [test["why"] for test in tests if test["expect"] == "miss"]
    assert any(test["expect"] == "hit" for test in tests)
    assert len(misses) >= 3
    assert any("absent" in why for why in misses)
    assert [why for why in misses if "absent" not in why][1:], "a second near miss"


@RULE
def test_a_rule_says_what_it_means(rule: dict) -> None:
    custom = rule["custom"]
    assert rule["level"] in SEVERITIES
    assert len(rule["description"]) > 20
    assert custom["pivot"] in PIVOTS
    assert "{" in custom["explain"]
    if rule["level"] != "informational":
        assert custom["attack"]["v18"]
        assert custom["attack"]["v19"]
        assert rule["falsepositives"]
        assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", one) for one in custom["attack"]["v18"])
    assert not any(set("*?") & set(api) for api in custom.get("api", []))


@RULE
def test_apis_are_named_for_dispatch(rule: dict) -> None:
    everything = {
        "root-activity",
        "cis-4-1",
        "cis-4-3",
        "denied-burst",
        "broad-enumeration",
        "enumeration",
        "attack-tool-agent",
        "endpoint-misused",
        "rare-service-first",
        "rare-service-opened",
        "taken-away-first",
    }
    assert ("detection" not in rule) or rule["custom"].get("api") or rule["id"] in everything


@RULE
def test_a_file_has_the_name_of_its_rule(rule: dict) -> None:
    """And no other: what a correlation counts is with it."""
    assert rule["file"] == rule["id"]


def test_all_rules_load_without_a_word_of_blame() -> None:
    rules = load_rules()
    assert [(rule.id, rule.refused) for rule in rules if rule.refused] == []
    assert [(rule.id, rule.lint) for rule in rules if rule.lint] == []
    assert len({rule.id for rule in rules}) == len(rules) == len(DOCUMENTS)


def test_rules_run_again_on_the_same_connection() -> None:
    events = table(event(eventSource="cloudtrail.amazonaws.com", eventName="StopLogging"))
    first, second = (run(events).select("rule_id").to_pyarrow().to_pylist() for _ in range(2))
    assert first == second != []


def test_the_list_is_long_enough() -> None:
    monitors = {one["custom"]["cis"] for one in DOCUMENTS if "cis" in (one.get("custom") or {})}
    assert monitors == {f"4.{number}" for number in range(1, 17)}
    assert len(DOCUMENTS) - len(monitors) - len(BASES) >= 80


def test_no_rule_looks_for_the_name_of_a_test_tool() -> None:
    forbidden = "strat" + "us"
    named = [path.name for path in Path(RULES).rglob("*.yml") if forbidden in path.read_text().lower()]
    assert named == []

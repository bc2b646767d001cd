"""Rules that are chosen for a question hit as they do among all rules."""

from pathlib import Path

import ibis
import pytest

import workbench as wb
from tests.builders import event, table
from workbench.detections import load_rules, rules_of, run

OFF = "detection: {a: {eventName: StopLogging}, condition: a}"
THRICE = (
    "correlation: {type: event_count, rules: [off], group-by: [awsRegion], timespan: 5m, condition: {gte: 3}}"
)


@pytest.fixture(scope="module")
def whole(sample_case: Path) -> ibis.Table:
    con = wb.open_case(sample_case, read_only=True)
    yield run(wb.events(con))
    con.disconnect()


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"tactics": ["persistence"]}, lambda t: t.tactic.contains("persistence")),
        ({"tactics": ["exfiltration", "impact"]}, lambda t: t.tactic.re_search("exfiltration|impact")),
        ({"technique": ["T1110"]}, lambda t: t.technique.contains("T1110")),
    ],
)
def test_hits_are_those_of_all_rules(whole: ibis.Table, chosen: dict, kept: object) -> None:
    con = whole.get_backend()
    rules = rules_of(*chosen.pop("tactics", ()), **chosen)
    assert len(rules) < len(load_rules()) / 2
    some = run(wb.events(con), rules, instances=True)
    found, expected = (hits.filter(kept).order_by("rule_id", "eventID").execute() for hits in (some, whole))
    assert found.equals(expected)


def test_a_rule_that_is_counted_comes_with_the_one_that_counts(tmp_path: Path) -> None:
    (tmp_path / "off.yml").write_text(f"title: Off\nname: off\ntags: [attack.impact]\n{OFF}")
    (tmp_path / "thrice.yml").write_text(f"title: Thrice\ntags: [attack.persistence]\n{THRICE}")
    (tmp_path / "other.yml").write_text(f"title: Other\n{OFF}")
    rules = load_rules(tmp_path)
    assert [rule.title for rule in rules_of("persistence", rules=rules)] == ["Off", "Thrice"]
    impact = rules_of("impact", rules=rules)
    assert [rule.title for rule in impact] == ["Off", "Thrice"], "alone, Off would hit where it does not now"
    assert run(table(event(eventName="StopLogging")), impact).count().execute() == 0


def test_a_subtechnique_belongs_to_its_technique_and_what_names_nothing_is_in_no_choice() -> None:
    assert {rule.pivot for rule in rules_of(pivot="07_console_login")} >= {"07_console_login"}
    held = {one for rule in rules_of(technique=["T1098"]) for one in rule.attack.get("v18", ())}
    assert "T1098.001" in held
    assert rules_of("no-such-tactic") == []

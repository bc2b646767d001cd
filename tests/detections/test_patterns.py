"""CloudWatch metric-filter patterns as they are written for alarms."""

import json
from pathlib import Path

import pytest

from tests.detections.asking import hits, labelled
from workbench.detections import explain, load_rules, pattern_rule

EVENTS = labelled(
    stop={"eventName": "StopLogging"},
    small={"eventName": "stoplogging"},
    denied={"errorCode": "AccessDeniedException", "sourceIPAddress": "delivery.logs.amazonaws.com"},
    refused={"errorCode": "Client.UnauthorizedOperation", "sourceIPAddress": ...},
    root={"userIdentity": {"type": "Root"}, "eventType": ...},
    service={"userIdentity": {"type": "Root", "invokedBy": "x.amazonaws.com"}},
    ports={"requestParameters": {"items": [{"port": 22}, {"port": 443}], "open": True, "why": None}},
)
PATTERNS = {
    "{ $.eventName = StopLogging }": {"stop"},
    '{ ($.eventName = "Stop*") }': {"stop"},
    "{ $.eventName = %^[Ss]top% }": {"stop", "small"},
    '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }': {"denied", "refused"},
    '{ ($.errorCode = "*UnauthorizedOperation" || $.errorCode = "AccessDenied*") '
    '&& $.sourceIPAddress != "delivery.logs.amazonaws.com" }': {"refused"},
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS '
    '&& $.eventType != "AwsServiceEvent" }': {"root"},
    "{ $.requestParameters.items[*].port = 22 }": {"ports"},
    "{ $.requestParameters.items[0].port > 400 }": {"ports"},
    "{ $.requestParameters.items[0].port < 22 }": set(),
    "{ $.requestParameters.open IS TRUE }": {"ports"},
    "{ $.requestParameters.open IS FALSE }": set(),
    "{ $.requestParameters.why IS NULL }": {"ports"},
    "{ $.requestParameters.none IS NULL }": set(),
    "{ $.requestParameters.open EXISTS && $.requestParameters.why IS NULL }": {"ports"},
    "{ $.errorCode = * && $.eventName = ListUsers }": {"denied", "refused"},
}


def test_what_patterns_hit() -> None:
    rules = [pattern_rule(text, str(place)) for place, text in enumerate(PATTERNS)]
    assert [rule.refused for rule in rules] == [None] * len(rules)
    found = hits(EVENTS, rules)
    assert dict(zip(PATTERNS, found.values(), strict=True)) == PATTERNS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ERROR", "no pattern for JSON: it begins with {"),
        ("{ $.eventName = }", "pattern: a value expected at: }"),
        ("{ $.eventName = a", "pattern ends too early"),
        ("{ $.eventName = a } b", "pattern cannot be read at: b"),
        ("{ eventName = a }", "pattern: a field such as $.eventName expected at: eventName"),
        ("{ $.host = a }", "unknown field host"),
        ("{ $.eventName = \udcff }", "a pattern that is no Unicode"),
        ("{ $.eventName > a }", "not a number: a"),
        ("{ $.eventName LIKE a }", "pattern cannot be read at: LIKE"),
        ("{" + "(" * 99 + " $.eventName = a", "pattern nested more than 50 deep"),
        ("{ $.eventName = %(?=a)% }", "regular expression not supported: (?=a)"),
    ],
)
def test_what_is_no_pattern_is_refused(text: str, why: str) -> None:
    assert str(pattern_rule(text).refused).startswith(why)


def test_patterns_lie_in_a_folder_of_rules(tmp_path: Path) -> None:
    (tmp_path / "root.pattern").write_text("{ $.userIdentity.type = Root }\n", encoding="utf-8")
    filters = [
        {"filterName": "off", "filterPattern": "{ $.eventName = StopLogging }"},
        {"filterPattern": "x"},
    ]
    (tmp_path / "filters.json").write_text(json.dumps({"metricFilters": filters}), encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    found = {rule.id: rule.refused for rule in load_rules(tmp_path)}
    assert found == {"root": None, "off": None, "filters": "no pattern for JSON: it begins with {"}


def test_explain_gives_sql_that_runs() -> None:
    from tests.builders import table

    events = table(*EVENTS.values())
    rule = pattern_rule("{ $.requestParameters.items[0].port = 22 && $.eventName != x }")
    assert events.get_backend().sql(explain(rule)).eventID.execute().tolist() == ["ports"]

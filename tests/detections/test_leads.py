"""Who it really was, each rule once per person, and what became of the rules: said, never left out."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.detections import by_rule, examine, load_rules, people, run, told
from workbench.detections.judging.suppressions import Suppression
from workbench.detections.reading.model import Rule

STOP = {"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"}
RULE = "title: {title}\nlevel: {level}\ndetection: {{a: {{eventName: {name}}}, condition: a}}\n"


def rules(folder: Path, **levels: str) -> list[Rule]:
    for name, level in levels.items():
        text = RULE.format(title=f"{name} seen", level=level, name=name)
        (folder / f"{name}.yml").write_text(text)
    return load_rules(folder)


def stopped() -> list[Rule]:
    """The built-in rule on stopped trails, which is worth less where the call was refused."""
    return [rule for rule in load_rules() if rule.title == "Trail stopped or deleted"]


def rows(found: Any) -> list[dict[str, Any]]:
    return found.to_pyarrow().to_pylist()


def test_an_alert_is_of_whoever_is_proven_to_stand_behind_the_role(tmp_path: Path) -> None:
    events = table(assume_role(user("mallory"), key="ASIA1"), role_event(key="ASIA1", **STOP))
    (alert,) = rows(by_rule(run(events, rules(tmp_path, StopLogging="high")), people(events)))
    assert (alert["who"], alert["proof"]) == ("user mallory (111122223333)", "certain")
    assert (alert["severity"], alert["title"]) == ("high", "StopLogging seen")


def test_where_nobody_is_proven_the_principal_stands_with_the_reason_in_words(tmp_path: Path) -> None:
    events = table(role_event(key="ASIA9", **STOP))
    (alert,) = rows(by_rule(run(events, rules(tmp_path, StopLogging="high")), people(events)))
    assert alert["who"] == "role Deploy (111122223333)"
    assert alert["proof"].startswith("not proven: ")
    assert "_" not in alert["proof"], "a code is no sentence"


def test_a_caller_from_another_account_is_told_with_that_account() -> None:
    caller = {"type": "AWSAccount", "principalId": "AIDAFOREIGN", "accountId": "999988887777"}
    whole = {"type": "AWSAccount", "accountId": "999988887777"}
    opened = [assume_role(one, eventID=name) for one, name in ((caller, "user"), (whole, "whole"))]
    found = {row["eventID"]: row["who"] for row in rows(people(table(*opened)))}
    assert found["user"] == "AIDAFOREIGN (999988887777)"
    assert found["whole"].count("999988887777") == 1


def test_a_person_of_identity_center_is_called_by_the_name_of_her_session() -> None:
    role = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    identity = role_session(role, "astrid.holm@nordwind.example", key="ASIA1")
    identity["onBehalfOf"] = {
        "userId": "7448d4c8-90",
        "identityStoreArn": "arn:aws:identitystore::1:identitystore/d-1",
    }
    (row,) = rows(people(table(event(userIdentity=identity))))
    assert (row["origin"], row["who"]) == ("7448d4c8-90", "astrid.holm@nordwind.example")


@pytest.mark.parametrize(
    ("times", "occurred"),
    [
        (["04:00:00"], "once, at 2026-09-02 04:00:00 UTC"),
        (["04:00:00", "04:00:00"], "2 times, at 2026-09-02 04:00:00 UTC"),
        (["04:00:00", "05:30:00"], "2 times, from 2026-09-02 04:00:00 to 2026-09-02 05:30:00 UTC"),
    ],
)
def test_how_often_and_when_is_said_as_people_say_it(tmp_path: Path, times: list[str], occurred: str) -> None:
    events = table(*(event(**STOP, eventTime=f"2026-09-02T{time}Z") for time in times))
    (alert,) = rows(by_rule(run(events, rules(tmp_path, StopLogging="high")), people(events)))
    assert alert["occurred"] == occurred
    assert len(alert["eventIDs"]) == len(times)


def test_the_gravest_come_first_and_the_reason_is_that_of_the_gravest_hit(tmp_path: Path) -> None:
    failed = event(**STOP, errorCode="AccessDenied", eventTime="2026-09-02T04:00:00Z")
    worked = event(**STOP, eventTime="2026-09-02T05:00:00Z", eventID="e-worked")
    events = table(failed, worked, event(eventTime="2026-09-02T03:00:00Z"))
    chosen = [*stopped(), *rules(tmp_path, ListUsers="low")]
    alerts = rows(by_rule(run(events, chosen), people(events)))
    assert [alert["severity"] for alert in alerts] == ["high", "low"]
    assert alerts[0]["eventID"] == "e-worked"
    assert "denied" not in alerts[0]["reason"]
    assert [alert["confidence"] for alert in alerts] == ["high", "low"]


def test_no_hit_is_no_alert(tmp_path: Path) -> None:
    events = table(event())
    assert rows(by_rule(run(events, rules(tmp_path, StopLogging="high")), people(events))) == []


def test_a_refusal_is_said_beside_what_ran(tmp_path: Path) -> None:
    refused = Rule("x", "Odd rule", refused="unknown field nonsense")
    (said,) = rows(told(examine(table(event(**STOP)), [*rules(tmp_path, StopLogging="high"), refused])))
    assert (said["ran"], said["refused"], said["hits"]) == (1, 1, 1)
    assert said["told"] == (
        "1 rule ran, with 1 hit. 1 was refused, so it looked at nothing: Odd rule (unknown field nonsense)."
    )


def test_lowered_and_suppressed_hits_are_told_not_hidden(tmp_path: Path) -> None:
    events = table(event(**STOP, errorCode="AccessDenied"), event())
    expected = Suppression("ListUsers", {"principal": "*alice*"}, why="nightly list")
    outcome = examine(events, [*stopped(), *rules(tmp_path, ListUsers="high")], suppressions=[expected])
    (said,) = rows(told(outcome))
    assert (said["hits"], said["lowered"], said["suppressed"]) == (2, 1, 1)
    assert "1 of them is worth less than its rule says" in said["told"]
    assert "1 was suppressed as expected" in said["told"]


def test_suppressions_that_fit_nothing_are_told(tmp_path: Path) -> None:
    expected = [Suppression("other", {"principal": "*alice*"}), Suppression("stop")]
    outcome = examine(table(event(**STOP)), rules(tmp_path, StopLogging="high"), suppressions=expected)
    (said,) = rows(told(outcome))
    assert said["unused"] == ["{rule: 'other', principal: '*alice*'}", "{rule: 'stop'}"]
    assert said["told"].endswith(
        "2 suppressions fit no hit: {rule: 'other', principal: '*alice*'}; {rule: 'stop'}."
    )

"""Who made the keys, users, roles and passwords that are used later."""

from typing import Any

from tests.builders import ACCOUNT, assume_role, event, role_event, table, user
from workbench.queries.attribution.lineage import lineage


def rows(*events: dict[str, Any]) -> list[tuple[str, str, int]]:
    found = lineage(table(*events)).to_pyarrow().to_pylist()
    return [(row["kind"], row["made"], row["used"]) for row in found]


def test_a_key_and_its_use() -> None:
    answer = {"accessKey": {"userName": "backup", "accessKeyId": "AKIABACKUP"}}
    made = event(eventName="CreateAccessKey", responseElements=answer, eventTime="2026-09-02T04:10:00Z")
    early, late = (
        event(userIdentity=user("backup", key="AKIABACKUP"), eventTime=f"2026-09-02T04:{minute}:00Z")
        for minute in ("05", "15")
    )
    assert rows(early, made, late) == [("access-key", "AKIABACKUP", 1)], "only use after it was made counts"


def test_a_role_by_its_arn_with_path() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy"
    made = event(eventName="CreateRole", requestParameters={"roleName": "Deploy", "path": "/ci/"},
                 responseElements={"role": {"arn": arn}})  # fmt: skip
    assert rows(made, role_event("ci/Deploy")) == [("role", arn, 1)]


def test_without_an_answer_the_request_names_the_user() -> None:
    made = event(eventName="CreateLoginProfile", requestParameters={"userName": "backup"})
    assert rows(made) == [("login-profile", f"arn:aws:iam::{ACCOUNT}:user/backup", 0)]


def test_what_was_refused_made_nothing() -> None:
    asked = {"userName": "backup"}
    assert rows(event(eventName="CreateUser", requestParameters=asked, errorCode="AccessDenied")) == []


def test_a_call_of_that_name_elsewhere_is_none() -> None:
    other = event(eventName="CreateUser", eventSource="cognito-idp.amazonaws.com")
    assert rows(other) == []


def made_by_alice(name: str, time: str, **asked: str) -> dict[str, Any]:
    return event(eventName=name, requestParameters=asked, eventTime=f"2026-09-02T04:{time}:00Z")


def test_what_is_made_again_under_the_same_arn_has_uses_of_its_own() -> None:
    backup = user("backup", key="AKIABACKUP0000000000")
    calls = [event(userIdentity=backup, eventTime=f"2026-09-02T04:{minute}:00Z") for minute in (11, 12, 31)]
    asked = {"userName": "backup"}
    made, gone, again = (
        made_by_alice(name, time, **asked)
        for name, time in (("CreateUser", "10"), ("DeleteUser", "20"), ("CreateUser", "30"))
    )
    arn = f"arn:aws:iam::{ACCOUNT}:user/backup"
    assert rows(*calls, made, gone, again) == [("user", arn, 2), ("user", arn, 1)]
    assert rows(*calls, made, again) == [("user", arn, 2), ("user", arn, 1)], "that it was deleted is lost"


def test_a_password_is_used_without_a_long_term_key_and_ends_with_its_user() -> None:
    by_key = event(userIdentity=user("backup"), eventTime="2026-09-02T04:11:00Z")
    console = [
        event(
            userIdentity=user("backup", key="ASIABACKUP0000000000"), eventTime=f"2026-09-02T04:{minute}:00Z"
        )
        for minute in (12, 22)
    ]
    made = made_by_alice("CreateLoginProfile", "10", userName="backup")
    arn = f"arn:aws:iam::{ACCOUNT}:user/backup"
    assert rows(made, by_key, *console) == [("login-profile", arn, 2)]
    assert rows(made, made_by_alice("DeleteUser", "20", userName="backup"), *console) == [
        ("login-profile", arn, 1)
    ]


def test_a_trust_policy_is_named_by_the_roles_arn_with_path_and_partition() -> None:
    changed = made_by_alice("UpdateAssumeRolePolicy", "10", roleName="Deploy")
    later = role_event("ci/Deploy", eventTime="2026-09-02T04:11:00Z")
    assert rows(changed, later) == [("trust-policy", f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy", 1)]
    china = changed | {"awsRegion": "cn-north-1"}
    assert rows(china) == [("trust-policy", f"arn:aws-cn:iam::{ACCOUNT}:role/Deploy", 0)]


def test_whoever_stands_behind_the_maker_is_told() -> None:
    made = made_by_alice("CreateUser", "11", userName="backup")
    made["userIdentity"] = role_event(key="ASIA1")["userIdentity"]
    opened = assume_role(user(), key="ASIA1", eventTime="2026-09-02T04:00:00Z")
    (row,) = lineage(table(opened, made)).to_pyarrow().to_pylist()
    assert row["made_by"] == f"arn:aws:iam::{ACCOUNT}:role/Deploy"
    assert (row["origin_principal"], row["origin_confidence"]) == (user()["arn"], "certain")

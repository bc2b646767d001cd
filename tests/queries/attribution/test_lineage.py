"""Who made the keys, users, roles and passwords that are used later."""

from typing import Any

from tests.builders import ACCOUNT, event, role_event, table, user
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

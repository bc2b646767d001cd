"""Forward from a key or session: what it opened and made, and what of it still works."""

from typing import Any

import pytest

from tests.builders import ACCOUNT, assume_role, event, role_event, role_session, table, user
from workbench.errors import NotFoundError, ParameterError
from workbench.queries.attribution.blast import blast_radius

KEY = "AKIAIOSFODNN7EXAMPLE"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Deploy"


def at(minute: int, hour: int = 4) -> dict[str, str]:
    return {"eventTime": f"2026-09-02T{hour:02}:{minute:02}:00Z"}


def reached(events: Any, start: str = KEY, **options: Any) -> list[dict[str, Any]]:
    return blast_radius(events, start, **options).to_pyarrow().to_pylist()


def told(rows: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(row["kind"], row["depth"], row["what"].rpartition("/")[2]) for row in rows]


def created_key(key: str = "AKIABACKUP0000000000", name: str = "backup", **fields: Any) -> dict[str, Any]:
    answer = {"accessKey": {"userName": name, "accessKeyId": key, "status": "Active"}}
    asked = {"userName": name}
    return event(eventName="CreateAccessKey", requestParameters=asked, responseElements=answer, **fields)


def test_a_key_that_led_nowhere() -> None:
    (row,) = reached(table(event(**at(0))))
    assert (row["kind"], row["what"], row["is_live"]) == ("start", KEY, True)
    assert row["command"].startswith("aws iam update-access-key --user-name alice")


def test_a_chain_of_roles_is_followed_by_keys() -> None:
    rows = reached(table(
        assume_role(user(), "Deploy", key="ASIA1", **at(0)),
        assume_role(role_session("Deploy", key="ASIA1"), "Admin", key="ASIA2", **at(1)),
        role_event("Admin", key="ASIA2", **at(2)),
    ))  # fmt: skip
    assert told(rows) == [("start", 0, KEY), ("session", 1, "build-1"), ("session", 2, "build-1")]
    assert [row["access_key_id"] for row in rows] == [None, "ASIA1", "ASIA2"]
    assert [row["events"] for row in rows] == [1, 1, 1]


def test_the_same_role_opened_by_somebody_else_is_not_reached() -> None:
    other = user("bob", key="AKIABOB0000000000000")
    rows = reached(table(
        assume_role(user(), "Deploy", key="ASIA1", **at(0)),
        assume_role(other, "Deploy", key="ASIA2", **at(1)),
        role_event("Deploy", key="ASIA2", **at(2)),
    ))  # fmt: skip
    assert [row["access_key_id"] for row in rows] == [None, "ASIA1"]
    assert rows[1]["events"] == 0


def test_a_refused_assumption_opens_nothing() -> None:
    refused = assume_role(user(), "Deploy", errorCode="AccessDenied", responseElements=None, **at(0))
    assert told(reached(table(refused))) == [("start", 0, KEY)]


def test_a_session_works_until_it_expires() -> None:
    events = table(assume_role(user(), "Deploy", key="ASIA1", **at(0)))  # it expires at 05:00:00
    (_, session) = reached(events, at="2026-09-02T04:30:00Z")
    assert (session["is_live"], session["why"]) == (True, "works until 2026-09-02 05:00:00 UTC")
    (_, session) = reached(events, at="2026-09-02T05:30:00Z")
    assert (session["is_live"], session["why"]) == (False, "expired at 2026-09-02 05:00:00 UTC")
    assert session["command"] is None


def test_a_created_key_is_followed_to_its_use() -> None:
    key = "AKIABACKUP0000000000"
    rows = reached(table(
        created_key(key, **at(0)), assume_role(user("backup", key=key), "Deploy", key="ASIA1", **at(1)),
    ))  # fmt: skip
    assert told(rows) == [("start", 0, KEY), ("access-key", 1, key), ("session", 2, "build-1")]
    off = f"aws iam update-access-key --user-name backup --access-key-id {key} --status Inactive"
    assert rows[1]["command"] == off


def test_a_key_that_was_switched_off_is_no_longer_live() -> None:
    off = {"userName": "backup", "accessKeyId": "AKIABACKUP0000000000", "status": "Inactive"}
    on = off | {"status": "Active"}
    made = created_key(**at(0))
    rows = reached(table(made, event(eventName="UpdateAccessKey", requestParameters=off, **at(5))))
    assert (rows[1]["is_live"], rows[1]["why"]) == (False, "taken back at 2026-09-02 04:05:00 UTC")
    rows = reached(table(made, event(eventName="UpdateAccessKey", requestParameters=on, **at(5))))
    assert rows[1]["is_live"]


@pytest.mark.parametrize("moment", ["2026-09-02T04:03:00Z", "2026-09-02T06:03:00+02:00"])
def test_what_is_taken_back_later_is_live_before(moment: str) -> None:
    gone = {"userName": "backup", "accessKeyId": "AKIABACKUP0000000000"}
    events = table(created_key(**at(0)), event(eventName="DeleteAccessKey", requestParameters=gone, **at(5)))
    assert reached(events, at=moment)[1]["is_live"]


def test_a_key_that_was_switched_on_again_is_live() -> None:
    off = {"userName": "backup", "accessKeyId": "AKIABACKUP0000000000", "status": "Inactive"}
    turns = [off, off | {"status": "Active"}, off]
    made = created_key(**at(0))
    calls = [
        event(eventName="UpdateAccessKey", requestParameters=asked, **at(5 + place))
        for place, asked in enumerate(turns)
    ]
    assert reached(table(made, *calls[:2]))[1]["is_live"]
    assert reached(table(made, *calls))[1]["why"] == "taken back at 2026-09-02 04:07:00 UTC"


def test_a_user_that_was_deleted_and_made_again() -> None:
    asked, answer = {"userName": "backup"}, {"user": {"arn": f"arn:aws:iam::{ACCOUNT}:user/ci/backup"}}
    made = {"eventName": "CreateUser", "requestParameters": asked, "responseElements": answer}
    gone = event(eventName="DeleteUser", requestParameters=asked, **at(2))  # which names no path
    rows = reached(table(event(**made, **at(0)), gone, event(**made, **at(4))))
    assert [row["why"] for row in rows[1:]] == [
        "taken back at 2026-09-02 04:02:00 UTC", "nothing in this case takes it back",
    ]  # fmt: skip


START_KEY = "ASIAIOSFODNN7EXAMPL1"


@pytest.mark.parametrize("start", [
    START_KEY, f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/build-1", "used",
])  # fmt: skip
def test_a_session_to_start_from_expires(start: str) -> None:
    used = role_event("Deploy", key=START_KEY, eventID="used", **at(1))
    events = table(assume_role(user(), "Deploy", key=START_KEY, **at(0)), used)
    (row,) = reached(events, start, at="2026-09-02T04:30:00Z")
    assert (row["is_live"], row["why"]) == (True, "works until 2026-09-02 05:00:00 UTC")
    (row,) = reached(events, start, at="2026-09-02T09:00:00Z")
    assert (row["is_live"], row["why"], row["command"]) == (False, "expired at 2026-09-02 05:00:00 UTC", None)


def test_a_session_whose_opening_is_not_here_ends_at_the_longest_and_its_role_lasts() -> None:
    events = table(role_event("Deploy", key=START_KEY, **at(1)))
    (row,) = reached(events, START_KEY, at="2026-09-02T16:30:00Z")
    assert row["why"] == "expired at 2026-09-02 16:00:00 UTC"
    assert reached(events, ROLE, at="2026-09-02T16:30:00Z")[0]["is_live"]


def test_a_user_a_password_and_a_trust_policy() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/backup"
    asked = {"userName": "backup"}
    console = user("backup", key="ASIACONSOLE000000000")
    answer = {"user": {"arn": arn}}
    rows = reached(table(
        event(eventName="CreateUser", requestParameters=asked, responseElements=answer, **at(0)),
        event(eventName="CreateLoginProfile", requestParameters=asked, **at(1)),
        event(eventName="UpdateAssumeRolePolicy", requestParameters={"roleName": "Deploy"}, **at(2)),
        event(userIdentity=console, sessionCredentialFromConsole="true", **at(3)),
    ))  # fmt: skip
    assert told(rows) == [
        ("start", 0, KEY), ("user", 1, "backup"), ("login-profile", 1, "backup"),
        ("trust-policy", 1, "Deploy"),
    ]  # fmt: skip
    assert rows[1]["events"] == 1
    assert rows[3]["reason"].startswith("shows who may assume the role now")


def test_two_roles_that_open_each_other_come_to_an_end() -> None:
    calls = [assume_role(user(), "A", key="ASIA0", **at(0))]
    for turn in range(1, 12):
        role, before = "AB"[turn % 2], "AB"[(turn + 1) % 2]
        caller = role_session(before, key=f"ASIA{turn - 1}")
        calls.append(assume_role(caller, role, key=f"ASIA{turn}", **at(turn)))
    assert [row["depth"] for row in reached(table(*calls))] == list(range(13))


def test_wrong_calls() -> None:
    events = table(event())
    with pytest.raises(NotFoundError, match="AKIANOBODY0000000000 is nowhere"):
        blast_radius(events, "AKIANOBODY0000000000")
    with pytest.raises(ParameterError, match="'soon' is no time"):
        blast_radius(events, KEY, at="soon")

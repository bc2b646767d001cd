"""What ends, restricts or leaves in doubt what a key led to, each told with the event that proves it.

All cases stand in one table, each about a role and a user of its own: they are asked once.
"""

import json
from typing import Any

import pytest

from tests.builders import ACCOUNT, assume_role, event, role_event, table, user
from tests.queries.attribution.callers import token_call
from workbench.queries.attribution.blast import blast_radius

Json = dict[str, Any]
KEY, ISSUED, BOBS = "AKIAIOSFODNN7EXAMPLE", "ASIAISSUED", "AKIABOB"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/incident"
DEPLOY, BOB = {"roleName": "Deploy"}, {"userName": "bob"}
LIVE: tuple[str, bool | None, list[str]] = ("live", True, [])


def at(minute: int) -> str:
    return f"2026-09-02T04:{minute:02}:00Z"


def call(name: str, minute: int, answer: Json | None = None, **asked: str | bool) -> Json:
    """Return a call of IAM by alice whose event id tells its name and minute."""
    return event(eventName=name, eventID=f"{name} {minute}", eventTime=at(minute), requestParameters=asked,
                 responseElements=answer)  # fmt: skip


def deny(issued_before: str | None = None, **more: Any) -> str:
    """Return a policy that denies everything, or what was issued before a time."""
    condition: Json = {"DateLessThan": {"aws:TokenIssueTime": issued_before}} if issued_before else {}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def put(document: str, name: str = "PutRolePolicy", **whose: str) -> Json:
    asked = {"policyName": "AWSRevokeOlderSessions", "policyDocument": document}
    return call(name, 10, **(whose or DEPLOY), **asked)


def opened(minute: int = 0) -> Json:
    return assume_role(user(), key=ISSUED, eventTime=at(minute))  # until 05:00


def version(name: str, **asked: Any) -> Json:
    answer = {"policyVersion": {"versionId": "v2"}} if name == "CreatePolicyVersion" else None
    return call(name, 8, answer, policyArn=OWN, **asked)


def token(name: str) -> list[Json]:
    return [MADE, token_call(user("bob", key=BOBS), name, key=ISSUED, eventTime=at(6))]


MADE = call("CreateAccessKey", 5, {"accessKey": {"userName": "bob", "accessKeyId": BOBS}}, **BOB)
REVOKED, ENDED = put(deny(at(10))), ("ended", False, ["PutRolePolicy 10"])
OPEN = ("unknown", None, ["PutRolePolicy 10"])
USERS = put(deny(at(10)), "PutUserPolicy", **BOB)
INLINE = {"policyName": "AWSRevokeOlderSessions"}
POLICY = call("CreatePolicy", 5, {"policy": {"arn": OWN}}, policyName="incident", policyDocument=deny(at(4)))
ATTACHED = call("AttachRolePolicy", 6, **DEPLOY, policyArn=OWN)
EMPTY = {"policyDocument": '{"Statement": []}'}
BY_POLICY = ("ended", False, ["CreatePolicy 5", "AttachRolePolicy 6"])
CONDITIONS: list[Json] = [
    {"StringEquals": {"aws:userid": "AROA:build-1"}}, {"DateLessThan": {"aws:TokenIssueTime": "soon"}},
    {"DateLessThan": {"aws:TokenIssueTime": at(10)}, "StringEquals": {"aws:userid": "AROA:build-1"}},
]  # fmt: skip
NOTHING = [
    "", "no json", "[]", '{"Statement": [7]}', deny(at(10), Effect="Allow"), deny(at(10), Action="s3:*"),
    deny(at(10), Resource="arn:aws:s3:::*"),
]  # fmt: skip
OFF = call("UpdateAccessKey", 10, **BOB, accessKeyId=BOBS, status="Inactive")
TRUST = call("UpdateAssumeRolePolicy", 5, **DEPLOY, policyDocument="{}")
OTHER = call("UpdateAssumeRolePolicy", 10, **DEPLOY, policyDocument='{"Statement": []}')
OTHER["userIdentity"] = user("carol", key="AKIACAROL00000000000")
PASSWORD = call("CreateLoginProfile", 5, **BOB)
CHANGED = call("UpdateLoginProfile", 10, **BOB, passwordResetRequired=True)
CHANGED["userIdentity"] = OTHER["userIdentity"]
GONE = ("ended", False, ["UpdateLoginProfile 10"])
SAME = OTHER | {"requestParameters": TRUST["requestParameters"]}

CASES: dict[str, tuple[str, list[Json], tuple[str, bool | None, list[str]]]] = {
    **{f"revoked before {time}": ("session", [opened(), put(deny(time))], ENDED)
       for time in (at(10), "2026-09-02T04:00:01Z", "1788322210", "2026-09-02T06:10:00+02:00")},
    "revoked before it was issued": ("session", [opened(), put(deny(at(0)))], LIVE),
    "issued after it was revoked": ("session", [opened(20), REVOKED], LIVE),
    "within one second": ("session", [opened(), put(deny("2026-09-02T04:00:00.500Z"))], OPEN),
    "another role": ("session", [opened(), put(deny(at(10)), roleName="Other")], LIVE),
    "another account": ("session", [opened(), REVOKED | {"recipientAccountId": "444455556666"}], LIVE),
    "refused": ("session", [opened(), REVOKED | {"errorCode": "AccessDenied"}], LIVE),
    "put away": ("session", [opened(), REVOKED, call("DeleteRolePolicy", 20, **DEPLOY, **INLINE)], LIVE),
    "replaced": ("session", [opened(), REVOKED, put(EMPTY["policyDocument"]) | {"eventTime": at(20)}], LIVE),
    "another put away": (
        "session", [opened(), REVOKED, call("DeleteRolePolicy", 20, **DEPLOY, policyName="x")], ENDED,
    ),
    **{f"no deny of all {number}": ("session", [opened(), put(document)], LIVE)
       for number, document in enumerate(NOTHING)},
    **{f"on a condition {number}": ("session", [opened(), put(deny(Condition=condition))], OPEN)
       for number, condition in enumerate(CONDITIONS)},
    "managed": ("session", [opened(), POLICY, ATTACHED], BY_POLICY),
    "managed, not attached": ("session", [opened(), POLICY], LIVE),
    "managed, detached": (
        "session", [opened(), POLICY, ATTACHED, call("DetachRolePolicy", 7, **DEPLOY, policyArn=OWN)], LIVE,
    ),
    "managed, a new version": (
        "session", [opened(), POLICY, ATTACHED, version("CreatePolicyVersion", **EMPTY, setAsDefault=True)],
        LIVE,
    ),
    "managed, a version beside": (
        "session", [opened(), POLICY, ATTACHED, version("CreatePolicyVersion", **EMPTY, setAsDefault=False)],
        BY_POLICY,
    ),
    "managed, back to the first": (
        "session",
        [opened(), POLICY, ATTACHED, version("CreatePolicyVersion", **EMPTY, setAsDefault=True),
         call("SetDefaultPolicyVersion", 9, policyArn=OWN, versionId="v1")],
        ("ended", False, ["SetDefaultPolicyVersion 9", "AttachRolePolicy 6"]),
    ),
    **{f"restricted by {policy}": (
        "session", [opened(), call("AttachRolePolicy", 10, **DEPLOY, policyArn=policy)],
        ("restricted", True, ["AttachRolePolicy 10"]),
    ) for policy in (DENY_ALL, QUARANTINE, QUARANTINE.replace("arn:aws:", "arn:aws-cn:"))},
    "a policy of that name of one's own": (
        "session",
        [opened(), call("AttachRolePolicy", 10, **DEPLOY, policyArn=DENY_ALL.replace("::aws", "::1"))], LIVE,
    ),
    "an inline deny of everything": ("session", [opened(), put(deny())], ("restricted", True, OPEN[2])),
    "a deleted role": (
        "session", [opened(), call("DeleteRole", 10, **DEPLOY)], ("unknown", None, ["DeleteRole 10"]),
    ),
    "a role made again": (
        "session",
        [opened(), call("DeleteRole", 8, **DEPLOY), call("CreateRole", 9, **DEPLOY), REVOKED],
        ("unknown", None, ["DeleteRole 8"]),
    ),
    "of a role made again": (
        "session", [opened(13), call("DeleteRole", 8, **DEPLOY), call("CreateRole", 9, **DEPLOY)], LIVE,
    ),
    **{f"{name} revoked": ("session", [*token(name), USERS], ("ended", False, ["PutUserPolicy 10"]))
       for name in ("GetSessionToken", "GetFederationToken")},
    "a token of a deleted user": (
        "session", [*token("GetSessionToken"), call("DeleteUser", 10, **BOB)],
        ("unknown", None, ["DeleteUser 10"]),
    ),
    "a token of a deleted key": (
        "session", [*token("GetSessionToken"), call("DeleteAccessKey", 10, **BOB, accessKeyId=BOBS)], LIVE,
    ),
    "a key": ("access-key", [MADE], LIVE),
    "a key switched off": ("access-key", [MADE, OFF], ("ended", False, ["UpdateAccessKey 10"])),
    "a key of a deleted user": (
        "access-key", [MADE, call("DeleteUser", 10, **BOB)], ("ended", False, ["DeleteUser 10"]),
    ),
    "a key in quarantine": (
        "access-key", [MADE, call("AttachUserPolicy", 10, **BOB, policyArn=QUARANTINE)],
        ("restricted", True, ["AttachUserPolicy 10"]),
    ),
    "a key of a user whose sessions are revoked": ("access-key", [MADE, USERS], LIVE),
    "a password": ("login-profile", [PASSWORD], LIVE),
    "a password replaced": ("login-profile", [PASSWORD, CHANGED], GONE),
    "a password replaced, that replaced one": (
        "login-profile", [call("UpdateLoginProfile", 5, **BOB), CHANGED], GONE,
    ),
    "a password of another user replaced": (
        "login-profile", [PASSWORD, CHANGED | {"requestParameters": {"userName": "carol"}}], LIVE,
    ),
    "a password of another account replaced": (
        "login-profile", [PASSWORD, CHANGED | {"recipientAccountId": "444455556666"}], LIVE,
    ),
    "a password that was not replaced": (
        "login-profile", [PASSWORD, CHANGED | {"errorCode": "AccessDenied"}], LIVE,
    ),
    "a password, whose was replaced is not told": (
        "login-profile", [PASSWORD, CHANGED | {"requestParameters": None}], LIVE,
    ),
    "a password replaced later": ("login-profile", [PASSWORD, CHANGED | {"eventTime": at(40)}], LIVE),
    "a trust policy": ("trust-policy", [TRUST], LIVE),
    "a trust policy replaced": ("trust-policy", [TRUST, OTHER], ("ended", False, [OTHER["eventID"]])),
    "a trust policy set again": ("trust-policy", [TRUST, SAME], LIVE),
    "a trust policy of a deleted role": (
        "trust-policy", [TRUST, call("DeleteRole", 10, **DEPLOY)], ("ended", False, ["DeleteRole 10"]),
    ),
}  # fmt: skip


def own(record: Any, number: int) -> Any:
    """Give a record about a role, a user, keys and a policy of this case alone."""
    text = json.dumps(record)
    for word in ("Deploy", "DEPLOY", "bob", "BOB", ISSUED, "incident"):
        text = text.replace(word, f"{word}{number:03}")
    record = json.loads(text)
    return record | {"eventID": f"{number:03} {record['eventID']}"}


@pytest.fixture(scope="module")
def reached() -> dict[int, Json]:
    """Everything that alice's key led to by half past four, by case and kind."""
    records = [own(record, number) for number, case in enumerate(CASES.values()) for record in case[1]]
    rows = blast_radius(table(event(eventTime=at(59)), *records), KEY, at=at(30)).to_pyarrow().to_pylist()
    kinds = [case[0] for case in CASES.values()]
    found: dict[int, Json] = {}
    for row in rows:
        if row["eventIDs"] and row["kind"] == kinds[int(row["eventIDs"][0][:3])]:
            assert found.setdefault(int(row["eventIDs"][0][:3]), row) is row, "one thing of a case"
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_its_state_and_the_events_that_prove_it(reached: dict[int, Json], name: str) -> None:
    number = list(CASES).index(name)
    row, expected = reached[number], CASES[name][2]
    proof = [event_id.partition(" ")[2] for event_id in row["why_eventIDs"]]
    assert all(event_id.startswith(f"{number:03} ") for event_id in row["why_eventIDs"])
    assert (row["state"], row["is_live"], proof) == expected
    assert row["is_live"] is not False or row["command"] is None


def test_why_is_told_in_words(reached: dict[int, Json]) -> None:
    told = {name: reached[number]["why"] for number, name in enumerate(CASES)}
    assert told[f"revoked before {at(10)}"] == (
        "revoked at 2026-09-02 04:10:00 UTC: AWSRevokeOlderSessions denies what was issued before"
        " 2026-09-02 04:10:00 UTC"
    )
    assert told["a key in quarantine"].startswith(
        "restricted since 2026-09-02 04:10:00 UTC: AWSCompromisedKey"
    )
    assert told["a deleted role"].endswith("AWS does not say whether it still works")
    assert told["managed, not attached"] == "works until 2026-09-02 05:00:00 UTC"


THINGS = {
    "session": opened(20), "access-key": MADE | {"eventTime": at(20)},
    "user": call("CreateUser", 20, userName="dave"), "role": call("CreateRole", 20, roleName="Back"),
    "login-profile": call("CreateLoginProfile", 20, userName="erin"),
    "trust-policy": call("UpdateAssumeRolePolicy", 20, roleName="Third"),
}  # fmt: skip


def states(events: Any, moment: str, start: str = KEY) -> dict[str, tuple[str, bool | None]]:
    rows = blast_radius(events, start, at=moment).to_pyarrow().to_pylist()
    return {row["kind"]: (row["state"], row["is_live"]) for row in rows}


def test_what_is_not_there_yet_is_not_live_and_what_one_starts_from_may_be_older() -> None:
    events = table(*THINGS.values(), REVOKED | {"eventTime": "2026-09-02T05:10:00Z"})
    early = states(events, at(19))
    assert early.pop("start") == ("unknown", None)
    assert early == dict.fromkeys(THINGS, ("not-yet", False))
    assert set(states(events, at(20)).values()) == {("live", True)}
    rows = {row["kind"]: row["why"] for row in blast_radius(events, KEY).to_pyarrow().to_pylist()}
    assert rows["session"] == "expired at 2026-09-02 05:00:00 UTC", "it was revoked later than that"


def test_a_session_or_key_that_one_starts_from() -> None:
    used = role_event(key="ASIAISSUED0000000000", eventTime=at(9))
    call_of = assume_role(user(), key="ASIAISSUED0000000000", eventTime=at(1))
    made = MADE | {"responseElements": {"accessKey": {"userName": "alice", "accessKeyId": KEY}}}
    made |= {"eventTime": at(1), "userIdentity": user("carol", key="AKIACAROL00000000000")}
    gone = put(deny(), "PutUserPolicy", userName="alice")
    events = table(call_of, used, made, REVOKED, gone)
    assert states(events, at(0), "ASIAISSUED0000000000")["start"] == ("not-yet", False)
    assert states(events, at(30), "ASIAISSUED0000000000")["start"] == ("ended", False)
    assert states(events, at(0))["start"] == ("not-yet", False)
    assert states(events, at(30))["start"] == ("restricted", True)
    assert states(events, at(30), used["eventID"])["start"] == ("ended", False)

import json
import shlex

import pytest

from tests.builders import event, role_event, table, user
from workbench.queries import by_principal, containment
from workbench.queries.containment_steps import STEPS

ADMIN_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
SHELL = "$(date -u +%Y-%m-%dT%H:%M:%SZ)"


def steps(*events, **options):
    return {row["kind"]: row for row in containment(table(*events), **options).to_pyarrow().to_pylist()}


def test_a_used_long_term_key_is_made_inactive():
    row = steps(event(eventID="it"))["access key used"]
    assert row["subject"] == "AKIAIOSFODNN7EXAMPLE"
    assert row["account"] == "111122223333"
    assert row["command"] == (
        "aws iam update-access-key --user-name alice --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive"
    )
    assert list(row["eventIDs"]) == ["it"]


def test_sessions_of_a_role_are_revoked_by_a_policy_that_parses():
    row = steps(role_event("ci/Deploy"))["role sessions"]
    words = shlex.split(row["command"].replace(SHELL, "2026-09-02T04:00:00Z"))
    assert words[:5] == ["aws", "iam", "put-role-policy", "--role-name", "Deploy"]
    (statement,) = json.loads(words[words.index("--policy-document") + 1])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": "2026-09-02T04:00:00Z"}}


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", "Identity Center"),
        ("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", "service-linked"),
    ],
)
def test_roles_that_nobody_may_change_have_a_reason_and_no_command(role, reason):
    row = steps(role_event(role))["role sessions"]
    assert row["command"] is None
    assert reason in row["reason"]


def created(**answer):
    return event(eventName="CreateAccessKey", responseElements={"accessKey": answer})


def test_a_created_key_is_named_with_its_owner_and_its_last_use():
    key = "AKIAI44QH8DHBEXAMPLE"
    made = created(userName="bob", accessKeyId=key, status="Active")
    used = event(userIdentity=user("bob", key=key), eventTime="2026-09-02T09:00:00Z")
    found = steps(made, used)["key created"]
    assert found["command"].split()[4:8] == ["bob", "--access-key-id", key, "--status"]
    assert found["last_used"].hour == 9


def test_a_created_key_whose_record_lacks_the_answer_gets_no_command():
    row = steps(event(eventName="CreateAccessKey", responseElements=None))["key created"]
    assert row["command"] is None
    assert row["reason"].startswith("the name is absent")


def test_what_was_taken_back_needs_no_command():
    key = "AKIAI44QH8DHBEXAMPLE"
    made = created(userName="bob", accessKeyId=key)
    gone = event(
        eventName="DeleteAccessKey",
        requestParameters={"userName": "bob", "accessKeyId": key},
        eventTime="2026-09-02T10:00:00Z",
    )
    row = steps(made, gone)["key created"]
    assert (row["command"], row["reason"]) == (None, "taken back at 2026-09-02 10:00:00 UTC")
    refused = {**gone, "eventID": "refused", "errorCode": "AccessDenied"}
    assert steps(made, refused)["key created"]["command"] is not None


def test_taking_back_before_does_not_count():
    gone = event(
        eventName="DeleteLoginProfile",
        requestParameters={"userName": "bob"},
        eventTime="2026-09-02T01:00:00Z",
    )
    made = event(
        eventName="CreateLoginProfile",
        requestParameters={"userName": "bob"},
        eventTime="2026-09-02T02:00:00Z",
    )
    assert (
        steps(gone, made)["console password set"]["command"] == "aws iam delete-login-profile --user-name bob"
    )


@pytest.mark.parametrize(
    ("call", "parameters", "kind", "command"),
    [
        ("CreateUser", {"userName": "bob"}, "user created",
         "aws iam attach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/AWSDenyAll"),
        ("UpdateAssumeRolePolicy", {"roleName": "R"}, "trust policy changed",
         "aws iam get-role --role-name R --query Role.AssumeRolePolicyDocument"),
        ("AttachUserPolicy", {"userName": "bob", "policyArn": ADMIN_POLICY}, "policy attached",
         f"aws iam detach-user-policy --user-name bob --policy-arn {ADMIN_POLICY}"),
        ("PutRolePolicy", {"roleName": "R", "policyName": "p"}, "policy attached",
         "aws iam delete-role-policy --role-name R --policy-name p"),
    ],
)  # fmt: skip
def test_changes_have_their_command(call, parameters, kind, command):
    assert steps(event(eventName=call, requestParameters=parameters))[kind]["command"] == command
    failed = steps(event(eventName=call, requestParameters=parameters, errorCode="AccessDenied"))
    assert kind not in failed


def test_a_stopped_trail_is_started_in_its_region():
    stop = event(
        eventSource="cloudtrail.amazonaws.com",
        eventName="StopLogging",
        requestParameters={"name": "main"},
        awsRegion="eu-west-1",
    )
    assert (
        steps(stop)["trail stopped"]["command"]
        == "aws cloudtrail start-logging --name main --region eu-west-1"
    )


@pytest.mark.parametrize(
    "name", ["bob; rm -rf /", "$(id)", "-help", "a\nb", "`id`", "bob'", "x" * 129, "bob\u202e", "", "{key}"]
)
def test_a_hostile_name_never_reaches_a_command(name):
    row = steps(event(eventName="CreateUser", requestParameters={"userName": name}))["user created"]
    assert row["command"] is None
    assert row["subject"] == name
    assert "no command" in row["reason"]


def test_sessions_of_a_user_and_root_are_told_apart():
    session = event(userIdentity=user(key="ASIAIOSFODNN7EXAMPLE"))
    root = event(
        userIdentity={
            "type": "Root",
            "principalId": "1",
            "arn": "arn:aws:iam::111122223333:root",
            "accountId": "111122223333",
        }
    )
    found = steps(session, root)
    assert found["user sessions"]["command"].startswith("aws iam put-user-policy --user-name alice ")
    assert found["root used"]["command"] is None


def test_the_whole_table_tells_later_use_by_anybody():
    rows = table(
        event(eventTime="2026-09-02T01:00:00Z", userIdentity=user("alice")),
        event(eventTime="2026-09-02T08:00:00Z", userIdentity=user("alice")),
    )
    cited = rows.filter(rows.eventTime.hour() == 1)
    alone, known = (
        containment(cited, **options).execute()["last_used"][0].hour for options in ({}, {"whole": rows})
    )
    assert (alone, known) == (1, 8)


def test_no_events_need_no_steps():
    assert containment(by_principal(table(event()), "nobody")).execute().empty


def test_every_step_has_a_name_of_its_own_and_either_a_command_or_a_reason():
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert all(step.command or step.note for step in STEPS)


def on_days(*days, **fields):
    return [event(eventTime=f"2026-09-{day:02}T04:00:00Z", **fields) for day in days]


def cautions(*events, day=9):
    rows = table(*events)
    cited = rows.filter(rows.eventTime.day() == day)
    return {row["kind"]: row["caution"] for row in containment(cited, whole=rows).to_pyarrow().to_pylist()}


def test_what_somebody_relies_on_is_confirmed_with_its_owner_first():
    caution = cautions(*on_days(1, 2, 3, 9))["access key used"]
    assert caution == "confirm with the owner first: at work on 3 days before the first cited event"


def test_two_days_before_or_many_after_are_no_habit():
    assert cautions(*on_days(1, 2, 9, 10, 11, 12))["access key used"] is None
    assert cautions(*on_days(1, 1, 1, 9))["access key used"] is None
    assert steps(*on_days(1, 2, 3, 9))["access key used"]["caution"] is None, "nothing before the cited ones"


def test_the_habit_of_another_key_or_role_is_none_of_this_one():
    other = user("alice", key="AKIAI44QH8DHBEXAMPLE")
    assert cautions(*on_days(1, 2, 3, userIdentity=other), *on_days(9))["access key used"] is None
    runs = [role_event(eventTime=f"2026-09-{day:02}T04:00:00Z") for day in (1, 2, 3, 9)]
    assert cautions(*runs)["role sessions"].startswith("confirm with the owner first")
    assert cautions(*runs[:3], role_event("Other", eventTime=runs[3]["eventTime"]))["role sessions"] is None


def test_looking_at_a_trust_policy_needs_no_leave():
    runs = [role_event("R", eventTime=f"2026-09-{day:02}T04:00:00Z") for day in (1, 2, 3)]
    changed = on_days(9, eventName="UpdateAssumeRolePolicy", requestParameters={"roleName": "R"})
    assert cautions(*runs, *changed)["trust policy changed"] is None


def enabled(name="EnableRegion", **parameters):
    return event(eventSource="account.amazonaws.com", eventName=name, requestParameters=parameters)


@pytest.mark.parametrize("spelling", ["regionName", "RegionName"])
def test_a_region_that_was_enabled_is_disabled(spelling):
    row = steps(enabled(**{spelling: "af-south-1"}))["region enabled"]
    assert row["command"] == "aws account disable-region --region-name af-south-1"
    assert row["account"] == "111122223333"
    hostile = steps(enabled(**{spelling: "af-south-1; id"}))["region enabled"]
    assert hostile["command"] is None


def test_a_region_enabled_for_a_member_is_disabled_in_the_member():
    row = steps(enabled(AccountId="444455556666", RegionName="af-south-1"))["region enabled"]
    assert row["account"] == "444455556666"


def test_a_region_disabled_again_needs_no_command():
    row = steps(enabled(regionName="af-south-1"), enabled("DisableRegion", regionName="af-south-1"))
    assert row["region enabled"]["command"] is None
    assert row["region enabled"]["reason"].startswith("taken back")


FEDERATED = {
    "type": "FederatedUser",
    "principalId": "111122223333:ghost",
    "arn": "arn:aws:sts::111122223333:federated-user/ghost",
    "accountId": "111122223333",
    "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "sessionContext": {
        "sessionIssuer": {
            "type": "IAMUser",
            "principalId": "AIDAALICE",
            "arn": "arn:aws:iam::111122223333:user/ci/alice",
            "accountId": "111122223333",
            "userName": "alice",
        }
    },
}


@pytest.mark.parametrize(
    "cited",
    [
        event(
            eventSource="sts.amazonaws.com",
            eventName="GetFederationToken",
            userIdentity=user("ci/alice"),
            requestParameters={"name": "ghost"},
        ),
        event(userIdentity=FEDERATED),
    ],
)
def test_a_federation_token_is_ended_at_the_user_who_asked_for_it(cited):
    row = steps(cited)["federation token"]
    assert row["subject"] == "arn:aws:iam::111122223333:user/ci/alice"
    assert row["command"].startswith("aws iam put-user-policy --user-name alice --policy-name Revoke")
    assert "outlives the key" in row["reason"]


def test_a_refused_federation_token_needs_no_step():
    refused = event(eventSource="sts.amazonaws.com", eventName="GetFederationToken", errorCode="AccessDenied")
    assert "federation token" not in steps(refused)

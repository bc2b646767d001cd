"""Each rule by which one hop is linked: what it concludes, what it nearly does, and without the field."""

from typing import Any

import pytest

from tests.builders import ACCOUNT, event, user
from tests.queries.attribution.callers import (
    ALICE,
    BOB,
    OIDC,
    OTHER,
    SSO_ROLE,
    SUBJECT,
    TASK,
    THIRD,
    federated_user,
    in_console,
    issued,
    ledger,
    origin,
    origins,
    owners_copy,
    portal_user,
    root,
    saml_user,
    service,
    session,
    sign_in,
    token_call,
    used,
    user_session,
    web_user,
)

CERTAIN, HIGH = (ALICE, "certain", None), (ALICE, "high", None)
NOBODY = (None, "low", "BEFORE_COVERAGE")
MAIL = "jonas@example.org"


@pytest.mark.parametrize(("caller", "principal", "kind", "unique", "confidence"), [
    (user(), ALICE, "iam_user", user()["principalId"], "certain"),
    (root(), f"arn:aws:iam::{ACCOUNT}:root", "root", ACCOUNT, "certain"),
    (service("lambda.amazonaws.com"), "lambda.amazonaws.com", "service", None, "certain"),
    (portal_user(), "u-1", "identity_center_user", "u-1", "certain"),
    (saml_user(), "ines@example.org", "saml_user", "q1=:ines@example.org", "high"),
    (web_user(), SUBJECT, "web_identity", f"{OIDC}:sts.amazonaws.com:{SUBJECT}", "high"),
    ({"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}, "anonymous", "anonymous", None,
     "certain"),
])  # fmt: skip
def test_r0_who_is_an_end_is_named_in_one_spelling(
    caller: dict[str, Any], principal: str, kind: str, unique: str | None, confidence: str
) -> None:
    (row,) = origins(event(userIdentity=caller))
    assert (row["origin_principal"], row["origin_kind"], row["origin_id"]) == (principal, kind, unique)
    assert (row["origin_confidence"], row["origin_reason"], row["likely_principal"]) == (
        confidence, None, None,
    )  # fmt: skip


def test_r0_a_user_without_an_arn_is_named_by_the_id_that_aws_never_reuses() -> None:
    bare = {name: value for name, value in user(key="").items() if name != "arn"}
    path = user() | {"arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice"}
    check = sign_in(bare, "CheckMfa")
    assert origin(event(userIdentity=path), check) == (path["arn"], "certain", None)
    assert origin(check) == (ALICE, "medium", None)


@pytest.mark.parametrize("login", [
    sign_in(user(key=None), "ConsoleLogin", responseElements={"ConsoleLogin": "Failure"},
            errorMessage="Failed authentication"),
    sign_in(user(key=None), "CheckMfa", responseElements={"CheckMfa": "Failure"}),
])  # fmt: skip
def test_r0_who_failed_to_get_in_is_at_most_likely(login: dict[str, Any]) -> None:
    (row,) = origins(login)
    assert tuple(row.values()) == (None, None, "unknown", "low", None, ALICE)


def test_r0_a_failed_sign_in_at_the_portal_is_nobodys() -> None:
    tried = event(
        userIdentity=portal_user(), eventName="CredentialVerification", eventSource="signin.amazonaws.com",
        serviceEventDetails={"CredentialVerification": "Failure"},
    )  # fmt: skip
    assert origin(tried) == (None, "low", None)
    passed = tried | {"serviceEventDetails": {"CredentialVerification": "Success"}}
    assert origin(passed) == ("u-1", "certain", None)


def test_r0_a_refused_call_is_authenticated() -> None:
    assert origin(event(errorCode="AccessDenied", errorMessage="no")) == CERTAIN


def test_r1_the_issued_key_is_the_used_key() -> None:
    assert origin(issued(user()), used(session())) == CERTAIN
    assert origin(issued(user(), key="ASIA2", time="03:00:00"), used(session())) == (
        None, "low", "REGION_NOT_COLLECTED",
    )  # fmt: skip
    assert origin(used(session())) == NOBODY


def test_r1_a_refused_issuance_issues_nothing() -> None:
    refused = issued(user(), time="03:00:00", errorCode="AccessDenied", responseElements=None)
    assert origin(refused, used(session()))[2] == "REGION_NOT_COLLECTED"


def test_r1_whoever_assumed_root_is_behind_it_whether_or_not_the_record_says_so() -> None:
    call = token_call(
        user(), "AssumeRoot", requestParameters={"targetPrincipal": OTHER, "taskPolicyArn": TASK}
    )
    told = root("ASIA1", account=OTHER, assumedRoot="true")
    assert origin(call, used(told)) == CERTAIN
    assert origin(call, used(root("ASIA1", account=OTHER))) == CERTAIN
    assert origin(event(eventTime="2026-09-02T03:00:00Z", recipientAccountId=OTHER), used(told)) == (
        None, "none", "REGION_NOT_COLLECTED",
    )  # fmt: skip


def test_r1_a_root_session_of_its_own_is_root() -> None:
    assert origin(used(root("ASIA9"))) == (f"arn:aws:iam::{ACCOUNT}:root", "certain", None)


def test_r2_the_owners_copy_is_the_callers_call() -> None:
    mine, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    assert origin(mine, theirs) == CERTAIN
    assert origin(mine, theirs, used(session(account=OTHER))) == CERTAIN
    assert len(ledger(mine, theirs)) == 1


def test_r2_an_id_that_another_event_names_is_high_and_an_unknown_one_is_nobody() -> None:
    _, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    assert origin(event(), theirs) == HIGH
    assert origin(event(userIdentity=user("bob")), theirs)[0] is None
    assert origin(theirs) == (None, "none", "ACCOUNT_NOT_COLLECTED")
    assert origin(theirs, used(session(account=OTHER))) == (None, "none", "ACCOUNT_NOT_COLLECTED")


def test_r2_a_shared_event_id_on_a_services_call_means_nothing() -> None:
    _, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    by_service = event(userIdentity=service("ec2.amazonaws.com"), sharedEventID="s-1")
    assert origin(by_service, theirs)[0] is None


def test_r2_what_two_callers_share_names_nobody() -> None:
    mine, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    assert origin(mine, event(userIdentity=user("bob"), sharedEventID="s-1"), theirs) == HIGH


def test_r2_copies_that_name_different_callers_are_a_contradiction() -> None:
    mine, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    for wrong in ({"accountId": THIRD}, {"principalId": "AIDAELSE"}):
        forged = theirs | {"userIdentity": theirs["userIdentity"] | wrong}
        (told,) = origins(mine, forged)[1:]
        assert tuple(told.values()) == (None, None, "unknown", "none", "CONTRADICTION", ALICE)
    untold = theirs | {"userIdentity": {"type": "AWSAccount", "accountId": ACCOUNT}}
    assert origin(mine, untold) == CERTAIN, "what a copy does not tell contradicts nothing"


@pytest.mark.parametrize("key", [None, "ASIAPERREQUEST"])
def test_r3_principal_and_second_bind_what_no_key_does(key: str | None) -> None:
    assert origin(issued(user()), used(session(key=key))) == HIGH


def test_r3_is_of_one_second_one_name_and_one_role() -> None:
    for other in ({"created": "04:00:01"}, {"name": "build-2"}, {"role": "Other"}):
        assert origin(issued(user()), used(session(key="ASIA9", **other)))[0] is None


def test_r3_falls_back_on_role_and_name_where_no_principal_id_is_told() -> None:
    bare = issued(user())
    del bare["responseElements"]["assumedRoleUser"]
    assert origin(bare, used(session(key="ASIA9"))) == HIGH
    assert origin(bare, used(session(key="ASIA9", name="build-2")))[0] is None


def test_r3_does_not_take_the_arn_for_the_id() -> None:
    """A role that was deleted and made again has the ARN, not the id."""
    again = session(key="ASIA9") | {"principalId": "AROAAGAIN0000000000:build-1"}
    assert origin(issued(user()), used(again))[0] is None


def test_r3_without_creation_date_nothing_is_bound() -> None:
    caller = session(key="ASIA9")
    del caller["sessionContext"]["attributes"]
    assert origin(issued(user()), used(caller))[0] is None


def test_r4_a_console_session_is_one_however_many_keys_it_rotates_through() -> None:
    keys = [in_console(session(key=f"ASIA{number}"), f"04:1{number}:00") for number in range(2, 6)]
    calls = [issued(user()), sign_in(session(), "GetSigninToken", "04:05:00"), *keys]
    assert {row["origin_principal"] for row in origins(*calls)} == {ALICE}
    (row,) = ledger(*calls)
    assert (row["access_keys"], row["events"], row["console"], row["origin_confidence"]) == (
        5, 5, True, "certain",
    )  # fmt: skip


def test_r4_a_switch_goes_back_to_whoever_switched() -> None:
    switcher = user_session(key="ASIACONSOLE", created="03:00:00")
    by_console = issued(switcher | {"invokedBy": "AWS Internal"}, "Ops", "alice", key="ASIAHIDDEN")
    switch = sign_in(_short(session("Ops", "alice")), "SwitchRole", "04:00:01",
                     additionalEventData={"SwitchFrom": ALICE})  # fmt: skip
    then = in_console(session("Ops", "alice", key="ASIA7"))
    assert origin(by_console, switch, then) == HIGH
    assert origin(by_console, then, switch) == HIGH
    assert [row["events"] for row in ledger(by_console, switch, then)] == [2]


def test_r4_the_switch_itself_tells_who_where_the_issuance_is_missing() -> None:
    switch = sign_in(_short(session("Ops", "alice")), "SwitchRole", "04:00:02",
                     additionalEventData={"SwitchFrom": ALICE})  # fmt: skip
    then = in_console(session("Ops", "alice", key="ASIA7"))
    assert origin(switch, then) == HIGH
    assert origin(then, switch) == HIGH
    late = switch | {"eventTime": "2026-09-02T04:09:00Z"}
    assert origin(late, then)[0] is None
    bob = switch | {"eventID": "b", "additionalEventData": {"SwitchFrom": ALICE.replace("alice", "bob")}}
    assert origin(switch, bob, then)[0] is None
    role = switch | {"eventID": "r", "additionalEventData": {"SwitchFrom": session()["arn"]}}
    assert origin(switch, role, then)[0] is None
    assert origin(role, then)[0] is None


def test_r4_a_switch_is_of_the_consoles_session_not_of_who_opened_the_role_beside_it() -> None:
    switch = sign_in(_short(session("Ops", "alice")), "SwitchRole", "04:00:02",
                     additionalEventData={"SwitchFrom": ALICE})  # fmt: skip
    beside = used(session("Ops", "alice", key="ASIABOB", created="04:00:20"))
    assert origin(switch, beside)[0] is None, "no session of the console"
    then = in_console(session("Ops", "alice", key="ASIA7"))
    assert [row["origin_principal"] for row in origins(switch, beside, then)] == [ALICE, None, ALICE]
    by_bob = issued(user("bob"), "Ops", "alice", key="ASIABOB", time="04:00:20")
    assert [row["origin_principal"] for row in origins(by_bob, switch, beside)] == [BOB, ALICE, BOB]
    _, theirs = owners_copy(by_bob, "s-1")
    told = origins(event(userIdentity=user("bob")), theirs, switch, beside)[1:]
    assert [row["origin_principal"] for row in told] == [BOB, ALICE, BOB], "and the owner's copy alone"


def _short(caller: dict[str, Any]) -> dict[str, Any]:
    return {name: caller[name] for name in ("type", "principalId", "arn", "accountId")}


def test_r5_callers_of_one_sign_in_session_are_one() -> None:
    arn = f"arn:aws:signin:us-east-1:{ACCOUNT}:session/1"
    known = used(session(created="04:00:00", signInSessionArn=arn), "04:01:00")
    other = used(session(created="04:20:00", key="ASIA9", signInSessionArn=arn), "04:21:00")
    assert origin(issued(user()), known, other) == CERTAIN
    assert (
        origin(issued(user()), known, used(session(created="04:20:00", key="ASIA9"), "04:21:00"))[0] is None
    )
    elsewhere = used(session(created="04:20:00", key="ASIA9", signInSessionArn=arn[:-1] + "2"), "04:21:00")
    assert origin(issued(user()), known, elsewhere)[0] is None


def test_r6_on_behalf_of_holds_for_the_whole_group() -> None:
    group = session("Analytics", "app-1")
    behalf = {"onBehalfOf": {"userId": "u-7"}}
    assert origin(used(group | behalf), used(group | {"accessKeyId": "ASIA9"})) == ("u-7", "certain", None)
    later = session("Analytics", "app-1", key="ASIA9", created="04:30:00")
    assert origin(used(group | behalf), used(later, "04:31:00"))[0] is None


def test_r6_one_group_on_behalf_of_two_users_is_a_contradiction() -> None:
    group = session("Analytics", "app-1")
    both = [used(group | {"onBehalfOf": {"userId": name}}) for name in ("u-7", "u-8")]
    assert origin(*both) == (None, "none", "CONTRADICTION")


def test_r6_each_issued_key_of_one_second_is_a_group_of_its_own() -> None:
    app = service("ecs-tasks.amazonaws.com")
    calls = [issued(app, "Analytics", "app-1", key=key) for key in ("ASIA1", "ASIA2", "ASIA3")]
    seven, eight, plain = (session("Analytics", "app-1", key=key) for key in ("ASIA1", "ASIA2", "ASIA3"))
    seven, eight = (one | {"onBehalfOf": {"userId": name}} for one, name in ((seven, "u-7"), (eight, "u-8")))
    stray = used(session("Analytics", "app-1", key="ASIA9"))
    told = origins(*calls, used(seven), used(eight), used(plain), stray)[3:]
    names = ["u-7", "u-8", "ecs-tasks.amazonaws.com", None]
    assert [row["origin_principal"] for row in told] == names
    assert told[-1]["origin_reason"] == "AMBIGUOUS"
    told = origins(*calls[::2], used(seven), used(plain), stray)[2:]
    assert [row["origin_principal"] for row in told] == ["u-7", "ecs-tasks.amazonaws.com", None]
    assert origin(used(seven), used(eight), stray)[2] == "AMBIGUOUS"
    assert [row["origin_principal"] for row in origins(used(seven), used(eight))] == ["u-7", "u-8"]
    assert origin(calls[0], used(seven), stray) == ("u-7", "certain", None), "a key for one request"


def test_r7_only_identity_center_opens_a_reserved_role() -> None:
    assert origin(used(session(SSO_ROLE, MAIL))) == (MAIL, "high", None)
    lookalike = session("AWSReservedSSO_Admin_0123456789abcdef", MAIL)
    assert origin(used(lookalike)) == NOBODY


def test_r7_the_user_id_takes_the_place_of_the_name_where_any_event_binds_them() -> None:
    login = event(userIdentity=portal_user(), additionalEventData={"UserName": MAIL})
    assert origin(login, used(session(SSO_ROLE, MAIL))) == ("u-1", "high", None)
    other = used(session(SSO_ROLE, MAIL, created="04:05:00", key="ASIA9") | {"onBehalfOf": {"userId": "u-1"}})
    assert origin(other, used(session(SSO_ROLE, MAIL))) == ("u-1", "high", None)
    second = event(userIdentity=portal_user("u-2"), additionalEventData={"UserName": MAIL})
    assert origin(login, second, used(session(SSO_ROLE, MAIL))) == (MAIL, "high", None)


def test_r8_saml() -> None:
    call = issued(saml_user(), name="ines@example.org", eventName="AssumeRoleWithSAML")
    assert origin(call, used(session(name="ines@example.org"))) == ("ines@example.org", "high", None)
    assert origins(call)[0]["origin_kind"] == "saml_user"


def test_r9_web_identity_and_the_token_that_another_partition_issued() -> None:
    call = issued(web_user(), eventName="AssumeRoleWithWebIdentity", request={"webIdentityTokenId": "t-1"})
    asked = event(userIdentity=user(), eventSource="sts.amazonaws.com", eventName="GetWebIdentityToken",
                  responseElements={"webIdentityTokenId": "t-1"})  # fmt: skip
    assert origin(call, used(session())) == (SUBJECT, "high", None)
    assert origin(asked, call) == CERTAIN
    assert origin(asked, call, used(session())) == CERTAIN
    assert origin(asked | {"responseElements": {"webIdentityTokenId": "t-2"}}, call)[0] == SUBJECT
    assert origin(asked | {"errorCode": "AccessDenied"}, call)[0] == SUBJECT
    twice = asked | {"userIdentity": user("bob"), "eventID": "twice"}
    assert origin(asked, twice, call)[0] == SUBJECT


def test_r9_a_token_of_a_role_leads_to_that_roles_trail_and_no_role_is_an_origin() -> None:
    role = f"arn:aws-cn:iam::{THIRD}:role/exporter"
    call = issued(web_user(role), eventName="AssumeRoleWithWebIdentity",
                  request={"webIdentityTokenId": "t-1"})  # fmt: skip
    (told,) = origins(call)
    assert (told["origin_principal"], told["origin_reason"], told["likely_principal"]) == (
        None, "ACCOUNT_NOT_COLLECTED", role,
    )  # fmt: skip
    early = event(recipientAccountId=THIRD, eventTime="2026-09-02T01:00:00Z")
    assert origin(early, call)[2] == "REGION_NOT_COLLECTED"
    late = event(recipientAccountId=THIRD, eventTime="2026-09-02T09:00:00Z")
    assert origin(late, call)[2] == "BEFORE_COVERAGE"
    by_user = f"arn:aws-us-gov:iam::{THIRD}:user/grant"
    call = issued(web_user(by_user), eventName="AssumeRoleWithWebIdentity",
                  request={"webIdentityTokenId": "t-1"})  # fmt: skip
    (told,) = origins(call)
    assert (told["origin_principal"], told["origin_kind"], told["origin_confidence"]) == (
        by_user, "iam_user", "high",
    )  # fmt: skip


def test_r10_a_source_identity_is_a_claim() -> None:
    (row,) = origins(used(session(source_identity="oskar")))
    assert (row["origin_principal"], row["likely_principal"], row["origin_confidence"]) == (
        None, "oskar", "low",
    )  # fmt: skip
    told = issued(user(), request={"sourceIdentity": "oskar"})
    assert origin(told, used(session(source_identity="oskar"))) == CERTAIN


def test_r11_an_instance_is_told_by_its_delivery_or_by_ec2_and_never_by_its_name() -> None:
    name = "i-0123456789abcdef0"
    assert origin(used(session("Web", name, ec2RoleDelivery="2.0"))) == (name, "certain", None)
    assert origin(used(session("Web", "web-1", ec2RoleDelivery="2.0"))) == NOBODY
    assert origin(used(session("Web", name))) == NOBODY
    by_ec2 = issued(service("ec2.amazonaws.com"), "Web", name)
    assert origin(by_ec2, used(session("Web", name))) == (name, "certain", None)
    assert origin(issued(user(), "Web", name), used(session("Web", name))) == CERTAIN


def test_r12_a_service_that_opened_a_session_is_its_origin() -> None:
    call = issued(service("lambda.amazonaws.com"), "Fn", "orders-worker")
    told = origins(call, used(session("Fn", "orders-worker")))[-1]
    assert (told["origin_principal"], told["origin_kind"]) == ("lambda.amazonaws.com", "service")
    (row,) = ledger(call, used(session("Fn", "orders-worker")))
    assert (row["rule"], row["via_service"], row["session_name"]) == (
        "R12", "lambda.amazonaws.com", "orders-worker",
    )  # fmt: skip


def test_r12b_a_service_linked_role_is_its_services() -> None:
    linked = session("aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", "SLRManagement", key=None)
    assert origin(used(linked)) == ("rds.amazonaws.com", "high", None)
    assert origin(used(session("service-role/rds.amazonaws.com/Mine", key=None))) == NOBODY


def test_r13_a_call_that_a_service_passes_on_keeps_its_actor_at_most_at_high() -> None:
    forwarded = session(key="ASIAPERREQUEST") | {"invokedBy": "athena.amazonaws.com"}
    assert origin(issued(user()), used(forwarded)) == HIGH
    assert origin(issued(user()), used(session() | {"invokedBy": "athena.amazonaws.com"})) == HIGH
    assert origin(event(userIdentity=user() | {"invokedBy": "athena.amazonaws.com"})) == HIGH
    (row,) = ledger(issued(user()), used(session()), used(forwarded), used(forwarded))
    assert (row["origin_confidence"], row["events"]) == ("certain", 3)


def test_r14_a_users_own_token_is_the_users() -> None:
    assert origin(used(user_session())) == CERTAIN
    (row,) = ledger(token_call(user(), "GetSessionToken"), used(user_session()))
    assert (row["rule"], row["access_key_id"], row["events"], row["origin_principal"]) == (
        "R14", "ASIA1", 1, ALICE,
    )  # fmt: skip


def test_r14_a_federated_user_is_whoever_asked_for_the_token() -> None:
    issuer = {"type": "IAMUser", "principalId": user()["principalId"], "arn": ALICE, "accountId": ACCOUNT}
    assert origin(used(federated_user(issuer=issuer))) == CERTAIN
    call = token_call(user(), "GetFederationToken")
    assert origin(call, used(federated_user())) == CERTAIN
    assert origin(used(federated_user())) == (None, "none", "BEFORE_COVERAGE")


def test_r15_who_made_a_key_is_not_who_uses_it() -> None:
    made = event(userIdentity=user("bob"), eventName="CreateAccessKey",
                 responseElements={"accessKey": {"userName": "alice", "accessKeyId": "AKIANEW"}})  # fmt: skip
    assert origin(made, event(userIdentity=user(key="AKIANEW"))) == CERTAIN


def test_r16_a_name_is_a_claim_and_stays_one() -> None:
    (row,) = origins(used(session(name="eve@example.org")))
    assert (row["origin_principal"], row["likely_principal"], row["origin_confidence"]) == (
        None, "eve@example.org", "low",
    )  # fmt: skip
    call = issued(user(), name="bob@example.org")
    assert origin(call, used(session(name="bob@example.org"))) == CERTAIN


@pytest.mark.parametrize("record", [
    event(eventCategory="Insight", eventType="AwsCloudTrailInsight", userIdentity=...,
          insightDetails={"state": "Start", "eventName": "RunInstances"}),
    {"eventVersion": "1.0", "eventCategory": "Aggregated", "eventId": "a-1", "eventID": "a-1",
     "accountId": ACCOUNT, "timeWindow": {"windowStart": "2026-09-02T04:00:00Z"}},
])  # fmt: skip
def test_records_without_a_caller_have_no_origin(record: dict[str, Any]) -> None:
    (row,) = origins(record)
    assert (row["origin_principal"], row["origin_kind"], row["origin_confidence"]) == (
        None,
        "unknown",
        "none",
    )

"""Why there is no origin: each reason, and which of them is told where several hold."""

from typing import Any

import pytest

from tests.builders import ACCOUNT, event, user
from tests.queries.attribution.callers import (
    ALICE,
    OTHER,
    at,
    issued,
    ledger,
    origin,
    origins,
    owners_copy,
    session,
    sign_in,
    used,
)

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
EARLIER = event(eventTime=at("01:00:00"))
COGNITO = {"webIdFederationData": {"federatedProvider": "cognito-identity.amazonaws.com", "attributes": {}}}


def reason(*records: dict[str, Any]) -> str | None:
    return origin(*records)[2]


@pytest.mark.parametrize("field", ["userName", "principalId", "arn"])
def test_a_masked_identity(field: str) -> None:
    masked = sign_in(user(key=None) | {field: HIDDEN}, "ConsoleLogin")
    assert origin(masked) == (None, "none", "FIELD_HIDDEN")


def test_a_masked_user_who_failed_to_get_in_is_masked() -> None:
    caller = {"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "", "userName": HIDDEN}
    login = sign_in(caller, "ConsoleLogin", responseElements={"ConsoleLogin": "Failure"})
    assert origins(login)[0]["likely_principal"] is None
    assert origin(login) == (None, "none", "FIELD_HIDDEN")


@pytest.mark.parametrize("name", ["AWS Internal", "Internal"])
def test_a_service_that_is_not_named(name: str) -> None:
    assert reason(event(userIdentity={"type": "AWSService", "invokedBy": name})) == "SERVICE_INTERNAL"


def test_an_identity_that_says_nothing() -> None:
    assert reason(event(userIdentity=None)) == "SERVICE_INTERNAL"


def test_before_coverage_is_of_the_roles_account() -> None:
    young = used(session(account=OTHER, created="04:00:00"), "04:10:00")
    assert reason(EARLIER, young) == "BEFORE_COVERAGE"
    covered = event(eventTime=at("03:59:59"), recipientAccountId=OTHER)
    assert reason(covered, young) == "REGION_NOT_COLLECTED"


def test_a_session_that_begins_with_its_accounts_first_event_is_covered() -> None:
    first = event(eventTime=at("04:00:00"))
    assert reason(first, used(session())) == "REGION_NOT_COLLECTED"


def test_an_account_that_was_not_collected() -> None:
    """Calls of a role of another account are in this trail, the role's account is not."""
    crossed = used(session(account=OTHER), recipientAccountId=ACCOUNT)
    assert reason(EARLIER, crossed) == "ACCOUNT_NOT_COLLECTED"
    _, theirs = owners_copy(issued(user(), account=OTHER), "s-1")
    assert reason(event(userIdentity=user("bob")), theirs) == "BEFORE_COVERAGE"
    assert reason(event(userIdentity=user("bob"), eventTime=at("01:00:00")), theirs) == "REGION_NOT_COLLECTED"


def test_a_federation_that_leaves_no_issuance() -> None:
    caller = session("app-guest", "CognitoIdentityCredentials", **COGNITO)
    assert reason(EARLIER, used(caller)) == "FEDERATION_OUTSIDE"
    assert reason(used(caller)) == "FEDERATION_OUTSIDE", "goes before BEFORE_COVERAGE"
    elsewhere = session("app-guest", "CognitoIdentityCredentials", account=OTHER, **COGNITO)
    assert reason(EARLIER, used(elsewhere, recipientAccountId=ACCOUNT)) == "ACCOUNT_NOT_COLLECTED"
    call = issued(user(), "app-guest", "CognitoIdentityCredentials")
    assert reason(call, used(caller)) is None


def test_two_callers_in_one_second_are_ambiguous_in_either_order() -> None:
    alice, bob = issued(user(), key="ASIA2"), issued(user("bob"), key="ASIA3")
    for calls in ((alice, bob), (bob, alice)):
        (row,) = origins(*calls, used(session(key="ASIA9")))[-1:]
        assert row["origin_reason"] == "AMBIGUOUS"
        assert (row["origin_principal"], row["likely_principal"], row["origin_confidence"]) == (
            None, None, "none",
        )  # fmt: skip
    (unclear,) = [row for row in ledger(alice, bob, used(session(key="ASIA9"))) if row["events"]]
    assert set(unclear["evidence"]) >= {alice["eventID"], bob["eventID"]}, "both are kept as candidates"
    assert unclear["issuance_event_id"] is None


def test_a_person_and_a_service_in_one_second_are_ambiguous() -> None:
    by_service = issued({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, key="ASIA3")
    for calls in ((issued(user(), key="ASIA2"), by_service), (by_service, issued(user(), key="ASIA2"))):
        assert reason(*calls, used(session(key="ASIA9"))) == "AMBIGUOUS"


def test_two_unknown_callers_in_one_second_are_ambiguous() -> None:
    calls = [issued(session("Ci", name, key=f"ASIAC{name}", created="02:00:00"), key=f"ASIA{name}")
             for name in ("1", "2")]  # fmt: skip
    assert reason(EARLIER, *calls, used(session(key="ASIA9"))) == "AMBIGUOUS"


def test_one_caller_twice_in_a_second_is_one_caller() -> None:
    twice = [issued(user(), key="ASIA2"), issued(user(key="AKIASECONDKEY"), key="ASIA3")]
    assert origin(*twice, used(session(key="ASIA9"))) == (ALICE, "high", None)


def test_a_key_that_was_issued_twice_to_different_callers_is_ambiguous() -> None:
    twice = [issued(user()), issued(user("bob"), time="04:20:00")]
    assert reason(*twice, used(session())) == "AMBIGUOUS"
    same = [issued(user()), issued(user(), time="04:20:00")]
    assert origin(*same, used(session())) == (ALICE, "certain", None)


def test_source_identities_that_differ_are_a_contradiction() -> None:
    call = issued(user(), request={"sourceIdentity": "oskar"})
    (row,) = origins(call, used(session(source_identity="mallory")))[-1:]
    assert tuple(row.values()) == (None, None, "unknown", "none", "CONTRADICTION", ALICE)
    (told,) = ledger(call, used(session(source_identity="mallory")))
    assert (told["origin_reason"], told["likely_principal"]) == ("CONTRADICTION", ALICE)
    assert reason(call, used(session(source_identity="oskar"))) is None
    assert reason(call, used(session())) is None, "one of the two is not set"


@pytest.mark.parametrize(("asked", "own"), [("oskar", None), (None, "oskar"), ("oskar", "oskar")])
def test_a_source_identity_stays_through_the_chain(asked: str | None, own: str | None) -> None:
    first = issued(user(), "Ci", key="ASIAC", request={"sourceIdentity": "mira"})
    caller = session("Ci", key="ASIAC", source_identity="mira")
    second = issued(caller, time="04:10:00", request={"sourceIdentity": asked} if asked else {})
    then = used(session(created="04:10:00", source_identity=own), "04:20:00")
    assert reason(first, second, then) == "CONTRADICTION"
    same = used(session(created="04:10:00", source_identity="mira"), "04:20:00")
    kept = issued(caller, time="04:10:00", request={"sourceIdentity": "mira"})
    assert origin(first, kept, same) == (ALICE, "certain", None)


def test_a_broken_hop_gives_its_reason_to_everything_behind_it() -> None:
    first = session("Ci", key="ASIAC", created="02:00:00", name="ci-1")
    chain = [
        issued(first, "Deploy", time="03:00:00", key="ASIAD", expires="Sep 2, 2026, 4:00:00 AM"),
        issued(session("Deploy", key="ASIAD", created="03:00:00"), "Writer", time="03:30:00", key="ASIAW"),
        used(session("Writer", key="ASIAW", created="03:30:00"), "03:40:00"),
    ]
    told = origins(EARLIER, *chain)[1:]
    assert {row["origin_reason"] for row in told} == {"REGION_NOT_COLLECTED"}
    assert {row["likely_principal"] for row in told} == {"ci-1"}
    assert {row["origin_principal"] for row in told} == {None}

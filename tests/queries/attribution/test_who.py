"""The hops behind one identifier: whose each is, and what to collect where chains break."""

from typing import Any

import pytest

from tests.builders import ACCOUNT, role_session, table, user
from tests.queries.attribution.callers import OTHER, at, issued, owners_copy, session, used
from workbench.errors import NotFoundError, ParameterError
from workbench.queries.attribution.telling import told
from workbench.queries.attribution.who import answer, who_is_behind

ROLE = role_session("Deploy")["sessionContext"]["sessionIssuer"]["arn"]
HERE = used(user(), "00:30:00")


def accounts(*records: dict[str, Any], **asked: str) -> list[tuple[str, str | None]]:
    hops = who_is_behind(table(*records), **asked)
    return [(row["principal_kind"], row["account"]) for row in hops.to_pyarrow().to_pylist()]


def test_each_hop_tells_whose_account_it_is_of() -> None:
    call, then = issued(user(), account=OTHER), used(session(account=OTHER))
    assert accounts(call, then, access_key_id="ASIA1") == [("role", OTHER), ("iam_user", ACCOUNT)]


def test_a_caller_of_whom_only_the_account_is_known_tells_it() -> None:
    _, copy = owners_copy(issued(user(), account=OTHER), "s-1")
    then = used(session(account=OTHER))
    assert accounts(copy, then, access_key_id="ASIA1") == [("role", OTHER), ("account", ACCOUNT)]


def test_a_service_has_no_account() -> None:
    call = issued({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"})
    assert accounts(call, used(session()), access_key_id="ASIA1")[-1] == ("service", None)


def test_the_hours_of_every_session_that_lacks_its_beginning_are_named() -> None:
    daily = [used(session(key=f"ASIA{h}", created=f"{h:02}:00:00"), f"{h:02}:10:00") for h in (4, 5, 12)]
    found = answer(table(HERE, *daily), ROLE)
    collect = found["collect"]
    assert (collect["account"], collect["from"][11:], collect["to"][11:]) == (ACCOUNT, "03:00:00", "13:00:00")
    spans = [(span["from"][11:], span["to"][11:]) for span in collect["hours"]]
    assert spans == [("03:00:00", "06:00:00"), ("11:00:00", "13:00:00")]
    assert "13:00:00 UTC (in 2 spans of hours; --json names each)" in "\n".join(told(found))


def test_one_session_that_lacks_its_beginning_has_one_span() -> None:
    found = answer(table(HERE, used(session())), ROLE)
    day = at("")[:10]
    assert found["collect"]["hours"] == [{"from": f"{day} 03:00:00", "to": f"{day} 05:00:00"}]
    assert "spans" not in "\n".join(told(found))


def test_nothing_is_to_be_collected_for_what_is_proved() -> None:
    assert answer(table(issued(user()), used(session())), ROLE)["collect"] is None


@pytest.mark.parametrize("pasted", [" AKIAIOSFODNN7EXAMPLE\n", "akiaiosfodnn7example"])
def test_an_identifier_is_taken_as_it_was_pasted(pasted: str) -> None:
    found = answer(table(HERE), pasted)
    assert (found["id"], found["origin_kind"]) == ("AKIAIOSFODNN7EXAMPLE", "iam_user")
    assert who_is_behind(table(HERE), pasted).count().execute() == 1


@pytest.mark.parametrize("nothing", ["", " \n"])
def test_an_empty_identifier_is_refused(nothing: str) -> None:
    with pytest.raises(ParameterError, match="the identifier is empty"):
        answer(table(HERE), nothing)


def test_a_very_long_identifier_is_not_told_whole() -> None:
    with pytest.raises(NotFoundError, match=r"^A{200}\.\.\. is nowhere") as caught:
        answer(table(HERE), "A" * 5000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("provider", "is_recorded"), [
    (f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com", True),
    ("cognito-identity.amazonaws.com", False), ("cognito-identity.cn-north-1.amazonaws.com.cn", False),
])  # fmt: skip
def test_the_call_that_a_federated_session_lacks_is_to_be_collected_unless_it_is_cognitos(
    provider: str, is_recorded: bool
) -> None:
    federated = {"webIdFederationData": {"federatedProvider": provider, "attributes": {}}}
    found = answer(table(HERE, used(session(**federated))), ROLE)
    assert found["reason"] == "FEDERATION_OUTSIDE"
    assert (found["collect"] is not None) == is_recorded
    if is_recorded:
        assert (found["collect"]["account"], found["collect"]["region"][:9]) == (ACCOUNT, "us-east-1")

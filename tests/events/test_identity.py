"""One definition of who called."""

from typing import Any

import pytest

from tests.builders import role_session, user
from workbench.events.identity import caller

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
NOBODY = "ANONYMOUS_PRINCIPAL"


@pytest.mark.parametrize(
    ("identity", "principal", "kind"),
    [
        (role_session("ci/Deploy"), f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy", "role"),
        (user("alice"), f"arn:aws:iam::{ACCOUNT}:user/alice", "iam_user"),
        ({"type": "Root", "arn": ROOT, "accountId": ACCOUNT}, ROOT, "root"),
        ({"type": "Root", "accountId": ACCOUNT}, ROOT, "root"),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "service"),
        ({"invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "service"),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "accountId":
            ACCOUNT}, f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "federated_user",
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "9067-u", "identityStoreArn": "arn:x"}},
            "9067-u",
            "identity_center_user",
        ),
        ({"type": "SAMLUser", "principalId": "x:bob", "userName": "bob@x.org"}, "bob@x.org", "saml_user"),
        ({"type": "WebIdentityUser", "userName": "repo:a/b:ref"}, "repo:a/b:ref", "web_identity"),
        ({"type": "AWSAccount", "principalId": "AROAX:s", "accountId": ACCOUNT}, "AROAX:s", "account"),
        ({"type": "AWSAccount", "accountId": ACCOUNT}, ACCOUNT, "account"),
        ({"type": "AWSAccount", "principalId": "", "accountId": NOBODY}, "anonymous", "anonymous"),
        ({"type": "AWSAccount", "accountId": "anonymous"}, "anonymous", "anonymous"),
        ({"accountId": ACCOUNT, "principalId": "ANONYMOUS_PRINCIPAL"}, "anonymous", "anonymous"),
        ({"type": "Unknown", "principalId": "p"}, "p", "unknown"),
        ({"type": "FutureKind", "arn": "arn:aws:x::1:y"}, "arn:aws:x::1:y", "unknown"),
        ({"type": "IAMUser"}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_principal_is_always_named(identity: Any, principal: str, kind: str) -> None:
    assert caller(identity)[:2] == (principal, kind)


def test_a_role_session_in_full() -> None:
    who = caller(role_session("ci/Deploy", "build-1", key="ASIAEXAMPLE"))
    assert who.role_arn == f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy"
    assert (who.account, who.session_name, who.access_key_id) == (ACCOUNT, "build-1", "ASIAEXAMPLE")


def test_without_an_issuer_the_role_comes_from_the_session() -> None:
    identity = role_session("Deploy") | {"sessionContext": None}
    assert caller(identity).role_arn == f"arn:aws:iam::{ACCOUNT}:role/Deploy"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_partitions(partition: str) -> None:
    who = caller({"type": "AssumedRole", "arn": f"arn:{partition}:sts::{ACCOUNT}:assumed-role/Deploy/s"})
    assert who.principal == f"arn:{partition}:iam::{ACCOUNT}:role/Deploy"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws"), (None, "aws")],
)
def test_the_region_tells_the_partition_of_a_root_user(region: str | None, partition: str) -> None:
    found = caller({"type": "Root", "accountId": ACCOUNT}, region)
    assert found.principal == f"arn:{partition}:iam::{ACCOUNT}:root"


def test_an_assumed_role_without_any_arn_keeps_what_there_is() -> None:
    who = caller({"type": "AssumedRole", "principalId": "AROAX:s"})
    assert who == ("AROAX:s", "role", None, None, None, None)


def test_a_user_is_no_session() -> None:
    who = caller(user("alice"))
    assert (who.role_arn, who.session_name, who.account) == (None, None, ACCOUNT)


def test_an_empty_key_is_none() -> None:
    assert caller(user("alice", key=None) | {"accessKeyId": ""}).access_key_id is None


def test_a_session_name_with_slashes_and_colons() -> None:
    identity = role_session("Deploy", "a") | {
        "principalId": None,
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/a/b",
    }
    assert caller(identity).session_name == "a/b"

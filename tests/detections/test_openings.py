"""Whom a policy, a grant or a share opens something to: hit, near miss, absent."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from workbench.detections.counting.openings import opened_to

OTHER = "999900001111"


def policy(principal: Any, effect: str = "Allow", **more: Any) -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Principal": principal, "Action": "*"} | more]})


def condition(**tests: Any) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key.replace("_", ":"): value for key, value in tests.items()}}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (policy("*"), ["*"]),
        (policy({"AWS": "*"}), ["*"]),
        (policy({"AWS": [f"arn:aws:iam::{OTHER}:root", "222233334444"]}), ["222233334444", OTHER]),
        (policy({"AWS": f"arn:aws-us-gov:iam::{OTHER}:role/x"}), [OTHER]),
        (policy({"Federated": f"arn:aws:iam::{OTHER}:saml-provider/x"}), [OTHER]),
        (policy({"Federated": "cognito-identity.amazonaws.com"}), []),
        (quote(policy("*"), safe=""), ["*"]),
        (json.dumps({"Policy": policy("*")}), ["*"]),
        (json.dumps({"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}}}), ["*"]),
        ("all", ["*"]),
        (OTHER, [OTHER]),
        (f"arn:aws:kms:eu-west-1:{OTHER}:key/1", [OTHER]),
        (json.dumps({"items": [{"userId": OTHER}, {"group": "all"}]}), ["*", OTHER]),
        ("public-read", ["*"]),
        ('uri="http://acs.amazonaws.com/groups/global/AllUsers"', ["*"]),
        (policy("*", **condition(kms_CallerAccount=OTHER)), [OTHER]),
        (policy("*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), ["*"]),
        (policy("*", Condition={"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}}), ["*"]),
        (policy("*", Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}), ["*"]),
        ("{not JSON " + OTHER, [OTHER]),
    ],
)  # fmt: skip
def test_it_opens(text: str, expected: list[str]) -> None:
    assert opened_to(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        policy("*", effect="Deny"),
        policy({"Service": "cloudtrail.amazonaws.com"}),
        policy({"Federated": "cognito-identity.amazonaws.com"}),
        policy({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}),
        policy({"AWS": "arn:aws:iam::127311923021:root"}),  # writes access logs of load balancers
        policy("*", **condition(aws_PrincipalOrgID="o-1")),
        policy({"AWS": OTHER}, **condition(aws_PrincipalOrgID="o-1")),
        policy("*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}),
        policy("*", Condition={"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        "private",
        "dynamodb.eu-west-1.amazonaws.com",
        "1111222233334444",
        "a111122223333",
        "",
        "{}",
        json.dumps({"Statement": [None, "x", 5]}),
        json.dumps({"Statement": [{"Effect": "Allow"}]}),
    ],
)
def test_it_opens_nothing(text: str) -> None:
    assert opened_to(text) == []


def test_nothing_opens_nothing() -> None:
    assert opened_to(None) == []


def test_nesting_does_no_harm() -> None:
    assert opened_to("[" * 20_000 + f'"{OTHER}"' + "]" * 20_000) == [OTHER]
    assert opened_to('{"a":' * 900 + f'"{OTHER}"' + "}" * 900) == [OTHER]


def test_an_access_list_opens_to_whoever_is_not_the_owner() -> None:
    owner, stranger = "a" * 64, "b" * 64

    def listed(*grantees: dict[str, str]) -> str:
        grants = [{"Grantee": grantee, "Permission": "READ"} for grantee in grantees]
        return json.dumps({"Owner": {"ID": owner}, "AccessControlList": {"Grant": grants}})

    assert opened_to(listed({"ID": owner})) == []
    assert opened_to(listed({"ID": owner}, {"ID": stranger})) == [stranger]
    assert opened_to(listed({"URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"})) == ["*"]
    assert opened_to(listed({"URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"})) == []

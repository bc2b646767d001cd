"""What tag calls of many services say, in the shapes CloudTrail has them."""

import json
from typing import Any

import pytest

from tests.builders import ACCOUNT, REGION
from workbench.queries.tags.calls import said
from workbench.queries.tags.names import plain_name

A, R = ACCOUNT, REGION
LISTED, OBJECT = [{"key": "team", "value": "blue"}], {"team": "blue"}


def told(source: str, name: str, request: dict[str, Any], answer: dict[str, Any] | None = None) -> list[Any]:
    return said({
        "eventTime": None, "eventID": "e", "eventSource": f"{source}.amazonaws.com", "eventName": name,
        "awsRegion": R, "recipientAccountId": A, "issued_access_key_id": None,
        "request": as_map(request), "answer": as_map(answer or {}),
    })  # fmt: skip


def as_map(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in values.items()]


GROUP = f"arn:aws:autoscaling:{R}:{A}:autoScalingGroupName/web"
QUEUE = f"https://sqs.eu-west-1.amazonaws.com/{A}/orders"
SET = [
    ("iam", "TagRole", {"roleName": "r", "tags": LISTED}, f"arn:aws:iam::{A}:role/r"),
    (
        "iam",
        "TagPolicy",
        {"policyArn": f"arn:aws:iam::{A}:policy/x/p", "tags": LISTED},
        f"arn:aws:iam::{A}:policy/p",
    ),
    (
        "lambda",
        "TagResource20170331v2",
        {"resource": "arn:aws:lambda:r:1:function:f", "tags": OBJECT},
        "arn:aws:lambda:r:1:function:f",
    ),
    (
        "lambda",
        "CreateFunction20150331",
        {"functionName": "f", "tags": OBJECT},
        f"arn:aws:lambda:{R}:{A}:function:f",
    ),
    (
        "kms",
        "TagResource",
        {"keyId": "1234", "tags": [{"tagKey": "team", "tagValue": "blue"}]},
        f"arn:aws:kms:{R}:{A}:key/1234",
    ),
    (
        "secretsmanager",
        "TagResource",
        {"secretId": "prod/db", "tags": LISTED},
        f"arn:aws:secretsmanager:{R}:{A}:secret:prod/db",
    ),
    ("sqs", "TagQueue", {"queueUrl": QUEUE, "tags": OBJECT}, f"arn:aws:sqs:eu-west-1:{A}:orders"),
    (
        "rds",
        "AddTagsToResource",
        {"resourceName": "arn:aws:rds:r:1:db:d", "tags": LISTED},
        "arn:aws:rds:r:1:db:d",
    ),
    ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "d", "tags": LISTED}, f"arn:aws:rds:{R}:{A}:db:d"),
    ("elasticloadbalancing", "AddTags", {"resourceArns": ["arn:lb"], "tags": LISTED}, "arn:lb"),
    (
        "tagging",
        "TagResources",
        {"resourceARNList": ["arn:aws:sns:r:1:t"], "tags": OBJECT},
        "arn:aws:sns:r:1:t",
    ),
    (
        "ssm",
        "AddTagsToResource",
        {"resourceType": "Parameter", "resourceId": "p", "tags": LISTED},
        f"arn:aws:ssm:{R}:{A}:parameter/p",
    ),
    (
        "cloudtrail",
        "AddTags",
        {"resourceId": "arn:aws:cloudtrail:r:1:trail/t", "tagsList": LISTED},
        "arn:aws:cloudtrail:r:1:trail/t",
    ),
    (
        "elasticfilesystem",
        "CreateTags",
        {"fileSystemId": "fs-00112233", "tags": LISTED},
        f"arn:aws:elasticfilesystem:{R}:{A}:file-system/fs-00112233",
    ),
    (
        "autoscaling",
        "CreateOrUpdateTags",
        {"tags": [{"resourceId": "web", "key": "team", "value": "blue"}]},
        GROUP,
    ),
    (
        "s3",
        "PutBucketTagging",
        {"bucketName": "b", "Tagging": {"TagSet": {"Tag": {"Key": "team", "Value": "blue"}}}},
        "arn:aws:s3:::b",
    ),
]


@pytest.mark.parametrize(
    ("source", "name", "request_", "resource"), SET, ids=[f"{row[0]}-{row[1]}" for row in SET]
)
def test_tags_that_are_set(source: str, name: str, request_: dict[str, Any], resource: str) -> None:
    (one,) = told(source, name, request_)
    assert (one.name, dict(one.added), dict(one.removed)) == (resource, {"team": "blue"}, {})


TAKEN = [
    ("iam", "UntagRole", {"roleName": "r", "tagKeys": ["team"]}, {"team": None}),
    (
        "ec2",
        "DeleteTags",
        {"resourcesSet": {"items": [{"resourceId": "i-1"}]}, "tagSet": {"items": [{"key": "team"}]}},
        {"team": None},
    ),
    (
        "ec2",
        "DeleteTags",
        {"resourcesSet": {"items": [{"resourceId": "i-1"}]}, "tagSet": {"items": LISTED}},
        OBJECT,
    ),
    ("elasticfilesystem", "DeleteTags", {"fileSystemId": "fs-1", "tagKeys": []}, {}),
    (
        "rds",
        "RemoveTagsFromResource",
        {"resourceName": "arn:aws:rds:r:1:db:d", "tagKeys": ["team"]},
        {"team": None},
    ),
    ("autoscaling", "DeleteTags", {"tags": [{"resourceId": "web", "key": "team"}]}, {"team": None}),
]


@pytest.mark.parametrize(("source", "name", "request_", "removed"), TAKEN)
def test_tags_that_are_taken_off(
    source: str, name: str, request_: dict[str, Any], removed: dict[str, Any]
) -> None:
    (one,) = told(source, name, request_)
    assert (dict(one.added), dict(one.removed), one.is_whole) == ({}, removed, False)


def test_instances_get_the_tags_of_their_type_only() -> None:
    spec = [{"resourceType": kind, "tags": [{"key": "of", "value": kind}]} for kind in ("instance", "volume")]
    ids = [{"instanceId": f"i-0000000{number}", "subnetId": "subnet-00000001"} for number in (1, 2)]
    found = told(
        "ec2", "RunInstances", {"tagSpecificationSet": {"items": spec}}, {"instancesSet": {"items": ids}}
    )
    assert [(one.name, dict(one.added)) for one in found] == [
        ("i-00000001", {"of": "instance"}),
        ("i-00000002", {"of": "instance"}),
    ]


def test_what_a_call_made_has_its_name_in_the_answer() -> None:
    answer = {"keyMetadata": {"arn": "arn:aws:kms:r:1:key/k", "keyId": "k"}}
    (one,) = told("kms", "CreateKey", {"tags": LISTED}, answer)
    assert (one.name, one.is_new) == ("arn:aws:kms:r:1:key/k", True)


@pytest.mark.parametrize(
    "request_",
    [
        {"tags": "x"}, {"tags": [7, None]}, {"tags": [{"value": "b"}]}, {"tags": "{cut"}, {},
        {"resourceArn": {"a": 1}, "tags": LISTED}, {"resourcesSet": {"items": "x"}},
        {"tagSpecificationSet": 7},
    ],
)  # fmt: skip
def test_odd_requests_say_nothing_wrong(request_: dict[str, Any]) -> None:
    found = told("sns", "TagResource", request_)
    assert not [one for one in found if one.name == ""]


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ("arn:aws:iam::1:role/a/b/r", "arn:aws:iam::1:role/r"),
        ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
        ("arn:aws-us-gov:s3:::b", "arn:aws:s3:::b"),
        ("arn:aws:secretsmanager:r:1:secret:prod/x-AbC123", "arn:aws:secretsmanager:r:1:secret:prod/x"),
        ("arn:aws:secretsmanager:r:1:secret:prod/x", "arn:aws:secretsmanager:r:1:secret:prod/x"),
        ("arn:aws:lambda:r:1:function:f:live", "arn:aws:lambda:r:1:function:f"),
        ("arn:aws:logs:r:1:log-group:/aws/x:*", "arn:aws:logs:r:1:log-group:/aws/x"),
        ("arn:aws:dynamodb:r:1:table/t/index/i", "arn:aws:dynamodb:r:1:table/t"),
        ("arn:aws:ec2:r:1:volume/vol-0d5b16839de7a472b", "vol-0d5b16839de7a472b"),
        ("arn:aws:ec2:r:1:key-pair/ops", "arn:aws:ec2:r:1:key-pair/ops"),
        ("ASIA1", "ASIA1"),
    ],
)
def test_names(named: str, name: str) -> None:
    assert plain_name(named) == name

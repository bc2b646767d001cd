"""Changes of a resource: the diff, the call behind it, and what is told apart."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import ACCOUNT, assume_role, event, role_event, trail, user
from tests.events.items.builders import ARN, item, snapshot
from workbench.errors import NotFoundError

ROLE = f"arn:aws:iam::{ACCOUNT}:role/support"


def at(minute: int) -> str:
    return f"2026-09-02T05:{minute:02}:00Z"


def bucket(minute: int, **fields: Any) -> dict[str, Any]:
    return item(configurationItemCaptureTime=at(minute), configurationStateId=minute, **fields)


def call(minute: int, name: str, **fields: Any) -> dict[str, Any]:
    named = {"eventSource": "s3.amazonaws.com", "requestParameters": {"bucketName": "logs"}, "eventID": name}
    return event(eventName=name, eventTime=at(minute), **(named | fields))


ITEMS = [
    bucket(0, tags={}),
    bucket(10, tags={"team": "blue"}),
    bucket(20, tags={"team": "red"}),
    bucket(30, tags={"team": "red"}, configurationItemStatus="OK"),
    bucket(40, tags={}, relatedEvents=["named-by-config"]),
    bucket(50, configurationItemStatus="ResourceDeleted", configuration=None),
    item(
        ARN=ROLE,
        resourceType="AWS::IAM::Role",
        resourceId="AROAROLEIDEXAMPLE",
        resourceName="logs-support",
        configurationItemStatus="ResourceDiscovered",
        configurationItemCaptureTime=at(30),
    ),
]
CALLS = [
    call(1, "PutBucketAcl"),
    call(2, "PutBucketTagging"),
    call(3, "GetBucketAcl", readOnly=True),
    call(4, "DeleteBucketPolicy", errorCode="AccessDenied"),
    call(5, "PutObject", managementEvent=False, eventCategory="Data"),
    call(6, "CreateUser", eventSource="iam.amazonaws.com", requestParameters={"userName": "logs"}),
    call(7, "PutBucketLogging", recipientAccountId="999999999999"),
    call(32, "DeleteBucketTagging", requestParameters={"anything": {"in": ["logs"]}}),
    call(
        31,
        "TagResources",
        eventSource="tagging.amazonaws.com",
        requestParameters=None,
        eventID="named-by-config",
    ),
    call(41, "DeleteBucket", requestParameters=None, resources=[{"ARN": ARN, "type": "AWS::S3::Bucket"}]),
    call(55, "CreateBucket"),
    assume_role(user(), key="ASIACHANGESEXAMPLE01", eventTime="2026-09-02T04:00:00Z"),
    role_event(
        "Deploy",
        key="ASIACHANGESEXAMPLE01",
        eventID="CreateRole",
        eventName="CreateRole",
        eventTime="2026-09-02T04:30:00Z",
        responseElements={"role": {"arn": ROLE}},
    ),
]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = tmp_path_factory.mktemp("changes")
    trail(place / "e", *CALLS)
    (place / "e" / "history.json").write_bytes(snapshot(*reversed(ITEMS)))
    con = wb.open_case(place / "case")
    wb.load(con, place / "e")
    yield con
    con.disconnect()


def rows(con: Any, resource: str | None, *columns: str) -> list[tuple[Any, ...]]:
    found = wb.changes(con, resource).order_by("captured", "path", "eventTime").to_pyarrow().to_pylist()
    return [tuple(row[column] for column in columns) for row in found]


def test_each_change_with_the_call_behind_it(con: Any) -> None:
    found = rows(con, ARN, "path", "before", "after", "match", "rule", "candidates", "eventName")
    assert found == [
        ("tags.team", None, "blue", "matched", "last before", 2, "PutBucketTagging"),
        ("tags.team", "blue", "red", "no event", None, 0, None),
        ("tags.team", "red", None, "matched", "related", 2, "TagResources"),
        ("configuration", '{"name":"logs"}', "null", "matched", "last before", 1, "DeleteBucket"),
        ("configurationItemStatus", "OK", "ResourceDeleted", "matched", "last before", 1, "DeleteBucket"),
        (None, None, None, "no item", None, 1, "CreateBucket"),
    ]


@pytest.mark.parametrize("name", [ARN, "logs"])
def test_by_arn_and_by_name(con: Any, name: str) -> None:
    assert len(rows(con, name, "path")) == 6


def test_a_resource_that_came_to_be_and_who_stands_behind_it(con: Any) -> None:
    columns = ("resource_arn", "path", "after", "eventName", "principal", "origin_principal")
    alice = f"arn:aws:iam::{ACCOUNT}:user/alice"
    deploy = f"arn:aws:iam::{ACCOUNT}:role/Deploy"
    assert rows(con, "AROAROLEIDEXAMPLE", *columns) == [
        (ROLE, "configurationItemStatus", "ResourceDiscovered", "CreateRole", deploy, alice)
    ]


def test_all_that_config_recorded(con: Any) -> None:
    found = rows(con, None, "resource_arn")
    assert {arn for (arn,) in found} == {ARN, ROLE}
    assert len(found) == 7


def test_every_row_says_where_it_comes_from(con: Any) -> None:
    for id_, file, index, call_id, call_file in rows(
        con, ARN, "item_id", "item_file", "item_index", "eventID", "source_file"
    ):
        assert (id_ is None) == (file is None) == (index is None)
        assert call_id is None or Path(call_file).exists()


def test_a_resource_that_nothing_names(con: Any) -> None:
    with pytest.raises(NotFoundError, match="names payroll"):
        wb.changes(con, "payroll")


def test_without_config_all_calls_are_without_an_item(tmp_path: Path) -> None:
    trail(tmp_path / "e", *CALLS)
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "e")
    found = rows(con, "logs", "match", "eventName", "resource_id")
    assert ("no item", "CreateUser", "logs") in found
    assert {match for match, *_ in found} == {"no item"}
    assert wb.changes(con).count().execute() == 0


def test_the_sample_tells_who_opened_the_role(sample_case: Path) -> None:
    con = wb.open_case(sample_case, read_only=True)
    found = rows(con, "support-readonly", "match", "eventName", "after", "origin_principal")
    con.disconnect()
    opened = [row for row in found if row[2] and "999988887777" in row[2]]
    intruder = "arn:aws:iam::444455556666:user/ci/ci-artifact-uploader"
    assert [(match, name, who) for match, name, _, who in opened] == [
        ("matched", "UpdateAssumeRolePolicy", intruder)
    ]
    assert json.loads(opened[0][2])["Principal"] == {"AWS": "arn:aws:iam::999988887777:root"}

"""Every ready query: its header, its columns, and rows in the sample case or in events made for it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, user
from tests.events.items.builders import item, snapshot
from workbench.queries.aws_sql.running import DIALECTS
from workbench.queries.catalogue import Query, find, run
from workbench.queries.catalogue.filling import places

READY = find()
each_query = pytest.mark.parametrize("ready", READY, ids=[entry.name for entry in READY])


@pytest.fixture(scope="module")
def sample_con(sample_case: Path) -> Iterator[Any]:
    con = wb.open_case(sample_case, read_only=True)
    yield con
    con.disconnect()


def test_there_are_enough() -> None:
    assert len(READY) >= 60
    assert {entry.dialect for entry in READY} == set(DIALECTS)


@each_query
def test_header_is_whole(ready: Query) -> None:
    assert re.fullmatch(r"[a-z0-9_]{4,40}", ready.name)
    assert ready.dialect in DIALECTS
    assert ready.question.endswith("?")
    assert len(set(ready.columns)) == len(ready.columns)
    sentences = (ready.title, ready.look_for, ready.limits, *(known.meaning for known in ready.parameters))
    assert not [words for words in sentences if words.endswith(".") or not words.strip()]
    asked = {ready.sql[start + 1 : end] for start, end in places(ready.sql)}
    assert asked == {known.name for known in ready.parameters}
    assert not {*ready.sample} - asked
    assert not [
        known for known in ready.parameters if known.default is None and known.name not in ready.sample
    ]


@each_query
def test_lines_fit_a_screen(ready: Query) -> None:
    assert not [line for line in ready.sql.splitlines() if len(line) > 130]


@each_query
def test_columns_are_as_the_header_tells(ready: Query, sample_con: Any) -> None:
    assert run(sample_con, ready.name, **ready.sample).columns == ready.columns


def test_two_thirds_find_something_in_the_sample(sample_con: Any) -> None:
    found = [ready.name for ready in READY if rows(sample_con, ready)]
    assert len(found) * 3 >= len(READY) * 2


def rows(con: Any, ready: Query, **parameters: Any) -> list[dict[str, Any]]:
    return run(con, ready.name, **(ready.sample | parameters)).to_pyarrow().to_pylist()


def change(source: str, name: str, asked: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    source = f"{source}.amazonaws.com"
    return event(**({"eventSource": source, "eventName": name, "requestParameters": asked} | fields))


SSH = {"fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}
OPEN = {"groupId": "sg-1", "ipPermissions": {"items": [SSH]}}
CONTEXT = {
    "requestContext": {"aws:RequestedRegion": "eu-west-1"},
    "tagContext": {
        "resourceTags": [{"arn": "arn:aws:s3:::acme", "tags": {"backup": "nightly"}}],
        "principalTags": {"team": "blue"},
    },
}
LOWERED = {
    "requestcontext": {"aws:RequestedRegion": "eu-west-1"},
    "tagcontext": {
        "resourcetags": [{"arn": "arn:aws:s3:::acme", "tags": {"backup": "nightly"}}],
        "principaltags": {"team": "blue"},
    },
}
ADMIN = {"userName": "eve", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
VPC = {"eventCategory": "NetworkActivity", "vpcEndpointId": "vpce-1"}
MADE = {
    "detection_services_changes": change("guardduty", "DeleteDetector"),
    "ec2_network_changes": change("ec2", "CreateRoute"),
    "ec2_security_groups_open": change("ec2", "AuthorizeSecurityGroupIngress", OPEN),
    "ec2_snapshots_shared": change("ec2", "ModifySnapshotAttribute", {"snapshotId": "snap-1"}),
    "ec2_user_data": change("ec2", "DescribeInstanceAttribute", {"attribute": "userData"}),
    "iam_administrators_made": change("iam", "AttachUserPolicy", ADMIN),
    "iam_providers": change("iam", "CreateSAMLProvider", {"name": "evil"}),
    "identity_center_changes": change("sso", "CreateAccountAssignment", {"permissionSetArn": "arn:p"}),
    "kms_key_changes": change("kms", "ScheduleKeyDeletion", {"keyId": "k"}),
    "network_activity": change("s3", "ListBuckets", **VPC),
    "network_activity_denied": change("s3", "GetObject", **VPC, errorCode="VpceAccessDenied"),
    "organizations_policy_changes": change("organizations", "DetachPolicy", {"policyId": "p-1"}),
    "principal_tag_activity": change("s3", "ListBuckets", eventContext=CONTEXT),
    "rds_changes": change("rds", "DeleteDBInstance", {"dBInstanceIdentifier": "orders"}),
    "rds_snapshots_shared": change("rds", "ModifyDBSnapshotAttribute", {"valuesToAdd": ["all"]}),
    "request_context": change("s3", "ListBuckets", eventContext=LOWERED),
    "s3_object_deletes": change("s3", "DeleteObject", {"bucketName": "acme", "key": "a"}),
    "secrets_changes": change("secretsmanager", "DeleteSecret", {"secretId": "s"}),
    "tag_calls": change("ec2", "CreateTags", {"tagSet": {"items": [{"key": "a", "value": "b"}]}}),
    "tagged_resource_access": change("s3", "GetBucketAcl", eventContext=LOWERED),
    "throttled_calls": change("iam", "ListRoles", errorCode="ThrottlingException"),
    "tls_old_clients": change("iam", "ListRoles", tlsDetails={"tlsVersion": "TLSv1.1"}),
    "config_recorder_changes": change("config", "StopConfigurationRecorder"),
    "console_logins_failed": change(
        "signin", "ConsoleLogin", userIdentity=user(key=None), responseElements={"ConsoleLogin": "Failure"}
    ),
}  # fmt: skip


UNUSUAL = {
    "state": "Start",
    "eventName": "DeleteUser",
    "insightContext": {
        "statistics": {"baseline": {"average": 0.5}, "insight": {"average": 7}},
        "attributions": [{"attribute": "userIdentityArn", "insight": [{"value": "alice", "average": 7}]}],
    },
}
BESIDE = {
    "config_compliance": item(
        resourceType="AWS::Config::ResourceCompliance",
        ARN="arn:rule",
        configuration={"complianceType": "COMPLIANT"},
    ),
    "config_resources_deleted": item(configurationItemStatus="ResourceDeleted", ARN="arn:gone"),
    "insights_found": event(eventCategory="Insight", userIdentity=..., insightDetails=UNUSUAL),
    "insights_attributed": None,
}


@pytest.fixture(scope="module")
def made_con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("ready")
    items = [BESIDE["config_compliance"], BESIDE["config_resources_deleted"]]
    (folder / "evidence").mkdir()
    (folder / "evidence" / "snapshot.json").write_bytes(snapshot(*items))
    records = [record | {"eventID": name} for name, record in MADE.items()]
    con = case(folder, *records, BESIDE["insights_found"])
    wb.load(con, folder / "evidence")
    yield con
    con.disconnect()


@pytest.mark.parametrize("name", BESIDE)
def test_finds_one_row_in_another_store(made_con: Any, name: str) -> None:
    assert len(rows(made_con, wb.queries.catalogue.query(name))) == 1


@pytest.mark.parametrize("name", MADE)
def test_finds_the_event_made_for_it(made_con: Any, name: str) -> None:
    found = rows(made_con, wb.queries.catalogue.query(name))
    ids = {row["eventID"] for row in found if "eventID" in row}
    assert found
    assert not ids or name in ids
    assert len(found) <= 3, "the events of the others are near misses"


def test_none_is_without_rows_everywhere(sample_con: Any) -> None:
    silent = [
        ready.name for ready in READY if ready.name not in MADE | BESIDE and not rows(sample_con, ready)
    ]
    assert not silent


def test_both_spellings_of_the_context_answer_alike(made_con: Any) -> None:
    arns = "SELECT r.arn FROM $EDS_ID e CROSS JOIN UNNEST(e.eventContext.tagContext.resourceTags) AS r"
    assert wb.run_sql(made_con, arns).to_pyarrow()["arn"].to_pylist() == ["arn:aws:s3:::acme"] * 3
    team = "SELECT count(*) AS n FROM $EDS_ID WHERE eventcontext.tagcontext.principaltags['team'] = 'blue'"
    assert wb.run_sql(made_con, team).to_pyarrow()["n"].to_pylist() == [3]


def test_a_period_narrows(sample_con: Any) -> None:
    ready = wb.queries.catalogue.query("calls_by_hour")
    found = rows(sample_con, ready, start="2026-03-03T00:00:00Z", end="2026-03-03T02:00:00+01:00")
    assert [row["hour"].hour for row in found] == [0]


def test_a_period_narrows_athenas_texts(sample_con: Any) -> None:
    ready = wb.queries.catalogue.query("athena_console_logins")
    found = rows(sample_con, ready, start="2026-03-03", end="2026-03-04")
    assert found
    assert {row["eventtime"][:10] for row in found} == {"2026-03-03"}

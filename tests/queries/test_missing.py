import json

import workbench as wb
from tests.builders import assume_role, case, event, trail, user

FAR = "444455556666"


def missing(tmp_path, *events):
    return wb.queries.missing_accounts(case(tmp_path, *events)).to_pyarrow().to_pylist()


def test_the_owner_of_a_role_is_missing_with_what_to_collect(tmp_path):
    (row,) = missing(
        tmp_path, assume_role(user(), account=FAR, eventTime="2026-09-02T04:10:00Z", awsRegion="eu-west-1")
    )
    assert (row["account"], row["events"]) == (FAR, 1)
    assert "a role of it was asked for" in row["why"]
    assert list(row["principals"]) == ["arn:aws:iam::111122223333:user/alice"]
    assert list(row["collect"]) == [
        f"AWSLogs/{FAR}/CloudTrail/eu-west-1/",
        f"AWSLogs/{FAR}/CloudTrail/us-east-1/",
    ]
    assert (row["collect_from"].isoformat(), row["collect_to"].isoformat()) == (
        "2026-09-02T04:00:00",
        "2026-09-02T17:00:00",
    )


def test_a_caller_from_outside_is_missing_and_a_service_is_not(tmp_path):
    stranger = {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": FAR}
    service = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    inside = {"type": "AWSAccount", "principalId": "AIDASERVICE", "accountId": "127311923021"}
    (row,) = missing(
        tmp_path,
        event(userIdentity=stranger),
        assume_role(service),
        event(userIdentity=inside, sourceIPAddress="delivery.logs.amazonaws.com"),
    )
    assert (row["account"], list(row["why"])) == (FAR, ["its principals called"])


def naming(account):
    policy = json.dumps({"Statement": [{"Principal": {"AWS": f"arn:aws:iam::{account}:root"}}]})
    return {
        "eventName": "UpdateAssumeRolePolicy",
        "requestParameters": {"roleName": "x", "policyDocument": policy},
    }


def test_calls_of_its_principals_are_told_apart_from_calls_that_name_it(tmp_path):
    stranger = {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": FAR}
    (row,) = missing(
        tmp_path,
        event(**naming(FAR), eventTime="2026-09-02T01:00:00Z"),
        assume_role(stranger, eventID="called-1", eventTime="2026-09-02T02:00:00Z"),
        assume_role(stranger, eventID="called-2", eventTime="2026-09-02T03:00:00Z"),
        event(**naming(FAR), eventTime="2026-09-02T05:00:00Z"),
    )
    assert (row["events"], row["names"]) == (4, ["AssumeRole", "UpdateAssumeRolePolicy"])
    assert (row["called"], row["called_names"]) == (2, ["AssumeRole"])
    assert row["called_eventIDs"] == ["called-1", "called-2"]
    assert [row[name].hour for name in ("first", "called_first", "called_last", "last")] == [1, 2, 3, 5]


def test_an_account_that_is_only_named_did_not_call(tmp_path):
    (row,) = missing(tmp_path, event(**naming(FAR)))
    assert [row["called"], row["called_first"], row["called_last"]] == [0, None, None]
    assert (row["called_names"], row["called_eventIDs"]) == ([], [])


def test_an_account_that_delivers_is_not_missing(tmp_path):
    assert missing(tmp_path, assume_role(user(), account=FAR), event(recipientAccountId=FAR)) == []


def test_an_account_named_in_a_policy_is_told_as_named_only(tmp_path):
    policy = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{FAR}:root"}}]}
    )
    bare = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["999988887777"]}}]})
    rows = missing(
        tmp_path,
        event(
            eventName="UpdateAssumeRolePolicy", requestParameters={"roleName": "x", "policyDocument": policy}
        ),
        event(eventName="PutBucketPolicy", requestParameters={"bucketPolicy": bare}),
        event(
            eventName="GetUser",
            requestParameters={"note": "arn:aws:iam::222211110000:user/read-only-calls-name-nobody"},
        ),
        event(
            eventName="CreateUser",
            requestParameters={"userName": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
    )
    assert [(row["account"], list(row["why"])) for row in rows] == [
        (FAR, ["named in a request"]),
        ("999988887777", ["named in a request"]),
    ]


def test_masked_and_absent_accounts_are_no_accounts(tmp_path):
    masked = {"type": "AWSAccount", "principalId": "AIDA", "accountId": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    assert (
        missing(
            tmp_path, event(userIdentity=masked), event(userIdentity=...), event(resources=[{"type": "x"}])
        )
        == []
    )


def organization_case(tmp_path, *members):
    written = trail(tmp_path, assume_role(user(), account=FAR))
    bucket = tmp_path / "evidence" / "AWSLogs" / "o-exampleorgid"
    inside = bucket / written.relative_to(tmp_path / "AWSLogs")
    inside.parent.mkdir(parents=True)
    written.rename(inside)
    for member in members:
        digest = bucket / member / "CloudTrail-Digest" / "us-east-1" / "marker.json"
        digest.parent.mkdir(parents=True)
        digest.write_text("{}")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    return con


def test_an_account_that_may_be_anybodys_gets_no_organization_in_its_prefix(tmp_path):
    (row,) = wb.queries.missing_accounts(organization_case(tmp_path)).to_pyarrow().to_pylist()
    assert row["collect"] == [f"AWSLogs/{FAR}/CloudTrail/us-east-1/"]
    assert row["ask"] == "its owner: whether it belongs to the organization is not known from this case"


def test_the_organization_stands_in_the_prefix_of_an_account_that_its_trail_holds(tmp_path):
    (row,) = wb.queries.missing_accounts(organization_case(tmp_path, FAR)).to_pyarrow().to_pylist()
    assert row["collect"] == [f"AWSLogs/o-exampleorgid/{FAR}/CloudTrail/us-east-1/"]
    assert row["ask"] == "the keeper of the organization's trail"


def test_the_sample_misses_its_partner_and_the_intruders_account(sample_case):
    con = wb.open_case(sample_case, read_only=True)
    assert set(wb.queries.missing_accounts(con).account.execute()) == {"777788889999", "999988887777"}

"""Every record has the fields that AWS writes for its kind of caller and call."""

import re
from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import pytest

Json = dict[str, Any]
ALWAYS = (
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "eventID",
    "readOnly",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"2026-03-0[2-8]T\d\d:\d\d:\d\dZ")
EXPIRES = re.compile(r"Mar \d{1,2}, 2026, \d{1,2}:\d\d:\d\d [AP]M")
IDENTITY = {
    "IAMUser": {"accountId", "userName"},
    "Root": {"principalId", "arn", "accountId"},
    "AssumedRole": {"principalId", "arn", "accountId"},
    "FederatedUser": {"principalId", "arn", "accountId", "accessKeyId", "sessionContext"},
    "AWSService": {"invokedBy"},
    "AWSAccount": {"principalId", "accountId"},
    "IdentityCenterUser": {"accountId", "onBehalfOf", "credentialId"},
    "SAMLUser": {"principalId", "userName", "identityProvider"},
    "WebIdentityUser": {"principalId", "userName", "identityProvider"},
}


def of(records: list[Json], kind: str) -> list[Json]:
    return [record for record in records if record["userIdentity"]["type"] == kind]


def named(records: list[Json], name: str) -> list[Json]:
    return [record for record in records if record["eventName"] == name]


def test_every_record_has_the_fields_of_all_records(records: list[Json]) -> None:
    for record in records:
        assert [name for name in ALWAYS if name not in record] == []
        assert UUID.fullmatch(record["eventID"])
        assert TIME.fullmatch(record["eventTime"])
        assert record["eventCategory"] == ("Management" if record["managementEvent"] else "Data")


def test_every_kind_of_caller_occurs_with_its_fields(records: list[Json]) -> None:
    assert {record["userIdentity"]["type"] for record in records} == set(IDENTITY)
    for record in records:
        identity = record["userIdentity"]
        assert IDENTITY[identity["type"]] - set(identity) == set()


def test_event_ids_are_unique_but_for_declared_duplicates(deliveries: list[Json], truth: Json) -> None:
    counts = Counter(record["eventID"] for record in deliveries)
    assert sorted(name for name, count in counts.items() if count > 1) == sorted(truth["duplicates"])
    assert len(deliveries) - len(counts) == len(truth["duplicates"]) > 0


def test_a_duplicate_is_the_same_record(deliveries: list[Json], truth: Json) -> None:
    copies = defaultdict(list)
    for record in deliveries:
        copies[record["eventID"]].append(record)
    assert all(copies[event][0] == copies[event][1] for event in truth["duplicates"])


def test_role_sessions_are_consistent(records: list[Json]) -> None:
    for record in of(records, "AssumedRole"):
        identity = record["userIdentity"]
        role, name = identity["principalId"].split(":", 1)
        assert role.startswith("AROA")
        assert len(role) == 21
        assert identity["arn"].endswith(f"/{name}")
        assert f"::{identity['accountId']}:assumed-role/" in identity["arn"]
        if "sessionContext" in identity:
            issuer = identity["sessionContext"]["sessionIssuer"]
            assert issuer["principalId"] == role
            assert identity["arn"].split("/")[1] == issuer["userName"] == issuer["arn"].rsplit("/", 1)[1]
            assert identity["sessionContext"]["attributes"]["creationDate"] <= record["eventTime"]


def test_ids_belong_to_one_thing_for_ever(records: list[Json]) -> None:
    roles, users = defaultdict(set), defaultdict(set)
    for record in of(records, "AssumedRole"):
        identity = record["userIdentity"]
        if "sessionContext" in identity:
            roles[identity["sessionContext"]["sessionIssuer"]["arn"]].add(identity["principalId"][:21])
    for record in of(records, "IAMUser"):
        if "arn" in record["userIdentity"]:
            users[record["userIdentity"]["arn"]].add(record["userIdentity"]["principalId"])
    assert all(len(ids) == 1 for ids in (*roles.values(), *users.values()))


def account_in(key: str) -> str:
    """The account number that AWS hides in an access key id."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    number = 0
    for letter in key[4:14]:
        number = number * 32 + digits.index(letter)
    return str((number >> 2 & 0x7FFFFFFFFF80) >> 7)


def test_access_keys_carry_their_account(records: list[Json]) -> None:
    for record in records:
        key = record["userIdentity"].get("accessKeyId")
        if key:
            assert re.fullmatch(r"A[KS]IA[A-Z2-7]{16}", key)
            assert account_in(key) == record["userIdentity"]["accountId"]
            assert key.startswith("ASIA") == ("sessionContext" in record["userIdentity"])


def test_issued_credentials_are_as_sts_writes_them(records: list[Json]) -> None:
    issued = [record for record in records if (record["responseElements"] or {}).get("credentials")]
    assert {record["eventName"] for record in issued} == {
        "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken",
        "GetFederationToken",
    }
    for record in issued:
        credentials = record["responseElements"]["credentials"]
        assert set(credentials) == {"accessKeyId", "sessionToken", "expiration"}
        assert EXPIRES.fullmatch(credentials["expiration"])
        assert record["eventSource"] == "sts.amazonaws.com"
        assert record["readOnly"]


def test_crossing_calls_come_in_two_copies(records: list[Json]) -> None:
    copies = defaultdict(list)
    for record in records:
        if record.get("sharedEventID"):
            copies[record["sharedEventID"]].append(record)
    owners = [
        record for record in of(records, "AWSAccount") if record["userIdentity"]["accountId"] != "anonymous"
    ]
    outside = {"777788889999", "999988887777"}
    pairs = 0
    for owner in owners:
        group = copies.get(owner.get("sharedEventID"), [])
        if owner["userIdentity"]["accountId"] in outside:
            assert len(group) <= 1, "the caller's account delivers nothing here"
            continue
        caller, copy = sorted(group, key=lambda record: record["userIdentity"]["type"] == "AWSAccount")
        pairs += 1
        assert copy is owner
        assert caller["eventID"] != owner["eventID"]
        assert (
            caller["recipientAccountId"] == caller["userIdentity"]["accountId"] != owner["recipientAccountId"]
        )
        assert owner["userIdentity"] == {
            "type": "AWSAccount", "principalId": caller["userIdentity"]["principalId"],
            "accountId": caller["userIdentity"]["accountId"],
        }
        for field in (
            "eventTime",
            "eventName",
            "awsRegion",
            "requestID",
            "requestParameters",
            "responseElements",
        ):
            assert caller[field] == owner[field]
    assert pairs > 50
    assert any(not owner["managementEvent"] for owner in owners), "a data event crosses accounts too"


def test_every_crossing_role_assumption_has_the_owners_copy(records: list[Json]) -> None:
    told = {record["sharedEventID"] for record in of(records, "AWSAccount") if "sharedEventID" in record}
    for record in named(records, "AssumeRole"):
        identity, asked = record["userIdentity"], record["requestParameters"]
        if asked and identity["type"] in ("IAMUser", "AssumedRole"):
            crosses = f"::{identity['accountId']}:" not in asked["roleArn"]
            assert crosses == (record.get("sharedEventID") in told)


def test_console_calls_say_so_and_rotate_their_keys(records: list[Json]) -> None:
    keys = defaultdict(set)
    for record in records:
        if record.get("sessionCredentialFromConsole"):
            identity = record["userIdentity"]
            created = identity["sessionContext"]["attributes"]["creationDate"]
            keys[identity["principalId"], created].add(identity["accessKeyId"])
            assert record["sessionCredentialFromConsole"] == "true"
    assert len(keys) > 20
    assert sum(len(used) > 1 for used in keys.values()) > len(keys) // 3


def test_services_show_no_address_of_their_own(records: list[Json]) -> None:
    for record in records:
        by = record["userIdentity"].get("invokedBy")
        if by:
            assert record["sourceIPAddress"] == record["userAgent"] == by
            assert "tlsDetails" not in record
        elif record["eventType"] == "AwsApiCall" and record["sourceIPAddress"] != "AWS Internal":
            assert record["tlsDetails"]["clientProvidedHostHeader"].endswith("amazonaws.com")


def test_service_linked_roles_show_no_key(records: list[Json]) -> None:
    linked = [record for record in of(records, "AssumedRole")
              if "/aws-service-role/" in str(record["userIdentity"].get("sessionContext"))]
    assert linked
    assert all("accessKeyId" not in record["userIdentity"] for record in linked)


def test_global_services_are_recorded_in_us_east_1(records: list[Json]) -> None:
    sources = {
        "iam.amazonaws.com",
        "organizations.amazonaws.com",
        "account.amazonaws.com",
        "signin.amazonaws.com",
    }
    regions = Counter((record["eventSource"], record["awsRegion"]) for record in records)
    assert {region for source, region in regions if source in sources} == {"us-east-1"}
    assert {region for source, region in regions if source == "sts.amazonaws.com"} == {
        "us-east-1",
        "eu-west-1",
    }


def test_refused_calls_say_who_was_refused_what(records: list[Json]) -> None:
    refused = [record for record in records if "not authorized" in record.get("errorMessage", "")]
    assert len(refused) > 20
    for record in refused:
        assert record["responseElements"] is None
        assert record["userIdentity"]["arn"] in record["errorMessage"]
        assert record["errorCode"] in {
            "AccessDenied",
            "AccessDeniedException",
            "Client.UnauthorizedOperation",
        }


def test_data_events_name_bucket_and_object(records: list[Json]) -> None:
    for record in named(records, "GetObject") + named(records, "PutObject"):
        asked = record["requestParameters"]
        named_arns = [entry["ARN"] for entry in record["resources"]]
        assert f"arn:aws:s3:::{asked['bucketName']}/{asked['key']}" in named_arns
        assert not record["managementEvent"]
        assert asked["Host"].startswith(asked["bucketName"])


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ("EC2 credentials", "ec2RoleDelivery"),
        ("a function's credentials", "inScopeOf"),
        ("an OIDC provider", "webIdFederationData"),
        ("a source identity", "sourceIdentity"),
        ("a directory user", "onBehalfOf"),
        ("a privileged root session", "assumedRoot"),
        ("a VPC endpoint", "vpcEndpointId"),
        ("an external id", "externalId"),
        ("a masked user name", "HIDDEN_DUE_TO_SECURITY_REASONS"),
        ("a portal's choice", "serviceEventDetails"),
        ("a role switched in the console", "SwitchFrom"),
        ("an MFA device", "serialNumber"),
        ("an API version", "apiVersion"),
        ("nobody", "anonymous"),
    ],
)
def test_the_sample_holds(records: list[Json], what: str, field: str) -> None:
    assert any(field in str(record) for record in records), what


def test_a_week_has_its_rhythm(records: list[Json]) -> None:
    hours, days = Counter(), Counter()
    for record in records:
        at = datetime.fromisoformat(record["eventTime"])
        days[at.weekday()] += 1
        if at.weekday() < 5:
            hours[at.hour] += 1
    office = sum(hours[hour] for hour in range(8, 17)) / 9
    night = sum(hours[hour] for hour in (21, 22, 23, 0, 3, 4, 5)) / 7
    assert office > 2 * night
    assert max(days[5], days[6]) < min(days[day] for day in range(5)) * 2 / 3
    assert hours[1] > night, "the nightly jobs show"

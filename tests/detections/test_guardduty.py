import gzip
import json
from datetime import datetime

import pytest

from tests.builders import event, role_event, table, user
from workbench.detections.outside.guardduty import findings, guardduty
from workbench.errors import ParameterError

KEY, OTHER_KEY, BAD = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "203.0.113.9"


def finding(**fields):
    told = {
        "schemaVersion": "2.0",
        "accountId": "111122223333",
        "region": "us-east-1",
        "id": "f1",
        "type": "Recon:IAMUser/MaliciousIPCaller.Custom",
        "title": "Reconnaissance",
        "severity": 5,
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {"accessKeyId": KEY, "userName": "alice"},
        },
        "service": {
            "action": {
                "actionType": "AWS_API_CALL",
                "awsApiCallAction": {"api": "ListUsers", "remoteIpDetails": {"ipAddressV4": BAD}},
            },
            "eventFirstSeen": "2026-09-02T04:00:00Z",
            "eventLastSeen": "2026-09-02T04:10:00.000Z",
        },
    }
    return {name: value for name, value in (told | fields).items() if value is not ...}


def capital(told):
    if isinstance(told, dict):
        return {name[:1].upper() + name[1:]: capital(value) for name, value in told.items()}
    return [capital(one) for one in told] if isinstance(told, list) else told


@pytest.fixture
def export(tmp_path):
    def write(content):
        path = tmp_path / "findings.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


def at(time, **fields):
    return event(eventTime=f"2026-09-02T{time}Z", **fields)


@pytest.mark.parametrize(
    "wrapped",
    [
        finding(),
        [finding()],
        {"Findings": [capital(finding())]},
        [{"findings": [finding()]}],
        {"version": "0", "detail-type": "GuardDuty Finding", "source": "aws.guardduty", "detail": finding()},
        (json.dumps(finding()) + "\n\n").encode(),
        gzip.compress(json.dumps(finding()).encode()),
        b"\xef\xbb\xbf" + json.dumps([finding()]).encode(),
    ],
)
def test_every_shape_gives_the_same_finding(export, wrapped):
    (row,) = findings(export(wrapped)).to_pyarrow().to_pylist()
    assert (row["finding"], row["severity"], row["access_key"]) == ("f1", "medium", KEY)
    assert (row["address"], row["api"], row["account"]) == (BAD, "ListUsers", "111122223333")
    assert (row["first"], row["last"]) == (
        datetime.fromisoformat("2026-09-02T04:00:00"),
        datetime.fromisoformat("2026-09-02T04:10:00"),
    )


def test_lines_are_findings_each(export):
    lines = "\n".join(json.dumps(finding(id=f"f{number}")) for number in range(3))
    assert findings(export(lines.encode())).count().execute() == 3


@pytest.mark.parametrize(
    ("severity", "word"),
    [(9.5, "critical"), (7, "high"), (6.9, "medium"), (1.0, "low"), (0, "informational")],
)
def test_severities_are_told_in_our_words(export, severity, word):
    assert findings(export(finding(severity=severity))).severity.to_pyarrow().to_pylist() == [word]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}\n{", "line 2 is no JSON"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"\x1f\x8b broken", "cannot be read"),
        (b"[" * 100_000, "no JSON"),
        ([{"id": 1, "type": "x"}], "no finding of GuardDuty"),
        (["text"], "no finding of GuardDuty"),
        (finding(type=""), "no finding of GuardDuty"),
        (finding(severity="high"), "finding 1: severity high is no number"),
        (finding(service={"eventFirstSeen": "yesterday"}), "finding 1: yesterday is no time"),
        (finding(service={"eventFirstSeen": "0001-01-01T00:00:00+14:00"}), "finding 1: 0001-01-01T"),
        (finding(title="\ud800"), "line 1 is no JSON"),
    ],
)
def test_what_is_no_export_is_an_error_with_its_place(export, content, message):
    with pytest.raises(ParameterError, match=message):
        findings(export(content))


@pytest.mark.parametrize("content", [b"", [], {"Findings": []}])
def test_an_export_without_findings_is_empty(export, content):
    assert hits(export(content), event()) == []


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ParameterError, match="Name an export"):
        findings(tmp_path / "absent.json")


def hits(path, *events, **options):
    return guardduty(table(*events), path, **options).to_pyarrow().to_pylist()


def test_the_events_that_match_in_most_ways_are_the_findings(export):
    (hit,) = hits(
        export(finding()),
        at("04:02:00", eventID="by-key"),
        at("04:05:00", eventID="two", sourceIPAddress=f"::ffff:{BAD}"),
        at("04:04:00", eventID="one", sourceIPAddress=BAD),
        at("04:03:00", eventID="other", eventName="GetUser", sourceIPAddress=BAD),
    )
    assert (hit["eventID"], hit["eventIDs"]) == ("one", ["one", "two"])
    assert (hit["rule_id"], hit["severity"]) == ("Recon:IAMUser/MaliciousIPCaller.Custom", "medium")
    assert hit["principal"] == hit["origin_principal"] == "arn:aws:iam::111122223333:user/alice"
    assert hit["reason"] == "GuardDuty finding f1: Reconnaissance; 2 events by access key, address, API"


@pytest.mark.parametrize(
    "missed",
    [
        {"eventTime": "2026-09-02T03:54:59Z"},
        {"eventTime": "2026-09-02T04:15:01Z"},
        {"recipientAccountId": "444455556666"},
        {"userIdentity": user(key=OTHER_KEY)},
        {"userIdentity": user(key=None), "sourceIPAddress": ...},
        {"eventTime": ...},
    ],
)
def test_a_finding_without_its_event_stays_and_says_so(export, missed):
    (hit,) = hits(export(finding()), event(**({"eventTime": "2026-09-02T04:05:00Z"} | missed)))
    assert (hit["eventID"], hit["eventIDs"], hit["eventTime"]) == (
        None,
        [],
        datetime.fromisoformat("2026-09-02T04:00:00"),
    )
    assert hit["reason"].endswith("no event of it in the evidence")


def test_the_edges_of_time_belong_to_it_and_can_be_chosen(export):
    (hit,) = hits(export(finding()), at("03:55:00", eventID="a"), at("04:15:00", eventID="b"))
    assert hit["eventIDs"] == ["a", "b"]
    (hit,) = hits(export(finding()), at("03:59:59"), slack="0s")
    assert hit["eventID"] is None


def test_credentials_of_an_instance_are_joined_by_the_instance(export):
    resource = {"instanceDetails": {"instanceId": "i-0123456789abcdef0"}}
    stolen = role_event(session="i-0123456789abcdef0", eventTime="2026-09-02T04:05:00Z")
    (hit,) = hits(export(finding(resource=resource)), stolen)
    assert hit["reason"].endswith("1 event by instance, API")


def test_a_finding_that_lacks_nearly_everything_stays(export):
    bare = {"id": "f2", "type": "Policy:S3/BucketAnonymousAccessGranted", "severity": 8, "service": None}
    (hit,) = hits(export(bare), event())
    assert (hit["title"], hit["severity"], hit["eventTime"]) == ("GuardDuty finding", "high", None) or hit[
        "title"
    ]
    assert hit["eventIDs"] == []

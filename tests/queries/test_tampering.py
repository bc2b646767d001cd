"""Each rule is hit, nearly missed, and not disturbed by what is absent; switches are paired."""

import json

import ibis
import pytest

import workbench as wb
from tests.builders import event, table, user
from workbench.queries import TAMPERING_CALLS, log_tampering, off_windows
from workbench.queries.tampering_rules import KINDS, TECHNIQUES
from workbench.simulation import write_sample

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1111"
DELIVERY = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
KNOWN = (
    event(eventSource="s3.amazonaws.com", eventName="GetBucketAcl", userIdentity=DELIVERY,
          requestParameters={"bucketName": "logs"}),
    event(eventSource="kms.amazonaws.com", eventName="GenerateDataKey", userIdentity=DELIVERY,
          requestParameters={"keyId": KEY, "keySpec": "AES_256"}),
)  # fmt: skip


def call(source, name, asked=None, **fields):
    return event(eventSource=f"{source}.amazonaws.com", eventName=name, requestParameters=asked, **fields)


def rows_of(*events, **known):
    return log_tampering(table(*events), **known).to_pyarrow().to_pylist()


def basic(**fields):
    return {"trailName": TRAIL, "eventSelectors": [fields]}


def advanced(*fields):
    named = [{"field": name, operator: values} for name, operator, values in fields]
    return {"trailName": TRAIL, "advancedEventSelectors": [{"name": "n", "fieldSelectors": named}]}


MANAGEMENT = ("eventCategory", "equals", ["Management"])
SELECTORS = [
    (basic(readWriteType="All", includeManagementEvents=True, dataResources=[]), "widened", "every"),
    (basic(readWriteType="All"), "widened", "every"),
    (basic(includeManagementEvents=False, readWriteType="ReadOnly"), "narrowed", "no management"),
    (basic(includeManagementEvents=True, readWriteType="ReadOnly"), "narrowed", "reading calls"),
    (basic(includeManagementEvents=True, readWriteType="WriteOnly"), "narrowed", "changing calls"),
    (basic(excludeManagementEventSources=["kms.amazonaws.com"]), "narrowed", "leaves services"),
    ({"trailName": TRAIL, "eventSelectors": []}, "narrowed", "no management"),
    ({"trailName": TRAIL, "eventSelectors": [{"readWriteType": "ReadOnly"}, {"readWriteType": "WriteOnly"}]},
     "widened", "every"),
    (advanced(MANAGEMENT), "widened", "every"),
    (advanced(("eventCategory", "equals", ["Data"])), "narrowed", "no management"),
    (advanced(MANAGEMENT, ("readOnly", "equals", ["true"])), "narrowed", "reading calls"),
    (advanced(MANAGEMENT, ("readOnly", "equals", ["false"])), "narrowed", "changing calls"),
    (advanced(MANAGEMENT, ("eventSource", "notEquals", ["kms.amazonaws.com"])),
     "narrowed", "leaves services"),
    ({"trailName": TRAIL, "eventSelectors": "cut off ["}, "unclear", "may change"),
    ({"trailName": TRAIL, "eventSelectors": [None, 7]}, "unclear", "may change"),
    ({"trailName": TRAIL}, "unclear", "may change"),
    (None, "unclear", "may change"),
]  # fmt: skip

HITS = [
    (call("cloudtrail", "StopLogging", {"name": TRAIL}), "stopped", TRAIL),
    (call("cloudtrail", "DeleteTrail", {"name": "main"}), "deleted", "main"),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "isMultiRegionTrail": False}), "narrowed", TRAIL),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "includeGlobalServiceEvents": False}),
     "narrowed", TRAIL),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "enableLogFileValidation": False}), "narrowed", TRAIL),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "s3BucketName": "elsewhere"}), "redirected", TRAIL),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "cloudWatchLogsLogGroupArn": ""}),
     "delivery-broken", TRAIL),
    (call("cloudtrail", "UpdateTrail", {"name": TRAIL, "isMultiRegionTrail": True}), "widened", TRAIL),
    (call("cloudtrail", "UpdateTrail"), "unclear", ""),
    (call("cloudtrail", "PutInsightSelectors", {"trailName": "main", "insightSelectors": []}),
     "narrowed", "main"),
    (call("cloudtrail", "DeleteEventDataStore", {"eventDataStore": "eds-1"}), "deleted", "eds-1"),
    (call("cloudtrail", "StopEventDataStoreIngestion", {"eventDataStore": "eds-1"}), "stopped", "eds-1"),
    (call("cloudtrail", "StartLogging", {"name": TRAIL}), "resumed", TRAIL),
    (call("s3", "PutBucketPolicy", {"bucketName": "logs", "bucketPolicy": {}}), "bucket-policy", "logs"),
    (call("s3", "DeleteBucketPolicy", {"bucketName": "logs"}), "bucket-policy", "logs"),
    (call("s3", "PutBucketLifecycle", {"bucketName": "logs", "LifecycleConfiguration": {
        "Rule": {"Expiration": {"Days": 1}}}}), "bucket-lifecycle", "logs"),
    (call("s3", "PutBucketVersioning", {"bucketName": "logs", "VersioningConfiguration": {
        "Status": "Suspended"}}), "versioning-off", "logs"),
    (call("s3", "PutBucketLogging", {"bucketName": "any", "BucketLoggingStatus": {"xmlns": "x"}}),
     "stopped", "any"),
    (call("s3", "DeleteObject", {"bucketName": "any", "key": "p/AWSLogs/1/CloudTrail/x.json.gz"}),
     "log-deleted", "any"),
    (call("s3", "DeleteObjects", {"bucketName": "logs", "delete": ""}), "log-deleted", "logs"),
    (call("kms", "DisableKey", {"keyId": "1111"}), "key-disabled", "1111"),
    (call("kms", "ScheduleKeyDeletion", {"keyId": KEY, "pendingWindowInDays": 7}), "key-disabled", KEY),
    (call("kms", "PutKeyPolicy", {"keyId": KEY, "policyName": "default"}), "key-policy", KEY),
    (call("kms", "RevokeGrant", {"keyId": KEY, "grantId": "g"}), "key-policy", KEY),
    (call("logs", "DeleteLogGroup", {"logGroupName": "/trail"}), "log-deleted", "/trail"),
    (call("logs", "PutRetentionPolicy", {"logGroupName": "/trail", "retentionInDays": 1}),
     "narrowed", "/trail"),
    (call("guardduty", "DeleteDetector", {"detectorId": "d1"}), "detector-off", "d1"),
    (call("guardduty", "UpdateDetector", {"detectorId": "d1", "enable": False}), "detector-off", "d1"),
    (call("guardduty", "CreateFilter", {"detectorId": "d1", "action": "ARCHIVE"}), "detector-off", "d1"),
    (call("guardduty", "DisassociateFromMasterAccount", {"detectorId": "d1"}), "detector-off", "d1"),
    (call("guardduty", "StopMonitoringMembers", {"detectorId": "d1", "accountIds": ["1"]}),
     "detector-off", "d1"),
    (call("securityhub", "DisableSecurityHub"), "detector-off", ""),
    (call("access-analyzer", "DeleteAnalyzer", {"analyzerName": "org"}), "detector-off", "org"),
    (call("organizations", "DeregisterDelegatedAdministrator", {
        "accountId": "222233334444", "servicePrincipal": "guardduty.amazonaws.com"}),
     "detector-off", "guardduty.amazonaws.com"),
    (call("config", "StopConfigurationRecorder", {"configurationRecorderName": "default"}),
     "recorder-off", "default"),
    (call("config", "DeleteConfigurationRecorder", {"configurationRecorderName": "default"}),
     "recorder-off", "default"),
    (call("config", "DeleteDeliveryChannel", {"deliveryChannelName": "default"}), "recorder-off", "default"),
    (call("events", "DisableRule", {"name": "to-siem"}), "alarm-off", "to-siem"),
    (call("events", "DeleteRule", {"name": "to-siem"}), "alarm-off", "to-siem"),
]  # fmt: skip

MISSES = [
    call("cloudtrail", "DescribeTrails", {}),
    call("organizations", "StopLogging", {"name": TRAIL}),
    call("cloudtrail", "UpdateTrail", {"name": TRAIL, "snsTopicName": "new-files"}),
    call("cloudtrail", "PutInsightSelectors", {"insightSelectors": [{"insightType": "ApiCallRateInsight"}]}),
    call("s3", "PutBucketPolicy", {"bucketName": "website", "bucketPolicy": {"Statement": []}}),
    call("s3", "PutBucketLifecycle", {"bucketName": "logs", "LifecycleConfiguration": {
        "Rule": {"Transition": {"Days": 30, "StorageClass": "GLACIER"}}}}),
    call("s3", "PutBucketVersioning", {"bucketName": "logs", "VersioningConfiguration": {
        "Status": "Enabled"}}),
    call("s3", "PutBucketVersioning", {"bucketName": "photos", "VersioningConfiguration": {
        "Status": "Suspended"}}),
    call("s3", "PutBucketLogging", {"bucketName": "any", "BucketLoggingStatus": {"LoggingEnabled": {}}}),
    call("s3", "PutBucketLogging", {"bucketName": "any"}),
    call("s3", "DeleteObject", {"bucketName": "any", "key": "notAWSLogs/x"}),
    call("s3", "DeleteObjects", {"bucketName": "photos", "delete": ""}),
    call("kms", "DisableKey", {"keyId": "2222"}),
    call("kms", "DisableKey", {"keyId": "alias/aws/1112"}),
    call("logs", "PutRetentionPolicy", {"logGroupName": "/trail", "retentionInDays": 150}),
    call("guardduty", "UpdateDetector", {"detectorId": "d1", "findingPublishingFrequency": "SIX_HOURS"}),
    call("guardduty", "CreateFilter", {"detectorId": "d1", "action": "NOOP"}),
    call("organizations", "DeregisterDelegatedAdministrator", {"servicePrincipal": "ram.amazonaws.com"}),
    call("config", "PutConfigurationRecorder", {"configurationRecorder": {
        "recordingGroup": {"allSupported": True}}}),
    call("config", "DescribeConfigurationRecorders"),
    call("events", "PutRule", {"name": "to-siem"}),
    call("s3", "DeleteBucket", {"bucketName": "website"}),
    call("kms", "PutKeyPolicy", {"keyId": "2222", "policy": "{}"}),
    call("logs", "PutSubscriptionFilter", {"logGroupName": "/trail"}),
    call("sagemaker", "StartLogging", {"name": TRAIL}),
    event(eventSource=..., eventName="StopLogging"),
    event(eventSource="cloudtrail.amazonaws.com", eventName=...),
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    rows = rows_of(*KNOWN, *MISSES, *(each for each, _, _ in HITS))
    return {row["eventID"]: row for row in rows}


def test_the_table_holds_each_rule_once_and_knows_its_words():
    assert len({rule[:5] for rule in TAMPERING_CALLS}) == len(TAMPERING_CALLS)
    assert {rule.kind for rule in TAMPERING_CALLS} == set(KINDS)
    assert set(TECHNIQUES) <= set(KINDS)
    assert all(rule.words and " |" not in rule.words for rule in TAMPERING_CALLS)


def test_each_kind_is_hit():
    assert {kind for _, kind, _ in HITS} == set(KINDS)


@pytest.mark.parametrize(("each", "kind", "target"), HITS)
def test_a_hit(found, each, kind, target):
    row = found[each["eventID"]]
    assert (row["kind"], row["target"], row["outcome"]) == (kind, target, "done")
    assert row["detail"]
    assert (row["technique"] is None) == (kind in ("resumed", "widened"))


def test_near_misses_are_not(found):
    assert [each for each in MISSES if each.get("eventID") in found] == []


@pytest.mark.parametrize(("asked", "kind", "words"), SELECTORS)
def test_selectors_narrow_or_widen(asked, kind, words):
    (row,) = rows_of(call("cloudtrail", "PutEventSelectors", asked))
    assert row["kind"] == kind
    assert words in row["detail"]


def test_absent_fields_disturb_nothing():
    bare = dict.fromkeys(
        ("eventTime", "userIdentity", "awsRegion", "recipientAccountId", "sourceIPAddress", "resources"), ...
    )
    (row,) = rows_of(call("cloudtrail", "StopLogging", **bare))
    assert (row["kind"], row["target"]) == ("stopped", "")
    assert (row["account"], row["region"]) == ("unknown", "unknown")
    assert row["eventTime"] is None
    assert off_windows(log_tampering(table(call("cloudtrail", "StopLogging", **bare)))).count().execute() == 0


def test_nothing_gives_an_empty_table_with_all_columns():
    rows = log_tampering(table(event()).filter(ibis.literal(False)))
    assert rows.count().execute() == 0
    assert rows.columns[-2:] == ("source_file", "source_index")
    assert off_windows(rows).count().execute() == 0


def test_a_request_that_is_not_shown_is_judged_by_its_name_alone():
    alone = {(rule.eventSource, rule.eventName): rule.kind for rule in TAMPERING_CALLS
             if not rule.of_logs and rule.parameter in ("", "hidden")}  # fmt: skip
    hidden = [each | {"requestParameters": None, "resources": []} for each, _, _ in HITS]
    found = {row["eventID"]: row["kind"] for row in rows_of(*KNOWN, *hidden)}
    for each in hidden:
        assert found.get(each["eventID"]) == alone.get((each["eventSource"], each["eventName"]))


def test_a_call_that_says_several_things_is_one_row():
    asked = {"name": TRAIL, "includeGlobalServiceEvents": False, "s3BucketName": "mine"}
    (row,) = rows_of(call("cloudtrail", "UpdateTrail", asked))
    assert row["kind"] == "narrowed"
    assert row["detail"] == "leaves global services out, such as IAM; names the bucket of the trail"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("AccessDenied", "refused"), ("TrailNotFoundException", "failed"), (None, "done")],
)
def test_the_outcome(code, outcome):
    fields = {"errorCode": code} if code else {}
    (row,) = rows_of(call("cloudtrail", "StopLogging", {"name": TRAIL}, **fields))
    assert (row["outcome"], row["errorCode"]) == (outcome, code)


def test_a_refused_call_names_its_target_in_the_message():
    said = f"User: x is not authorized to perform: kms:DisableKey on resource: {KEY} because of nothing"
    rows = rows_of(*KNOWN, call("kms", "DisableKey", errorCode="AccessDenied", errorMessage=said))
    assert [(row["target"], row["outcome"]) for row in rows] == [(KEY, "refused")]


WAYS = ("policy", "trail", "key", "nobody")


def test_log_buckets_are_known_in_several_ways_or_told():
    policy = {"Statement": [{"Principal": {"Service": "cloudtrail.amazonaws.com"}}]}
    events = [
        call("s3", "PutBucketPolicy", {"bucketName": "by-policy", "bucketPolicy": policy}),
        call("cloudtrail", "CreateTrail", {"name": "t", "s3BucketName": "by-trail"}),
        call("s3", "GetObject", {"bucketName": "by-key", "key": "AWSLogs/1/CloudTrail/x.json.gz"}),
        *(call("s3", "DeleteBucket", {"bucketName": f"by-{way}"}) for way in WAYS),
    ]
    deleted = {row["target"] for row in rows_of(*events) if row["kind"] == "deleted"}
    assert deleted == {"by-policy", "by-trail", "by-key"}
    told = rows_of(
        call("s3", "DeleteBucket", {"bucketName": "x"}),
        call("kms", "DisableKey", {"keyId": "k"}),
        buckets=["x"],
        keys=["arn:aws:kms:us-east-1:1:key/k"],
    )
    assert {row["kind"] for row in told} == {"deleted", "key-disabled"}


def at(minute, name, **fields):
    asked = fields.pop("asked", {"name": TRAIL})
    when = {"eventTime": f"2026-09-02T04:{minute:02}:00Z", "eventID": f"e{minute}"}
    return call("cloudtrail", name, asked, **when, **fields)


def windows(*events):
    rows = off_windows(log_tampering(table(*events))).to_pyarrow().to_pylist()
    return [(row["start"].minute, row["end"] and row["end"].minute, row["eventIDs"]) for row in rows]


def test_a_stop_and_its_start_are_one_window():
    events = (at(1, "StartLogging"), at(5, "StopLogging"), at(9, "StartLogging", asked={"name": "main"}))
    assert windows(*events) == [(5, 9, ["e5", "e9"])]


def test_two_stops_in_a_row_are_one_window_and_later_ones_others():
    events = (at(1, "StopLogging"), at(2, "DeleteTrail"), at(4, "StartLogging"), at(6, "StopLogging"))
    assert windows(*events) == [(1, 4, ["e1", "e4"]), (6, None, ["e6"])]


def test_refused_calls_and_other_trails_and_accounts_switch_nothing():
    events = (
        at(1, "StopLogging"),
        at(2, "StartLogging", errorCode="AccessDenied"),
        at(3, "StartLogging", asked={"name": "other"}),
        at(4, "StartLogging", recipientAccountId="444455556666"),
        at(5, "StopLogging", asked={"name": "third"}, errorCode="AccessDenied"),
    )
    assert windows(*events) == [(1, None, ["e1"])]


def test_the_window_names_who_switched_it_off():
    off = at(1, "StopLogging", userIdentity=user("mallory"))
    on = at(4, "StartLogging", userIdentity=user("bob"))
    (row,) = off_windows(log_tampering(table(off, on))).to_pyarrow().to_pylist()
    assert row["principal"].endswith("user/mallory")


def test_a_public_attack_is_found(tmp_path, shared_data):
    con = wb.open_case(tmp_path / "invictus")
    wb.load(con, shared_data / "invictus")
    rows = log_tampering(wb.events(con)).to_pyarrow().to_pylist()
    done = {(row["eventName"], row["kind"]) for row in rows if row["outcome"] == "done"}
    assert {
        ("PutEventSelectors", "narrowed"),
        ("PutBucketLifecycle", "bucket-lifecycle"),
        ("DeleteTrail", "deleted"),
        ("DeleteFlowLogs", "stopped"),
        ("DeleteLogGroup", "log-deleted"),
    } <= done
    assert sum(row["eventName"] == "StopLogging" and row["outcome"] == "failed" for row in rows) == 3


def test_what_public_rules_speak_of_is_found(tmp_path, shared_data):
    lines = (shared_data / "rule-tests" / "aws_cloudtrail.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = ("StopLogging", "UpdateTrail", "DeleteDeliveryChannel", "PutBucketLogging")
    picked = [json.loads(line) for line in lines]
    picked = [one for one in picked if one["event"].get("eventName") in wanted and "AWS." in one["rule"]]
    events = [
        event(**(one["event"] | {"eventID": f"r{number}", "eventTime": "2026-09-02T04:00:00Z"}))
        for number, one in enumerate(picked)
    ]
    kinds = {row["eventID"]: row["kind"] for row in rows_of(*events)}
    wanted = {f"r{number}" for number, one in enumerate(picked) if one["expected"]}
    assert wanted
    assert wanted <= set(kinds)


def test_the_tampered_sample_is_told_call_by_call(tmp_path):
    write_sample(tmp_path / "trail", tamper=True)
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "trail")
    truth = json.loads((tmp_path / "trail" / "truth.json").read_text(encoding="utf-8"))["tampering"]
    found = {row["eventID"]: row for row in log_tampering(wb.events(con)).to_pyarrow().to_pylist()}
    planted = [row for row in truth if row["kind"] == "call"]
    told = [(found[row["events"][0]]["kind"], found[row["events"][0]]["outcome"]) for row in planted]
    assert told == [(row["as"], row["outcome"]) for row in planted]
    (stopped,) = [row for row in truth if row["kind"] == "logging-stopped"]
    off = off_windows(log_tampering(wb.events(con))).to_pyarrow().to_pylist()
    (window,) = [row for row in off if row["kind"] == "stopped"]
    told = [f"{window[side]:%Y-%m-%dT%H:%M:%SZ}" for side in ("start", "end")]
    assert told == [stopped["from"], stopped["to"]]

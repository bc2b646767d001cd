"""Every shape through the loader: which records become rows, where they stand, and what they say."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load
from tests.evidence.test_shapes import BRIDGE, HIT, logged, lookup, rows

Texts = list[bytes]


def spelled(texts: Texts) -> list[str]:
    return [text.decode() for text in texts]


def table(header: str, *lines: list[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header.split(","), *lines])
    return file.getvalue().encode()


def stamped(texts: Texts) -> bytes:
    return b"".join(b"2026-01-01T00:00:00.000Z " + text + b"\n" for text in texts)


# What a shape makes of the texts of three events, whose places are 0, 1 and 2.
SHAPES: dict[str, Callable[[Texts], bytes]] = {
    "records": lambda texts: b'{"Records":[%b]}' % b",".join(texts),
    "records, with blanks": lambda texts: b'\n{ "Records" : [\n %b ] }\n' % b" ,\n ".join(texts),
    "records, with more keys": lambda texts: b'{"a":1,"Records":[%b],"b":[]}' % b",".join(texts),
    "list": lambda texts: b"[%b]" % b",\n".join(texts),
    "json-lines": b"\n".join,
    "json-lines, blank lines": b"\r\n\r\n \r\n".join,
    "documents": lambda texts: b" ".join(texts),
    "lookup-events": lambda texts: lookup(*spelled(texts)),
    "query-rows": lambda texts: rows(*([{"eventJson": text}, {"n": "1"}] for text in spelled(texts))),
    "log-events": lambda texts: logged(*spelled(texts)),
    "log-lines": stamped,
    "opensearch": lambda texts: b'{"hits":{"hits":[%b]}}' % b",".join(HIT % text for text in texts),
    "eventbridge": lambda texts: b"\n".join(BRIDGE % text for text in texts),
    "eventbridge, list": lambda texts: b"[%b]" % b",".join(BRIDGE % text for text in texts),
    "query-csv": lambda texts: table("eventID,eventJson", *(["x", text] for text in spelled(texts))),
    "query-csv, any case": lambda texts: table("EVENTJSON,a", *([text, ""] for text in spelled(texts))),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", SHAPES)
def test_three_events_are_three_rows(load_files: Load, name: str, packed: bool) -> None:
    more = {"n": 1.10, "é": "\u00e9\\/", "deep": {"a": [1, {"b": None}]}}
    texts = [json.dumps(event(requestParameters=more)).replace("1.1,", "1.10,").encode() for _ in range(3)]
    content = SHAPES[name](texts)
    found = load_files({"evidence": gzip.compress(content) if packed else content})
    assert found.rows("source_index", "flags", "eventJson") == [
        (place, [], text.decode()) for place, text in enumerate(texts)
    ]
    assert {row[0] for row in found.rows("source_file")} == {str(found.evidence / "evidence")}
    (file,) = wb.evidence_files(found.con).execute().itertuples()
    assert (file.shape, file.records, file.events) == (name.partition(",")[0], 3, 3)
    assert load_files({}).report.files_unchanged == 1


def test_one_event_is_one_row(load_files: Load) -> None:
    one = event()
    found = load_files({"a": json.dumps(one, indent=2).encode()})
    assert found.row("source_index", "eventJson") == (0, json.dumps(one, indent=2))


PARTIAL = {
    "event-history-csv": table(
        "Event name,Event time,User name,Event ID,Read-only,AWS access key,Source IP address",
        ["ConsoleLogin", "2026-09-02T04:20:00Z", "alice", "e-1", "false", "", "198.51.100.7"],
    ),
    "query-csv, Lake": table(
        "eventID,eventTime,eventName,sourceIPAddress,readOnly,userIdentity",
        ["e-1", "2026-09-02 04:20:00.000", "ConsoleLogin", "198.51.100.7", "false", '{"type":"IAMUser"}'],
    ),
    "query-csv, Athena": table(
        "eventid,eventtime,eventname,sourceipaddress,readonly,useridentity",
        ["e-1", "2026-09-02T04:20:00Z", "ConsoleLogin", "198.51.100.7", "false", "{type=IAMUser, arn=a}"],
    ),
    "query-rows": rows([
        {"eventID": "e-1"}, {"eventTime": "2026-09-02 04:20:00.000"}, {"eventName": "ConsoleLogin"},
        {"sourceIPAddress": "198.51.100.7"}, {"readOnly": "false"},
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTIAL)
def test_a_row_that_was_asked_for_is_partial(load_files: Load, name: str) -> None:
    found = load_files({"a.csv": PARTIAL[name]})
    names = ("source_index", "eventID", "eventName", "sourceIPAddress", "readOnly")
    assert found.row(*names) == (0, "e-1", "ConsoleLogin", "198.51.100.7", False)
    flags, time = found.row("flags", "eventTime")
    assert "partial" in flags
    assert str(time) == "2026-09-02 04:20:00"


AGGREGATED = {
    "eventVersion": "1.0", "eventCategory": "Aggregated", "eventId": "a-1", "accountId": "111122223333",
    "timeWindow": {"windowStart": "2026-09-02T04:00:00Z", "windowEnd": "2026-09-02T04:05:00Z"},
    "summary": {"primaryDimension": {"dimension": "eventName", "statistics": [{"name": "A", "value": 7}]}},
}  # fmt: skip
INSIGHT = event(
    eventCategory="Insight", eventType="AwsCloudTrailInsight", userIdentity=...,
    insightDetails={"state": "Start", "eventName": "RunInstances", "insightType": "ApiCallRateInsight"},
)  # fmt: skip


@pytest.mark.parametrize("shape", ["records", "list", "json-lines"])
def test_aggregated_records(load_files: Load, shape: str) -> None:
    other = AGGREGATED | {"eventId": "a-2"}
    found = load_files({"a": SHAPES[shape]([json.dumps(one).encode() for one in (AGGREGATED, other)])})
    first, second = found.rows("eventID", "recipientAccountId", "eventTime", "flags", "extra")
    assert (first[0], second[0], first[1], first[3]) == ("a-1", "a-2", "111122223333", ["aggregated"])
    assert str(first[2]) == "2026-09-02 04:00:00"
    extra = json.loads(first[4])
    assert (extra["timeWindow"], extra["summary"]) == (AGGREGATED["timeWindow"], AGGREGATED["summary"])


def test_insights_and_network_activity(load_files: Load) -> None:
    network = event(eventCategory="NetworkActivity", vpcEndpointId="vpce-1", errorCode="VpceAccessDenied")
    found = load_files({"a": SHAPES["records"]([json.dumps(one).encode() for one in (INSIGHT, network)])})
    insight, activity = found.rows("eventCategory", "insightDetails", "vpcEndpointId", "flags")
    assert (insight[0], insight[1]["state"], insight[3]) == ("Insight", "Start", [])
    assert activity == ("NetworkActivity", None, "vpce-1", [])


LAYOUTS = [
    "",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/02/",
    "prefix/AWSLogs/o-1/111122223333/CloudTrail/",
    "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/09/02/",
]


def test_nothing_depends_on_the_layout(load_files: Load) -> None:
    texts = [json.dumps(event()).encode() for _ in LAYOUTS]
    name = "111122223333_CloudTrail_us-east-1_20260902T0420Z_EXAMPLE{}.json.gz"
    files = {
        folder + name.format(number): gzip.compress(SHAPES["records"]([text]))
        for number, (folder, text) in enumerate(zip(LAYOUTS, texts, strict=True))
    }
    found = load_files(files)
    assert sorted(row[0] for row in found.rows("eventJson")) == sorted(spelled(texts))
    assert {row[0] for row in found.rows("awsRegion")} == {"us-east-1"}


def test_copies_are_read_once(load_files: Load) -> None:
    content: Any = SHAPES["records"]([json.dumps(event()).encode(), b"null"])
    found = load_files({"b.json": content, "a.json": content, "c/a.json": content})
    assert (found.report.files_loaded, found.report.records, found.report.duplicates) == (1, 2, 0)
    assert [entry["kind"] for entry in found.report.files_other] == ["copy", "copy"]
    assert len(found.report.records_set_aside) == 1
    assert found.row("source_file") == str(found.evidence / "a.json")
    again = load_files({"d.json": content}).report
    assert (again.files_unchanged, [entry["kind"] for entry in again.files_other]) == (3, ["copy"])


def test_markers_digests_and_folders_of_nothing(load_files: Load) -> None:
    others = {
        "_SUCCESS": b"", ".DS_Store": b"\0\0\0\1Bud1", "AWSLogs/ConfigWritabilityCheckFile": b"",
        "digest.json.gz": gzip.compress(b'{"digestStartTime":"2026-09-01T00:00:00Z","logFiles":[]}'),
        "config.json": b'{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[]}',
    }  # fmt: skip
    found = load_files(others | {"a.json": SHAPES["records"]([json.dumps(event()).encode()])})
    assert (found.report.files_set_aside, found.report.records_set_aside) == ([], [])
    assert sorted(entry["kind"] for entry in found.report.files_other) == [
        "config", "digest", "marker", "marker", "marker",
    ]  # fmt: skip
    assert load_files({}).report.files_unchanged == 6

"""CSV of queries and of the console: rows as records, and a fault for each row that is none."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import event
from tests.evidence.shapes import ONE, TWO, as_text, faults, kept, reason, texts
from workbench.events import columns
from workbench.evidence import checks, find_files, read_container, read_file
from workbench.evidence.shapes.rows import AWS_NAMES

HISTORY = (
    "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,"
    "Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category"
)


def table(*rows: list[str], quoting: Any = csv.QUOTE_ALL) -> bytes:
    file = io.StringIO()
    csv.writer(file, quoting=quoting, lineterminator="\n").writerows(rows)
    return file.getvalue().encode("utf-8", "surrogateescape")


def records(data: bytes) -> list[Any]:
    return [json.loads(text) for text in texts(read_container(data))]


def test_the_names_are_those_of_the_events_table() -> None:
    assert set(AWS_NAMES) == set(columns.AWS.names)


@pytest.mark.parametrize("header", [["eventJson"], ["EVENTJSON", "eventID"], ["arn", "eventid", "eventjson"]])
def test_event_json_is_the_record(header: list[str]) -> None:
    rows = [[as_text(one) if name.lower() == "eventjson" else "x" for name in header] for one in (ONE, TWO)]
    container = read_container(table(header, *rows))
    assert (container.shape, container.flags, container.own_flags) == ("query-csv", (), None)
    assert kept(container) == [(0, ONE), (1, TWO)]


def test_lake_results_come_as_gzip(tmp_path: Path) -> None:
    (tmp_path / "result_1.csv.gz").write_bytes(gzip.compress(table(["eventJson"], [as_text(ONE)])))
    (found,) = find_files(tmp_path)
    assert texts(read_container(read_file(found).data)) == [ONE]


def test_athena_rows_get_the_names_of_aws() -> None:
    header = ["eventid", "EVENTNAME", "useridentity", "requestparameters", "readonly", "errorcode", "_col6"]
    row = ["e-1", "GetUser", "{type=IAMUser, arn=null}", '{"userName": "bob", "n": 1.50}', "true", "", "7"]
    container = read_container(table(header, row))
    assert (container.shape, container.flags) == ("query-csv", ("partial",))
    assert texts(container) == [
        b'{"eventID":"e-1","eventName":"GetUser","userIdentity":"{type=IAMUser, arn=null}",'
        b'"requestParameters":{"userName": "bob", "n": 1.50},"readOnly":true,"_col6":"7"}'
    ]


@pytest.mark.parametrize("cell", ["null", "[1]", '{"a":NaN}', "{", "[" * 5000, "TRUE", "{a=b}"])
def test_structured_cells_are_json_only_where_they_are_json(cell: str) -> None:
    (record,) = records(table(["eventID", "eventName", "requestParameters"], ["e-1", "x", cell]))
    assert record["requestParameters"] == ({"null": None, "[1]": [1]}.get(cell, cell))


def test_the_download_of_event_history() -> None:
    bob = {"resourceType": "AWS::IAM::User", "resourceName": "bob"}
    resources = json.dumps([bob, {"resourceType": "T", "resourceName": "arn:x"}])
    row = [
        "alice", "AKIAIOSFODNN7EXAMPLE", "2026-09-02T04:20:00Z", "iam.amazonaws.com", "CreateUser",
        "us-east-1", "198.51.100.7", "[a, b]", "", resources, "r-1", "e-1", "false", "AwsApiCall",
        "111122223333", "Management",
    ]  # fmt: skip
    data = table(HISTORY.split(","), row)
    assert (read_container(data).shape, read_container(data).flags) == ("event-history-csv", ("partial",))
    assert records(data) == [
        {
            "userIdentity": {"userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "eventTime": "2026-09-02T04:20:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "CreateUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "[a, b]",
            "resources": [{"type": "AWS::IAM::User", "resourceName": "bob"}, {"type": "T", "ARN": "arn:x"}],
            "requestID": "r-1",
            "eventID": "e-1",
            "readOnly": False,
            "eventType": "AwsApiCall",
            "recipientAccountId": "111122223333",
            "eventCategory": "Management",
        }
    ]


def test_the_headings_of_the_console_in_any_order_and_case() -> None:
    header = ["RESOURCE NAME", "event id", "Event Name", "resource type", "Read-Only", "USER NAME", "Other"]
    row = ["arn:aws:s3:::b", "e-1", "PutObject", "AWS::S3::Bucket", "maybe", "", "x"]
    assert records(table(header, row))[0] == {
        "eventID": "e-1",
        "eventName": "PutObject",
        "readOnly": "maybe",
        "Other": "x",
        "resources": [{"ARN": "arn:aws:s3:::b", "type": "AWS::S3::Bucket"}],
    }


@pytest.mark.parametrize("cell", ["[]", "words", "[1]", "{}", '["\\ud800"]', '[{"resourceName":"\\ud800"}]'])
def test_resources_that_are_none_stay_what_they_are(cell: str) -> None:
    (record,) = records(table(["Event ID", "Event name", "Resources"], ["e-1", "x", cell]))
    assert record["resources"] == ([] if cell in ("[]", "{}") else cell)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"name,age\nalice,33\n", "not-json"),
        (b"Level,Date and Time,Source,Event ID,Task Category\nInformation,x,y,4624,z\n", "not-json"),
        (b"Event name,Event time,Location\nParty,now,here\n", "not-json"),
        (b"eventName,_col1\nListUsers,17\n", "not-cloudtrail"),
        (b'eventName,"event\nID"\nListUsers,17\n', "not-json"),
        (b"eventID\n", "not-json"),
    ],
)
def test_tables_of_something_else(data: bytes, expected: str) -> None:
    assert reason(data) == expected


def test_a_table_of_known_columns_only_is_kept() -> None:
    assert records(b"eventName,awsRegion\nListUsers,us-east-1\n") == [
        {"eventName": "ListUsers", "awsRegion": "us-east-1"}
    ]


def test_a_header_without_rows() -> None:
    assert texts(read_container(HISTORY.encode())) == []


def test_rows_are_counted_and_bad_ones_named() -> None:
    good = as_text(ONE).replace('"', '""')
    rows = [f'e-0,"{good}"', "", "e-1", f'e-2,"{good}",more', 'e-3,"x"y', f'e-4,"{good}"', f'e-5,"{good[:9]}']
    container = read_container("\n".join(["eventID,eventJson", *rows]).encode())
    assert kept(container) == [(0, ONE), (4, ONE)]
    assert faults(container) == [
        (1, "not-an-object"), (2, "not-an-object"), (3, "invalid-json"), (5, "invalid-json")
    ]  # fmt: skip


def test_the_inner_text_is_checked_like_any_record() -> None:
    deep = '{"eventName":' + "[" * 5000 + "]" * 5000 + "}"
    cells = [as_text(ONE), "{cut", deep, "null", "{}", "", '{"eventName":NaN}']
    container = read_container(table(["eventJson"], *([cell] for cell in cells)))
    assert kept(container) == [(0, ONE), (6, b'{"eventName":"NaN"}')]
    assert container.flags_by_record() == [(), ("odd-number",)]
    assert faults(container) == [
        (1, "invalid-json"), (2, "too-deep"), (3, "not-an-object"), (4, "empty-record"), (5, "empty-record")
    ]  # fmt: skip


def test_a_row_without_event_json_is_partial_and_the_others_are_not() -> None:
    container = read_container(table(["eventID", "eventJson"], ["e-0", as_text(ONE)], ["e-1", ""]))
    assert texts(container) == [ONE, b'{"eventID":"e-1"}']
    assert container.flags_by_record() == [(), ("partial",)]


def test_cells_may_hold_lines_quotes_and_nul() -> None:
    (record,) = records(table(["eventID", "eventName", "errorMessage"], ["e-1", "x", 'a\r\n"b",\0 c']))
    assert record["errorMessage"] == 'a\r\n"b",\0 c'


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "'=1"])
def test_what_a_spreadsheet_would_run_is_kept_as_it_is(start: str) -> None:
    (record,) = records(table(["eventID", "eventName"], ["e-1", start]))
    assert record == {"eventID": "e-1", "eventName": start}


def test_bytes_that_are_no_utf8_cost_no_other_row() -> None:
    data = b'eventID,eventName\ne-1,"caf\xe9"\ne-2,x\n'
    assert texts(read_container(data)) == [
        b'{"eventID":"e-1","eventName":"caf\xe9"}', b'{"eventID":"e-2","eventName":"x"}'
    ]  # fmt: skip


def test_columns_of_one_name_are_both_kept() -> None:
    (record,) = records(table(["eventID", "eventName", "arn", "arn"], ["e-1", "x", "a", "b"]))
    assert (record["arn"], record["arn (2)"]) == ("a", "b")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_tables_that_went_through_a_spreadsheet(codec: str) -> None:
    data = "eventID;eventName".replace(";", ",") + "\r\ne-1,Ü\r\n"
    assert records(data.encode(codec)) == [{"eventID": "e-1", "eventName": "Ü"}]


def test_a_cell_above_the_cap_costs_only_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "RECORD_CAP", 1000)
    before = csv.field_size_limit()
    big, less = ('{"eventName":"%s"}' % ("x" * size) for size in (2000, 300))
    container = read_container(table(["eventJson"], [as_text(ONE)], [big], [less]))
    assert faults(container) == [(1, "too-large")]
    assert len(container.records) == 2
    assert csv.field_size_limit() == before


def test_cells_larger_than_the_csv_module_likes() -> None:
    big = '{"eventName":"%s"}' % ("x" * 300_000)
    assert texts(read_container(table(["eventJson"], [big]))) == [big.encode()]


CELLS = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), CELLS, max_size=3), min_size=1, max_size=4))
def test_every_event_json_comes_out_byte_for_byte(extras: list[dict[str, str]]) -> None:
    given_texts = [json.dumps(event(more=extra), ensure_ascii=False) for extra in extras]
    data = table(["eventid", "eventjson"], *(["e", text] for text in given_texts))
    assert texts(read_container(data)) == [text.encode() for text in given_texts]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_every_cell_comes_out_as_it_is(rows: list[tuple[str, str]]) -> None:
    data = table(["eventID", "errorMessage", "userAgent", "eventName"], *(["e", *row, "x"] for row in rows))
    for record, (message, agent) in zip(records(data), rows, strict=True):
        assert (record.get("errorMessage", ""), record.get("userAgent", "")) == (message, agent)

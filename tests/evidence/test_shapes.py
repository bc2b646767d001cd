"""JSON shapes other than trail files: each with a hit, a near miss, and the field absent."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import event
from tests.evidence.shapes import ONE, TWO, as_text, faults, kept, reason, texts, written
from workbench.evidence import read_container

BRIDGE = b'{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","detail": %b }'
OTHER_BRIDGE = b'{"detail-type":"EC2 Instance State-change Notification","detail":{"state":"running"}}'
HIT = b'{"_index":"trail","_id":"1","_source": %b}'


def lookup(*events: Any) -> bytes:
    """What `aws cloudtrail lookup-events` prints."""
    return json.dumps({"Events": [{"EventId": "e", "CloudTrailEvent": text} for text in events]}).encode()


def logged(*messages: str) -> bytes:
    """What `aws logs filter-log-events` prints."""
    events = [
        {"logStreamName": "s", "timestamp": 1788322800000, "message": text, "eventId": "3"}
        for text in messages
    ]
    return json.dumps({"events": events, "searchedLogStreams": []}, indent=4).encode()


def rows(*rows: list[dict[str, Any]]) -> bytes:
    """What `aws cloudtrail get-query-results` prints."""
    answer = {"QueryStatus": "FINISHED", "QueryStatistics": {"ResultsCount": 1}, "QueryResultRows": rows}
    return json.dumps(answer, indent=4).encode()


BOTH = {
    "lookup-events": lookup(as_text(ONE), as_text(TWO)),
    "lookup-events, pages": lookup(as_text(ONE)) + b"\n" + lookup(as_text(TWO)),
    "lookup-events, entries": json.dumps([{"CloudTrailEvent": as_text(r)} for r in (ONE, TWO)]).encode(),
    "log-events": logged(as_text(ONE), as_text(TWO)),
    "log-events, subscription": b'{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":%b}]}'
    b'{"messageType":"DATA_MESSAGE","logEvents":[{"id":"2","message":%b}]}'
    % (written(as_text(ONE)), written(as_text(TWO))),
    "query-rows": rows([{"eventJson": as_text(ONE)}], [{"EVENTJSON": as_text(TWO)}, {"eventID": "x"}]),
    "query-rows, pages": rows([{"eventJson": as_text(ONE)}]) + rows([{"eventJson": as_text(TWO)}]),
    "eventbridge": b"[" + BRIDGE % ONE + b",\n" + BRIDGE % TWO + b"]",
    "eventbridge, lines": BRIDGE % ONE + b"\n" + BRIDGE % TWO + b"\n",
    "opensearch": b'{"took":1,"hits":{"total":{"value":2},"hits":[%b]}}' % (HIT % ONE + b"," + HIT % TWO),
    "opensearch, lines": HIT % ONE + b"\n" + HIT % TWO,
    "documents": ONE + TWO,
    "log-lines": b"2026-01-01T00:00:00.000Z " + ONE + b"\n2026-01-01T00:00:01.000Z " + TWO + b"\n",
    "log-lines, tail": b"2026-01-01T00:00:00+00:00 111_CloudTrail_us-east-1 " + ONE + b"\n"
    b"2026-01-01T00:00:01.123000+00:00 111_CloudTrail_us-east-1 " + TWO,
}


@pytest.mark.parametrize("name", BOTH)
def test_two_records_come_out_as_they_went_in(name: str) -> None:
    container = read_container(BOTH[name])
    assert container.shape == name.partition(",")[0]
    assert kept(container) == [(0, ONE), (1, TWO)]
    assert (container.flags, container.own_flags, container.faults) == ((), None, [])


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (BRIDGE % TWO, "eventbridge"),
        (HIT % TWO, "opensearch"),
        (written({"CloudTrailEvent": as_text(TWO)}), "lookup-events"),
        (b"2026-01-01T00:00:00.000Z " + TWO, "log-lines"),
        (lookup(json.loads(TWO)).replace(b'{"eventName": "GetUser", "n": 1.5}', TWO), "lookup-events"),
        (logged(as_text(BRIDGE % TWO)), "log-events"),
        (logged(as_text(BRIDGE % TWO)).replace(b"\n", b" "), "log-events"),
    ],
)
def test_one_record_in_its_envelopes(data: bytes, shape: str) -> None:
    container = read_container(data)
    assert (container.shape, texts(container)) == (shape, [TWO])


@pytest.mark.parametrize("shape", ["Events", "QueryResultRows", "events", "logEvents"])
def test_an_answer_without_entries_has_no_records(shape: str) -> None:
    assert texts(read_container(written({shape: []}))) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"Events":5}', "not-cloudtrail"),
        (b'{"Events":null}', "not-cloudtrail"),
        (b'{"Events":{"CloudTrailEvent":"{}"}}', "not-cloudtrail"),
        (b'{"Events":[5,"x"]}', "not-cloudtrail"),
        (b'{"Events":[{"EventId":"e-1"}]}', "not-cloudtrail"),
        (lookup("plain words"), "not-cloudtrail"),
        (lookup('{"level":"info"}'), "not-cloudtrail"),
        (logged("START RequestId: 1", "END RequestId: 1"), "not-cloudtrail"),
        (b'{"events":[{"name":"click"}]}', "not-cloudtrail"),
        (b'{"QueryResultRows":"x"}', "not-cloudtrail"),
        (rows([{"eventName": "ListUsers"}, {"_col1": "17"}]), "not-cloudtrail"),
        (rows([{"key": "eventName", "value": "ListUsers"}]), "not-cloudtrail"),
        (OTHER_BRIDGE, "not-cloudtrail"),
        (b"[" + OTHER_BRIDGE + b"," + OTHER_BRIDGE + b"]", "not-cloudtrail"),
        (OTHER_BRIDGE + b"\n" + OTHER_BRIDGE, "not-cloudtrail"),
        (b'{"detail-type":"AWS API Call via CloudTrail"}', "not-cloudtrail"),
        (b'{"detail-type":"AWS API Call via CloudTrail","detail":"x"}', "not-cloudtrail"),
        (b'{"level":"info","message":"a {brace}"}\n{"level":"info","message":"b"}', "not-cloudtrail"),
        (b'{"hits":{"total":1}}', "not-cloudtrail"),
        (b'{"hits":{"hits":[{"_source":{"level":"info"}}]}}', "opensearch"),
        (b"2026-01-01T00:00:00.000Z plain words\n2026-01-01T00:00:01.000Z more", "not-json"),
        (b'2026-01-01T00:00:00.000Z {"level":"info"}', "not-cloudtrail"),
        (b"2026-01-01T00:00:00.000Z {words}", "not-cloudtrail"),
    ],
)
def test_near_misses_are_set_aside(data: bytes, expected: str) -> None:
    assert reason(data) == expected


def test_entries_that_hold_none_are_named_beside_the_others() -> None:
    cut, deep = '{"eventName":"cut', '{"eventName":' + "[" * 5000 + "]" * 5000 + "}"
    events = [*json.loads(lookup(as_text(ONE), cut, deep, "", None, 7))["Events"], {"EventId": "e"}, 5, None]
    container = read_container(written({"Events": events}))
    assert kept(container) == [(0, ONE)]
    assert faults(container) == [
        (1, "invalid-json"),
        (2, "too-deep"),
        *((index, "not-cloudtrail") for index in (3, 4, 5, 6)),
        (7, "not-an-object"),
        (8, "not-an-object"),
    ]


def test_a_bus_of_other_services_keeps_its_calls() -> None:
    container = read_container(BRIDGE % ONE + b"\n" + OTHER_BRIDGE + b"\n" + BRIDGE % TWO)
    assert kept(container) == [(0, ONE), (2, TWO)]
    assert faults(container) == [(1, "not-cloudtrail")]


def test_a_log_group_with_other_messages_keeps_its_events() -> None:
    container = read_container(logged("words", as_text(ONE), '{"level":"info"}'))
    assert kept(container) == [(1, ONE)]
    assert faults(container) == [(0, "not-cloudtrail"), (2, "not-cloudtrail")]


def test_lines_without_an_event_after_the_time_are_named() -> None:
    stamp = b"2026-01-01T00:00:00.000Z "
    container = read_container(stamp + ONE + b"\n\n" + stamp + b"words\n" + stamp + b"{cut\n" + stamp + TWO)
    assert kept(container) == [(0, ONE), (3, TWO)]
    assert faults(container) == [(1, "invalid-json"), (2, "invalid-json")]


def test_an_event_with_a_message_is_no_envelope() -> None:
    record = b'{"eventName":"Publish","requestParameters":{"message":"{}","_source":1},"message":"{}"}'
    assert texts(read_container(record + b"\n" + record)) == [record, record]


def test_rows_without_event_json_are_partial() -> None:
    container = read_container(
        rows(
            [{"eventID": "e-1"}, {"eventname": "ListUsers"}, {"readonly": "true"}, {"errorCode": ""}],
            [{"eventJson": as_text(ONE)}],
            [{"eventTime": "2026-09-02 04:20:00.000"}, {"eventName": "x"}, {"arn": "a"}, {"arn": None}],
            [{"eventTime": "2026-09-02 04:21:00.000"}, {"eventName": "y"}, {"arn": "a"}, {"arn": 5}],
        )
    )
    assert texts(container) == [
        b'{"eventID":"e-1","eventName":"ListUsers","readOnly":true}',
        ONE,
        b'{"eventTime":"2026-09-02 04:20:00.000","eventName":"x","arn":"a"}',
        b'{"eventTime":"2026-09-02 04:21:00.000","eventName":"y","arn":"a","arn (2)":"5"}',
    ]
    assert container.flags_by_record() == [("partial",), (), ("partial",), ("partial",)]


def test_flags_that_all_rows_have_are_told_once() -> None:
    row = [{"eventID": "e-1"}, {"eventName": "ListUsers"}]
    container = read_container(rows(row, row))
    assert (container.flags, container.own_flags) == (("partial",), None)
    assert container.flags_by_record() == [("partial",)] * 2


def test_pages_are_counted_on() -> None:
    page = lookup(as_text(ONE), "words")
    container = read_container(page + page)
    assert [place for place, _ in kept(container)] == [0, 2]
    assert faults(container) == [(1, "not-cloudtrail"), (3, "not-cloudtrail")]


def test_trail_files_one_after_another_are_all_read_with_a_warning() -> None:
    trail = b'{"Records":[%b]}'
    container = read_container(trail % ONE + b"\n" + trail % TWO)
    assert kept(container) == [(0, ONE), (1, TWO)]
    assert [kind for kind, _ in container.warnings] == ["documents"]


def test_what_jq_prints_is_read() -> None:
    one, two = (json.dumps(event(eventName=name), indent=2).encode() for name in ("ListUsers", "GetUser"))
    container = read_container(one + b"\n" + two + b"\n")
    assert (container.shape, kept(container)) == ("documents", [(0, one), (1, two)])


@pytest.mark.parametrize("tail", [b"words", b"]", b'{"a":1}', b'{"Events":[]}', b"[]"])
def test_what_follows_a_document_is_not_passed_over(tail: bytes) -> None:
    assert reason(b'{"Records":[' + ONE + b"]}" + tail) in ("trailing-data", "not-cloudtrail")


def test_digests_one_after_another_are_digests() -> None:
    digest = json.dumps({"digestStartTime": "x", "logFiles": []}, indent=1).encode()
    assert read_container(digest + digest).kind == "digest"


def test_results_of_lake_come_with_a_signature() -> None:
    sign = {"version": "1.0", "files": [], "queryCompleteTime": "x", "hashSignature": "7664"}
    assert read_container(written(sign)).kind == "query-signature"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"Permission Check Successful", "aws-logs-write-test", "marker"),
        (b"\x0a\x0bbinary", "4f1c.csv.metadata", "marker"),
        (b"\x00\x05\x16\x07\x00\x02", "._a.json", "marker"),
        (b'{"Records":[]}', "_SUCCESS", "events"),
    ],
)
def test_a_marker_by_name_holds_no_text(data: bytes, name: str, kind: str) -> None:
    assert read_container(data, name).kind == kind


def test_words_under_an_ordinary_name_are_no_marker() -> None:
    assert reason(b"Permission Check Successful") == "not-json"


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity"])
def test_odd_numbers_are_kept_as_texts(odd: str) -> None:
    bad = b'{"eventName":"NaN","a":[%b,1]}' % odd.encode()
    container = read_container(b'{"Records":[' + ONE + b"," + bad + b"]}")
    assert texts(container) == [ONE, bad.replace(odd.encode() + b",", b'"' + odd.encode() + b'",')]
    assert container.flags_by_record() == [(), ("odd-number",)]


def test_words_like_numbers_are_still_invalid() -> None:
    container = read_container(b'{"Records":[' + ONE + b',{"eventName":NaNs},{"eventName":nan}]}')
    assert faults(container) == [(1, "invalid-json"), (2, "invalid-json")]


def test_half_characters_inside_a_text_stay_half_characters() -> None:
    outer = b'{"Events":[{"CloudTrailEvent":"{\\"eventName\\":\\"\\ud800 \\\\ud83d\\"}"}]}'
    assert texts(read_container(outer)) == [rb'{"eventName":"\ud800 \ud83d"}']


def test_bytes_that_are_no_utf8_stay_what_they_are() -> None:
    outer = b'{"Events":[{"CloudTrailEvent":"{\\"eventName\\":\\"caf\xe9\\"}"}]}'
    assert texts(read_container(outer)) == [b'{"eventName":"caf\xe9"}']


def test_nul_inside_a_text() -> None:
    container = read_container(lookup('{"eventName":"a\\u0000"}', '{"eventName":"a\0"}'))
    assert (texts(container), faults(container)) == ([b'{"eventName":"a\\u0000"}'], [(1, "invalid-json")])


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(
    st.dictionaries(st.text(max_size=5), VALUES, max_size=3).map(lambda extra: event(more=extra)),
    min_size=1, max_size=4,
)  # fmt: skip
WRAPPED = {
    "lookup-events": lambda texts: lookup(*texts),
    "log-events": lambda texts: logged(*texts),
    "query-rows": lambda texts: rows(*([{"eventJson": text}] for text in texts)),
    "eventbridge": lambda texts: b"\n".join(BRIDGE % text.encode() for text in ["{}", *texts]),
    "opensearch": lambda texts: b'{"hits":{"hits":[%b]}}' % b",".join(HIT % text.encode() for text in texts),
    "log-lines": lambda texts: b"".join(b"2026-01-01T00:00:00.000Z %b\n" % text.encode() for text in texts),
}


@settings(max_examples=60, deadline=None)
@given(RECORDS, st.sampled_from(sorted(WRAPPED)), st.booleans())
def test_every_record_comes_out_of_every_envelope_byte_for_byte(
    records: list[dict[str, Any]], shape: str, ascii_only: bool
) -> None:
    given_texts = [json.dumps(record, ensure_ascii=ascii_only) for record in records]
    container = read_container(WRAPPED[shape](given_texts))
    assert container.shape == shape
    assert texts(container) == [text.encode() for text in given_texts]

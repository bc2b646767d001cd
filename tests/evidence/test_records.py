"""Shapes by content, records as the bytes delivered, and a reason for everything that is none."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import event
from tests.evidence.shapes import ONE, TWO, faults, reason, texts
from workbench.evidence import EvidenceFault, read_container
from workbench.evidence.checks import DEPTH_CAP

DEEP = b'{"eventName":' + b"[" * 5000 + b"]" * 5000 + b"}"


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b'{"Records":[' + ONE + b"," + TWO + b"]}", "records"),
        (b'{\n "Records" : [\n' + ONE + b" ,\n" + TWO + b"\n]\n}\n", "records"),
        (b'{"note":"x","Records":[' + ONE + b"," + TWO + b'],"more":{}}', "records"),
        (b"\xef\xbb\xbf[" + ONE + b"," + TWO + b"]", "list"),
        (ONE + b"\n\n" + TWO + b"\n", "json-lines"),
        (ONE + b"\r\n" + TWO, "json-lines"),
    ],
)
def test_shapes_and_exact_bytes(data: bytes, shape: str) -> None:
    container = read_container(data)
    assert container.shape == shape
    assert texts(container) == [ONE, TWO]
    assert list(container.places()) == [0, 1]


def test_one_event() -> None:
    container = read_container(b"\n" + TWO + b"\n")
    assert (container.shape, texts(container)) == ("event", [TWO])


def test_an_empty_trail_file_has_no_records() -> None:
    assert texts(read_container(b'{"Records":[]}')) == []


def test_records_named_twice_lose_nothing() -> None:
    container = read_container(b'{"Records":[' + ONE + b'],"Records":[' + TWO + b"]}")
    assert texts(container) == [ONE, TWO]


@pytest.mark.parametrize("odd", [b"\\ud800", b"\\udfff tail", b"\\ud83d x"])
def test_half_characters_keep_their_record_and_all_others(odd: bytes) -> None:
    record = b'{"eventName":"' + odd + b'"}'
    container = read_container(b'{"Records":[' + ONE + b"," + record + b"," + TWO + b"]}")
    assert texts(container) == [ONE, record, TWO]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (DEEP, "too-deep"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "too-deep"),
        (b'{"eventName":"raw \x01 control"}', "invalid-json"),
        (b'{"eventName":"\\q"}', "invalid-json"),
        (b'{"eventName" "no colon"}', "invalid-json"),
        (b"", "invalid-json"),
    ],
    ids=["lists", "objects", "control", "escape", "colon", "nothing"],
)
def test_one_bad_record_costs_only_itself(bad: bytes, why: str) -> None:
    container = read_container(b'{"Records":[' + ONE + b"," + bad + b"," + TWO + b"]}")
    assert texts(container) == [ONE, TWO]
    assert list(container.places()) == [0, 2]
    assert faults(container) == [(1, why)]


def test_depth_up_to_the_cap_is_kept() -> None:
    def nested(depth: int) -> bytes:
        return b'{"eventName":"x","a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    allowed, deeper = nested(DEPTH_CAP), nested(DEPTH_CAP + 1)
    container = read_container(b'{"x":NaN,"Records":[' + allowed + b"," + deeper + b"]}")
    assert texts(container) == [allowed]
    assert faults(container) == [(1, "too-deep")]


def test_bad_lines_are_named_by_their_number() -> None:
    container = read_container(ONE + b"\n{cut\n\n" + TWO + b"\nnull\n{}\n")
    assert texts(container) == [ONE, TWO]
    assert list(container.places()) == [0, 2]
    assert faults(container) == [(1, "invalid-json"), (3, "not-an-object"), (4, "empty-record")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b'{"Records":[' + ONE + b"," + TWO[:12], "invalid-json"),
        (b'{"Records":[\n' + ONE + b",\n" + ONE + b"\n", "invalid-json"),
        (b"[" + ONE + b",\n" + ONE, "invalid-json"),
        (b'{"Records":[' + ONE + b"]} tail", "trailing-data"),
        (b'{"Records":[' + ONE + b"]}\n" + b'{"Events":[]}', "trailing-data"),
        (b'{"Records":null}', "records-not-a-list"),
        (b'{"Records":"text"}', "records-not-a-list"),
        (b'{"Records":{"a":1}}', "records-not-a-list"),
        (b'{"records":[' + ONE + b"]}", "not-cloudtrail"),
        (b'{"a":1}', "not-cloudtrail"),
        (b'[{"a":1},{"b":2}]', "not-cloudtrail"),
        (b'{"level":"info"}\n{"level":"warn"}', "not-cloudtrail"),
        (b'{"took":1,"hits":{"hits":[{"_source":{}}]}}', "opensearch"),
        (b"42", "not-json"),
        (b"2 111122223333 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 20 4249 1 2 ACCEPT OK", "not-json"),
        (b"\x00\x01\x02binary", "not-json"),
        (b"\xff\xfe\x00\x00[\x00\x00\x00", "unsupported-encoding"),
    ],
)
def test_files_that_are_set_aside(data: bytes, expected: str) -> None:
    assert reason(data) == expected


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        (b"2 111122223333 eni-0a1b 10.0.0.1", "VPC flow log"),
        (b"https 2026-09-02T04:20:00.000Z app/web/50dc 198.51.100.7:2817", "load balancer"),
        (b"name,age,city,email\n1,2,3,4", "CSV"),
        (b"<html></html>", "XML or HTML"),
    ],
)
def test_the_detail_helps(text: bytes, looks: str) -> None:
    with pytest.raises(EvidenceFault, match=looks):
        read_container(text)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"awsAccountId":"1","digestStartTime":"x","logFiles":[]}', "digest"),
        (b'{"fileVersion":"1.0","configurationItems":[]}', "config"),
        (b'{"PublicKeyList":[]}', "public-keys"),
        (b'{"scene":"s","origin":"o","kind":"root","events":["e-1"]}\n', "truth"),
        (b'{"Bucket":"b","Key":"k","Metadata":{}}\n{"Bucket":"b","Key":"l","Metadata":{}}', "metadata"),
        (b'{"Accounts":[]}', "organization"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
    ],
)
def test_files_of_other_kinds(data: bytes, kind: str) -> None:
    container = read_container(data)
    assert (container.kind, texts(container)) == (kind, [])


@pytest.mark.parametrize("name", ["_SUCCESS", ".DS_Store", "ConfigWritabilityCheckFile", "x_$folder$"])
def test_markers(name: str) -> None:
    assert read_container(b"", name).kind == "marker"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_decoded_and_flagged(codec: str) -> None:
    container = read_container(('{"Records":[{"eventName":"Ü"}]}').encode(codec))
    assert container.flags == ("decoded-utf16",)
    assert texts(container) == ['{"eventName":"Ü"}'.encode()]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 2]), st.booleans())
def test_records_and_faults_add_up(values: list[object], indent: int | None, ascii_only: bool) -> None:
    records = [event(), *values]
    written = json.dumps({"Records": records}, indent=indent, ensure_ascii=ascii_only)
    container = read_container(written.encode())
    assert len(container.records) + len(container.faults) == len(records)
    for place, text in zip(container.places(), container.records, strict=True):
        assert json.loads(bytes(text)) == records[place]

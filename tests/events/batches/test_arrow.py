"""The short way of regular records and the careful way of all others give the same rows."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import assume_role, event, role_event, user
from workbench.events.batches.arrow import Batch, ReadBatch
from workbench.events.intake.report import NOT_VERIFIED, FileRow
from workbench.events.parts import STORED
from workbench.events.rows.decode import decode
from workbench.events.rows.jsontext import content_hashes
from workbench.evidence import find_files, read_container, read_file

CONTEXT = {
    "requestContext": {"a:b": "c"},
    "tagContext": {"resourceTags": [{"arn": "a", "tags": {"k": "v"}}]},
}
FILE = FileRow("a.json", "/a.json", 0, 0)


def both_ways(texts: list[bytes]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    batch = Batch()
    batch.add(texts, range(len(texts)), FILE)
    read = ReadBatch(batch)
    short = sorted(read.table().to_pylist(), key=lambda row: row["source_index"])
    assert not read.faults
    rows = [
        decode(text)
        | {"source_file": "a.json", "source_index": place, "content_hash": found, "integrity": NOT_VERIFIED}
        for place, (text, found) in enumerate(zip(texts, content_hashes(texts), strict=True))
    ]
    return short, pa.Table.from_pylist(rows, schema=STORED).to_pylist()


def test_blanks_do_not_make_up_for_an_unknown_key() -> None:
    """There are eleven blanks within the identity, and as many characters in what no column knows."""
    text = json.dumps(event(**{"00": False})).encode()
    assert len(b'"00":false,') == 11 == json.dumps(user()).count(" ")
    (row,), (careful,) = both_ways([text])
    assert row["extra"] == careful["extra"] == '{"00":false}'


def compact(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "record",
    [
        event(),
        role_event("ci/Deploy", sessionCredentialFromConsole=True),
        assume_role(user()),
        event(futureField={"a": 1}, requestParameters={"a": {"b": [1, None]}, "c": None}),
        event(userIdentity=user() | {"credentialId": "x"}, responseElements={}),
        event(userIdentity={"type": "Root", "accountId": "111122223333"}, awsRegion="cn-north-1"),
        event(resources=[{"ARN": "arn:1"}, {"arn": "arn:2", "new": 1}], explicitNull=None),
        event(resources=[{"ARN": "arn:1", "arn": "arn:2"}]),
        event(eventTime="2026-09-02 04:20:00"),
        event(eventTime="9999-01-01T00:00:00Z"),
        event(eventTime=1788322800),
        event(EventName="x"),
        event(eventContext=CONTEXT),
        event(userAgent="smörgås \U0001f600 \t\"\\"),
        event(errorCode=7),
        event(userIdentity=None, eventID=None, readOnly=None),
        event(responseElements={"a": 1, "omitted": True}, requestParameters={"b": 2}),
        event(responseElements={"omitted": False}, serviceEventDetails={"omitted": True, "reason": "x"}),
    ],
    ids=range(18),
)
def test_one_record(record: dict[str, Any]) -> None:
    for text in (compact(record), json.dumps(record, indent=1).encode(), json.dumps(record).encode()):
        short, careful = both_ways([text])
        assert short == careful


def test_a_usual_time_beside_an_odd_one() -> None:
    short, careful = both_ways([compact(event()), compact(event(eventTime="yesterday")), compact(event())])
    assert short == careful
    assert [row["flags"] for row in short] == [[], ["bad-time"], []]


def test_what_aws_left_out_is_flagged_beside_whole_records() -> None:
    left_out = event(requestParameters={"a": 1}, additionalEventData={"omitted": True})
    whole = event(requestParameters={"a": 1, "b": None}, additionalEventData={"c": "omitted"})
    short, careful = both_ways([compact(one) for one in (whole, left_out, event(), left_out, whole)])
    assert short == careful
    assert [row["flags"] for row in short] == [[], ["truncated-by-aws"], [], ["truncated-by-aws"], []]


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([
    *("userIdentity", "eventTime", "eventName", "requestParameters", "responseElements", "resources"),
    *("tlsDetails", "eventContext", "readOnly", "eventID", "recipientAccountId", "eventSource"),
    *("sessionCredentialFromConsole", "insightDetails", "futureField", "eventname"),
])


CHANGES = st.dictionaries(FIELDS | st.text(max_size=4), JSON, max_size=4)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (",", ": "), (" ,\n", "\t:")])
MEMBERS = st.sampled_from([
    b"", b"", b',"eventName":"B"', rb',"event\u004eame":"B"', b',"x":1,"x":2', b',"EVENTID":null',
    b',"readOnly":null', b',"userIdentity":{"type":"A"}', b',"requestParameters":{"a":1,"a":2}',
    b',"resources":[null,{"ARN":"a"}]', b',"userAgent":"a/b"', rb',"userAgent":"a\/b"', b',"n":1.50',
    b',"eventJson":"{}"',
])  # fmt: skip
SPELLED = st.builds(
    lambda change, separators, ascii_only, member: json.dumps(
        event(**change), separators=separators, ensure_ascii=ascii_only
    ).encode("utf-8", "replace")[:-1] + member + b"}",
    CHANGES, SEPARATORS, st.booleans(), MEMBERS,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(SPELLED, min_size=1, max_size=4))
def test_any_values_in_any_fields_in_any_spelling(texts: list[bytes]) -> None:
    short, careful = both_ways(texts)
    assert short == careful


def test_public_records(shared_data: Path) -> None:
    for found in find_files(shared_data / "stratus"):
        if not found.path.endswith(".gz"):
            continue
        records = read_container(read_file(found).data).records
        short, careful = both_ways([bytes(record) for record in records])
        assert short == careful

"""What is kept of files that stop before their end, when that is asked for; and nothing when it is not."""

import json

import pytest

from tests.builders import event
from tests.evidence.shapes import ONE, TWO, as_text, faults, kept, reason, written
from workbench.evidence import EvidenceFault, read_container

LOOKUP = json.dumps({"Events": [{"CloudTrailEvent": as_text(one)} for one in (ONE, TWO)]}).encode()
CUT = {
    "records": b'{"Records":[' + ONE + b"," + TWO[:20],
    "list": b"[" + ONE + b",\n" + TWO[:20],
    "lookup-events": LOOKUP[:-8],
    "documents": json.dumps(event(), indent=1).encode() + json.dumps(event(), indent=1).encode()[:-20],
}


@pytest.mark.parametrize("shape", CUT)
def test_the_whole_records_before_the_cut(shape: str) -> None:
    container = read_container(CUT[shape], salvage=True)
    assert (container.shape, container.flags) == (shape, ("salvaged",))
    assert [place for place, _ in kept(container)] == [0]
    assert faults(container) == [(1, "invalid-json")]
    ((kind, told),) = container.warnings
    assert kind == "salvaged"
    assert told.startswith("invalid-json: the JSON stops after")


@pytest.mark.parametrize("shape", CUT)
def test_nothing_without_being_asked(shape: str) -> None:
    assert reason(CUT[shape]) == "invalid-json"


@pytest.mark.parametrize("tail", [b"", b",", b" , ", b'],"mo'])
def test_a_cut_between_records_loses_none(tail: bytes) -> None:
    container = read_container(b'{"Records":[' + ONE + b"," + TWO + tail, salvage=True)
    assert kept(container) == [(0, ONE), (1, TWO)]
    assert container.faults == []


@pytest.mark.parametrize("data", [b'{"Rec', b'{"Records":[', b'{"Records":[{"ev', b'{"eventName":1', b"["])
def test_nothing_whole_is_nothing_salvaged(data: bytes) -> None:
    with pytest.raises(EvidenceFault, match="invalid-json: the JSON stops"):
        read_container(data, salvage=True)


def test_a_page_that_is_cut_after_whole_ones() -> None:
    container = read_container(LOOKUP + b"\n" + LOOKUP[:-8], salvage=True)
    assert [place for place, _ in kept(container)] == [0, 1, 2]
    assert faults(container) == [(3, "invalid-json")]


def test_sound_files_are_not_touched() -> None:
    trail = b'{"Records":[' + ONE + b"]}"
    assert vars(read_container(LOOKUP, salvage=True)) == vars(read_container(LOOKUP))
    assert read_container(trail, salvage=True).flags == ()
    with pytest.raises(EvidenceFault, match="trailing-data"):
        read_container(trail + b"words", salvage=True)


@pytest.mark.parametrize("data", [b'{"Records":[' + ONE + b',{"ev', ONE + b"\n" + ONE + b'\n{"ev', ONE])
def test_the_cut_of_the_stream_is_what_is_told(data: bytes) -> None:
    cut = EvidenceFault("truncated-gzip", "the gzip stream stops")
    container = read_container(data, cut=cut)
    assert container.flags == ("salvaged",)
    assert container.warnings == (("salvaged", str(cut)),)
    assert kept(container)[0] == (0, ONE)


def test_a_stream_without_anything_whole_keeps_its_reason() -> None:
    cut = EvidenceFault("truncated-gzip", "the gzip stream stops")
    for data in (b"", b"wo", b'{"Rec'):
        with pytest.raises(EvidenceFault, match="truncated-gzip"):
            read_container(data, cut=cut)


def test_every_cut_keeps_the_records_before_it() -> None:
    whole = json.dumps({"Records": [event() for _ in range(4)]}).encode()
    ends = [whole.index(written(record)) + len(written(record)) for record in json.loads(whole)["Records"]]
    for stop in range(ends[0], len(whole) - 1, 7):
        container = read_container(whole[:stop], salvage=True)
        assert len(container.records) == sum(end <= stop for end in ends)
        assert len(container.records) + len(container.faults) <= 4

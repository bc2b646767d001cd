"""Broken and hostile files of AWS Config and tags: set aside with a reason, or kept with a flag."""

import json
from typing import Any

import pytest

from tests.builders import event
from tests.events.conftest import Load, check_sums
from tests.events.items.builders import ARN, item, snapshot, tag_export
from tests.events.items.test_loading import ask, sheet

GOOD = json.dumps(item(configurationStateId=99)).encode()


def around(*entries: bytes) -> bytes:
    """Put entries into a file of AWS Config, a good one last."""
    return b'{"fileVersion":"1.0","configurationItems":[' + b",".join([*entries, GOOD]) + b"]}"


def with_value(value: bytes) -> bytes:
    return b'{"ARN":"arn:aws:s3:::x","configurationStateId":1,"configuration":' + value + b"}"


FILES = {
    "cut": (snapshot(item())[:-40], "invalid-json"),
    "followed": (snapshot(item()) + b" tail", "trailing-data"),
    "no list": (b'{"fileVersion":"1.0","configurationItems":{"a":1}}', "records-not-a-list"),
    "null": (b'{"configurationItems":null}', "records-not-a-list"),
    "tags null": (b'{"ResourceTagMappingList":"x"}', "records-not-a-list"),
    "page": (b"<html><body>configurationItems, eventJson</body></html>", "not-json"),
    "a csv that is a page": (b"<!DOCTYPE html>\n<table><tr><td>eventJson</td></tr></table>", "not-json"),
    "two kinds": (snapshot(item()) + b'{"Records":[]}', "trailing-data"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_set_aside_and_its_neighbour_loaded(load_files: Load, name: str) -> None:
    broken, reason = FILES[name]
    loaded = load_files({"broken.json": broken, "good.json": snapshot(item())})
    assert [entry["reason"] for entry in loaded.report.files_set_aside] == [reason]
    assert ask(loaded, "SELECT parse_filename(source_file) FROM config_items") == [("good.json",)]


ENTRIES = {
    "null": (b"null", "not-an-object"),
    "a number": (b"7", "not-an-object"),
    "empty": (b"{}", "empty-record"),
    "no resource": (b'{"configuration":{"a":1},"configurationStateId":5}', "not-cloudtrail"),
    "its name is a list": (b'{"ARN":["arn:aws:s3:::x"]}', "not-cloudtrail"),
    "deep": (with_value(b'{"a":' + b"[" * 400 + b"]" * 400 + b"}"), "too-deep"),
    "very deep": (with_value(b"[" * 100_000 + b"]" * 100_000), "too-deep"),
    "too many values": (with_value(b"[" + b"0," * 300_000 + b"0]"), "too-large"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_broken_entry_is_set_aside_and_the_others_kept(load_files: Load, name: str) -> None:
    entry, reason = ENTRIES[name]
    loaded = load_files({"a.json": around(entry)})
    (aside,) = loaded.report.records_set_aside
    assert (aside["index"], aside["reason"]) == (0, reason)
    assert ask(loaded, "SELECT source_index FROM config_items") == [(1,)]
    assert ask(loaded, "SELECT items, records, set_aside FROM evidence_files") == [(1, 1, 1)]
    assert ask(loaded, "SELECT reason FROM set_aside") == [(reason,)]


KEPT: dict[str, tuple[bytes, list[str], Any]] = {
    "a list": (with_value(b"[1]"), ["bad-time", "wrong-type"], None),
    "a text": (with_value(b'"plain"'), ["bad-time", "wrong-type"], None),
    "a text of an object": (with_value(rb'"{\"a\":1.50}"'), ["bad-time"], {"a": "1.50"}),
    "repeated keys": (with_value(b'{"a":1,"a":2}'), ["bad-time", "duplicate-key"], {"a": "2"}),
    "half a character": (with_value(rb'{"a":"\ud800"}'), ["bad-time"], {"a": r"\ud800"}),
    "long digits": (
        with_value(b'{"a":12345678901234567890123.10}'),
        ["bad-time"],
        {"a": "12345678901234567890123.10"},
    ),
    "null": (with_value(b"null"), ["bad-time"], None),
    "markup": (with_value(b'{"<script>":"=cmd()"}'), ["bad-time"], {"<script>": "=cmd()"}),
    "no UTF-8": (with_value(b'{"a":"\xff"}'), ["bad-time", "invalid-utf8"], {"a": "�"}),
}


@pytest.mark.parametrize("name", KEPT)
def test_an_odd_entry_is_kept_and_says_so(load_files: Load, name: str) -> None:
    entry, flags, configuration = KEPT[name]
    loaded = load_files({"a.json": around(entry)})
    found = ask(loaded, "SELECT flags, eventData.configuration, eventJson, extra FROM config_items")
    ((marks, value, text, extra),) = [row for row in found if "s3:::x" in row[2]]
    assert (marks, value) == (flags, configuration)
    json.loads(text)
    if "wrong-type" in flags:
        assert "configuration" in json.loads(extra)["eventData"]


def test_an_item_without_an_arn_is_told_apart_by_type_and_id(load_files: Load) -> None:
    bare = [item(ARN=..., resourceId=name) for name in ("a", "b", "b")]
    loaded = load_files({"a.json": snapshot(*bare)})
    assert ask(loaded, "SELECT eventData.resourceId FROM config_items ORDER BY 1") == [("a",), ("b",)]
    assert loaded.report.items["config"]["duplicates"] == 1


def test_a_configuration_of_fifty_megabytes(load_files: Load) -> None:
    large = with_value(b'{"a":"' + b"x" * (50 << 20) + b'"}')
    loaded = load_files({"a.json": around(large)})
    assert ask(loaded, "SELECT max(len(eventData.configuration['a'])) FROM config_items") == [(50 << 20,)]


def test_rows_of_lake_that_are_no_items(load_files: Load) -> None:
    mentions = event(
        eventID="e", requestParameters={"filter": "ConfigurationItem", "eventCategory": "Evidence"}
    )
    broken = {"eventCategory": "ConfigurationItem", "eventData": "x"}
    loaded = load_files({"a.csv": sheet(mentions, broken)})
    assert ask(loaded, "SELECT eventID FROM events") == [("e",)]
    ((flags, data, extra),) = ask(loaded, "SELECT flags, eventData, extra FROM config_items")
    assert (flags, data, json.loads(extra)) == (["bad-time", "wrong-type"], None, {"eventData": "x"})


@pytest.mark.parametrize(
    "mapping",
    [
        {"Tags": []},
        {"ResourceARN": ARN, "Tags": {"a": "b"}},
        {"ResourceARN": ARN, "Tags": [{"Value": "x"}]},
        7,
    ],
)
def test_a_tag_mapping_of_another_shape(load_files: Load, mapping: Any) -> None:
    loaded = load_files({"tags.json": tag_export(mapping, {"ResourceARN": ARN, "Tags": []})})
    assert [entry["index"] for entry in loaded.report.records_set_aside] == [0]
    assert ask(loaded, "SELECT arn, key FROM resource_tags") == [(ARN, None)]


def test_a_file_of_config_that_is_cut_is_salvaged(load_files: Load) -> None:
    loaded = load_files({"a.json": snapshot(item(), item(configurationStateId=2))[:-30]}, salvage=True)
    check_sums(loaded.report)
    assert ask(loaded, "SELECT flags FROM config_items") == [(["salvaged"],)]

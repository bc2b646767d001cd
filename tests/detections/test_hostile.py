"""A folder of unusual and hostile files: each runs or is refused by name, and none stops the others."""

import gzip
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.builders import case, event
from tests.detections.asking import no_rules
from workbench.cli import main
from workbench.detections.reading import folders

DETECTION = "detection: {s: {eventName: ListUsers}, condition: s}\n"


def asks(**parts: str) -> str:
    """Write a rule that asks `s`, unless it is told otherwise."""
    written = {"condition": "s"} | parts
    return "detection: {" + ", ".join(f"{name}: {value}" for name, value in written.items()) + "}"


def counts(**parts: Any) -> str:
    """Write a correlation that lets the rule it counts have its hits."""
    plain = {
        "type": "event_count", "rules": ["good"], "timespan": "5m", "condition": {"gte": 1}, "generate": True,
    }  # fmt: skip
    written = {name: value for name, value in (plain | parts).items() if value is not ...}
    return "correlation: " + json.dumps(written)


RAN = None
TEXTS: dict[str, tuple[str, str | None]] = {
    # YAML
    "bad-yaml": ("title: x\n  detection: [", "not YAML: mapping values are not allowed"),
    "keys-twice": (f"title: a\ntitle: b\n{DETECTION}", "key title stands twice in line 2"),
    "selections-twice": ("detection:\n  s: {eventName: A}\n  s: {eventName: B}", "key s stands twice"),
    "key-of-a-list": (f"? [a, b]\n: c\n{DETECTION}", "a key that is no text in line 1"),
    "merge": (f"a: &a {{x: y}}\nb: {{<<: *a}}\n{DETECTION}", "merge key << in line 2"),
    "object": ("detection: !!python/object/apply:os.system ['true']", "tag tag:yaml.org,2002:python/object"),
    "binary-tag": (asks(s="{eventName: !!binary aGk=}"), "tag tag:yaml.org,2002:binary"),
    "tabs": ("detection:\n\ts:\n\t\teventName: x", "not YAML: found character that cannot start any token"),
    "control": (f'title: "a\x07b"\n{DETECTION}', "not YAML: unacceptable character #x0007"),
    "version-3": (f"%YAML 3.0\n---\n{DETECTION}", "not YAML: found incompatible YAML document"),
    "version-1": (f"%YAML 1.1\n---\n{DETECTION}", RAN),
    "anchors": ("detection:\n  s: &a {eventName: ListUsers}\n  t: *a\n  condition: s and t", RAN),
    "anchors-across": (f"--- &l\nid: before\n{DETECTION}---\n*l\n", "alias l names what"),
    "comment": ("# nothing here\n", "no rule in this file"),
    "dashes": ("---\n---\n", "no rule in this file"),
    "blanks": ("", "no rule in this file"),
    "text": ("just text", "not a rule: the document is no mapping"),
    "list": ("- a\n- b", "not a rule: the document is no mapping"),
    "crlf": (f"level: low\r\n{DETECTION}\r\n", RAN),
    "bom": (f"\ufefflevel: low\n{DETECTION}", RAN),
    # names and notes
    "dates": (f"date: 2026-02-30\nmodified: 2026/01/01\n{DETECTION}", RAN),
    "title-of-maps": (f"title: {{a: b}}\n{DETECTION}", "title is no text"),
    "id-of-lists": (f"id: [a]\n{DETECTION}", "id is no text"),
    "id-of-nothing": (f"id:\n{DETECTION}", RAN),
    "level-5": (f"level: 5\n{DETECTION}", "unknown level 5"),
    "level-loud": (f"level: HIGH\n{DETECTION}", RAN),
    "windows": (f"logsource: {{product: windows}}\n{DETECTION}", "not an AWS CloudTrail rule"),
    "source-of-lists": (f"logsource: [aws]\n{DETECTION}", "not an AWS CloudTrail rule"),
    # detections
    "no-detection": ("title: x", "no detection"),
    "null-selection": (asks(s=""), "null among keywords"),
    "empty-map": (asks(s="{}"), "empty selection s"),
    "empty-list": (asks(s="[]"), "empty selection s"),
    "empty-values": (asks(s="{eventName: []}"), "no values for eventName"),
    "numbers-as-names": (asks(**{"1": "[alice]", "condition": "1 and not 2", "2": "[a]"}), RAN),
    "name-not": (asks(**{"not": "{eventName: ListUsers}", "condition": "not"}), RAN),
    "name-with-pipe": (asks(**{"a|b": "{eventName: x}", "condition": "'a|b'"}), "aggregation in condition"),
    "map-as-value": (asks(s="{requestParameters: {name: x}}"), "a mapping among the values"),
    "words-in-words": (asks(s="[[a]]"), "a list among the values of keywords"),
    "hyphens": (asks(s="{requestParameters.x-amz-acl: public-read}"), RAN),
    "quotes": (asks(s="{requestParameters.it's: \"'; DROP TABLE events; --\"}"), RAN),
    "dots": (asks(s="{requestParameters..a: x}"), "unknown field requestParameters..a"),
    "dot-last": (asks(s="{requestParameters.: x}"), "unknown field requestParameters."),
    "dot-first": (asks(s="{.eventName: x}"), "unknown field .eventName"),
    "field-in-capitals": (asks(s="{EventName: x}"), "unknown field EventName"),
    "all-first": (asks(s="{eventName|all|contains: [List, Users]}"), RAN),
    "all-alone": (asks(s="{eventName|all: ListUsers}"), RAN),
    "all-of-words": (asks(s="{'|all': [alice, ListUsers]}"), RAN),
    "all-of-null": (asks(s="{errorCode|all: [null, x]}"), RAN),
    "no-modifier": (asks(s="{'eventName|': x}"), "unknown modifier"),
    "loud-modifier": (asks(s="{eventName|Contains: x}"), "unknown modifier Contains"),
    "two-kinds": (asks(s="{eventName|re|cidr: x}"), "modifiers re and cidr together"),
    "exists-maybe": (asks(s="{errorCode|exists: maybe}"), "exists: maybe is neither true nor false"),
    "less-than-text": (asks(s="{eventVersion|lt: .inf}"), "not a number: .inf"),
    "many-digits": (asks(s="{eventVersion|lt: " + "9" * 4_000 + "}"), RAN),
    "no-network": (asks(s="{sourceIPAddress|cidr: 10.0.0.0/33}"), "not a network: 10.0.0.0/33"),
    "no-other-field": (asks(s="{eventName|fieldref: host}"), "unknown field host"),
    "unresolved": (asks(s="{eventName|expand: '%names%'}"), "unresolved placeholder %names%"),
    "nul": (asks(s='{eventName: "a\\0b"}'), RAN),
    "half-a-character": (asks(s='{eventName: "\\ud800"}'), "not YAML: found invalid Unicode"),
    "long-value": (asks(s="{eventName: '" + "x" * 300_000 + "'}"), RAN),
    "slow-wildcards": (asks(s="['*e" + "?*e" * 50 + "~~', 'e*_*e*_*%*_*e*_*%*_*e*~~']"), RAN),
    "too-many-wildcards": (asks(s="{eventName: '" + "?a_" * 4_000 + "'}"), "a value of more than 10,000"),
    "many-wildcards": (asks(s="{eventName: '" + "*a" * 500 + "*'}"), RAN),
    # regular expressions
    "look-ahead": (asks(s="{eventName|re: '(?=List)'}"), "regular expression not supported: (?=List)"),
    "look-behind": (asks(s="{eventName|re: '(?<=List)U'}"), "regular expression not supported: (?<=List)U"),
    "back-reference": (asks(s="{eventName|re: '(a)\\1'}"), "regular expression not supported: (a)"),
    "catastrophe": (asks(s="{eventName|re: '^(a+)+$'}"), RAN),
    "repetitions": (asks(s="{eventName|re: '(a{1,1000}){1,1000}'}"), "regular expression not supported"),
    "long-expression": (asks(s="{eventName|re: '" + "a|" * 100_000 + "b'}"), RAN),
    # conditions
    "condition-null": (asks(s="{eventName: x}", condition=""), "no condition"),
    "condition-of-null": (asks(s="{eventName: x}", condition="[s, null]"), "no condition"),
    "condition-of-maps": (asks(s="{eventName: x}", condition="{a: b}"), "no condition"),
    "condition-unknown": (asks(s="{eventName: x}", condition="t"), "unknown selection t"),
    "condition-open": (asks(s="{eventName: x}", condition="'(s'"), "condition ends too early"),
    "condition-closed": (asks(s="{eventName: x}", condition="'s)'"), "condition cannot be read at: )"),
    "condition-half": (asks(s="{eventName: x}", condition="s and"), "condition ends too early"),
    "condition-counts": (asks(s="{eventName: x}", condition="s | count() > 5"), "aggregation in condition"),
    "condition-near": (asks(s="{eventName: x}", condition="s near t"), "condition cannot be read at: near"),
    "condition-2-of": (asks(s="{eventName: x}", condition="2 of s*"), "2 of ... in condition"),
    "condition-deep": (asks(s="{eventName: x}", condition="not " * 99 + "s"), "condition nested more than"),
    "condition-long": (asks(s="{eventName: x}", condition="s or " * 2_000 + "s"), "condition of more than"),
    "condition-wide": (asks(s="{eventName: ListUsers}", condition="s or " * 900 + "s"), RAN),
    # correlations
    "kind": (counts(type="value_sum"), "unknown correlation type value_sum"),
    "of-nobody": (counts(rules=["nobody"]), "unknown rule nobody"),
    "of-nothing": (counts(rules=[]), "a correlation without rules"),
    "of-a-map": (counts(rules={"a": 1}), "rules is no list of names"),
    "of-refused": (counts(rules=["kind"]), "rule kind is refused: unknown correlation type value_sum"),
    "of-itself": (counts(rules=["of-itself"]), "a correlation that counts itself"),
    "circle": (counts(rules=["circle-2"]), "correlations that count each other in a circle"),
    "circle-2": (counts(rules=["circle"]), "correlations that count each other in a circle"),
    "both": (DETECTION + counts(), "correlation and detection in one document"),
    "correlation-list": ("correlation: [a]", "correlation is no mapping"),
    "hours-and-a-half": (counts(timespan="1.5h"), "timespan 1.5h: write a number and s, m, h or d"),
    "no-time": (counts(timespan="0s"), "timespan 0s: write"),
    "time-before": (counts(timespan="-5m"), "timespan -5m: write"),
    "bare-time": (counts(timespan=5), "timespan 5: write"),
    "time-missing": (counts(timespan=...), "timespan None: write"),
    "ages": (counts(timespan="999999999d"), RAN),
    "ages-of-its-own": (DETECTION + "custom: {threshold: {count: 1, within: 999999999d}}", RAN),
    "less-than-none": (counts(condition={"gte": -1}), "gte is no whole number: -1"),
    "half": (counts(condition={"gte": 1.5}), "gte is no whole number: 1.5"),
    "never": (counts(condition={"gte": 5, "lt": 2}), RAN),
    "unequal": (counts(condition={"neq": 5}), "unknown key neq of condition"),
    "values-of-nothing": (counts(type="value_count"), "condition.field is for value_count"),
    "group-of-null": (counts(**{"group-by": [None]}), "group-by is no list of names"),
    "group-unknown": (counts(**{"group-by": ["host"]}), "unknown field host"),
    "alias": (
        counts(**{"group-by": ["u"], "aliases": {"u": {"other": "eventName"}}}),
        "alias u gives no field for rule good",
    ),
    # our own keys
    "custom-text": (f"custom: text\n{DETECTION}", "custom is no mapping"),
    "custom-unknown": (f"custom: {{unknown: 1}}\n{DETECTION}", RAN),
    "foreign-null": (f"custom: {{foreign: }}\n{DETECTION}", "foreign names no field"),
    "first-null": (f"custom: {{first: }}\n{DETECTION}", "first names no field"),
    "threshold-null": (f"custom: {{threshold: }}\n{DETECTION}", "threshold is no mapping"),
    "odd-braces": (f"custom: {{explain: '{{}} {{a {{eventName}} {{no}} {{{{x}}}}'}}\n{DETECTION}", RAN),
    "global": (f"action: global\ntitle: x\n---\nid: global-2\n{DETECTION}", "documents with action"),
}  # fmt: skip
BYTES: dict[str, tuple[bytes, str | None]] = {
    "binary.yml": (bytes(range(256)), "not UTF-8 text"),
    "utf-16.yml": (DETECTION.encode("utf-16"), "not UTF-8 text"),
    "latin.yml": (b"title: caf\xe9\n" + DETECTION.encode(), "not UTF-8 text"),
    "packed.yml": (gzip.compress(DETECTION.encode()), "not UTF-8 text"),
    "huge.yml": (b"#" * (1 << 20) + b"\n", "a file of more than 1,048,576 bytes"),
    "half-text.pattern": (b"\xff", "not UTF-8 text"),
    "nothing.pattern": (b"", "no pattern for JSON: it begins with {"),
    "deep.pattern": (b'{"detail":' * 100_000, "not JSON"),
    "surrogate.pattern": (b'{"detail": {"eventName": ["\\ud800"]}}', "a text that is no Unicode"),
    "steering.pattern": (b'{"detail": {"a\\u001b[31m": ["x"]}}', "unknown field a"),
    "filters.json": (b'{"metricFilters": 5}', "metricFilters is no list of objects"),
    "schedule.json": (b'{"ScheduleExpression": "rate(1 day)"}', "a rule with a schedule"),
    "notes.json": (b'{"not": "ours"}', "not told of"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules, and beside them what a folder may hold besides files."""
    folder = tmp_path_factory.mktemp("hostile") / "rules"
    folder.mkdir()
    for name, (text, _) in TEXTS.items():
        (folder / f"{name}.yml").write_bytes(text.encode())
    for name, (data, _) in BYTES.items():
        (folder / name).write_bytes(data)
    (folder / "good.yml").write_text(f"id: good\n{DETECTION}", encoding="utf-8")
    (folder / "again.yml").symlink_to("good.yml")
    (folder / "loop").symlink_to(".")
    (folder / "itself.yml").symlink_to("itself.yml")
    (folder / "dangling.yml").symlink_to("nowhere.yml")
    (folder / "folder.yml").mkdir()
    os.mkfifo(folder / "pipe.yml")
    (folder / os.fsdecode(b"caf\xe9.yml")).write_text(DETECTION, encoding="utf-8")
    (folder / "LOUD.YAML").write_text(DETECTION, encoding="utf-8")
    return folder


LINKS: dict[str, str | None] = {
    "itself": "cannot be read: Too many levels of symbolic links",
    "dangling": "cannot be read: No such file or directory",
    "pipe": "a pipe or a device, no file",
    "caf\\xe9": RAN,
    "LOUD": RAN,
    "good": RAN,
    "global-2": RAN,
    "before": RAN,
}


@pytest.fixture(scope="module")
def told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `detect` says of all of them."""
    desk = tmp_path_factory.mktemp("desk")
    case(desk, event(eventID="one"), event(eventName="Other", eventID="two")).disconnect()
    words = ["--rules", str(folder), "--format", "json", "--report", str(desk / "report.json")]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.setattr(folders, "BUILT_IN", no_rules(desk / "none"))
        with redirect_stderr(StringIO()) as err:
            code = main(["detect", str(desk / "case"), *words])
    rows = json.loads((desk / "report.json").read_text(encoding="utf-8"))["rules"]
    return {
        "code": code,
        "rows": {row["rule_id"]: row for row in rows},
        "count": len(rows),
        "hits": json.loads(out.getvalue()),
        "lines": err.getvalue().splitlines(),
    }


EXPECTED = (
    {name: why for name, (_, why) in TEXTS.items()}
    | {Path(name).stem: why for name, (_, why) in BYTES.items() if name != "notes.json"}
    | LINKS
)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_runs_or_is_refused_by_name(name: str, told: dict[str, Any]) -> None:
    row, why = told["rows"][name], EXPECTED[name]
    assert row["status"] == ("refused" if why else "ran"), row["reason"]
    assert (row["reason"] or "").startswith(why or "")


def test_none_stops_the_others(told: dict[str, Any]) -> None:
    assert told["code"] == 0
    assert {row["eventID"] for row in told["hits"] if row["rule_id"] == "good"} == {"one"}
    assert {row["rule_id"] for row in told["hits"]} >= {"crlf", "bom", "anchors", "caf\\xe9", "LOUD", "ages"}


def test_every_refusal_is_one_line_and_every_rule_one_row(told: dict[str, Any]) -> None:
    refused = [row for row in told["rows"].values() if row["status"] == "refused"]
    assert len(told["lines"]) == len(refused) == sum(why is not None for why in EXPECTED.values())
    assert all(line.startswith("refused ") for line in told["lines"])
    assert not [line for line in told["lines"] if "\x1b" in line]
    assert told["count"] == len(EXPECTED) + 1  # and what looks for instances

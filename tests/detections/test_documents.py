"""Rule files: what is text, what is refused, and what hostile YAML does (nothing)."""

import os
from pathlib import Path

import pytest

from tests.detections.asking import rule, rules
from workbench.detections import load_rules
from workbench.detections.reading.documents import Refused, documents
from workbench.errors import ParameterError

DETECTION = "detection: {s: {eventName: StopLogging}, condition: s}\n"


def written(folder: Path, text: str | bytes, name: str = "r.yml") -> list[tuple[str, str | None]]:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return [(one.title, one.refused) for one in load_rules(folder)]


def test_scalars_stay_the_text_that_was_written() -> None:
    (found,) = documents("[1.10, 010, No, 2026-09-02, ~, null, 'null', '', 0x1F]")
    assert found == ["1.10", "010", "No", "2026-09-02", None, None, "null", "", "0x1F"]


def test_several_documents_of_a_file_are_several_rules(tmp_path: Path) -> None:
    assert written(tmp_path, f"title: A\n{DETECTION}---\ntitle: B\nid: b\n{DETECTION}---\n") == [
        ("A", None),
        ("B", None),
    ]


def test_a_rule_without_an_id_is_called_by_its_file(tmp_path: Path) -> None:
    written(tmp_path, DETECTION, "trail-off.yaml")
    assert [(one.id, one.title, one.level) for one in load_rules(tmp_path)] == [
        ("trail-off", "trail-off", "medium")
    ]


def test_a_broken_document_takes_no_other_with_it(tmp_path: Path) -> None:
    (first, _), (_, why) = written(tmp_path, f"title: A\n{DETECTION}---\n{{ broken")
    assert first == "A"
    assert why is not None
    assert why.startswith("not YAML: ")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
HOSTILE = {
    "more than 50,000 values": BOMB,
    "nested more than 40 deep": "a: " + "[" * 60 + "]" * 60,
    "alias a names what it is inside of": "a: &a [*a]",
    "tag tag:yaml.org,2002:python/object/apply:os.system": "a: !!python/object/apply:os.system ['true']",
    "key a stands twice": "a: 1\na: 2",
    "a key that is no text": "{[a]: 1}",
    "merge key <<": "a: &a {b: c}\nd: {<<: *a}",
    "not a rule": "- a\n- b",
    "no detection": "title: x",
    "not UTF-8 text": b"title: \xff\xfe",
    "a file of more than": "x" * (1 << 20) + "x",
    "documents with action": "action: global\ntitle: x",
    "documents with filter": "title: x\nfilter: {rules: [a]}",
    "level is no text": DETECTION + "level: [high]",
    "tags is neither text nor a list of texts": DETECTION + "tags: {a: b}",
    "custom is no mapping": DETECTION + "custom: [a]",
    "habit is neither true nor false": DETECTION + "custom: {habit: daily}",
    "denied: unknown level never": DETECTION + "custom: {denied: never}",
}


@pytest.mark.parametrize("why", HOSTILE)
def test_what_no_rule_is_is_refused_by_name(why: str, tmp_path: Path) -> None:
    ((_, refused),) = written(tmp_path, HOSTILE[why])
    assert refused is not None
    assert refused.startswith(why)


def test_deep_nesting_without_an_end_is_refused() -> None:
    with pytest.raises(Refused):
        list(documents("[" * 100_000))


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="there is no such folder"):
        load_rules(tmp_path / "none")


def test_placeholders_are_values_for_expand(tmp_path: Path) -> None:
    (tmp_path / "names.yml").write_text("placeholders: {admins: [alice, bob]}", encoding="utf-8")
    (one,) = rules(tmp_path, {"a": rule({"s": {"userIdentity.arn|expand": "*/%admins%"}})})
    assert one.refused is None
    assert [test.pattern[-1] for test in one.detection.tests] == ["/alice", "/bob"]


LINT = {
    "eventSource is always in lower case: IAM.amazonaws.com": {"s": {"eventSource": "IAM.amazonaws.com"}},
    "eventSource is never iam: it ends with .amazonaws.com": {"s": {"eventSource": "iam"}},
    "userIdentity.type is never User": {"s": {"userIdentity.type": "User"}},
    "eventName: * means any value; write |exists: true": {"s": {"eventName": "*"}},
    "unused selection t": {"s": {"eventName": "A"}, "t": {"eventName": "B"}},
    "a filter that never applies: eventName is never b here": {
        "s": {"eventName": "A"},
        "t": {"eventName": "B"},
        "condition": "s and not t",
    },
}


def test_lint_says_what_is_odd(tmp_path: Path) -> None:
    documents = {str(place): rule(detection) for place, detection in enumerate(LINT.values())}
    assert [one.lint for one in rules(tmp_path, documents)] == [(told,) for told in LINT]


def test_lint_is_quiet_about_what_is_well(tmp_path: Path) -> None:
    detection = {
        "s": {"eventSource": "iam.amazonaws.com", "eventName": ["A", "B"]},
        "t": {"eventName": "B"},
        "condition": "s and not t",
    }
    (one,) = rules(tmp_path, {"a": rule(detection)})
    assert one.lint == ()


def test_a_folder_that_is_not_gone_through_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, elsewhere = tmp_path / "named", tmp_path / "elsewhere"
    named.mkdir()
    elsewhere.mkdir()
    written(elsewhere, DETECTION)
    written(named, DETECTION, "own.yml")
    (named / "inside").symlink_to(".")
    (named / "outside").symlink_to(elsewhere)
    deep = "d" * 250
    monkeypatch.chdir(named)
    for _ in range(20):  # deeper than the system takes paths
        os.mkdir(deep)
        os.chdir(deep)
    told = {one.id: one.refused for one in load_rules(named)}
    assert told == {
        "own": None,
        "outside": "a link to a folder elsewhere. Name that folder",
        deep: "cannot be read: File name too long",
    }


def test_a_folder_without_rules_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    (found,) = load_rules(tmp_path)
    assert (found.id, found.path, found.refused) == (
        tmp_path.name,
        str(tmp_path),
        "no file of rules in this folder",
    )

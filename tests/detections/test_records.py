"""Whole records are read once: for words, and to parse what maps leave open; rules may ask for both."""

from pathlib import Path
from typing import Any

import pytest

from tests.detections.asking import hits, labelled, rule, rules

LIST: dict[str, Any] = {"requestParameters": {"names": ["db", "web"]}}
TEXT: dict[str, Any] = {"requestParameters": {"names": '["db","web"]'}}
EVENTS = labelled(
    both={"userAgent": "KALI-1", "eventName": "GetUser"} | LIST,
    word_and_text={"userAgent": "kali-1", "eventName": "GetUser"} | TEXT,
    word_and_list_elsewhere={"userAgent": "kali-1", "eventName": "ListUsers"} | LIST,
    word_alone={"userAgent": "kali-1", "eventName": "GetUser", "requestParameters": None},
    list_alone={"userAgent": "parrot", "eventName": "GetUser"} | LIST,
    neither={"userAgent": "parrot", "eventName": "ListUsers"},
)
WORD, NAME, API = {"w": ["kali"]}, {"n": {"requestParameters.names": "db"}}, {"a": {"eventName": "GetUser"}}
ASKED: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a word": (WORD | {"condition": "w"}, {"both", "word_and_text", "word_and_list_elsewhere", "word_alone"}),
    "a word in one API": (WORD | API | {"condition": "w and a"}, {"both", "word_and_text", "word_alone"}),
    "a signed word in one API": (
        {"w": ["kali-1"]} | API | {"condition": "w and a"}, {"both", "word_and_text", "word_alone"},
    ),
    "no word in one API": (WORD | API | {"condition": "a and not w"}, {"list_alone"}),
    "a list": (NAME | API | {"condition": "n and a"}, {"both", "list_alone"}),
    "a word and a list": (WORD | NAME | {"condition": "w and n"}, {"both", "word_and_list_elsewhere"}),
    "a word or a list": (
        WORD | NAME | API | {"condition": "a and (w or n)"},
        {"both", "word_and_text", "word_alone", "list_alone"},
    ),
    "a list without the word": (WORD | NAME | {"condition": "n and not w"}, {"list_alone"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What is found if all are asked together: records that one rule has parsed serve the next."""
    documents = {f"r{n}": rule(detection) for n, (detection, _) in enumerate(ASKED.values())}
    return hits(EVENTS, rules(tmp_path_factory.mktemp("rules"), documents))


@pytest.mark.parametrize("name", ASKED)
def test_what_hits(name: str, found: dict[str, set[str]]) -> None:
    assert found[f"r{list(ASKED).index(name)}"] == ASKED[name][1]


def test_records_are_parsed_even_if_no_rule_without_words_needs_one(tmp_path: Path) -> None:
    detection, expected = ASKED["a word and a list"]
    assert hits(EVENTS, rules(tmp_path, {"alone": rule(detection)})) == {"alone": expected}

"""What is looked for first in a long text is there whenever the word is, in whatever case."""

import sys
from pathlib import Path

import duckdb
import pytest

from tests.detections.asking import hits, labelled, rule, rules
from workbench.detections.matching.compiling import record_sql
from workbench.detections.matching.words import LETTER, is_caseless, rarest, without_case
from workbench.detections.reading.tree import ANY, Match, Text

SPELLED = {
    "kali-5851": {"small": "kali-5851", "mixed": "KaLi-5851"},
    "delete-6": {"small": "x delete-6", "capital": "DELETE-6", "mixed": "xDeletE-6x"},
    "disk-7": {"small": "disk-7", "capital": "DISK-7", "kelvin": "dis\u212a-7"},
    "mimikatz": {"small": "mimikatz", "capital": "MIMIKATZ"},
}
NEAR = ["kali_5851", "kali-585", "ali-5851", "delete-7", "delete6", "eleted-6", "dis-7", "mimi katz"]


def test_no_other_sign_becomes_one_of_these_if_lowered() -> None:
    rows = duckdb.execute(
        "SELECT chr(i::INTEGER), lower(chr(i::INTEGER)) FROM range(1, 1114112) t(i)"
        " WHERE i NOT BETWEEN 55296 AND 57343"
    ).fetchall()
    assert len(rows) > sys.maxunicode // 2
    assert not [sign for sign, low in rows if sign != low and any(map(is_caseless, low))]
    letters = {sign for sign, low in rows if any(LETTER.fullmatch(one) for one in low)}
    assert all(LETTER.fullmatch(sign) for sign in letters)
    assert len(letters) == 48


@pytest.mark.parametrize("word", SPELLED)
def test_a_text_with_the_word_has_one_of_each(word: str) -> None:
    for text in SPELLED[word].values():
        assert all(any(one in text for one in way) for way in without_case([word]))
        assert rarest([word]) in text.lower()


def test_keywords_hit_in_every_case_and_near_misses_do_not(tmp_path: Path) -> None:
    texts = [text for some in SPELLED.values() for text in some.values() if text.isascii()]
    events = labelled(**{text: {"userAgent": text} for text in [*texts, *NEAR]})
    found = hits(events, rules(tmp_path, {word: rule({"s": [word]}) for word in SPELLED}))
    assert found == {word: set(filter(str.isascii, some.values())) for word, some in SPELLED.items()}


@pytest.mark.parametrize("word", SPELLED)
def test_a_record_is_searched_as_its_text_says(word: str) -> None:
    test = Match(None, (Text((ANY, word, ANY)),))
    asked = f"SELECT {record_sql(test, 'record', 'lower(record)')} FROM (SELECT ? AS record)"
    texts = [text for some in SPELLED.values() for text in some.values()] + NEAR
    found = {text for text in texts if duckdb.execute(asked, [text]).fetchone() == (True,)}
    assert found == set(SPELLED[word].values())


def test_rare_signs_come_first_and_short_words_are_not_looked_for() -> None:
    assert without_case(["a-b", "x-1"]) == [["-1"], ["x-1", "X-1"]]
    assert without_case(["disk-7"]) == [["-7"]]
    assert without_case(["a-b", "kali"]) == without_case([]) == []
    assert without_case(["ab10.0.0.0/8", "12"]) == [[".0.0.0/8"]]
    assert without_case(["word-585184"]) == [["85184"]]

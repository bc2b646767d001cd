"""Words that a long text has to hold if a test shall pass: to look for them first is quick.

Case is the dear thing. To lower a text takes longer than to search it, so of a word the signs are wanted that
no case changes. And the engine passes quickly over all that is not the first sign of what it looks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from workbench.detections.reading.tree import Test, Text

_CASELESS = re.compile(r"[0-9!#$%&()*+,./:;<=>?@^_`{|}~\[\]'-]+")  # no other sign is one of these if lowered
LETTER = re.compile("[a-hjl-zA-HJL-Z]")  # nor one of these, but its capital: of i and k there are more
_ESCAPES = re.compile(r'["\\\x00-\x1f\x7f]')
_OFTEN = "jq_xzkh/8f9wgby5v7.643p-21uml,0dcoinr:tsae"  # the signs of records, by how often they are there
_PAIR, _LONG, _RARE, _SOME = 2, 3, 5, 4  # shorter words are everywhere; more of them take too long


def is_caseless(part: object) -> bool:
    """Tell whether a part of a pattern is the same in whatever case.

    Examples
    --------
    >>> is_caseless("10.0.0.0/8"), is_caseless("Kali")
    (True, False)
    """
    return not isinstance(part, str) or _CASELESS.fullmatch(part) is not None


def parts_of(test: Test) -> list[str]:
    """Return the words of a pattern; none of another test."""
    return [part for part in test.pattern if isinstance(part, str)] if isinstance(test, Text) else []


def words_of(tests: Sequence[Test], but: re.Pattern[str] | None = None) -> list[str]:
    """Return words of which a part holds one if a text in it passes some test; none where that is not known.

    JSON spells these as they are; quotes, backslashes and control characters it does not. `but`: what they
    shall not hold either.
    """
    found = []
    for test in tests:
        words = [one for text in parts_of(test) for one in _ESCAPES.split(text)]
        words = [one for text in words for one in but.split(text)] if but else words
        found.append(max(words, key=len, default=""))
    return found if all(len(word) >= _LONG for word in found) and len(found) <= _SOME else []


def rarest(words: Iterable[str], least: int = _LONG) -> str:
    """Return the end of a word that begins with the rarest sign; empty if all words are shorter.

    Examples
    --------
    >>> rarest(["GetObject"]), rarest(["ab"])
    ('ject', '')
    """
    tails = (word[start:] for word in words for start in range(len(word) - least + 1))
    return min(tails, key=lambda one: _OFTEN.find(one[0].lower()), default="")


def without_case(words: Iterable[str]) -> list[list[str]]:
    """Return what a text holds, in this very case, if it holds all of some words: one of each list.

    The lists are to be asked in order; there are none if no word has signs without case.

    Examples
    --------
    >>> without_case(["word-585184"]), without_case(["DeleteKey-6"]), without_case(["Kali"])
    ([['85184']], [['-6'], ['y-6', 'Y-6']], [])
    """
    runs = [(run, word) for word in words for run in _CASELESS.finditer(word)]
    run, word = max(runs, key=lambda one: len(one[0][0]), default=(None, ""))
    if run is None or len(run[0]) < _PAIR:
        return []
    if len(run[0]) > _LONG:
        return [[rarest([run[0]], min(len(run[0]), _RARE))]]
    before = word[run.start() - 1 : run.start()]
    more = [[before.lower() + run[0], before.upper() + run[0]]] if LETTER.fullmatch(before) else []
    return [[run[0]], *more]

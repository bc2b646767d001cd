"""The condition of a detection: names of selections, joined by and, or, not, and `1 of ...`."""

import re
from collections.abc import Mapping, Sequence

from workbench.detections.reading.documents import Refused
from workbench.detections.reading.tree import And, Node, Not, Or

_WORD = re.compile(r"\s*(?:([()])|([^\s()|]+)|(\|))")
_MOST_WORDS = 2_000
_MOST_DEPTH = 50


def condition(text: str, selections: Mapping[str, Node]) -> Node:
    """Read one condition.

    Raises
    ------
    Refused
        It is no condition, or names what there is not.

    Examples
    --------
    >>> from workbench.detections.reading.tree import Match, Text
    >>> a, b = Match("eventName", (Text(("A",)),)), Match("eventName", (Text(("B",)),))
    >>> condition("a and not b", {"a": a, "b": b}) == And((a, Not(b)))
    True
    >>> condition("a | count() > 5", {"a": a})
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: aggregation in condition
    """
    return _Reader(_words(text), selections).whole()


def _words(text: str) -> list[str]:
    words: list[str] = []
    place = 0
    for found in _WORD.finditer(text):
        if found[3]:
            raise Refused("aggregation in condition")
        words.append(found[1] or found[2])
        place = found.end()
    if text[place:].strip():
        raise Refused(f"condition cannot be read at: {text[place:].strip()}")
    if len(words) > _MOST_WORDS:
        raise Refused(f"condition of more than {_MOST_WORDS:,} words")
    return words


class _Reader:
    """Reads words by precedence: not, then and, then or."""

    def __init__(self, words: Sequence[str], selections: Mapping[str, Node]) -> None:
        self._words, self._selections = words, selections
        self._place = self._depth = 0

    def whole(self) -> Node:
        if not self._words:
            raise Refused("empty condition")
        node = self._or()
        if self._place < len(self._words):
            raise Refused(f"condition cannot be read at: {self._words[self._place]}")
        return node

    def _next(self) -> str:
        if self._place >= len(self._words):
            raise Refused("condition ends too early")
        self._place += 1
        return self._words[self._place - 1]

    def _took(self, word: str) -> bool:
        here = self._words[self._place : self._place + 1]
        is_it = bool(here) and here[0].lower() == word and here[0] not in self._selections
        self._place += is_it
        return is_it

    def _or(self) -> Node:
        parts = [self._and()]
        while self._took("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        while self._took("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise Refused(f"condition nested more than {_MOST_DEPTH} deep")
        node = Not(self._not()) if self._took("not") else self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        word = self._next()
        if word == "(":
            node = self._or()
            if self._next() != ")":
                raise Refused("condition lacks a )")
            return node
        if word in self._selections:
            return self._selections[word]
        if self._took("of"):
            return self._several(word.lower(), self._next())
        raise Refused("condition has a ) too many" if word == ")" else f"unknown selection {word}")

    def _several(self, how: str, names: str) -> Node:
        if how not in ("1", "any", "all"):
            raise Refused(f"{how} of ... in condition: only 1, any and all are known")
        parts = self._named(names)
        if len(parts) == 1:
            return parts[0]
        return And(parts) if how == "all" else Or(parts)

    def _named(self, names: str) -> tuple[Node, ...]:
        if names == "them" and names not in self._selections:
            found = [name for name in self._selections if not name.startswith("_")]
        else:
            mask = re.compile(".*".join(map(re.escape, names.split("*"))), re.S)
            found = [name for name in self._selections if mask.fullmatch(name)]
        if not found:
            raise Refused(f"unknown selection {names}")
        return tuple(self._selections[name] for name in found)

r"""CloudWatch metric-filter patterns for JSON events, as they are written for alarms, as rules.

`{ ($.eventName = StopLogging) && ($.errorCode NOT EXISTS) }` becomes the tree that a Sigma detection becomes.
As in CloudWatch case matters, `*` stands for anything, and `!=` holds for an absent field.

References
----------
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.detections.reading.documents import Refused
from workbench.detections.reading.model import Rule
from workbench.detections.reading.parsing import apis_of
from workbench.detections.reading.selections import check_field
from workbench.detections.reading.tree import (
    ANY,
    And,
    Exists,
    Match,
    Node,
    Not,
    Number,
    Or,
    Pattern,
    Shape,
    Test,
    Text,
    Value,
)
from workbench.detections.reading.values import DECIMAL, checked, regex

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<regex>%[^%]*%)|(?P<sign>&&|\|\||!=|<=|>=|[=<>(){}])"""
    r"""|(?P<word>[^\s"%=<>(){}&|!]+))""",
    re.S,
)
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_MOST_DEPTH = 50
_ARRAY = re.compile(r"\[(?:\*|[0-9]+)\]")


def filter_rule(pattern: str, name: str = "pattern", path: str = "") -> Rule:
    """Make a rule of the pattern of a metric filter; one that is none is a refused rule.

    Examples
    --------
    >>> rule = filter_rule('{ ($.eventName = StopLogging) || ($.eventName = "DeleteTrail") }', "trail-off")
    >>> rule.id, rule.apis, rule.refused
    ('trail-off', ('StopLogging', 'DeleteTrail'), None)
    >>> filter_rule("{ $.host = x }").refused
    'unknown field host'
    """
    rule = Rule(id=name, title=name, path=path, description=pattern)
    try:
        detection = _Reader(pattern).whole()
    except Refused as reason:
        return replace(rule, refused=str(reason))
    return replace(rule, detection=detection, apis=apis_of(detection))


class _Reader:
    """Reads a pattern: && binds closer than ||."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._place = self._depth = 0

    def whole(self) -> Node:
        """Read all of it."""
        if [token for _, token in self._tokens[:1]] != ["{"]:
            raise Refused("no pattern for JSON: it begins with {")
        self._place = 1
        node = self._or()
        self._take("}")
        if self._place < len(self._tokens):
            raise Refused(f"pattern cannot be read at: {self._tokens[self._place][1]}")
        return node

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._place] if self._place < len(self._tokens) else ("end", "its end")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise Refused("pattern ends too early")
        self._place += 1
        return token

    def _take(self, sign: str) -> None:
        found = self._next()
        if found != ("sign", sign):
            raise Refused(f"pattern: {sign} expected at: {found[1]}")

    def _or(self) -> Node:
        parts = [self._and()]
        while self._peek() == ("sign", "||"):
            self._place += 1
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._one()]
        while self._peek() == ("sign", "&&"):
            self._place += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Node:
        if self._peek() != ("sign", "("):
            return self._test()
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise Refused(f"pattern nested more than {_MOST_DEPTH} deep")
        self._place += 1
        node = self._or()
        self._take(")")
        self._depth -= 1
        return node

    def _test(self) -> Node:
        kind, selector = self._next()
        if kind != "word" or not selector.startswith("$."):
            raise Refused(f"pattern: a field such as $.eventName expected at: {selector}")
        field = check_field(_ARRAY.sub("", selector[2:]))
        kind, word = self._next()
        if kind == "sign" and word in _SIGNS:
            return _comparison(field, word, *self._next())
        return self._said(field, word.upper())

    def _said(self, field: str, word: str) -> Node:
        """Read IS NULL, IS TRUE, IS FALSE, EXISTS and NOT EXISTS."""
        words = (word, self._next()[1].upper()) if word in ("IS", "NOT") else (word,)
        if words == ("IS", "NULL"):  # which is more than not to be there
            return Match(None, (Shape(((tuple(field.split(".")), (Value(("null",)),)),)),))
        known: Mapping[tuple[str, ...], Test] = {
            ("EXISTS",): Exists(True),
            ("NOT", "EXISTS"): Exists(False),
            ("IS", "TRUE"): Text(("true",)),
            ("IS", "FALSE"): Text(("false",)),
        }
        if words not in known:
            raise Refused(f"pattern cannot be read at: {' '.join(words)}")
        return Match(field, (known[words],))


def _tokens(text: str) -> Sequence[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if not found:
            raise Refused(f"pattern cannot be read at: {text[place:].strip()[:40]}")
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        place = found.end()
    return tokens


def _comparison(field: str, sign: str, kind: str, value: str) -> Node:
    if kind not in ("text", "regex", "word"):
        raise Refused(f"pattern: a value expected at: {value}")
    if sign in ("=", "!="):
        node: Node = Match(field, (_equal(kind, value),))
        return node if sign == "=" else Not(node)
    if not re.fullmatch(DECIMAL, value):
        raise Refused(f"not a number: {value}")
    return Match(field, (Number(sign, value),))


def _equal(kind: str, value: str) -> Test:
    if kind == "regex":
        return regex(value[1:-1], "")
    text = re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.S) if kind == "text" else value
    return Text(checked(_wildcards(text)), cased=True)


def _wildcards(text: str) -> Pattern:
    parts: list[Any] = []
    for place, part in enumerate(text.split("*")):
        parts += [ANY] if place else []
        parts += [part] if part else []
    return tuple(parts)

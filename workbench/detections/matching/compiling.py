"""A tree into SQL that is true or false for every event, and never NULL."""

import re
from collections.abc import Iterable, Sequence
from functools import reduce

from workbench.detections.matching.shapes import shape_sql
from workbench.detections.matching.words import is_caseless, parts_of, rarest, without_case, words_of
from workbench.detections.reading.sources import PLAIN, Source, quoted
from workbench.detections.reading.tree import (
    ANY,
    ONE,
    And,
    Exists,
    Match,
    Network,
    Node,
    Not,
    Number,
    Pattern,
    Reference,
    Regex,
    Shape,
    Test,
    Text,
    Wildcard,
)
from workbench.detections.reading.values import DECIMAL

ADDRESS = "workbench_address"
"""The function that spells an address so that it sorts; NULL for what is none."""

_OPPOSITE = {"true": "false", "false": "true"}
_REGEX = {ANY: ".*", ONE: "."}


def condition_sql(node: Node, source: Source = PLAIN) -> str:
    """Spell a tree in SQL.

    Examples
    --------
    >>> print(condition_sql(Not(Match("eventName", (Text(("Stop", ANY)), Text(("Delete",)))))))
    (NOT coalesce(lower("eventName") = 'delete' OR starts_with(lower("eventName"), 'stop'), false))
    """
    if isinstance(node, Match):
        return source.known(node) or _match(node, source)
    if isinstance(node, Not):
        return negated(condition_sql(node.part, source))
    return joined((condition_sql(part, source) for part in node.parts), every=isinstance(node, And))


def negated(condition: str) -> str:
    """Spell that a condition does not hold.

    Examples
    --------
    >>> negated("a"), negated("true")
    ('(NOT a)', 'false')
    """
    return _OPPOSITE.get(condition) or f"(NOT {condition})"


def joined(conditions: Iterable[str], *, every: bool) -> str:
    """Spell that every condition holds, or some.

    Examples
    --------
    >>> joined(["a", "true", "b", "a"], every=True), joined(["a", "true"], every=False)
    ('(a AND b)', 'true')
    """
    parts = dict.fromkeys(conditions)
    neutral, decided = ("true", "false") if every else ("false", "true")
    if decided in parts:
        return decided
    parts.pop(neutral, None)
    word = " AND " if every else " OR "
    return "(" + word.join(parts) + ")" if len(parts) > 1 else next(iter(parts), neutral)


def _match(leaf: Match, source: Source) -> str:
    if leaf.field is None:
        return record_sql(leaf, source.record(), f"lower({source.record()})")
    if leaf.every:
        return joined((_some(leaf.field, [test], source) for test in leaf.tests), every=True)
    return _some(leaf.field, leaf.tests, source)


def record_sql(leaf: Match, record: str, lowered: str) -> str:
    """Spell a test of the whole record's text; `lowered` is for words that have no signs without case."""
    tests = [_of_record(test, record, lowered) for test in leaf.tests]
    return f"coalesce({(' AND ' if leaf.every else ' OR ').join(f'({test})' for test in tests)}, false)"


def is_lowered(leaf: Match) -> bool:
    """Tell whether every record has to be lowered for a test of its whole text."""
    return any(not _is_plain(test) and not without_case(parts_of(test)) for test in leaf.tests)


def _is_plain(test: Test) -> bool:
    """Tell whether a test of a text is one of the text as it is."""
    return not isinstance(test, Text) or test.cased or all(map(is_caseless, test.pattern))


def _of_record(test: Test, record: str, lowered: str) -> str:
    """Spell a test of a long text: what is looked for first is quick to find, and seldom there."""
    words = parts_of(test)
    ways = without_case(words)
    text = f"lower({record})" if ways else lowered
    held = [joined((_held(record, one) for one in way), every=False) for way in ways]
    if not ways and (tail := rarest(words)) not in ("", *words):
        held = [_held(record, tail) if _is_plain(test) else contains_sql(record, tail, text)]
    tests = [*held, any_sql([test], record, text)]
    return reduce(lambda inner, one: f"CASE WHEN {one} THEN {inner} ELSE false END", reversed(tests))


def _held(text: str, word: str) -> str:
    return f"contains({text}, {quoted(word)})"


def contains_sql(text: str, word: str, lowered: str | None = None) -> str:
    """Spell that a text contains a word, in whatever case.

    Examples
    --------
    >>> contains_sql("a", "10.0.0.0/8"), contains_sql("a", "Kali")
    ("contains(a, '10.0.0.0/8')", "contains(lower(a), 'kali')")
    """
    if is_caseless(word):
        return _held(text, word)
    return f"contains({lowered or f'lower({text})'}, {literal(word, cased=False)})"


def _some(field: str, tests: Iterable[Test], source: Source) -> str:
    """Spell that some test holds for some value."""
    found = list(tests)
    others = [test for test in found if isinstance(test, (Exists, Reference))]
    values = [test for test in found if not isinstance(test, (Exists, Reference))]
    parts = [values_sql(field, values, source)] if values else []
    for test in others:
        parts.append(
            _exists(field, test, source) if isinstance(test, Exists) else _refer(field, test, source)
        )
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


def _exists(field: str, test: Exists, source: Source) -> str:
    there = source.exists(field)
    return there if test.wanted else f"(NOT {there})"


def values_sql(field: str, tests: Sequence[Test], source: Source) -> str:
    """Spell that some test holds for some value of a field."""
    plain = source.one(field, lowered=False)
    if plain is None:
        ways = source.either(field)
        if ways is None:
            return f"coalesce({_any(source.many(field), tests)}, false)"
        some, one = _any(ways.several, tests), any_sql(tests, ways.one, f"lower({ways.one})")
        words = words_of(tests)
        if words:  # to look into arrays is dear, and most parts do not hold the words at all
            held = " OR ".join(contains_sql(ways.part, word) for word in words)
            some = f"CASE WHEN {held} THEN {some} ELSE false END"
        return f"coalesce(CASE WHEN {ways.is_array} THEN {some} ELSE {one} END, false)"
    lowered = source.one(field, lowered=True) or f"lower({plain})"
    return f"coalesce({any_sql(tests, plain, lowered, source.address(field))}, false)"


def _any(texts: str, tests: Sequence[Test]) -> str:
    return f"len(list_filter({texts}, lambda x: {any_sql(tests, 'x', 'lower(x)')})) > 0"


def _refer(field: str, test: Reference, source: Source) -> str:
    """Spell that a value of one field equals, contains, starts or ends with one of another."""
    call = {"equals": "({a} = {b})", "contains": "contains({a}, {b})", "startswith": "starts_with({a}, {b})"}
    shape = call.get(test.how, "ends_with({a}, {b})")
    mine, other = (source.one(name, lowered=not test.cased) for name in (field, test.field))
    if mine and other:
        return f"coalesce({shape.format(a=mine, b=other)}, false)"
    lower = "{}" if test.cased else "lower({})"
    inner = shape.format(a=lower.format("a"), b=lower.format("b"))
    some = f"len(list_filter({source.many(test.field)}, lambda b: {inner})) > 0"
    return f"coalesce(len(list_filter({source.many(field)}, lambda a: {some})) > 0, false)"


def any_sql(tests: Sequence[Test], plain: str, lowered: str, address: str | None = None) -> str:
    """Spell that some test holds for one text; NULL for no text."""
    words: dict[bool, list[str]] = {}
    parts: list[str] = []
    for test in tests:
        if isinstance(test, Text) and len(test.pattern) < 2 and test.pattern[:1] != (ANY,) != (ONE,):
            word = "".join(part for part in test.pattern if isinstance(part, str))
            if test.pattern in ((), (word,)):
                words.setdefault(test.cased, []).append(literal(word, cased=test.cased))
                continue
        parts.append(_test(test, plain, lowered, address))
    for cased, known in words.items():
        column = plain if cased else lowered
        equal = f"{column} = {known[0]}" if len(known) == 1 else f"{column} IN ({', '.join(known)})"
        parts.insert(0, equal)
    return " OR ".join(parts)


def _test(test: Test, plain: str, lowered: str, address: str | None) -> str:
    if isinstance(test, Text):
        return _text(test.pattern, plain if _is_plain(test) else lowered, cased=test.cased)
    if isinstance(test, Regex):
        return f"regexp_matches({plain}, {quoted(test.pattern)})"
    if isinstance(test, Network):
        return f"({address or f'{ADDRESS}({plain})'} BETWEEN '{test.first}' AND '{test.last}')"
    if isinstance(test, Number):
        number = f"CAST({quoted(test.value)} AS DOUBLE)"
        return (
            f"(regexp_full_match({plain}, '{DECIMAL}') AND TRY_CAST({plain} AS DOUBLE) {test.sign} {number})"
        )
    if isinstance(test, Shape):
        return shape_sql(test, plain, lambda one, text: _test(one, text, f"lower({text})", None))
    raise TypeError(f"no test of a text: {test}")


def _text(pattern: Pattern, column: str, *, cased: bool) -> str:
    words = [part for part in pattern if isinstance(part, str)]
    shape = tuple("" if isinstance(part, str) else part for part in pattern)
    calls = {("", ANY): "starts_with", (ANY, ""): "ends_with", (ANY, "", ANY): "contains"}
    if pattern == (ANY,):
        return f"({column} IS NOT NULL)"
    if shape in calls:
        return f"{calls[shape]}({column}, {literal(words[0], cased=cased)})"
    if ONE in pattern or any(sign in word for word in words for sign in "%_"):
        # LIKE with signs for one character, or with escapes, takes exponential time
        found = "".join(_REGEX[part] if isinstance(part, Wildcard) else re.escape(part) for part in pattern)
        return f"regexp_full_match({column}, {literal(f'(?s){found}', cased=cased)})"
    like = "".join("%" if part == ANY else str(part) for part in pattern)
    return f"({column} LIKE {literal(like, cased=cased)})"


def literal(text: str, *, cased: bool) -> str:
    """Spell a text of a rule, lowered as the engine does it.

    Examples
    --------
    >>> literal("Äpfel", cased=False), literal("STOP", cased=False), literal("Stop", cased=True)
    ("lower('Äpfel')", "'stop'", "'Stop'")
    """
    if cased:
        return quoted(text)
    return quoted(text.lower()) if text.isascii() else f"lower({quoted(text)})"

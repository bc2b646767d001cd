r"""What the maps of a record tell of a test: for most events the answer, without a look at the record itself.

A map holds a string as it is, and a list or an object as JSON with the digits and escapes of the record. A
text that begins like JSON may be either. Tests are spelled twice: so that they hold at least for these
events, and at most for those. Events between are few; their records are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyarrow as pa

from workbench.detections.matching.compiling import (
    any_sql,
    condition_sql,
    contains_sql,
    joined,
    negated,
    values_sql,
)
from workbench.detections.matching.words import words_of
from workbench.detections.reading.sources import Events, Source, named, quoted
from workbench.detections.reading.tree import And, Exists, Match, Node, Not, Reference, Shape, Test
from workbench.events.columns import AWS

MAPS = frozenset(field.name for field in AWS if pa.types.is_map(field.type))
"""The parts of a record that are maps."""
# A number that the engine would spell anew, as it stands in JSON without blanks.
REAL = r"[:\[,](?:-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|-0)[,}\]]"
_STRUCTURE = re.compile(r"[][{}:,]")  # what stands between the texts of a part
_INNER = "value"


class Bounds(NamedTuple):
    """Conditions in SQL, never NULL: true for no event but those of a test, and for every one of them."""

    at_least: str
    at_most: str


_UNKNOWN = Bounds("false", "true")


class Values:
    """Names the values of maps that tests look at, each once; `columns` tells what they are in SQL, by name.

    `derived` are columns that are told from these. `is_deep`: tests look into lists and objects among the
    values. That takes long, and matters where their text holds what is looked for.

    Examples
    --------
    >>> values = Values(lambda top: top)
    >>> values.of("requestParameters", "name"), values.whole("requestParameters")
    ('"value 0"', '"value 1"')
    >>> values.columns['"value 0"'], values.derived[values.lowered('"value 0"')]
    ("requestParameters['name']", 'lower("value 0")')
    """

    def __init__(
        self, column: Callable[[str], str], names: dict[str, str] | None = None, *, is_deep: bool = True
    ) -> None:
        self.columns: dict[str, str] = {}
        self.derived: dict[str, str] = {}
        self.is_deep = is_deep
        self._column, self._names = column, {} if names is None else names

    def of(self, top: str, key: str) -> str:
        """Name the text of a key of a part; NULL where there is none."""
        return self._named(f"{self._column(top)}[{quoted(key)}]", self.columns)

    def whole(self, top: str) -> str:
        """Name a text that holds every text and every key of a part, but for what stands between them."""
        column = self._column(top)
        texts = (f"array_to_string({part}({column}), ',')" for part in ("map_values", "map_keys"))
        whole = f"CASE WHEN {column} IS NOT NULL THEN concat_ws(',', {', '.join(texts)}) END"
        return self._named(whole, self.columns)

    def lowered(self, value: str) -> str:
        """Name a value in small letters."""
        return self._named(f"lower({value})", self.derived)

    def nested(self, value: str) -> str:
        """Name whether a value may be a list, or an object whose text is not known to the letter."""
        is_object = f"starts_with({value}, '{{') AND contains({value}, '\\')"
        return self._named(f"starts_with({value}, '[') OR ({is_object})", self.derived)

    def _named(self, sql: str, columns: dict[str, str]) -> str:
        name = self._names.setdefault(sql, named(f"value {len(self._names)}"))
        columns[name] = sql
        return name


def bounds(node: Node, source: Source, maps: Values) -> Bounds:
    """Spell for which events a detection holds, from typed columns and maps.

    Parameters
    ----------
    node
        The detection.
    source
        Where typed columns are, and what is known already.
    maps
        Names the values.

    Examples
    --------
    >>> from workbench.detections.reading.sources import PLAIN
    >>> from workbench.detections.reading.tree import Text
    >>> stop = bounds(Match("eventName", (Text(("Stop",)),)), PLAIN, Values(str))
    >>> stop.at_least == stop.at_most
    True
    >>> bounds(Match("requestParameters.name", (Exists(True),)), PLAIN, Values(str)).at_least
    '("value 0" IS NOT NULL)'
    """
    if isinstance(node, Match):
        return _of_match(node, source, maps)
    if isinstance(node, Not):
        return _opposite(bounds(node.part, source, maps))
    return _joined([bounds(part, source, maps) for part in node.parts], every=isinstance(node, And))


def _opposite(inner: Bounds) -> Bounds:
    return Bounds(negated(inner.at_most), negated(inner.at_least))


def _joined(found: Sequence[Bounds], *, every: bool) -> Bounds:
    return Bounds(
        joined((one.at_least for one in found), every=every),
        joined((one.at_most for one in found), every=every),
    )


def _of_match(leaf: Match, source: Source, maps: Values) -> Bounds:
    known = source.known(leaf)
    if known or leaf.field is None:
        return _exact(known or condition_sql(leaf, source))
    some = [[test] for test in leaf.tests] if leaf.every else [leaf.tests]
    return _joined([_of_tests(leaf.field, tests, source, maps) for tests in some], every=True)


def _of_tests(field: str, tests: Sequence[Test], source: Source, maps: Values) -> Bounds:
    """Spell that some test holds for some value."""
    if any(isinstance(test, Shape) for test in tests):
        return _UNKNOWN
    others = [test.field for test in tests if isinstance(test, Reference)]
    if all(source.one(name, lowered=False) for name in (field, *others)):
        return _exact(condition_sql(Match(field, tuple(tests)), source))
    top, *keys = field.split(".")
    if others or top not in MAPS:
        return _UNKNOWN
    value = maps.of(top, keys[0]) if keys else maps.whole(top)
    there = [_exists(value, keys, test) for test in tests if isinstance(test, Exists)]
    values = [test for test in tests if not isinstance(test, Exists)]
    return _joined([*there, *([_values(value, keys, values, maps)] if values else [])], every=False)


def _exact(sql: str) -> Bounds:
    return Bounds(sql, sql)


def _exists(value: str, keys: Sequence[str], test: Exists) -> Bounds:
    if len(keys) < 2:
        there = _exact(f"({value} IS NOT NULL)")
    else:
        there = Bounds("false", _within(value, keys, "true"))
    return there if test.wanted else _opposite(there)


def _values(value: str, keys: Sequence[str], tests: Sequence[Test], maps: Values) -> Bounds:
    if not keys:
        return Bounds("false", _in_all(value, tests, maps))
    inside = _inside(value, keys, tests, maps)
    if len(keys) > 1:
        return Bounds("false", _within(value, keys, inside))
    text, nested = any_sql(tests, value, maps.lowered(value)), maps.nested(value)
    return Bounds(
        f"coalesce(NOT {nested} AND ({text}), false)",
        f"coalesce({text} OR CASE WHEN {nested} THEN {inside} ELSE false END, false)",
    )


def _inside(value: str, keys: Sequence[str], tests: Sequence[Test], maps: Values) -> str:
    """Spell that some test may hold for a text in a list or an object."""
    words = words_of(tests)
    held = _held(value, words, maps) if words else "true"
    if not maps.is_deep:
        return held
    inner = Events(lambda field, lowered: None, lambda top: f"TRY_CAST({value} AS JSON)")
    parsed = values_sql(".".join([_INNER, *keys[1:]]), tests, inner)
    return f"CASE WHEN {held} THEN {parsed} OR {_is_hard(value)} ELSE false END"


def _is_hard(value: str) -> str:
    """Spell that the engine would not tell nested values as the record does."""
    return f"contains({value}, '[[') OR regexp_matches({value}, {quoted(REAL)})"


def _within(value: str, keys: Sequence[str], inside: str) -> str:
    """Spell that a text may be a list or an object, with a last key in it, and more."""
    key = f"contains({value}, {quoted(_json_key(keys[-1]))}) OR contains({value}, '\\')"
    nested = f"(starts_with({value}, '{{') OR starts_with({value}, '['))"
    return f"coalesce(CASE WHEN {nested} AND ({key}) THEN {inside} ELSE false END, false)"


def _json_key(key: str) -> str:
    return "" if '"' in key else f'"{key}"'


def _held(text: str, words: Sequence[str], maps: Values) -> str:
    """Spell that a text holds one of some words, or signs in whose place another spelling may stand."""
    found = [contains_sql(text, word, maps.lowered(text)) for word in words]
    return "(" + " OR ".join([*found, f"contains({text}, '\\')"]) + ")"


def _in_all(value: str, tests: Sequence[Test], maps: Values) -> str:
    """Spell that the text of a whole part may pass some test."""
    words = words_of(tests, _STRUCTURE)
    if not words or any(word.lower() in "null" for word in words):
        return f"({value} IS NOT NULL)"
    return f"coalesce({_held(value, words, maps)}, false)"

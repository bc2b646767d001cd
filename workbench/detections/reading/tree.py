"""What a detection says, as a tree: tests of fields, joined by and, or, not.

Every node holds or does not hold for an event; none is ever unknown. An absent field fails every test but
`Absent`.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Wildcard(NamedTuple):
    """A sign that stands for other characters: `*` for any, `?` for one."""

    is_one: bool


ANY, ONE = Wildcard(False), Wildcard(True)
Pattern = tuple[str | Wildcard, ...]


class Text(NamedTuple):
    """The text of a value fits a pattern as a whole."""

    pattern: Pattern
    cased: bool = False


class Regex(NamedTuple):
    """An RE2 expression is found in the text; flags are part of it."""

    pattern: str


class Network(NamedTuple):
    """The text is an address between two, as `values.sortable` spells them."""

    first: str
    last: str


class Number(NamedTuple):
    """The text is a decimal number, and compares so."""

    sign: str
    value: str


class Reference(NamedTuple):
    """The text equals, contains, starts or ends with a value of another field."""

    field: str
    how: str = "equals"
    cased: bool = False


class Exists(NamedTuple):
    """There is a node at the path that is not null; or there is none."""

    wanted: bool


class Value(NamedTuple):
    """A value of JSON, no object and no list, of some kinds, and some test of its text holds (`every`: all).

    Kinds are `string`, `number`, `boolean` and `null`; without tests the kind is enough. `but`: all others.
    """

    kinds: tuple[str, ...] = ()
    tests: tuple["Test", ...] = ()
    every: bool = False
    but: bool = False


ANYTHING = Value(but=True)


class Shape(NamedTuple):
    """The text is an object of JSON that has parts, each at a path: a shape, one of some values, or nothing.

    Lists stand for their elements; what a shape asks for is in one and the same element.
    """

    parts: tuple[tuple[tuple[str, ...], "Shape | tuple[Value, ...] | None"], ...]


Test = Text | Regex | Network | Number | Reference | Exists | Shape


class Match(NamedTuple):
    """Some test, or each, holds for some value of a field; the whole record where there is no field."""

    field: str | None
    tests: tuple[Test, ...]
    every: bool = False


class And(NamedTuple):
    """All parts hold."""

    parts: tuple["Node", ...]


class Or(NamedTuple):
    """Some part holds."""

    parts: tuple["Node", ...]


class Not(NamedTuple):
    """The part does not hold."""

    part: "Node"


Node = Match | And | Or | Not


def matches(node: Node) -> Iterator[Match]:
    """Give the leaves of a tree.

    Examples
    --------
    >>> leaf = Match("eventName", (Text(("StopLogging",)),))
    >>> [found.field for found in matches(And((leaf, Not(leaf))))]
    ['eventName', 'eventName']
    """
    if isinstance(node, Match):
        yield node
    elif isinstance(node, Not):
        yield from matches(node.part)
    else:
        for part in node.parts:
            yield from matches(part)


def fields(node: Node) -> set[str]:
    """Return the names of the fields that a tree reads, those it compares with included."""
    own = {leaf.field for leaf in matches(node) if leaf.field is not None}
    tests = [test for leaf in matches(node) for test in leaf.tests]
    return own | {test.field for test in tests if isinstance(test, Reference)}

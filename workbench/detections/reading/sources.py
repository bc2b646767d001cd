"""Where a field's values are found: in a typed column, in the JSON of a record, or read out already.

A `Source` spells in SQL what a test looks at. The typed columns hold what the record says, unless a flag says
otherwise, and are many times quicker than JSON; records that are flagged, and those whose numbers the engine
would spell anew, are read by `odd` and looked at as `ReadOut`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

import pyarrow as pa

from workbench.detections.reading.tree import Match
from workbench.events.columns import AWS, BOOLEAN, OURS, TEXT

_PLAIN_KEY = re.compile(r"[\w :.@+=-]+", re.ASCII)  # JSON has one spelling of it only: the engine's own
_SAFE_KEY = re.compile(r"[^\"\\*]+")


def _leaves(path: str, column: str, kind: pa.DataType) -> Iterator[tuple[str, str]]:
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", f'{column}."{field.name}"', field.type)
    elif kind == TEXT:
        yield path, column
    elif kind == BOOLEAN:
        yield path, f"CAST({column} AS VARCHAR)"


TYPED: Mapping[str, str] = {
    path: column
    for field in AWS
    if not field.name.startswith(("eventJson", "eventContext"))
    for path, column in _leaves(field.name, f'"{field.name}"', field.type)
}
"""The fields whose one text is in a typed column, and that column in SQL."""


COLUMNS = frozenset(field.name for field in OURS if field.type == TEXT)
"""Columns of ours that hits may be grouped by, such as `principal`."""


def quoted(text: str) -> str:
    """Spell a text as SQL has it.

    Examples
    --------
    >>> quoted("it's"), quoted("a" + chr(0))
    ("'it''s'", "('a' || chr(0) || '')")
    """
    if "\0" in text:
        return "(" + " || chr(0) || ".join(quoted(part) for part in text.split("\0")) + ")"
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Spell the name of a column as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


class Ways(NamedTuple):
    """Whether arrays may be in the way of a field, its texts if so, its one text if not; what they are in."""

    is_array: str
    several: str
    one: str
    part: str


class Source(Protocol):
    """Spells what the tests of a field look at."""

    def one(self, field: str, *, lowered: bool) -> str | None:
        """Spell the one text of a field; None where it may have several."""

    def many(self, field: str) -> str:
        """Spell the list of the texts of a field."""

    def either(self, field: str) -> Ways | None:
        """Spell both ways to look for a field, with arrays in the way and without."""

    def exists(self, field: str) -> str:
        """Spell whether there is a node that is not null."""

    def known(self, leaf: Match) -> str | None:
        """Spell what is known already of a test; `true` and `false` where it is the same for all."""

    def record(self) -> str:
        """Spell the text of the whole record."""

    def address(self, field: str) -> str | None:
        """Spell the address that a field is, as `values.sortable` does, where it is known already."""


class Events:
    """The events table itself, or one prepared of it."""

    def __init__(
        self,
        column: Callable[[str, bool], str | None],
        part: Callable[[str], str],
        known: Callable[[Match], str | None] = lambda leaf: None,
        address: Callable[[str], str | None] = lambda field: None,
    ) -> None:
        self._column, self._part, self.known, self.address = column, part, known, address

    def one(self, field: str, *, lowered: bool) -> str | None:
        """Spell a typed column."""
        return self._column(field, lowered)

    def record(self) -> str:
        """Spell the column of the record."""
        return '"eventJson"'

    def many(self, field: str) -> str:
        """Spell a list: of one text where there is no array in the way, else of all that are found."""
        column = self.one(field, lowered=False)
        if column:
            return f"[{column}]"
        ways = self.either(field)
        return f"(CASE WHEN {ways.is_array} THEN {ways.several} ELSE [{ways.one}] END)"

    def either(self, field: str) -> Ways:
        """Spell both ways to look into the JSON: the short one is where no array is in the whole part."""
        part, keys = self._cut(field)
        several = f"list_transform({elements(_nodes(part, keys))}, lambda n: json_extract_string(n, '$'))"
        plain = f"json_extract_string({part}, {_path(keys)})"
        text = f"CAST({part} AS VARCHAR)"
        if not keys:  # an object is told as it stands
            plain = f"(CASE WHEN starts_with({text}, '{{') THEN {text} ELSE {plain} END)"
        return Ways(_may_fan_out(part, keys), several, plain, text)

    def exists(self, field: str) -> str:
        """Spell whether there is a node."""
        column = self.one(field, lowered=False)
        if column:
            return f"({column} IS NOT NULL)"
        part, keys = self._cut(field)
        some = f"len(list_filter({_nodes(part, keys)}, lambda n: json_type(n) <> 'NULL')) > 0"
        plain = f"json_type(json_extract({part}, {_path(keys)})) <> 'NULL'"
        return f"coalesce(CASE WHEN {_may_fan_out(part, keys)} THEN {some} ELSE {plain} END, false)"

    def _cut(self, field: str) -> tuple[str, list[str]]:
        top, *keys = field.split(".")
        return self._part(top), keys


def _may_fan_out(part: str, keys: list[str]) -> str:
    """Spell that there is an array in a part, and beside it what the path ends with: most have not both."""
    text = f"CAST({part} AS VARCHAR)"
    if not keys:
        return f"starts_with({text}, '[')"
    if not _PLAIN_KEY.fullmatch(keys[-1]):
        return f"contains({text}, '[')"
    key = quoted(f'"{keys[-1]}"')
    return f"(contains({text}, '[') AND contains({text}, {key}))"


def _path(keys: list[str]) -> str:
    if all(_SAFE_KEY.fullmatch(key) for key in keys):
        return quoted("$" + "".join(f'."{key}"' for key in keys))
    # A JSON pointer knows no wildcards, and no quotes.
    return quoted("".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys))


def _nodes(part: str, keys: list[str]) -> str:
    """Spell the list of nodes at a path; every array on the way stands for its elements."""
    nodes = f"[CAST({part} AS JSON)]"
    for key in keys:
        nodes = f"list_transform({elements(nodes)}, lambda n: json_extract(n, {_path([key])}))"
    return nodes


def elements(nodes: str) -> str:
    """Spell the elements of the arrays in a list of JSON nodes, beside those that are none."""
    each = "CASE WHEN json_type(n) = 'ARRAY' THEN json_extract(n, '$[*]') ELSE [n] END"
    return f"flatten(list_transform({nodes}, lambda n: {each}))"


def _plain_column(field: str, lowered: bool) -> str | None:
    column = TYPED.get(field)
    return f"lower({column})" if column and lowered else column


PLAIN = Events(_plain_column, lambda top: f'json_extract("eventJson", \'$."{top}"\')')
"""The events table as a user has it, for `explain`."""


class ReadOut:
    """Records whose fields were read out: a list of texts for each field, and whether it is there."""

    def __init__(self, fields: Iterable[str]) -> None:
        # Numbered: names of columns do not tell upper from lower case, paths do.
        asked = set(fields)
        self.ours = sorted(asked & COLUMNS)
        aws = sorted(asked - COLUMNS)
        self.columns = {field: f"field {number}" for number, field in enumerate(aws)}

    def known(self, leaf: Match) -> str | None:
        """Nothing is known."""
        return None

    def address(self, field: str) -> str | None:
        """No address is known."""
        return None

    def one(self, field: str, *, lowered: bool) -> str | None:
        """Every field may have several values."""
        return None

    def either(self, field: str) -> None:
        """There is no second way."""

    def many(self, field: str) -> str:
        """Spell the column of the field, or of ours beside it."""
        return f"[{named(f'text {field}')}]" if field in COLUMNS else named(self.columns[field])

    def exists(self, field: str) -> str:
        """Spell the column that tells whether the field is there."""
        return named(f"{self.columns[field]} exists")

    def record(self) -> str:
        """Spell the column of the record."""
        return '"eventJson"'

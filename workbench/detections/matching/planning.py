"""What rules leave to ask of single events, once the texts that occur are known, and the columns it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from workbench.detections.matching.bounds import MAPS, Values, bounds
from workbench.detections.matching.compiling import condition_sql, joined
from workbench.detections.matching.dictionaries import CODE, PAIR, Dictionaries, among, text_column
from workbench.detections.matching.dispatch import Masks, may_hold
from workbench.detections.reading.sources import Events, named, quoted
from workbench.detections.reading.tree import Match, Node, Reference, fields, matches

if TYPE_CHECKING:
    import numpy as np

# What the typed columns of a record with one of these do not hold as the record says it.
_CARE = (
    "aggregated", "duplicate-key", "invalid-utf8", "key-case", "odd-number", "synthetic-id", "wrong-type",
)  # fmt: skip
_MOST = 0.5
_Key = TypeVar("_Key")


class Need(NamedTuple):
    """What one rule looks at: its tree, and fields that its hits are counted by."""

    detection: Node
    counted: tuple[str, ...] | None = None

    @property
    def fields(self) -> set[str]:
        """Everything that it reads."""
        return fields(self.detection) | set(self.counted or ())

    @property
    def texts(self) -> set[str]:
        """The fields whose texts it wants to have, and not only to test."""
        found = set(self.counted or ())
        for leaf in matches(self.detection):
            others = {test.field for test in leaf.tests if isinstance(test, Reference)}
            found |= others | ({leaf.field} if others and leaf.field else set())
        return found


class Asked(NamedTuple):
    """What of a need is asked of the prepared table, and of which pairs of API and service it is.

    `pairs` are those by name alone, `here` those of records that need no care. An event of these is none of
    the need's but where `may` holds, and is one where `sure` does, too; of others the parsed record decides:
    `exact`. `values` are the columns of these two that are values of maps, and `derived` those made from
    them; `told`, what the fields that hits are counted by are then, as lists of texts.
    """

    pairs: np.ndarray
    here: np.ndarray
    may: str = "false"
    sure: str = "true"
    exact: str = "false"
    values: Mapping[str, str] = {}
    derived: Mapping[str, str] = {}
    told: Sequence[str] = ()

    @property
    def where(self) -> str:
        """Which events are looked at."""
        return f"{among(CODE, self.here)} AND NOT flagged"

    def events(self, table: str, joins: str, others: Iterable[Asked] = ()) -> str:
        """Spell a query of the events that are looked at, with the values that this or another need takes."""
        both = (self, *others)
        values = _columns({name: sql for one in both for name, sql in one.values.items()})
        derived = _columns({name: sql for one in both for name, sql in one.derived.items()})
        events = f"SELECT events.rowid AS n, *{values} FROM {table} AS events {joins} WHERE {self.where}"  # noqa: S608
        return f"SELECT *{derived} FROM ({events})"  # noqa: S608

    @property
    def is_open(self) -> bool:
        """Whether it may hold for some event."""
        return self.may != "false"

    @property
    def is_sure(self) -> bool:
        """Whether the columns of the prepared table decide it."""
        return self.sure == "true" and not self.values


class Word(NamedTuple):
    """A test of whole records, and of which pairs of API and service they are."""

    leaf: Match
    pairs: np.ndarray


class Plan:
    """What each need asks, as `asked`, of the table that `sql` makes and of the one of parsed records.

    `source` names the columns of both. `words` are the tests of whole records, by the column of
    their answers; `tops` the parts of records that some need looks into, and of which pairs.
    """

    def __init__(self, dictionaries: Dictionaries, needs: Sequence[Need]) -> None:
        leaves = [*dict.fromkeys(leaf for need in needs for leaf in matches(need.detection))]
        self.needs, self.dictionaries, self._numbers = needs, dictionaries, {"source_file"}
        self._answers = dictionaries.answers(leaves)
        self._at_most: Masks = {}
        self._keywords = {leaf: f'"keyword {n}"' for n, leaf in enumerate(leaves) if leaf.field is None}
        self.source, self._values = Events(self._text, json_column), dict[str, str]()
        self.asked = [self._asked(need) for need in needs]
        still = [(need, one.here) for need, one in zip(needs, self.asked, strict=True) if one.is_open]
        self._numbers |= {name for need, _ in still for name in need.texts}
        deep = [(need.fields - dictionaries.of.keys(), pairs) for need, pairs in still]
        self.tops = _joined((name.partition(".")[0], pairs) for names, pairs in deep for name in names)
        asked = ((leaf, pairs) for need, pairs in still for leaf in matches(need.detection))
        words = _joined((leaf, pairs) for leaf, pairs in asked if leaf.field is None)
        self.words = {self._keywords[leaf]: Word(leaf, pairs) for leaf, pairs in words.items()}

    def narrow(self, at_most: Masks) -> None:
        """Ask less, once it is known for which pairs tests hold at most."""
        self._at_most = at_most
        for place, need in enumerate(self.needs):
            if not at_most.keys().isdisjoint(matches(need.detection)):
                self.asked[place] = self._asked(need)

    def deepen(self, place: int) -> bool:
        """Look into lists and objects for a need; tell whether that asks anything else."""
        before, self.asked[place] = self.asked[place], self._asked(self.needs[place], is_deep=True)
        return (before.may, before.sure) != (self.asked[place].may, self.asked[place].sure)

    def _asked(self, need: Need, *, is_deep: bool = False) -> Asked:
        size = self.dictionaries.pairs
        pairs = may_hold(need.detection, self._answers, size)
        here = pairs & may_hold(need.detection, self._answers, size, self._at_most)
        if not here.any():
            return Asked(pairs, here)
        numbers: set[str] = set()
        source = self._source(here, numbers)
        values = Values(map_column, self._values, is_deep=is_deep)
        least, most = bounds(need.detection, source, values)
        if most == "false":
            return Asked(pairs, here)
        self._numbers |= numbers
        flat, told = self._counted(need.counted or (), values)
        sure = joined([flat, "true" if least == most else least], every=True)
        exact = "false" if sure == "true" else condition_sql(need.detection, source)
        return Asked(pairs, here, most, sure, exact, values.columns, values.derived, told)

    def _counted(self, fields: Sequence[str], values: Values) -> tuple[str, list[str]]:
        """Spell what columns tell of fields, as lists, and that they tell it rightly."""
        sure, told = [], []
        for field in fields:
            top, *keys = field.split(".")
            if field in self.dictionaries.of:
                told.append(self.source.many(field))
            elif top in MAPS and len(keys) == 1:
                value = values.of(top, keys[0])
                sure.append(f"coalesce(NOT {values.nested(value)}, true)")
                told.append(f"[{value}]")
            else:
                sure.append("false")
        return joined(sure, every=True), told

    def _source(self, pairs: np.ndarray, numbers: set[str]) -> Events:
        """Name the columns of the table, with what is known of events of some pairs; note what it takes."""

        def known(leaf: Match) -> str | None:
            mask = self._answers.get(leaf)
            if mask is None or leaf.field is None:
                return self._keywords.get(leaf)
            if leaf.field in PAIR and not (pairs & ~mask).any():
                return "true"
            if leaf.field in PAIR and not (pairs & mask).any():
                return "false"
            numbers.add(leaf.field)
            return among(self.dictionaries.of[leaf.field].number, mask)

        return Events(self._text, json_column, known)

    def _text(self, field: str, lowered: bool) -> str | None:
        return text_column(field, lowered) if field in self.dictionaries.of else None

    def open_places(self, *, with_words: bool) -> list[int]:
        """Return the needs that columns do not decide, of those with words in records or of the others."""
        places = (place for place, one in enumerate(self.asked) if one.is_open and not one.is_sure)
        return [place for place in places if self._has_words(place) is with_words]

    def _has_words(self, place: int) -> bool:
        return any(leaf in self._keywords for leaf in matches(self.needs[place].detection))

    def sql(self, table: str, events: str) -> str:
        """Spell the first pass over the events, which leaves their records alone."""
        numbers, joins = self.dictionaries.numbers(self._numbers)
        flagged = f"coalesce(list_has_any(flags, [{', '.join(map(quoted, _CARE))}]), false)"
        return _PREPARED.format(
            table=table, events=events, flagged=flagged, numbers=numbers, joins=joins,
            maps="".join(self._maps()), words="".join(f", false AS {word}" for word in self.words),
        )  # fmt: skip

    def _maps(self) -> Iterator[str]:
        for top, pairs in self.tops.items():
            if top in MAPS:
                # Of most events it is quicker to take it of all.
                value = (
                    named(top)
                    if pairs.mean() > _MOST
                    else f"CASE WHEN {among(CODE, pairs)} THEN {named(top)} END"
                )
                yield f", {value} AS {map_column(top)}"


_PREPARED = """
CREATE TEMP TABLE {table} AS
SELECT "eventTime", "eventID", source_index, {flagged} AS flagged, {numbers}{maps}{words}
FROM {events} AS events {joins} ORDER BY code
"""


def map_column(top: str) -> str:
    """Name the column of a part of the record that is a map."""
    return named(f"map {top}")


def json_column(top: str) -> str:
    """Name the column of a part of the record."""
    return named(f"json {top}")


def _columns(sql: Mapping[str, str]) -> str:
    return "".join(f", {one} AS {name}" for name, one in sql.items())


def _joined(found: Iterable[tuple[_Key, np.ndarray]]) -> dict[_Key, np.ndarray]:
    """Join the pairs of equal keys."""
    joined: dict[_Key, np.ndarray] = {}
    for key, pairs in found:
        joined[key] = joined[key] | pairs if key in joined else pairs
    return joined

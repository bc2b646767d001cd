"""What rules leave to ask of single events, once the texts that occur are known, and the columns it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from workbench.detections.matching.compiling import condition_sql, record_sql
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
# A number that the engine would spell anew, as it stands in JSON without blanks.
_REAL = r"[:\[,](?:-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|-0)[,}\]]"
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

    `pairs` are those by name alone, `here` those of records that need no care.
    """

    pairs: np.ndarray
    here: np.ndarray
    where: str

    @property
    def is_open(self) -> bool:
        """Whether it may hold for some event."""
        return self.where != "false"


class Plan:
    """What each need asks, as `asked`, of a table that `sql` makes and whose columns `source` names."""

    def __init__(self, dictionaries: Dictionaries, needs: Sequence[Need], at_most: Masks) -> None:
        leaves = [*dict.fromkeys(leaf for need in needs for leaf in matches(need.detection))]
        self._dictionaries, self._numbers, self._at_most = dictionaries, {"source_file"}, at_most
        self._answers = dictionaries.answers(leaves)
        self._keywords = {leaf: f'"keyword {n}"' for n, leaf in enumerate(leaves) if leaf.field is None}
        self.source = Events(self._text, json_column)
        self.asked = [self._asked(need) for need in needs]
        still = [(need, one.here) for need, one in zip(needs, self.asked, strict=True) if one.is_open]
        self._numbers |= {name for need, _ in still for name in need.texts}
        deep = [(need.fields - dictionaries.of.keys(), pairs) for need, pairs in still]
        self._tops = _joined((name.partition(".")[0], pairs) for names, pairs in deep for name in names)
        records = ((leaf, pairs) for need, pairs in still for leaf in matches(need.detection))
        self._records = _joined((leaf, pairs) for leaf, pairs in records if leaf.field is None)

    def _asked(self, need: Need) -> Asked:
        size = self._dictionaries.pairs
        pairs = may_hold(need.detection, self._answers, size)
        here = pairs & may_hold(need.detection, self._answers, size, self._at_most)
        if not here.any():
            return Asked(pairs, here, "false")
        numbers: set[str] = set()
        where = condition_sql(need.detection, self._source(here, numbers))
        if where != "false":
            self._numbers |= numbers
            where = f"{among(CODE, here)} AND {where}"
        return Asked(pairs, here, where)

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
            return among(self._dictionaries.of[leaf.field].number, mask)

        return Events(self._text, json_column, known)

    def _text(self, field: str, lowered: bool) -> str | None:
        return text_column(field, lowered) if field in self._dictionaries.of else None

    def sql(self, table: str, events: str) -> str:
        """Spell the one pass over the events."""
        numbers, joins = self._dictionaries.numbers(self._numbers)
        flagged = f"coalesce(list_has_any(flags, [{', '.join(map(quoted, _CARE))}]), false)"
        return _SQL.format(
            table=table, events=events, flagged=flagged, numbers=numbers, joins=joins, parts=self._parts(),
            record=f'lower({_where(self._records, _RECORD)})', told="".join(self._told()),
            careful=self._careful(),
        )  # fmt: skip

    def _parts(self) -> str:
        paths = ", ".join(quoted(f'$."{top}"') for top in self._tops)
        return _where(self._tops, f"TRY(json_extract({_RECORD}, [{paths}]))")

    def _told(self) -> Iterable[str]:
        for place, (top, pairs) in enumerate(self._tops.items(), 1):
            yield f", CASE WHEN {among(CODE, pairs)} THEN parts[{place}] END AS {json_column(top)}"
        for leaf, pairs in self._records.items():
            told = record_sql(leaf, _RECORD, "record")
            yield f", CASE WHEN {among(CODE, pairs)} THEN {told} ELSE false END AS {self._keywords[leaf]}"

    def _careful(self) -> str:
        """Spell that parts were not read, or that they hold what SQL would not tell as the record does."""
        tests = [
            f"coalesce(regexp_matches({part}, {quoted(_REAL)}) OR contains({part}, '[['), false)"
            for part in map(json_column, self._tops)
        ]
        return f"coalesce({_where(self._tops, ' OR '.join(['parts IS NULL', *tests]))}, false)"


_RECORD = '"eventJson"'
_SQL = """
CREATE TEMP TABLE {table} AS
WITH coded AS (
    SELECT "eventTime", "eventID", source_index, "eventJson", {flagged} AS flagged, {numbers}
    FROM {events} AS events {joins}
), found AS (SELECT *, {parts} AS parts, {record} AS record FROM coded),
told AS (SELECT *{told} FROM found),
judged AS (SELECT * EXCLUDE (parts, record), flagged OR {careful} AS care FROM told)
SELECT * REPLACE (CASE WHEN care THEN "eventJson" END AS "eventJson") FROM judged ORDER BY code
"""


def json_column(top: str) -> str:
    """Name the column of a part of the record."""
    return named(f"json {top}")


def _joined(found: Iterable[tuple[_Key, np.ndarray]]) -> dict[_Key, np.ndarray]:
    """Join the pairs of equal keys."""
    joined: dict[_Key, np.ndarray] = {}
    for key, pairs in found:
        joined[key] = joined[key] | pairs if key in joined else pairs
    return joined


def _where(found: Mapping[_Key, np.ndarray], told: str) -> str:
    """Spell what is only asked of events of some pairs; NULL for others."""
    import numpy as np

    if not found:
        return "NULL"
    return f"CASE WHEN {among(CODE, np.logical_or.reduce([*found.values()]))} THEN {told} END"

"""Whole records: words are looked for in them, and what maps leave open is parsed, all in one reading.

To read them takes long, however few are wanted. So the prepared table has a column for the answers of each
word, which says `false` until the records were read.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from workbench.detections.matching.bounds import REAL
from workbench.detections.matching.compiling import is_lowered, record_sql
from workbench.detections.matching.dictionaries import CODE, Dictionaries, among, text_column
from workbench.detections.matching.planning import Plan, Word, json_column
from workbench.detections.reading.sources import quoted

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

_NUMBERS, _RECORD = "workbench_numbers_of_events", '"eventJson"'


class Records(NamedTuple):
    """Reads the records of the events of a run.

    `events` are all of them, in SQL; `table` is the prepared table, and `parsed` going to be that of records
    that were parsed. `wanted` and `found` are tables on the way.
    """

    con: DuckDBPyConnection
    events: str
    table: str
    parsed: str
    wanted: str
    found: str
    plan: Plan

    def read(self, numbers: Sequence[np.ndarray]) -> None:
        """Parse the records of some events, and look for words in those of all."""
        import numpy as np

        words = self.plan.words
        self._find(np.concatenate(numbers), words)
        if words:
            self.con.execute(self._answered(words))
        self.con.execute(f"CREATE TEMP TABLE {self.parsed} AS {self._told()}")

    def read_more(self, numbers: Sequence[np.ndarray]) -> None:
        """Parse the records of more events, now that the answers of words are known."""
        import numpy as np

        known = self.con.execute(f"SELECT n FROM {self.parsed}").fetchnumpy()["n"]  # noqa: S608
        more = np.setdiff1d(np.concatenate([known, *numbers]), known)
        if len(more):
            self._find(more, {})
            self.con.execute(f"INSERT INTO {self.parsed} {self._told()}")

    def _find(self, numbers: np.ndarray, words: Mapping[str, Word]) -> None:
        """Make the table of what is found in records: the answers of words, and parts of the wanted ones."""
        dictionaries, tops = self.plan.dictionaries, list(map(json_column, self.plan.tops))
        keys_of(self.con, self.table, dictionaries, numbers, self.wanted)
        paths = ", ".join(quoted(f'$."{top}"') for top in self.plan.tops)
        sql = _FOUND.format(
            found=self.found, events=self.events, wanted=self.wanted, how="LEFT" if words else "INNER",
            coded="".join(_coded(words.values())), joins=_joins(dictionaries, words.values()),
            answers="".join(_answers(words)), columns="".join(f", {name}" for name in [*words, *tops]),
            read=f"TRY(json_extract({_RECORD}, [{paths}]))" if tops else "[]",
            parts="".join(f", parts[{place}] AS {top}" for place, top in enumerate(tops, 1)),
            careful=_careful(tops), some=" OR ".join(["n IS NOT NULL", *words]),
        )  # fmt: skip
        self.con.execute(sql)

    def _answered(self, words: Collection[str]) -> str:
        """Spell that the prepared table gets the answers of words."""
        files = self.plan.dictionaries.of["source_file"]
        return _ANSWERED.format(
            table=self.table, found=self.found, some=" OR ".join(words), texts=files.table,
            text=text_column("source_file", False), number=files.number,
            answers=", ".join(f"{word} = answers.{word}" for word in words),
        )  # fmt: skip

    def _told(self) -> str:
        """Spell the rows of parsed records, with what the prepared table has of them."""
        tops = "".join(f", {json_column(top)}" for top in self.plan.tops)
        return _TOLD.format(table=self.table, found=self.found, tops=tops)


def keys_of(
    con: DuckDBPyConnection, table: str, dictionaries: Dictionaries, numbers: Iterable[int], name: str
) -> None:
    """Make a temporary table of the keys of some events of a prepared table, with their numbers."""
    import numpy as np

    con.register(_NUMBERS, pa.table({"n": np.unique(np.fromiter(numbers, np.int64))}))
    try:
        con.execute(
            f'CREATE OR REPLACE TEMP TABLE {name} AS SELECT n, "eventTime", "eventID", source_index,'  # noqa: S608
            f" {text_column('source_file', False)} AS source_file, flagged FROM {table} AS events"
            f" JOIN {_NUMBERS} ON n = events.rowid {dictionaries.texts(['source_file'])}"
        )
    finally:
        con.unregister(_NUMBERS)


def _joins(dictionaries: Dictionaries, words: Collection[Word]) -> str:
    """Spell the joins that give records their code, if words are looked for in some of them only."""
    return "" if all(word.pairs.all() for word in words) else dictionaries.numbers(())[1]


def _coded(words: Collection[Word]) -> Iterator[str]:
    """Spell the code of a record, and its lowered text, made once for all words that need it."""
    if not all(word.pairs.all() for word in words):
        yield f", {CODE}"
    if lowered := [word.pairs for word in words if is_lowered(word.leaf)]:
        some = among(CODE, functools.reduce(operator.or_, lowered))
        yield f", CASE WHEN {some} THEN lower({_RECORD}) END AS record"


def _answers(words: Mapping[str, Word]) -> Iterator[str]:
    for column, word in words.items():
        told = record_sql(word.leaf, _RECORD, "record")
        yield f", CASE WHEN {among(CODE, word.pairs)} THEN {told} ELSE false END AS {column}"


def _careful(tops: Sequence[str]) -> str:
    """Spell that parts were not read, or that they hold what SQL would not tell as the record does."""
    tests = [
        f"coalesce(regexp_matches({top}, {quoted(REAL)}) OR contains({top}, '[['), false)" for top in tops
    ]
    return " OR ".join(["flagged", "parts IS NULL", *tests])


# The engine looks for a word anew wherever a condition names it, but not in what is materialized.
_FOUND = """
CREATE OR REPLACE TEMP TABLE {found} AS
WITH coded AS (
    SELECT source.source_file, source.source_index, n, flagged, "eventJson"{coded}
    FROM {events} AS source {joins} {how} JOIN {wanted} AS wanted
    ON source.source_file IS NOT DISTINCT FROM wanted.source_file
    AND source.source_index IS NOT DISTINCT FROM wanted.source_index
),
answered AS (SELECT *{answers}, CASE WHEN n IS NOT NULL THEN {read} END AS parts FROM coded),
parted AS (SELECT *{parts} FROM answered),
judged AS (SELECT *, n IS NOT NULL AND ({careful}) AS care FROM parted),
told AS MATERIALIZED (
    SELECT source_file, source_index, n{columns}, care, CASE WHEN care THEN "eventJson" END AS "eventJson"
    FROM judged
)
SELECT * FROM told WHERE {some}
"""
_ANSWERED = """
UPDATE {table} AS events SET {answers}
FROM (SELECT * FROM {found} JOIN {texts} ON source_file IS NOT DISTINCT FROM {text} WHERE {some}) AS answers
WHERE events.{number} IS NOT DISTINCT FROM answers.{number}
AND events.source_index IS NOT DISTINCT FROM answers.source_index
"""
_TOLD = """
SELECT events.* EXCLUDE (place), n, "eventJson"{tops}, care
FROM {found} JOIN (SELECT COLUMNS(c -> NOT starts_with(c, 'map ')), rowid AS place FROM {table}) AS events
ON place = n ORDER BY n
"""

"""The events as rules need them, made once for all rules of a run.

The texts of typed columns are looked at first (`dictionaries`). That leaves of most rules little to ask of
single events, and nothing of many (`planning`). One pass over the events then gives a temporary table, sorted
by API, with the numbers of the texts that are still asked for and the maps that some rule looks into. Records
are read then (`records`): for words, and to parse those of events that maps do not decide (`bounds`), into a
table beside it; they are few. What needs care of them is read out in Python.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.detections.matching import odd
from workbench.detections.matching.dictionaries import CODE, PAIR, Dictionaries, networks_in, text_column
from workbench.detections.matching.doubts import Doubt, doubts_of
from workbench.detections.matching.keys import where_there
from workbench.detections.matching.planning import Asked, Need, Plan
from workbench.detections.matching.records import Records, keys_of
from workbench.detections.reading.sources import COLUMNS, TYPED, Events, ReadOut

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

_CARED = "workbench_records_read_out"
_PAIR_TEXTS = [text_column(field, False) for field in PAIR]
_numbers = itertools.count(1)


class Care(NamedTuple):
    """The table of records that need care, of which pairs they are (None: it may be any), and some numbers.

    The columns of events whose numbers these are tell nothing wrong: their care is that of doubts alone.
    """

    table: str
    pairs: np.ndarray | None
    of_doubts: np.ndarray

    def concerns(self, asked: Asked) -> bool:
        """Tell whether a need may hold for some of them."""
        return self.pairs is None or bool((self.pairs & asked.pairs).any())


class Prepared(NamedTuple):
    """The tables of a run, and what each need asks of them. An event's number is its row in `table`.

    `doubts` are of needs, by place, that maps do not decide wholly; their records are in `parsed`.
    """

    con: DuckDBPyConnection
    table: str
    parsed: str
    doubts: Mapping[int, Doubt]
    asked: Sequence[Asked]
    dictionaries: Dictionaries
    source: Events
    read_out: ReadOut
    care: Care | None
    names: Sequence[str]

    def keys_of(self, numbers: Collection[int], name: str) -> None:
        """Make a temporary table of the keys of some events, with their numbers."""
        keys_of(self.con, self.table, self.dictionaries, numbers, name)

    def drop(self) -> None:
        """Remove the tables."""
        for name in self.names:
            self.con.execute(f"DROP TABLE IF EXISTS {name}")


def prepare(con: DuckDBPyConnection, events: str, needs: Sequence[Need]) -> Prepared:
    """Make the tables.

    Parameters
    ----------
    con
        A DuckDB connection; only temporary tables are made.
    events
        The events table in SQL: a name, or a query in brackets.
    needs
        What is going to be asked, in order.
    """
    run = next(_numbers)
    table, parsed, wanted, found, care = (
        f'"detections {name} {run}"' for name in ("events", "parsed", "wanted", "found", "care")
    )
    asked = set[str]().union(*(need.fields for need in needs))
    flat = {field for field in asked if field in TYPED or field in COLUMNS} | {"source_file"}
    networks = networks_in(need.detection for need in needs)
    dictionaries = Dictionaries(con, events, flat, networks, run)
    plan = Plan(dictionaries, needs)
    con.execute(plan.sql(table, events))
    plan.narrow(where_there(con, table, dictionaries.pairs, [need.detection for need in needs]))
    doubts = _read(Records(con, events, table, parsed, wanted, found, plan))
    names = [table, parsed, wanted, found, care, *(known.table for known in dictionaries.all)]
    read_out = ReadOut(asked)
    prepared = Prepared(
        con, table, parsed, doubts, plan.asked, dictionaries, plan.source, read_out, None, names
    )
    return _with_care(prepared, care)


def _read(records: Records) -> dict[int, Doubt]:
    """Parse records that are flagged or in doubt; whether those with words are, is asked after the words."""
    con, table, plan = records.con, records.table, records.plan
    flagged = con.execute(f"SELECT rowid AS n FROM {table} WHERE flagged").to_arrow_table()["n"].to_numpy()  # noqa: S608
    doubts = doubts_of(con, table, plan, plan.open_places(with_words=False))
    records.read([flagged, *(doubt.open for doubt in doubts.values())])
    later = doubts_of(con, table, plan, plan.open_places(with_words=True))
    records.read_more([doubt.open for doubt in later.values()])
    return doubts | later


def _with_care(prepared: Prepared, care: str) -> Prepared:
    """Read out the records that need care, if there are any."""
    con, dictionaries = prepared.con, prepared.dictionaries
    rows = con.execute(
        f'SELECT DISTINCT ON (n) n, {CODE}, "eventJson", flagged, {", ".join(_PAIR_TEXTS)}'  # noqa: S608
        f" FROM {prepared.parsed} {dictionaries.texts(PAIR)} WHERE care ORDER BY n"
    ).to_arrow_table()
    if not len(rows):
        return prepared
    read_out = prepared.read_out
    table = odd.read_out(rows["n"].to_pylist(), rows["eventJson"].to_pylist(), read_out.columns)
    table = table.append_column("flagged", rows["flagged"])
    ours = "".join(f", {text_column(field, False)}" for field in read_out.ours)
    con.register(_CARED, table)
    try:
        con.execute(
            f'CREATE TEMP TABLE {care} AS SELECT read.*, "eventTime", "eventID"{ours} FROM {_CARED} AS read'  # noqa: S608
            f" JOIN {prepared.table} AS events ON n = events.rowid {dictionaries.texts(read_out.ours)}"
        )
    finally:
        con.unregister(_CARED)
    of_doubts = rows["n"].to_numpy()[~rows["flagged"].to_numpy()]
    return prepared._replace(care=Care(care, _pairs_of(rows.to_pylist(), dictionaries.pairs), of_doubts))


def _pairs_of(rows: Sequence[dict[str, Any]], pairs: int) -> np.ndarray | None:
    import numpy as np

    if any(map(_is_elsewhere, rows)):
        return None
    mask = np.zeros(pairs, bool)
    mask[[row[CODE] for row in rows]] = True
    return mask


def _is_elsewhere(row: dict[str, Any]) -> bool:
    """Tell whether a flagged record is of another API or service than its columns say: no rule skips it."""
    if not row["flagged"]:
        return False
    record = odd.parse(row["eventJson"])
    told = {name: row[f"text {name}"] for name in PAIR}
    return any(odd.values(record, name) != ([] if one is None else [one]) for name, one in told.items())

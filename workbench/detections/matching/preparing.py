"""The events as rules need them, made once for all rules of a run.

One pass over the events gives a temporary table with the typed columns that some rule asks for (lowered,
too), the answers to tests of whole records, and, for events of APIs that some rule looks into, the parts of
the record as JSON. What needs care is read out beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from workbench.detections.matching import odd
from workbench.detections.matching.compiling import ADDRESS, record_sql
from workbench.detections.matching.dispatch import PAIR, dispatched
from workbench.detections.reading.sources import COLUMNS, TYPED, Events, ReadOut, named, quoted
from workbench.detections.reading.tree import Match, Network, Node, fields, matches
from workbench.detections.reading.values import sortable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What the typed columns of a record with one of these do not hold as the record says it.
_CARE = (
    "aggregated", "duplicate-key", "invalid-utf8", "key-case", "odd-number", "synthetic-id", "wrong-type",
)  # fmt: skip
# A number that the engine would spell anew, as it stands in JSON without blanks.
_REAL = r"[:\[,](?:-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)|-0)[,}\]]"
_CARED = "workbench_records_read_out"
_Key = TypeVar("_Key")
_numbers = itertools.count(1)


class Need(NamedTuple):
    """What one rule looks at: its tree, and fields that its hits are counted by."""

    detection: Node
    counted: tuple[str, ...] | None = None


class Prepared(NamedTuple):
    """The tables of a run, and which pairs of API and service each need concerns (None: all)."""

    con: DuckDBPyConnection
    table: str
    care: str | None
    care_pairs: frozenset[int] | None
    codes: list[list[int] | None]
    source: Events
    read_out: ReadOut
    names: tuple[str, ...]
    ours: tuple[str, ...] = ()

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
    number = next(_numbers)
    table, pairs, care = (f'"detections {what} {number}"' for what in ("events", "pairs", "care"))
    con.execute(_PAIRS_SQL.format(pairs=pairs, events=events))
    codes = dispatched(con, pairs, [need.detection for need in needs])
    plan = _Plan(con, needs, codes)
    con.execute(plan.sql(table, pairs, events))
    prepared = Prepared(
        con,
        table,
        None,
        frozenset(),
        codes,
        plan.source(),
        ReadOut(plan.all_fields),
        (table, pairs, care),
        tuple(plan.ours),
    )
    return _with_care(prepared, care)


_PAIRS_SQL = """
CREATE TEMP TABLE {pairs} AS SELECT row_number() OVER () AS code, * FROM
    (SELECT DISTINCT "eventName", "eventSource" FROM {events})
"""


class _Plan:
    """Which columns the needs ask for."""

    def __init__(
        self, con: DuckDBPyConnection, needs: Sequence[Need], codes: Sequence[list[int] | None]
    ) -> None:
        self._con = con
        alive = [(need, found) for need, found in zip(needs, codes, strict=True) if found != []]
        self.all_fields = sorted(set().union(*(_fields(need) for need in needs)))
        used = set().union(*(_fields(need) for need, _ in alive))
        self.typed = sorted(used & TYPED.keys())
        self.ours = sorted({name for need, _ in alive for name in need.counted or () if name in COLUMNS})
        self.tops = sorted({field.partition(".")[0] for field in used - TYPED.keys() - COLUMNS})
        nodes = [leaf for need, _ in alive for leaf in matches(need.detection)]
        self.networks = sorted(
            {leaf.field for leaf in nodes if leaf.field and _asks_network(leaf)} & TYPED.keys()
        )
        leaves = [
            (leaf, found) for need, found in alive for leaf in matches(need.detection) if not leaf.field
        ]
        self.keywords = _joined(leaves)
        looking = [(None, found) for need, found in alive if _fields(need) - TYPED.keys() - COLUMNS]
        self.inside = _joined(looking).get(None, [])

    def sql(self, table: str, pairs: str, events: str) -> str:
        """Spell the one pass over the events."""
        register_address(self._con)
        columns = [f"{TYPED[field]} AS {named(f'text {field}')}" for field in self.typed]
        columns += [f"lower({TYPED[field]}) AS {named(f'lower {field}')}" for field in self.typed]
        columns += [f"{named(name)} AS {named(f'our {name}')}" for name in self.ours]
        columns += [named(f"address {field}") for field in self.networks]
        for number, (leaf, codes) in enumerate(self.keywords.items()):
            told = record_sql(leaf, '"eventJson"')
            columns.append(f'CASE WHEN {_among(codes)} THEN {told} ELSE false END AS "keyword {number}"')
        tops = [f"json {top}" for top in self.tops]
        flagged = f"coalesce(list_has_any(flags, [{', '.join(map(quoted, _CARE))}]), false)"
        return _SQL.format(
            table=table, pairs=pairs, events=events, flagged=flagged, parts=self._parts(),
            columns="".join(f", {column}" for column in columns),
            tops="".join(f", parts[{place}] AS {named(top)}" for place, top in enumerate(tops, 1)),
            careful=self._careful(), addresses=" ".join(_addresses(one, events) for one in self.networks),
        )  # fmt: skip

    def _parts(self) -> str:
        if not self.tops:
            return "NULL"
        paths = ", ".join(quoted(f'$."{top}"') for top in self.tops)
        return f'CASE WHEN {_among(self.inside)} THEN TRY(json_extract("eventJson", [{paths}])) END'

    def _careful(self) -> str:
        if not self.tops:
            return "false"
        text = "CAST(parts AS VARCHAR)"
        odd_text = f"regexp_matches({text}, {quoted(_REAL)}) OR contains({text}, '[[')"
        return f"coalesce({_among(self.inside)} AND (parts IS NULL OR {odd_text}), false)"

    def source(self) -> Events:
        """Name the columns of the prepared table."""
        keywords = {leaf: f'"keyword {number}"' for number, leaf in enumerate(self.keywords)}
        typed, ours, networks = set(self.typed), set(self.ours), set(self.networks)

        def column(field: str, lowered: bool) -> str | None:
            if field in ours:
                return named(f"our {field}")
            return named(f"{'lower' if lowered else 'text'} {field}") if field in typed else None

        return Events(
            column,
            lambda top: named(f"json {top}"),
            keywords.get,
            lambda field: named(f"address {field}") if field in networks else None,
        )


_SQL = """
CREATE TEMP TABLE {table} AS
WITH found AS (
    SELECT row_number() OVER () AS n, code, "eventTime", "eventID", source_file, source_index, "eventJson",
        {flagged} AS flagged, {parts} AS parts{columns}
    FROM {events} AS events
    JOIN (SELECT code, "eventName" AS pair_name, "eventSource" AS pair_source FROM {pairs})
        ON "eventName" IS NOT DISTINCT FROM pair_name AND "eventSource" IS NOT DISTINCT FROM pair_source
    {addresses}
), told AS (SELECT *, flagged OR {careful} AS care FROM found)
SELECT * EXCLUDE (parts, "eventJson"){tops}, CASE WHEN care THEN "eventJson" END AS "eventJson"
FROM told ORDER BY code
"""


def _asks_network(leaf: Match) -> bool:
    return any(isinstance(test, Network) for test in leaf.tests)


def _addresses(field: str, events: str) -> str:
    """Spell the join that gives the address of a field, asked once for each text of it."""
    texts = f"SELECT DISTINCT {TYPED[field]} AS text FROM {events}"  # noqa: S608
    text, address = named(f"of {field}"), named(f"address {field}")
    found = f"SELECT text AS {text}, {ADDRESS}(text) AS {address} FROM ({texts})"  # noqa: S608
    return f"LEFT JOIN ({found}) ON {TYPED[field]} = {text}"


def _fields(need: Need) -> set[str]:
    return fields(need.detection) | set(need.counted or ())


def _joined(found: Iterable[tuple[_Key, list[int] | None]]) -> dict[_Key, list[int] | None]:
    """Join the pairs of equal keys; None, for all pairs, swallows the others."""
    joined: dict[_Key, list[int] | None] = {}
    for key, codes in found:
        before = joined.get(key, [])
        joined[key] = None if before is None or codes is None else sorted({*before, *codes})
    return joined


def among(codes: Sequence[int] | None) -> str:
    """Spell that an event is of one of some pairs.

    Examples
    --------
    >>> among([3]), among([]), among(None)
    ('code IN (3)', 'false', 'true')
    """
    if codes is None:
        return "true"
    return f"code IN ({', '.join(map(str, codes))})" if codes else "false"


_among = among


def register_address(con: DuckDBPyConnection) -> None:
    """Let a connection know the function that spells addresses."""
    from duckdb.func import FunctionNullHandling

    known = f"SELECT 1 FROM duckdb_functions() WHERE function_name = '{ADDRESS}' LIMIT 1"  # noqa: S608
    if con.execute(known).fetchone() is None:
        con.create_function(
            ADDRESS, sortable, ["VARCHAR"], "VARCHAR", null_handling=FunctionNullHandling.SPECIAL
        )


def _with_care(prepared: Prepared, care: str) -> Prepared:
    """Read out the records that need care, if there are any."""
    con = prepared.con
    rows = con.execute(
        'SELECT n, code, "eventJson", flagged, "eventName", "eventSource"'  # noqa: S608
        f" FROM {prepared.table} JOIN {prepared.names[1]} USING (code) WHERE care ORDER BY n"
    ).to_arrow_table()
    if not len(rows):
        return prepared
    table = odd.read_out(rows["n"].to_pylist(), rows["eventJson"].to_pylist(), prepared.read_out.columns)
    table = table
    ours = "".join(f", {named(f'our {name}')}" for name in prepared.ours)
    con.register(_CARED, table)
    try:
        con.execute(
            f'CREATE TEMP TABLE {care} AS SELECT read.*, "eventTime", "eventID"{ours} FROM {_CARED} AS read'  # noqa: S608
            f" JOIN {prepared.table} AS known USING (n)"
        )
    finally:
        con.unregister(_CARED)
    pairs = None if any(map(_is_elsewhere, rows.to_pylist())) else frozenset(rows["code"].to_pylist())
    return prepared._replace(care=care, care_pairs=pairs)


def _is_elsewhere(row: dict[str, Any]) -> bool:
    """Tell whether a flagged record is of another API or service than its columns say: no rule skips it."""
    if not row["flagged"]:
        return False
    record = odd.parse(row["eventJson"])
    return any(odd.values(record, name) != ([] if row[name] is None else [row[name]]) for name in PAIR)

"""Texts that repeat, each looked at once: what stands in typed columns, as tables of numbered texts.

A million events have a few hundred pairs of API and service, as many user agents, some thousand addresses. A
test of such a column is put to these few texts, and the events hold only their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from workbench.detections.matching.compiling import ADDRESS, condition_sql
from workbench.detections.reading.sources import TYPED, Events, named
from workbench.detections.reading.tree import Match, Network, Node, Reference, matches
from workbench.detections.reading.values import sortable

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

PAIR = ("eventName", "eventSource")
CODE = "code"
_TOGETHER = 50  # tests of one query: planning grows with its size
_FEW = 64  # numbers that are listed; of more, a text of bits is shorter and quicker


class Dictionary(NamedTuple):
    """A table of the texts of some fields that occur together; `number` is its key, in the events too."""

    table: str
    number: str
    fields: tuple[str, ...]


def expression(field: str) -> str:
    """Spell the column of a field, or of ours."""
    return TYPED.get(field) or named(field)


def text_column(field: str, lowered: bool) -> str:
    """Name the column of the texts of a field in its dictionary."""
    return named(f"{'lower' if lowered else 'text'} {field}")


_SOURCE = Events(text_column, lambda top: top, address=lambda field: named(f"address {field}"))


class Dictionaries:
    """The dictionaries of a run, made in one look at the events; that of API and service is always there."""

    def __init__(
        self, con: DuckDBPyConnection, events: str, fields: Iterable[str], networks: Iterable[str], run: int
    ) -> None:
        self._con, self._networks = con, set(networks)
        groups = [PAIR, *((field,) for field in sorted(set(fields) - set(PAIR)))]
        self.all = [
            Dictionary(f'"detections texts {run}.{place}"', named(f"id {group[0]}"), group)
            for place, group in enumerate(groups)
        ]
        self.all[0] = self.all[0]._replace(number=CODE)
        self.of = {field: known for known in self.all for field in known.fields}
        if self._networks:
            _register_address(con)
        self._make(f'"detections lists {run}"', events)

    def _make(self, lists: str, events: str) -> None:
        columns = (
            f"list(DISTINCT {_packed(known.fields)}) AS l{place}" for place, known in enumerate(self.all)
        )
        self._con.execute(f"CREATE TEMP TABLE {lists} AS SELECT {', '.join(columns)} FROM {events}")  # noqa: S608
        for place, known in enumerate(self.all):
            texts = [
                f"{'one' if len(known.fields) == 1 else f'one.{named(field)}'} AS {text_column(field, False)}"
                for field in known.fields
            ]
            order = ", ".join(text_column(field, False) for field in reversed(known.fields))
            self._con.execute(
                f"CREATE TEMP TABLE {known.table} AS SELECT *, {self._lowered(known.fields)},"  # noqa: S608
                f" CAST(row_number() OVER (ORDER BY {order}) - 1 AS INTEGER) AS {known.number}"
                f" FROM (SELECT {', '.join(texts)} FROM (SELECT unnest(l{place}) AS one FROM {lists}))"
            )
        self._con.execute(f"DROP TABLE {lists}")

    @cached_property
    def pairs(self) -> int:
        """How many pairs of API and service there are."""
        row = self._con.execute(f"SELECT count(*) FROM {self.all[0].table}").fetchone()  # noqa: S608
        return int(row[0]) if row else 0

    def _lowered(self, fields: Sequence[str]) -> str:
        columns = [f"lower({text_column(field, False)}) AS {text_column(field, True)}" for field in fields]
        columns += [
            f"{ADDRESS}({text_column(field, False)}) AS {named(f'address {field}')}"
            for field in fields
            if field in self._networks
        ]
        return ", ".join(columns)

    def answers(self, leaves: Iterable[Match]) -> dict[Match, np.ndarray]:
        """Put the tests of typed columns to the texts; of each, for which numbers it holds."""
        asked: dict[Dictionary, dict[Match, None]] = {}
        for leaf in leaves:
            if leaf.field in self.of and not any(isinstance(test, Reference) for test in leaf.tests):
                asked.setdefault(self.of[leaf.field], {})[leaf] = None
        return {leaf: mask for known, some in asked.items() for leaf, mask in self._answered(known, [*some])}

    def _answered(self, known: Dictionary, leaves: Sequence[Match]) -> Iterator[tuple[Match, np.ndarray]]:
        for start in range(0, len(leaves), _TOGETHER):
            some = leaves[start : start + _TOGETHER]
            tests = ", ".join(f"{condition_sql(leaf, _SOURCE)} AS t{n}" for n, leaf in enumerate(some))
            rows = self._con.execute(f"SELECT {tests} FROM {known.table} ORDER BY {known.number}")  # noqa: S608
            yield from zip(some, rows.fetchnumpy().values(), strict=True)

    def numbers(self, fields: Iterable[str]) -> tuple[str, str]:
        """Spell the numbers of fields, and the joins that give them to events."""
        wanted = [
            known for known in self.all if known.number == CODE or not set(fields).isdisjoint(known.fields)
        ]
        joins = (f"LEFT JOIN {known.table} ON {_same(known)}" for known in wanted)
        return ", ".join(known.number for known in wanted), " ".join(joins)

    def texts(self, fields: Iterable[str]) -> str:
        """Spell the joins that give events their texts again."""
        wanted = dict.fromkeys(self.of[field] for field in sorted(set(fields) & self.of.keys()))
        return " ".join(f"LEFT JOIN {known.table} USING ({known.number})" for known in wanted)


def _packed(fields: Sequence[str]) -> str:
    if len(fields) == 1:
        return expression(fields[0])
    return "{" + ", ".join(f"{named(field)}: {expression(field)}" for field in fields) + "}"


def _same(known: Dictionary) -> str:
    return " AND ".join(
        f"{expression(field)} IS NOT DISTINCT FROM {known.table}.{text_column(field, False)}"
        for field in known.fields
    )


def among(column: str, mask: np.ndarray) -> str:
    """Spell that a number is one of those for which a mask holds.

    Examples
    --------
    >>> import numpy as np
    >>> among("code", np.array([False, True, True])), among("code", np.array([True, False, True]))
    ('code BETWEEN 1 AND 2', 'code IN (0, 2)')
    >>> among("code", np.array([True])), among("code", np.array([False]))
    ('true', 'false')
    """
    import numpy as np

    places = np.flatnonzero(mask)
    if len(places) in (0, len(mask)):
        return "true" if len(places) else "false"
    first, last = places[0], places[-1]
    if last - first == len(places) - 1:
        return f"{column} = {first}" if first == last else f"{column} BETWEEN {first} AND {last}"
    if len(places) <= _FEW:
        return f"{column} IN ({', '.join(map(str, places))})"
    # All bits: the engine may ask for the bit before it has seen that the number lies between.
    bits = (mask.astype(np.uint8) + ord("0")).tobytes().decode()
    return f"({column} BETWEEN {first} AND {last} AND get_bit(CAST('{bits}' AS BIT), {column}) = 1)"


def networks_in(detections: Iterable[Node]) -> set[str]:
    """Return the fields that are compared with networks."""
    leaves = (leaf for node in detections for leaf in matches(node))
    asking = (leaf.field for leaf in leaves if any(isinstance(test, Network) for test in leaf.tests))
    return {field for field in asking if field}


def _register_address(con: DuckDBPyConnection) -> None:
    """Let a connection know the function that spells addresses."""
    from duckdb.func import FunctionNullHandling

    known = f"SELECT 1 FROM duckdb_functions() WHERE function_name = '{ADDRESS}' LIMIT 1"  # noqa: S608
    if con.execute(known).fetchone() is None:
        con.create_function(
            ADDRESS, sortable, ["VARCHAR"], "VARCHAR", null_handling=FunctionNullHandling.SPECIAL
        )

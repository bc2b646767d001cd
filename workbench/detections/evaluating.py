"""What rules find: events that a detection holds for, and episodes of what is counted."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.detections import windows
from workbench.detections.details import keys_of, values_of
from workbench.detections.matching import matched
from workbench.detections.model import Correlation, Rule
from workbench.detections.preparing import Need, prepare
from workbench.detections.resolving import Resolved

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Values = dict[str, list[str]]

_numbers = itertools.count(1)


class Found(NamedTuple):
    """A hit before it is told: of which rule, the event that completed it, and all its events, if several."""

    rule: int
    n: int
    members: tuple[int, ...] = ()


class Evaluation:
    """The rules of a run on the events; use it in a `with`, which removes its temporary tables.

    `hits` has what each rule found, by the rule's place, `seconds` how long that took.
    """

    def __init__(self, con: DuckDBPyConnection, events: str, resolved: Resolved) -> None:
        self.events, self.resolved = events, resolved
        self.hits: dict[int, list[Found]] = {}
        self.seconds: dict[int, float] = {}
        self._counted = _counted_fields(resolved)
        needs = {
            place: Need(rule.detection, _sorted(self._counted.get(place)))
            for place, rule in enumerate(resolved.rules)
            if rule.detection is not None and not rule.refused
        }
        self._places = {place: number for number, place in enumerate(needs)}
        self._needs = needs
        self._times: dict[int, tuple[dt.datetime | None, str]] = {}
        self._values: dict[int, dict[int, Values]] = {}
        self.prepared = prepare(con, events, list(needs.values()))

    def __enter__(self) -> Evaluation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.prepared.drop()

    def found(self) -> list[Found]:
        """Run all rules, and return the hits of those that give any of their own."""
        for place in self.resolved.order:
            start = time.perf_counter()
            self.hits[place] = self._of(place)
            self.seconds[place] = time.perf_counter() - start
        silent = self.resolved.silent
        return [one for place, hits in self.hits.items() if place not in silent for one in hits]

    def _of(self, place: int) -> list[Found]:
        rule = self.resolved.rules[place]
        if rule.correlation is not None:
            return self._correlated(place, rule.correlation, self.resolved.counts[place])
        need = self._needs[place]
        table = matched(self.prepared, self._places[place], need.detection, need.counted)
        if table is None:
            return []
        numbers = table["n"].to_pylist()
        if need.counted is not None:
            self._keep(place, table, need.counted)
        hits = [Found(place, n) for n in numbers]
        return hits if rule.threshold is None else self._correlated(place, rule.threshold, (place,), hits)

    def _keep(self, place: int, table: Any, counted: Sequence[str]) -> None:
        numbers = table["n"].to_pylist()
        lists = [table[f"c{number}"].to_pylist() for number in range(len(counted))]
        self._values[place] = {
            n: {
                field: [one for one in values[place] if one is not None]
                for field, values in zip(counted, lists, strict=True)
            }
            for place, n in enumerate(numbers)
        }
        for n, event_time, event in zip(
            numbers, table["eventTime"].to_pylist(), table["eventID"].to_pylist(), strict=True
        ):
            self._times[n] = event_time, event or ""

    def _correlated(
        self, place: int, how: Correlation, bases: Sequence[int], own: Sequence[Found] | None = None
    ) -> list[Found]:
        span = dt.timedelta(seconds=how.seconds)
        groups: dict[tuple[str, ...], list[windows.Occurrence]] = {}
        for number, base in enumerate(bases):
            for group, occurrence in self._occurrences(how, number, base, own):
                groups.setdefault(group, []).append(occurrence)
        episodes = [
            episode for group in groups.values() for episode in _episodes(how, group, span, len(bases))
        ]
        return [
            Found(place, one.completed.n, tuple(dict.fromkeys(member.n for member in one.members)))
            for one in sorted(episodes, key=lambda one: one.completed)
        ]

    def _occurrences(
        self, how: Correlation, number: int, base: int, own: Sequence[Found] | None
    ) -> Iterator[tuple[tuple[str, ...], windows.Occurrence]]:
        hits = self.hits[base] if own is None else own
        values = self._values_of(base, hits)
        names = [_field_of(how, name, self.resolved.rules[base]) for name in how.group_by]
        for hit in hits:
            when, event = self._times[hit.n]
            if when is None:
                continue
            known = values[hit.n]
            counted = (
                tuple(itertools.product(*(dict.fromkeys(known[field]) for field in how.distinct)))
                if how.distinct
                else ()
            )
            also = tuple(tuple(dict.fromkeys(known[field])) for field in how.also)
            occurrence = windows.Occurrence(when, event, hit.n, number, counted, also)
            for group in itertools.product(*(dict.fromkeys(known[name]) for name in names)):
                yield group, occurrence

    def _values_of(self, base: int, hits: Sequence[Found]) -> dict[int, Values]:
        if base in self._values:
            return self._values[base]
        names = sorted(self._counted.get(base, ()))
        table = f'"detections counted {next(_numbers)}"'
        keys_of(self.prepared, [hit.n for hit in hits], table)
        try:
            return values_of(self.prepared, table, self.events, names)
        finally:
            self.prepared.con.execute(f"DROP TABLE IF EXISTS {table}")


def _sorted(names: set[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def _field_of(how: Correlation, name: str, rule: Rule) -> str:
    fields = how.aliases.get(name, {})
    return next((fields[known] for known in (rule.id, rule.name or "", rule.title) if known in fields), name)


def _episodes(
    how: Correlation, group: Sequence[windows.Occurrence], span: dt.timedelta, rules: int
) -> list[windows.Episode]:
    if how.kind == "temporal":
        return windows.together(group, span, rules)
    if how.kind == "temporal_ordered":
        return windows.in_order(group, span, rules)
    is_distinct = how.kind == "value_count"
    return windows.counted(group, span, how.compare, distinct=is_distinct, also=tuple(how.also.values()))


def _counted_fields(resolved: Resolved) -> dict[int, set[str]]:
    """Return for each rule the fields that are counted of its hits; the key is there if they are counted."""
    found: dict[int, set[str]] = {}
    asked = [(place, rule.threshold) for place, rule in enumerate(resolved.rules) if rule.threshold]
    for place, bases in resolved.counts.items():
        how = resolved.rules[place].correlation
        asked += [(base, how) for base in bases if how]
    for base, how in asked:
        names = {_field_of(how, name, resolved.rules[base]) for name in how.group_by}
        found.setdefault(base, set()).update(names, how.distinct, how.also)
    return found

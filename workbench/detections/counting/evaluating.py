"""What rules find: events that a detection holds for, less what is none, and episodes of what is counted."""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from workbench.detections.counting import narrowing
from workbench.detections.counting.crowds import crowded
from workbench.detections.counting.episodes import correlated, counted_fields
from workbench.detections.counting.narrowing import Accounts, Found
from workbench.detections.matching.matching import matched
from workbench.detections.matching.planning import Need
from workbench.detections.matching.preparing import prepare
from workbench.detections.reading.model import Rule
from workbench.detections.reading.resolving import Resolved

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Evaluation:
    """The rules of a run on the events; use it in a `with`, which removes its temporary tables.

    `hits` has what each rule found, by the rule's place, `seconds` how long that took; `times` the time and
    id of events that are counted, `values` their fields, by rule and event, as long as they are needed.
    """

    def __init__(
        self, con: DuckDBPyConnection, events: str, resolved: Resolved, own: frozenset[str] = frozenset()
    ) -> None:
        self.events, self.resolved, self._more = events, resolved, own
        self.hits: dict[int, list[Found]] = {}
        self.seconds: dict[int, float] = {}
        self.times: dict[int, tuple[dt.datetime | None, str]] = {}
        self.values: dict[int, dict[int, dict[str, tuple[str, ...]]]] = {}
        self.counted = counted_fields(resolved)
        self._needs = _needs(resolved, self.counted)
        self._place_of = {key: place for place, key in enumerate(self._needs)}
        self.prepared = prepare(con, events, list(self._needs.values()))

    def __enter__(self) -> Evaluation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.prepared.drop()

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts of ours."""
        return narrowing.accounts_of(self.prepared.con, self.events, self._more)

    def found(self) -> list[Found]:
        """Run all rules, and return the hits of those that give any of their own."""
        bases = {base for counted in self.resolved.counts.values() for base in counted}
        for place in self.resolved.order:
            start = time.perf_counter()
            self.hits[place] = self._of(place)
            if place not in bases:
                self.values.pop(place, None)
            self.seconds[place] = time.perf_counter() - start
        silent = self.resolved.silent
        return [one for place, hits in self.hits.items() if place not in silent for one in hits]

    def _of(self, place: int) -> list[Found]:
        rule = self.resolved.rules[place]
        if rule.correlation is not None:
            return correlated(self, place, rule.correlation, self.resolved.counts[place])
        hits = self._matched(place, (place, ""))
        hits = self._narrowed(place, rule, hits) if hits else hits
        return hits if rule.threshold is None else correlated(self, place, rule.threshold, (place,), hits)

    def _matched(self, place: int, key: tuple[int, str]) -> list[Found]:
        need = self._needs[key]
        table = matched(self.prepared, self._place_of[key], need)
        if table is None:
            return []
        if need.counted is not None:
            rule = self.resolved.rules[place]
            if rule.threshold and not rule.first:  # the first of all is told from all
                table = crowded(table, rule.threshold, need.counted)
            self.values[place] = self._kept(table, need.counted)
        return [Found(place, n) for n in table["n"].to_pylist()]

    def _kept(self, table: Any, counted: Sequence[str]) -> dict[int, dict[str, tuple[str, ...]]]:
        numbers = table["n"].to_pylist()
        lists = [table[f"c{number}"].to_pylist() for number in range(len(counted))]
        times = zip(numbers, table["eventTime"].to_pylist(), table["eventID"].to_pylist(), strict=True)
        self.times |= {n: (when, event or "") for n, when, event in times}
        return {
            n: dict(zip(counted, map(_different, texts), strict=True))
            for n, *texts in zip(numbers, *lists, strict=True)
        }

    def _narrowed(self, place: int, rule: Rule, hits: list[Found]) -> list[Found]:
        if rule.foreign:
            hits = narrowing.to_others(rule, hits, self.values[place], self.accounts.own)
        if rule.known and hits:
            hits = narrowing.of_known(rule, hits, self.values[place], self._known(place))
        if rule.own and hits:
            hits = narrowing.of_their_own(rule, hits, self.values[place], self.times, self._made(place))
        if rule.first and hits:
            hits = narrowing.first_of_all(rule, hits, self.values[place], self.times, self.accounts.since)
        return hits

    def _known(self, place: int) -> frozenset[str]:
        """Return the values that the other selection of a rule knows."""
        values = self._others(place, "known")
        return frozenset(text.lower() for one in values.values() for texts in one.values() for text in texts)

    def _made(self, place: int) -> dict[tuple[str, str], list[dt.datetime]]:
        """Return who made what, by the other selection of a rule, and when."""
        made: dict[tuple[str, str], list[dt.datetime]] = defaultdict(list)
        for n, one in self._others(place, "own").items():
            (who, *_), time = one.pop("principal") or [""], self.times[n][0]
            for text in (text.lower() for texts in one.values() for text in texts):
                made[who, text] += [time] if time else []
        return made

    def _others(self, place: int, which: str) -> dict[int, dict[str, tuple[str, ...]]]:
        """Return the values of the events that another selection of a rule holds for."""
        need = self._needs[place, which]
        table = matched(self.prepared, self._place_of[place, which], need)
        return {} if table is None else self._kept(table, need.counted or ())


def _different(texts: Sequence[str | None] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts or () if text is not None))


def _needs(resolved: Resolved, counted: Mapping[int, set[str]]) -> dict[tuple[int, str], Need]:
    """List what is asked: of each rule its detection, and what else it wants to know of other events."""
    needs = {}
    for place, rule in enumerate(resolved.rules):
        if rule.detection is None or rule.refused:
            continue
        fields = {*rule.foreign, *rule.first, *({"recipientAccountId"} if rule.first else ())}
        fields |= {*rule.known.values} if rule.known else set()
        fields |= {*rule.own.values, "principal"} if rule.own else set()
        is_counted = place in counted or bool(fields)
        together = tuple(sorted(fields | counted.get(place, set())))
        needs[place, ""] = Need(rule.detection, together if is_counted else None)
        if rule.known:
            needs[place, "known"] = Need(rule.known.detection, tuple(sorted(set(rule.known.fields))))
        if rule.own:
            needs[place, "own"] = Need(rule.own.detection, tuple(sorted({*rule.own.fields, "principal"})))
    return needs

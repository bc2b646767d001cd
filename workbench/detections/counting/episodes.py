"""Hits counted: by group, in sliding windows, with what is usual for a group beside it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.detections.counting import windows
from workbench.detections.counting.details import texts_of
from workbench.detections.counting.narrowing import Found, Note
from workbench.detections.reading.model import Correlation, Rule
from workbench.detections.reading.resolving import Resolved

if TYPE_CHECKING:
    from workbench.detections.counting.evaluating import Evaluation

Group = tuple[str, ...]

_OTHER_DAYS = 2
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 (times of events are naive UTC)
_numbers = itertools.count(1)


def counted_fields(resolved: Resolved) -> dict[int, set[str]]:
    """Return for each rule whose hits are counted the fields that are needed for it."""
    found: dict[int, set[str]] = {}
    asked = [(place, rule.threshold) for place, rule in enumerate(resolved.rules) if rule.threshold]
    for place, bases in resolved.counts.items():
        how = resolved.rules[place].correlation
        asked += [(base, how) for base in bases if how]
    for base, how in asked:
        names = {_field_of(how, name, resolved.rules[base]) for name in how.group_by}
        found.setdefault(base, set()).update(names, how.distinct, how.also)
    return found


def _field_of(how: Correlation, name: str, rule: Rule) -> str:
    fields = how.aliases.get(name, {})
    return next((fields[known] for known in (rule.id, rule.name or "", rule.title) if known in fields), name)


def correlated(
    evaluation: Evaluation,
    place: int,
    how: Correlation,
    bases: Sequence[int],
    own: Sequence[Found] | None = None,
) -> list[Found]:
    """Return the episodes of a correlation, or of a rule's threshold on its own hits.

    Parameters
    ----------
    evaluation
        Has the hits of the rules that are counted.
    place, how, bases
        The rule that counts, what it counts, and of which rules.
    own
        The hits before they are counted, of a rule that counts itself.
    """
    groups: dict[Group, list[windows.Occurrence]] = defaultdict(list)
    for number, base in enumerate(bases):
        hits = evaluation.hits[base] if own is None else own
        for group, occurrence in _occurrences(evaluation, how, number, base, hits):
            groups[group].append(occurrence)
    found = [
        _found(place, how, group, episode)
        for group in groups.values()
        for episode in _episodes(how, group, len(bases))
    ]
    opened = {hit.n: hit.foreign for hit in own or ()}
    found = [one._replace(foreign=_joined(opened.get(n, ()) for n in one.members)) for one in found]
    return sorted(found, key=lambda one: (evaluation.times[one.n], one.n))


def _joined(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({one for some in lists for one in some}))


def _occurrences(
    evaluation: Evaluation, how: Correlation, number: int, base: int, hits: Sequence[Found]
) -> Iterator[tuple[Group, windows.Occurrence]]:
    values = _values_of(evaluation, base, hits)
    names = [_field_of(how, name, evaluation.resolved.rules[base]) for name in how.group_by]
    for hit in hits:
        when, event = evaluation.times[hit.n]
        if when is None:
            continue
        known = values[hit.n]
        counted = tuple(itertools.product(*(known[field] for field in how.distinct))) if how.distinct else ()
        also = tuple(known[field] for field in how.also)
        occurrence = windows.Occurrence(when, event, hit.n, number, counted, also)
        for group in itertools.product(*(known[name] for name in names)):
            yield group, occurrence


def _values_of(
    evaluation: Evaluation, base: int, hits: Sequence[Found]
) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
    """Return the fields of hits; those of a correlation are asked of the events that completed them."""
    if base in evaluation.values or not hits:
        return evaluation.values.get(base, {})
    table = f'"detections counted {next(_numbers)}"'
    evaluation.prepared.keys_of([hit.n for hit in hits], table)
    names = evaluation.counted.get(base, set())
    try:
        texts = texts_of(evaluation.prepared, table, evaluation.events, {hit.n: names for hit in hits})
        return {
            hit.n: {name: tuple(dict.fromkeys(found)) for name, found in texts.of(hit.n).items()}
            for hit in hits
        }
    finally:
        evaluation.prepared.con.execute(f"DROP TABLE IF EXISTS {table}")


def _episodes(how: Correlation, group: Sequence[windows.Occurrence], rules: int) -> list[windows.Episode]:
    span = dt.timedelta(seconds=how.seconds)
    if how.kind == "temporal":
        return windows.together(group, span, rules)
    if how.kind == "temporal_ordered":
        return windows.in_order(group, span, rules)
    is_distinct = how.kind == "value_count"
    return windows.counted(group, span, how.compare, distinct=is_distinct, also=tuple(how.also.values()))


def _found(
    place: int, how: Correlation, group: Sequence[windows.Occurrence], episode: windows.Episode
) -> Found:
    members = tuple(dict.fromkeys(member.n for member in episode.members))
    values = {value for member in episode.members for value in member.values}
    count = len(values) if how.kind == "value_count" else len(members)
    notes = (_usual(how, group, episode),) if how.usual is not None else ()
    return Found(place, episode.completed.n, members, count, notes=tuple(note for note in notes if note))


def _usual(how: Correlation, group: Sequence[windows.Occurrence], episode: windows.Episode) -> Note | None:
    """Compare an episode with what the group does in as much time on other days."""
    days = {member.time.date() for member in episode.members}
    others = [one for one in group if one.time.date() not in days]
    if len({one.time.date() for one in others}) < _OTHER_DAYS:  # who does it twice makes no custom of it
        return Note(f"no history: nothing like it on {_OTHER_DAYS} other days")
    buckets = Counter(_bucket(one.time, how.seconds) for one in others)
    mean = buckets.total() / len(buckets)
    most = max(Counter(_bucket(one.time, how.seconds) for one in episode.members).values())
    told = f"usually {mean:.0f} in as much time, here {most}"
    return Note(told, at_most="low" if most < (how.usual or 0) * mean else None)


def _bucket(time: dt.datetime, seconds: int) -> int:
    return int((time - _EPOCH).total_seconds()) // seconds

"""Sliding windows over hits: how many, how many different ones, which together, and in which order.

A window holds both its ends: what lies `span` apart is in one. Windows that hold and overlap are one episode,
which is dated by the hit that first completed the condition.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

Compare = Mapping[str, int]

_SIGNS: Mapping[str, Callable[[int, int], bool]] = {
    "gte": lambda count, bound: count >= bound,
    "gt": lambda count, bound: count > bound,
    "lte": lambda count, bound: count <= bound,
    "lt": lambda count, bound: count < bound,
    "eq": lambda count, bound: count == bound,
}


class Occurrence(NamedTuple):
    """A hit that is counted: when, of which event, by which of the rules, and the values that are counted.

    `event` breaks ties of time, so that the order of files changes nothing.
    """

    time: dt.datetime
    event: str
    n: int
    rule: int = 0
    values: tuple[Hashable, ...] = ()
    also: tuple[tuple[Hashable, ...], ...] = ()


class Episode(NamedTuple):
    """Windows that hold and overlap: the hit that completed the first, all hits in them, and their ends."""

    completed: Occurrence
    members: tuple[Occurrence, ...]
    start: dt.datetime
    end: dt.datetime


def counted(
    occurrences: Iterable[Occurrence],
    span: dt.timedelta,
    compare: Compare,
    *,
    distinct: bool = False,
    also: Sequence[int] = (),
) -> list[Episode]:
    """Find the episodes in which so many hits, or so many different values, fall into one window.

    Parameters
    ----------
    occurrences
        Hits of one group.
    span
        The length of a window.
    compare
        What the count must be, all of it.
    distinct
        Count different values; a hit without a value is not counted.
    also
        The least numbers of different values of `Occurrence.also`, place by place.

    Examples
    --------
    >>> start = dt.datetime(2026, 9, 2)
    >>> hits = [Occurrence(start + dt.timedelta(seconds=s), str(s), s) for s in (0, 60, 120, 180, 300, 900)]
    >>> [len(found.members) for found in counted(hits, dt.timedelta(minutes=5), {"gte": 5})]
    [5]
    """
    ordered = sorted(one for one in occurrences if one.values or not distinct)
    tallies = [Counter[Hashable]() for _ in also]
    values = Counter[Hashable]()
    spans: list[tuple[int, int]] = []
    first = 0
    for place, one in enumerate(ordered):
        _enter(one, values, tallies)
        while one.time - ordered[first].time > span:
            _leave(ordered[first], values, tallies)
            first += 1
        count = len(values) if distinct else place - first + 1
        enough = all(len(tally) >= least for tally, least in zip(tallies, also, strict=True))
        if enough and all(_SIGNS[sign](count, bound) for sign, bound in compare.items()):
            spans.append((first, place))
    return _episodes(ordered, spans)


def _enter(one: Occurrence, values: Counter[Hashable], tallies: Sequence[Counter[Hashable]]) -> None:
    for tally, found in zip((values, *tallies), (one.values, *one.also), strict=True):
        for value in found:
            tally[value] += 1


def _leave(one: Occurrence, values: Counter[Hashable], tallies: Sequence[Counter[Hashable]]) -> None:
    for tally, found in zip((values, *tallies), (one.values, *one.also), strict=True):
        for value in found:
            tally[value] -= 1
            if not tally[value]:
                del tally[value]


def _episodes(ordered: Sequence[Occurrence], spans: Sequence[tuple[int, int]]) -> list[Episode]:
    """Join the windows that overlap; each is given by the places of its first and last hit."""
    joined: list[list[int]] = []
    for first, last in spans:
        if joined and ordered[first].time <= ordered[joined[-1][2]].time:
            joined[-1][0] = min(joined[-1][0], first)
            joined[-1][2] = last
        else:
            joined.append([first, last, last])
    return [
        Episode(ordered[completed], tuple(ordered[first : last + 1]), ordered[first].time, ordered[last].time)
        for first, completed, last in joined
    ]


def together(occurrences: Iterable[Occurrence], span: dt.timedelta, rules: int) -> list[Episode]:
    """Find the episodes in which every one of so many rules has a hit in one window, in any order.

    Examples
    --------
    >>> start = dt.datetime(2026, 9, 2)
    >>> hits = [Occurrence(start, "a", 1, rule=1), Occurrence(start + dt.timedelta(minutes=5), "b", 2)]
    >>> [found.completed.event for found in together(hits, dt.timedelta(minutes=5), 2)]
    ['b']
    """
    labelled = (one._replace(values=(one.rule,)) for one in occurrences)
    return counted(labelled, span, {"eq": rules}, distinct=True)


def in_order(occurrences: Iterable[Occurrence], span: dt.timedelta, rules: int) -> list[Episode]:
    """Find the episodes in which the rules have hits one after the other; equal times are in order.

    What lies between does not matter. For every step the chain that began last is kept: if any fits into the
    window, it does.

    Examples
    --------
    >>> start = dt.datetime(2026, 9, 2)
    >>> minutes = [start + dt.timedelta(minutes=minute) for minute in range(3)]
    >>> hits = [Occurrence(time, "", n, rule=(1, 0, 1)[n]) for n, time in enumerate(minutes)]
    >>> [[one.n for one in found.members] for found in in_order(hits, dt.timedelta(minutes=5), 2)]
    [[1, 2]]
    """
    chains: list[tuple[Occurrence, ...]] = [()] * rules
    found: list[tuple[Occurrence, ...]] = []
    for one in sorted(occurrences, key=lambda one: (one.time, one.rule, one.event)):
        before = chains[one.rule - 1] if one.rule else ()
        if one.rule and not before:
            continue
        chain = (*before, one)
        known = chains[one.rule]
        if not known or chain[0].time >= known[0].time:
            chains[one.rule] = chain
        if one.rule == rules - 1 and one.time - chain[0].time <= span:
            found.append(chain)
    return _chained(found)


def _chained(chains: Sequence[tuple[Occurrence, ...]]) -> list[Episode]:
    episodes: list[Episode] = []
    for chain in chains:
        start, end = chain[0].time, chain[-1].time
        if episodes and start <= episodes[-1].end:
            last = episodes[-1]
            members = tuple(sorted({*last.members, *chain}))
            episodes[-1] = last._replace(members=members, start=min(start, last.start), end=end)
        else:
            episodes.append(Episode(chain[-1], tuple(dict.fromkeys(chain)), start, end))
    return episodes

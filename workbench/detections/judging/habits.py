"""What is done day by day or week by week, told from what is done once.

A hit of a rule with `habit` is `low` where one of these is so, and its reason says which:

`habits`
    The principal met the rule on three earlier days of the last thirty.
`weekly`
    It did so a week before to the quarter of an hour: a job that runs every week. The first time was told.
`repeats`
    It did the very same to the same thing, from its network: the first time told all there is to tell, of
    grave rules the first two.
`of_address`
    The rule was met on three earlier days from that very address, of an office or a build farm, whoever it
    was. From elsewhere that is no habit; it is asked of rules of at most `medium` only.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbench.detections.counting.narrowing import Found, Note
from workbench.detections.reading import ip

_HABITUAL = 3
_DAYS = dt.timedelta(days=30)
_BEGINNING = dt.timedelta(days=7)
_ON_OTHER_DAYS = 5
_WEEK = dt.timedelta(days=7)
_PUNCTUAL = dt.timedelta(minutes=15)

Hit = tuple[Found, str | None, dt.datetime | None]
"""A hit, whose it is, and when."""


def habits(hits: Sequence[Hit], begin: dt.datetime | None = None) -> dict[int, Note]:
    """Say of the hits of one rule which are a habit of their principal; by place in the list.

    A habit is what was done on three earlier days of the last thirty. In the first week after the evidence
    begins nothing can have been done before; there the days after tell as well, if they are five or more.

    Examples
    --------
    >>> days = [dt.datetime(2026, 9, day) for day in (1, 2, 2, 3, 9)]
    >>> habits([(Found(0, n), "role", time) for n, time in enumerate(days)])
    {4: Note(text='habitual: 3 days', at_most='low')}
    >>> daily = [dt.datetime(2026, 9, day) for day in (1, 2, 3, 4, 5, 6)]
    >>> habits([(Found(0, n), "role", time) for n, time in enumerate(daily)], begin=daily[0])[0].text
    'habitual: 5 other days, and the evidence begins 0 days before'
    """
    days: dict[str, set[dt.date]] = defaultdict(set)
    for _, principal, time in hits:
        if principal and time:
            days[principal].add(time.date())
    ordered = {principal: sorted(found) for principal, found in days.items()}
    notes = {}
    for place, (_, principal, time) in enumerate(hits):
        note = _habit(ordered[principal], time, begin) if principal and time else None
        if note:
            notes[place] = note
    return notes


def _habit(known: Sequence[dt.date], time: dt.datetime, begin: dt.datetime | None) -> Note | None:
    day = time.date()
    earlier = bisect_left(known, day) - bisect_left(known, day - _DAYS)
    if earlier >= _HABITUAL:
        return Note(f"habitual: {earlier} days", "low")
    others = earlier + bisect_right(known, day + _DAYS) - bisect_right(known, day)
    if begin is None or time - begin >= _BEGINNING or others < _ON_OTHER_DAYS:
        return None
    since = (day - begin.date()).days
    return Note(f"habitual: {others} other days, and the evidence begins {since} days before", "low")


class Act(NamedTuple):
    """What a hit is about: who did what to which thing, from where, when, and whether in vain."""

    principal: str
    what: tuple[str, ...]
    network: str
    time: dt.datetime
    failed: bool


def repeats(acts: Mapping[int, Act], times: int = 1) -> dict[int, Note]:
    """Say of acts that the principal did the same to the same thing from its network on earlier days.

    Whoever looked at the first has seen what there is to see; of what is graver, `times` asks for two.
    What failed before was not done; and from another network it may be somebody else with stolen credentials.

    Examples
    --------
    >>> first = Act("role", ("StartSession", "i-1"), "192.0.2.0/24", dt.datetime(2026, 9, 1), False)
    >>> again = first._replace(time=dt.datetime(2026, 9, 7))
    >>> repeats({0: first, 1: again, 2: again._replace(network="198.51.100.0/24")})
    {1: Note(text='again: the same on 2026-09-01', at_most='low')}
    """
    days: dict[tuple[Any, ...], set[dt.date]] = defaultdict(set)
    for act in acts.values():
        if not act.failed:
            days[act[:3]].add(act.time.date())
    ordered = {what: sorted(found) for what, found in days.items()}
    notes = {}
    for place, act in acts.items():
        day, known = act.time.date(), ordered.get(act[:3], [])
        before = bisect_left(known, day)
        if before >= times and known[before - times] >= day - _DAYS:
            notes[place] = Note(f"again: the same on {known[before - 1]}", "low")
    return notes


def weekly(hits: Sequence[Hit]) -> dict[int, Note]:
    """Say of the hits of one rule which their principal had a week before at the same time of day; by place.

    Examples
    --------
    >>> night = dt.datetime(2026, 9, 5, 22)
    >>> times = [night, night + dt.timedelta(days=7, minutes=3), night + dt.timedelta(days=7, hours=2)]
    >>> weekly([(Found(0, n), "cleaner", time) for n, time in enumerate(times)])
    {1: Note(text='weekly: as on 2026-09-05', at_most='low')}
    """
    times: dict[str, list[dt.datetime]] = defaultdict(list)
    for _, principal, time in hits:
        if principal and time:
            times[principal].append(time)
    ordered = {principal: sorted(found) for principal, found in times.items()}
    notes = {}
    for place, (_, principal, time) in enumerate(hits):
        if not (principal and time):
            continue
        known = ordered[principal]
        nearest = bisect_left(known, time - _WEEK - _PUNCTUAL)
        if known[nearest] <= time - _WEEK + _PUNCTUAL:
            notes[place] = Note(f"weekly: as on {known[nearest].date()}", "low")
    return notes


def of_address(hits: Sequence[tuple[Found, str, dt.datetime | None]]) -> dict[int, Note]:
    """Say of the hits of one rule, with their addresses, which are a habit of an address; by place.

    People share an office, and builds a farm: what was met on three earlier days from there is what they do.

    Examples
    --------
    >>> days = [(Found(0, n), "192.0.2.7", dt.datetime(2026, 9, n)) for n in (1, 2, 3, 4)]
    >>> of_address(days)[3].text, of_address([(one, "ssm.amazonaws.com", time) for one, _, time in days])
    ('habitual: 3 days, from 192.0.2.7', {})
    """
    placed = [(one, address if "/" in network_of(address) else None, time) for one, address, time in hits]
    return {
        place: note._replace(text=f"{note.text}, from {hits[place][1]}")
        for place, note in habits(placed).items()
    }


def network_of(address: str) -> str:
    """Return the /24 of an address, or the /48 of one of IPv6; of what is none, the text.

    Examples
    --------
    >>> network_of("::ffff:192.0.2.77"), network_of("2001:db8:1:2::3"), network_of("ssm.amazonaws.com")
    ('192.0.2.0/24', '2001:db8:1::/48', 'ssm.amazonaws.com')
    """
    found = ip.parsed(address)
    return address if found is None else ip.network_of(found)

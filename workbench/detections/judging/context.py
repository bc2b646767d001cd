"""What a hit is worth where it was found: refused and failed calls, habits, tools, suppressions.

Nothing here drops a hit, and nothing raises one. Each note says in the reason of the hit why it is there, and
at most what is left of the severity; the lowest counts, and `rule_level` keeps what the rule says:

`denied`, `failed`
    At most the level that the rule names for a refused or a failed call; a rule that names none is not
    lowered. Several events together are denied or failed where each of them was.
`habit`, `iac`
    `low`, for rules that say they are about what is done day by day, or read in bulk. The very same act again
    is a habit sooner: the first time told all there is to tell. What is done day by day from one address, of
    an office or a build farm, is a habit there, whoever does it; from elsewhere it is none.
suppressions
    `informational`, for any rule.

Whose accounts are whose is no note: a rule with `foreign` is about accounts of others, so a share with one of
ours is no hit of it at all (`matching.narrowing.to_others`). So are `known` and `first` part of what a rule
asks; `first` lowers to `low` where the evidence begins too late to tell.
"""

import datetime as dt
import ipaddress
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.detections.counting.narrowing import Found, Note
from workbench.detections.reading.model import Rule, rank

READS = ("eventName", "errorCode", "userAgent", "sourceIPAddress", "userIdentity.invokedBy")
"""The fields that are looked at."""

_REFUSED = ("accessdenied", "unauthorized", "notauthorized", "forbidden", "authorizationerror")
_TOOLS = ("terraform", "opentofu", "pulumi", "cloudformation.amazonaws.com", "aws-cdk")
_HABITUAL = 3
_DAYS = dt.timedelta(days=30)
_BEGINNING = dt.timedelta(days=7)
_ON_OTHER_DAYS = 5

Values = Mapping[str, Sequence[str]]


def is_refusal(code: str) -> bool:
    """Tell an error code that says "you may not" from all others.

    Examples
    --------
    >>> is_refusal("Client.UnauthorizedOperation"), is_refusal("NoSuchBucket")
    (True, False)
    """
    return any(word in code.lower() for word in _REFUSED)


def errors(rule: Rule, events: Iterable[Values]) -> list[Note]:
    """Say what refused or failed calls are worth at most, where the rule says so; one that worked is enough.

    Examples
    --------
    >>> denied, worked = {"errorCode": ["AccessDenied"]}, {"errorCode": []}
    >>> errors(Rule("a", "A", denied="medium"), [denied, denied])
    [Note(text='denied: AccessDenied', at_most='medium')]
    >>> errors(Rule("a", "A", denied="medium"), [denied, worked])
    []
    """
    notes: list[Note] = []
    for values in events if rule.denied or rule.failed else ():
        note = _error(rule, values)
        if note is None:
            return []
        notes.append(note)
    return [max(notes, key=lambda note: rank(note.at_most or rule.level))] if notes else []


def _error(rule: Rule, values: Values) -> Note | None:
    code = next(iter(values["errorCode"]), None)
    if code is None:
        return None
    what, least = ("denied", rule.denied) if is_refusal(code) else ("failed", rule.failed)
    return Note(f"{what}: {code}", least) if least else None


def tool(rule: Rule, values: Values) -> list[Note]:
    """Say that a tool of infrastructure as code reads all it manages, where the rule is about such reads."""
    if not rule.iac:
        return []
    for field in ("userAgent", "userIdentity.invokedBy", "sourceIPAddress"):
        for text in values[field]:
            name = next((name for name in _TOOLS if name in text.lower()), None)
            if name:
                return [Note(f"infrastructure as code: {name}", "low")]
    return []


def habits(
    hits: Sequence[tuple[Found, str | None, dt.datetime | None]], begin: dt.datetime | None = None
) -> dict[int, Note]:
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
    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::3"), network_of("ssm.amazonaws.com")
    ('192.0.2.0/24', '2001:db8:1::/48', 'ssm.amazonaws.com')
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def severity_of(level: str, notes: Sequence[Note]) -> str:
    """Return the severity of a hit: what its rule says, or the least that a note leaves of it.

    Examples
    --------
    >>> severity_of("high", [Note("denied", "medium"), Note("x")]), severity_of("low", [Note("y", "medium")])
    ('medium', 'low')
    """
    return min((level, *(note.at_most for note in notes if note.at_most)), key=rank) if notes else level


def told(level: str, notes: Sequence[Note]) -> str:
    """Tell the notes, and that they lowered the severity, if they did.

    Examples
    --------
    >>> told("high", [Note("denied: AccessDenied", "medium")])
    '; denied: AccessDenied; medium instead of high'
    """
    lowered = severity_of(level, notes)
    change = [f"{lowered} instead of {level}"] if lowered != level else []
    return "".join(f"; {text}" for text in [*dict.fromkeys(note.text for note in notes), *change])

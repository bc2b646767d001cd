"""Hits that are none after all: a share with an account of ours, a value nobody knows, the second time.

And what somebody undoes who had made it.

What depends on more than one event cannot be said by a test of a field: whose accounts the case is about,
what other events name, and what was there before.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.detections.counting.openings import opened_to
from workbench.detections.reading.model import Rule

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Values = Mapping[str, Sequence[str]]

_SHORT = dt.timedelta(days=2)
NO_HISTORY = "no history: the evidence of this account begins {age} before"


class Note(NamedTuple):
    """Something to tell of a hit; `at_most` is what it makes the hit worth, where it lowers it."""

    text: str
    at_most: str | None = None


class Found(NamedTuple):
    """A hit before it is told: of which rule, the event that completed it, and all its events, if several.

    `number` is how many there were of what was counted, `foreign` to whom something was opened.
    """

    rule: int
    n: int
    members: tuple[int, ...] = ()
    number: int = 1
    foreign: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


class Accounts(NamedTuple):
    """The accounts of ours, and since when there is evidence of each that delivers into the case."""

    own: frozenset[str]
    since: Mapping[str, dt.datetime]


def accounts_of(con: DuckDBPyConnection, events: str, more: frozenset[str]) -> Accounts:
    """Find the accounts that deliver into the case; `more` are ours as well."""
    rows = con.execute(
        'SELECT "recipientAccountId", min("eventTime") FILTER (WHERE NOT list_contains(flags, \'odd-time\'))'  # noqa: S608
        f' FROM {events} WHERE "recipientAccountId" IS NOT NULL GROUP BY 1'
    ).fetchall()
    own = frozenset(account for account, _ in rows)
    return Accounts(own | more, {account: since for account, since in rows if since is not None})


def to_others(
    rule: Rule, hits: Sequence[Found], values: Mapping[int, Values], own: frozenset[str]
) -> list[Found]:
    """Keep the hits that open something to an account that is not ours, or to everybody.

    This drops hits, unlike all that `judging.context` does: such a rule is about what is opened to others,
    and a share with ourselves is none. Ours are the accounts that deliver into the case, and those that the
    user names; `*` and `all` never are.
    """
    kept = []
    for hit in hits:
        texts = (text for path in rule.foreign for text in values[hit.n][path])
        others = sorted({account for text in texts for account in opened_to(text)} - own)
        if others:
            kept.append(hit._replace(foreign=tuple(others)))
    return kept


def of_known(
    rule: Rule, hits: Sequence[Found], values: Mapping[int, Values], known: frozenset[str]
) -> list[Found]:
    """Keep the hits whose value is known from other events; case does not matter."""
    fields = rule.known.values if rule.known else ()
    return [hit for hit in hits if any(text.lower() in known for text in _texts(values[hit.n], fields))]


def _texts(values: Values, fields: Sequence[str]) -> list[str]:
    return [text for field in fields for text in values[field]]


def of_their_own(
    rule: Rule,
    hits: Sequence[Found],
    values: Mapping[int, Values],
    times: Mapping[int, tuple[dt.datetime | None, str]],
    made: Mapping[tuple[str, str], Sequence[dt.datetime]],
) -> list[Found]:
    """Say of hits that the principal had just made what the call is about; all of it, if that is several.

    What comes and goes within two days is a trial; what a pipeline made long ago, others have come to need.
    `made` tells when a principal made what, in small letters.
    """
    fields = rule.own.values if rule.own else ()
    note = Note("its own: made by the same principal within two days before", at_most="low")

    def is_own(hit: Found) -> bool:
        (who, *_), time = values[hit.n]["principal"] or [""], times[hit.n][0]
        ages = [
            [time - at for at in made.get((who, text.lower()), ()) if time]
            for text in _texts(values[hit.n], fields)
        ]
        return bool(ages) and all(any(dt.timedelta() < age <= _SHORT for age in one) for one in ages)

    return [hit._replace(notes=(*hit.notes, note)) if is_own(hit) else hit for hit in hits]


def first_of_all(
    rule: Rule,
    hits: Sequence[Found],
    values: Mapping[int, Values],
    times: Mapping[int, tuple[dt.datetime | None, str]],
    since: Mapping[str, dt.datetime],
) -> list[Found]:
    """Keep the first hit of each combination of values; where there was no time before it, say so."""
    seen: set[tuple[str | None, ...]] = set()
    kept = []
    timed = [hit for hit in hits if times[hit.n][0] is not None]
    for hit in sorted(timed, key=lambda hit: times[hit.n]):
        texts: list[Sequence[str | None]] = [values[hit.n][name] or [None] for name in rule.first]
        found = set(itertools.product(*texts))
        if not found <= seen:
            kept.append(_with_history(hit, values[hit.n], times[hit.n][0], since))
        seen |= found
    return kept


def _with_history(
    hit: Found, values: Values, time: dt.datetime | None, since: Mapping[str, dt.datetime]
) -> Found:
    account = next(iter(values["recipientAccountId"]), "")
    before = time - since[account] if time and account in since else dt.timedelta()
    if before >= _SHORT:
        return hit
    note = Note(NO_HISTORY.format(age=_age(before)), at_most="low")
    return hit._replace(notes=(*hit.notes, note))


def _age(before: dt.timedelta) -> str:
    number, unit = round(before.total_seconds() / 3600), "hour"
    if number == 0:
        number, unit = round(before.total_seconds() / 60), "minute"
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

"""Whether something still works at a time, why, and the events that prove it.

What AWS's documentation does not say is told as `unknown`, never as ended: whether credentials that a role or
user was given still work after it was deleted.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import ibis.expr.types as ir

from workbench.queries.attribution.denials import ALL, BEFORE, SOME, Denial, Denials
from workbench.queries.attribution.lineage import Made, given_back, taken_back

LIVE, RESTRICTED, UNKNOWN, ENDED, NOT_YET = STATES = ("live", "restricted", "unknown", "ended", "not-yet")
"""What may be told of a thing at a time, what may work first."""

_WEIGHT = (UNKNOWN, RESTRICTED, ENDED)  # of several denials the surest is told
_SECOND = dt.timedelta(seconds=1)
_OWNER = {
    "access-key": "user",
    "login-profile": "user",
    "user": "user",
    "role": "role",
    "trust-policy": "role",
}
_Named = tuple[str, str | None, str]


class Standing(NamedTuple):
    """A state, why it is told, and the ids of the events that prove it."""

    state: str
    why: str
    proof: tuple[str, ...] = ()
    since: dt.datetime | None = None


_KEPT = Standing(LIVE, "nothing in this case takes it back")


class Holder(NamedTuple):
    """The role or user whose policies bind a session, and when the session was issued."""

    kind: str
    account: str | None
    name: str
    issued: dt.datetime | None


class Standings:
    """Tells of things and sessions whether they work at a time."""

    def __init__(self, events: ir.Table, moment: dt.datetime, made: Iterable[Made]) -> None:
        self.moment = moment
        self._denials = Denials(events, moment)
        self._made: defaultdict[_Named, list[Made]] = defaultdict(list)
        for edge in made:
            self._made[edge.kind, edge.account, edge.label].append(edge)
        self._turns: defaultdict[_Named, list[tuple[dt.datetime, bool, str]]] = defaultdict(list)
        for is_off, edges in ((True, taken_back(events)), (False, given_back(events))):
            for edge in edges:
                if edge.time and edge.time <= moment:
                    turn = edge.time, is_off, edge.event_id
                    self._turns[edge.kind, edge.account, edge.label].append(turn)

    def of_session(self, holder: Holder | None, expires: dt.datetime | None) -> Standing:
        """Tell of a session whether it works: by its end, its role or user, and what that is denied."""
        issued = holder.issued if holder else None
        if issued and issued > self.moment:
            return Standing(NOT_YET, f"not opened before {_utc(issued)}")
        found = self._of_holder(holder) if holder else None
        is_cut = found and found.state == ENDED and (not expires or not found.since or found.since < expires)
        if found and (is_cut or not expires or expires > self.moment):
            return found
        if expires and expires <= self.moment:
            return Standing(ENDED, f"expired at {_utc(expires)}")
        return Standing(LIVE, f"works until {_utc(expires)}") if expires else _KEPT

    def _of_holder(self, holder: Holder) -> Standing | None:
        gone = self.gone(holder.kind, holder.account, holder.name, holder.issued)
        if gone:
            why = f"its {holder.kind} was deleted at {_utc(gone[0])}: AWS does not say whether it still works"
            return Standing(UNKNOWN, why, (gone[1],))
        denied = self._denials.of(holder.kind, holder.account, holder.name)
        told = [each for one in denied if (each := _told(one, holder.issued))]
        return max(told, key=lambda each: _WEIGHT.index(each.state), default=None)

    def of_thing(
        self, kind: str, account: str | None, name: str, user: str | None, since: dt.datetime | None
    ) -> Standing:
        """Tell of a key, user, role, password or trust policy whether it works; `since` when it was made."""
        if since and since > self.moment:
            return Standing(NOT_YET, f"not made before {_utc(since)}")
        owner = _OWNER[kind], account, (user if kind == "access-key" else name) or ""
        gone = self.gone(kind, account, name, since)
        if gone:
            return Standing(ENDED, f"taken back at {_utc(gone[0])}", (gone[1],))
        gone = self.gone(*owner, since)
        if gone:
            return Standing(ENDED, f"its {owner[0]} was deleted at {_utc(gone[0])}", (gone[1],))
        replaced = self._replaced(kind, account, name, since)
        if replaced:
            return Standing(ENDED, f"replaced at {_utc(replaced.time)}", (replaced.event_id,))
        denied = [one for one in self._denials.of(*owner) if one.what in (ALL, SOME)]
        return min((_restricted(one) for one in denied), key=lambda each: each.why, default=_KEPT)

    def of_seen(
        self, kind: str, account: str | None, name: str, user: str | None, seen: dt.datetime | None
    ) -> Standing:
        """Tell of what was first seen at a time whether it works: it may be older than that."""
        made = next((one for one in reversed(self._made[kind, account, name]) if _is_before(one, seen)), None)
        if seen and seen > self.moment and not made:
            return Standing(UNKNOWN, f"first seen at {_utc(seen)}: nothing tells whether it was there before")
        return self.of_thing(kind, account, name, user, made.time if made else None)

    def gone(
        self, kind: str, account: str | None, name: str, made: dt.datetime | None
    ) -> tuple[dt.datetime, str] | None:
        """Tell since when something is gone; what bore its name before it was made says nothing of it."""
        gone = None
        for time, is_off, event_id in sorted(self._turns.get((kind, account, name), ())):
            if made is None or time >= made:
                gone = (gone or (time, event_id)) if is_off else None
        return gone

    def _replaced(self, kind: str, account: str | None, name: str, since: dt.datetime | None) -> Made | None:
        """Give the call that set another password or trust policy than the one that was set at a time."""
        if kind not in ("login-profile", "trust-policy") or since is None:
            return None
        edges = [one for one in self._made[kind, account, name] if one.time and one.time <= self.moment]
        own = next((one for one in edges if one.time == since), None)
        later = [one for one in edges if one.time and one.time > since]
        if kind == "login-profile":  # passwords are not recorded: each is another one
            return next(iter(later), None)
        is_same = own is None or not later or later[-1].document == own.document
        return None if is_same else next(one for one in later if own and one.document != own.document)


def _is_before(edge: Made, seen: dt.datetime | None) -> bool:
    return edge.time is not None and (seen is None or edge.time <= seen)


def _told(denied: Denial, issued: dt.datetime | None) -> Standing | None:
    """Tell what a denial does to credentials that were issued at a time, known to the second."""
    if denied.what in (ALL, SOME):
        return _restricted(denied)
    since = _utc(denied.since)
    if denied.what == BEFORE and denied.before and issued:
        if issued >= denied.before:
            return None
        if issued + _SECOND <= denied.before:
            why = f"revoked at {since}: {denied.policy} denies what was issued before {_utc(denied.before)}"
            return Standing(ENDED, why, denied.proof, denied.since)
    why = f"{denied.policy} denies everything since {since} on a condition that cannot be judged here"
    return Standing(UNKNOWN, why, denied.proof)


def _restricted(denied: Denial) -> Standing:
    what = "everything" if denied.what == ALL else "calls that are often abused, no others"
    why = f"restricted since {_utc(denied.since)}: {denied.policy} denies {what}"
    return Standing(RESTRICTED, why, denied.proof)


def _utc(time: dt.datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else "an unknown time"

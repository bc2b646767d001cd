"""Blast radius: everything that an access key or session led to, and what of it still works."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.errors import ParameterError
from workbench.queries.attribution.chains import Resolver
from workbench.queries.attribution.facts import Identity, Issuance, keyed
from workbench.queries.attribution.identifiers import ANY, callers_of, kind_of, tidied
from workbench.queries.attribution.kept import resolver
from workbench.queries.attribution.ledger import session_arn, sessions
from workbench.queries.attribution.lineage import Made, made_by
from workbench.queries.attribution.model import BEGINNING
from workbench.queries.attribution.standing import (
    ENDED,
    LIVE,
    NOT_YET,
    RESTRICTED,
    UNKNOWN,
    Holder,
    Standing,
    Standings,
)
from workbench.queries.attribution.validity import LONGEST, ends_at
from workbench.queries.containment import containment

_REACHED = pa.schema([
    ("time", pa.timestamp("us")), ("kind", pa.string()), ("what", pa.string()), ("account", pa.string()),
    ("depth", pa.int64()), ("through", pa.string()), ("access_key_id", pa.string()),
    ("expires_at", pa.timestamp("us")), ("is_live", pa.bool_()), ("state", pa.string()), ("why", pa.string()),
    ("why_eventIDs", pa.list_(pa.string())), ("events", pa.int64()),
    ("first_seen", pa.timestamp("us")), ("last_seen", pa.timestamp("us")),
    ("eventIDs", pa.list_(pa.string())), ("command", pa.string()), ("reason", pa.string()),
])  # fmt: skip
_LASTING = ("role_arn", "principal_id")
_IS_LIVE = {LIVE: True, RESTRICTED: True, UNKNOWN: None, ENDED: False, NOT_YET: False}
_ALIVE = (LIVE, RESTRICTED, UNKNOWN, NOT_YET, ENDED)  # of several sessions the one that works is told


@dataclass
class _Node:
    """Something that was reached, with the callers it stands for."""

    kind: str
    what: str
    account: str | None
    depth: int
    through: str | None
    time: dt.datetime | None
    callers: list[Identity]
    call: Issuance | None = None
    expires: dt.datetime | None = None
    user: str | None = None
    is_session: bool = False
    evidence: list[str] = field(default_factory=list)


def blast_radius(events: ir.Table, start: str, *, at: str | dt.datetime | None = None) -> ir.Table:
    """Follow a key or session forward: what it issued, chained into and made, and what still works.

    Parameters
    ----------
    events
        The whole events table.
    start
        An access key id, the ARN of a session, role or user, a principal id, or an event id.
    at
        The time at which it is asked what still works (ISO 8601, UTC without an offset); the last event's.

    Returns
    -------
    ibis Table
        One row per thing reached, `start` first: `time` (naive UTC: when it was opened or made), `kind`
        (`start`, `session`, `access-key`, `user`, `role`, `login-profile`, `trust-policy`), `what` (ARN or
        key), `account`, `depth` (steps from the start), `through` (what led to it), `access_key_id` (that
        was issued), `expires_at`, `is_live` (at the time asked for: NULL where the evidence does not tell),
        `state` (`live`, `restricted`, `unknown`, `ended`, `not-yet`), `why` (expired, revoked, deleted,
        denied, or what keeps it alive), `why_eventIDs` (the events that prove it), `events`, `first_seen`,
        `last_seen` (its own calls), `eventIDs` (what opened or made it), `command` and `reason` (how to end
        it, as of `workbench.queries.containment`). Ordered by `depth`, `time`. Sessions of a role whose trust
        policy was changed are not followed: who opened them is told by `role_sessions`.

    Notes
    -----
    A policy that denies what was issued before a time (`aws:TokenIssueTime`, as "Revoke active sessions"
    puts it) ends the sessions of its role or user, as long as it is there. AWSDenyAll and a quarantined key's
    policy restrict, they end nothing. Of a role or user that was deleted AWS does not say whether its
    sessions work on: `unknown`. A password ends with the next one: records hold neither, so each
    `UpdateLoginProfile` counts as one. Groups, boundaries, and policies of the organization are not judged; a
    change of policies may take minutes to work.

    Raises
    ------
    NotFoundError
        `start` is nowhere in the evidence.
    ParameterError
        `at` is no time, or `start` is empty.

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> events = table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1"))
    >>> rows = blast_radius(events, "AKIAIOSFODNN7EXAMPLE")
    >>> rows.select("kind", "depth", "access_key_id", "events").to_pyarrow().to_pylist()[1]
    {'kind': 'session', 'depth': 1, 'access_key_id': 'ASIA1', 'events': 1}
    """
    start = tidied(start)
    case, kind = resolver(events), kind_of(start)
    callers = callers_of(case, events, ANY if kind == "event_id" else kind, start)
    ends = [one.last for one in case.case.identities.values() if one.last]
    bearer = callers[0].role_arn or callers[0].principal
    start = bearer if kind == "event_id" and _name(bearer) == start else start  # it is a name
    moment = _moment(at) or max(ends, default=BEGINNING)
    made = made_by(events)
    reached = list(_reached(_Ways(case, made), callers, start))
    standings = Standings(events, moment, made)
    steps = _steps(events, reached)
    rows = [_row(node, case, standings, steps) for node in reached]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=_REACHED)).order_by("depth", "time", "what")


def _moment(at: str | dt.datetime | None) -> dt.datetime | None:
    if at is None:
        return None
    try:
        time = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    except ValueError as error:
        raise ParameterError(f"at {at!r} is no time; write it like 2026-03-01T12:00:00Z") from error
    return time.astimezone(dt.UTC).replace(tzinfo=None) if time.tzinfo else time


class _Ways:
    """Where one can go from a caller: to what it opened, and to what it made."""

    def __init__(self, case: Resolver, made: Iterable[Made]) -> None:
        self.case = case
        self.opened: defaultdict[str, list[int]] = defaultdict(list)
        self.made: defaultdict[str, list[Made]] = defaultdict(list)
        self.members: dict[int, list[Identity]] = {
            group[1]: members for group, members in sessions(case).items() if group[0] == "issued"
        }
        for place in sorted(case.case.expected.values()):
            self.opened[self._caller(case.case.issuances[place].caller)].append(place)
        for edge in made:
            self.made[edge.maker].append(edge)

    def _caller(self, key: str) -> str:
        """Give the caller's own side of a call that another account recorded."""
        link = self.case.link(key)
        return link.parent if link.rule == "R2" and link.parent else key

    def onward(self, node: _Node) -> Iterator[_Node]:
        """Give what one step leads to, in order of time."""
        for one in node.callers:
            for place in self.opened.get(one.key, ()):
                yield self._session(node, place)
            for edge in self.made.get(one.key, ()):
                yield self._thing(node, edge)

    def _session(self, node: _Node, place: int) -> _Node:
        call = self.case.case.issuances[place]
        members = self.members.get(place, [])
        names = (session_arn(one, call.role_arn) for one in members)
        arn = next((name for name in names if name), None)
        role = call.role_arn or call.root_of or call.issued_key or call.name
        return _Node(
            "session", arn or role, role.split(":")[4] if role.count(":") > 4 else call.account,
            node.depth + 1, node.what, call.time, members, call,
            ends_at(call, is_chained=any(one.kind == "role" for one in node.callers),
                     is_console=any(one.console for one in members if one.events)),
            is_session=True, evidence=[call.event_id],
        )  # fmt: skip

    def _thing(self, node: _Node, edge: Made) -> _Node:
        users = list(self._users(edge))
        return _Node(edge.kind, edge.made, edge.account, node.depth + 1, node.what, edge.time, users,
                     user=edge.user, evidence=[edge.event_id])  # fmt: skip

    def _users(self, edge: Made) -> Iterator[Identity]:
        """Give the callers who used later what was made."""
        for one in self.case.case.identities.values():
            if not one.events or (edge.time and one.last and one.last < edge.time):
                continue
            if _is_it(one, edge):
                yield one


def _is_it(one: Identity, edge: Made) -> bool:
    """Tell whether a caller is, or uses, what was made."""
    if edge.kind == "access-key":
        return one.access_key == edge.made
    if edge.kind == "role":
        return one.role_arn == edge.made
    if edge.kind == "user":
        return one.principal == edge.made
    by_password = not (one.access_key or "").startswith("AKIA")
    is_user = one.kind == "iam_user" and one.account == edge.account
    return edge.kind == "login-profile" and is_user and by_password and _name(one.principal) == edge.user


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _reached(ways: _Ways, callers: list[Identity], start: str) -> Iterator[_Node]:
    """Go forward, the nearest first, each caller once."""
    began = min((one.first for one in callers if one.first), default=None)
    ends = [_ends(ways.case, one) for one in callers] if _is_of_a_session(start, callers) else []
    known = [end for end in ends if end]
    first = _Node("start", start, callers[0].account, 0, None, began, callers,
                  expires=max(known) if len(known) == len(ends) > 0 else None,
                  is_session=bool(ends))  # fmt: skip
    seen: set[str] = {one.key for one in callers}
    told: set[tuple[str, ...]] = set()
    waiting = deque([first])
    while waiting:
        node = waiting.popleft()
        yield node
        for following in ways.onward(node):
            sign = (following.kind, following.what, *following.evidence)
            if sign not in told:
                told.add(sign)
                following.callers = [one for one in following.callers if one.key not in seen]
                seen.update(one.key for one in following.callers)
                waiting.append(following)


def _is_of_a_session(start: str, callers: Iterable[Identity]) -> bool:
    """Tell whether a start stands for credentials that end by themselves: not for a role or a user."""
    lasts = kind_of(start) in _LASTING and not (start.startswith("AROA") and ":" in start)
    return not lasts and all((one.access_key or "ASIA").startswith("ASIA") for one in callers)


def _ends(case: Resolver, one: Identity) -> dt.datetime | None:
    """Tell when a caller's credentials end at the latest."""
    link = case.link(one.key)
    if link.issuance is not None:
        parent = case.case.identities.get(link.parent or "")
        is_chained = parent is not None and parent.kind == "role"
        call = case.case.issuances[link.issuance]
        return ends_at(call, is_chained=is_chained, is_console=bool(one.console))
    return one.created + LONGEST if one.role_arn and one.created else None


def _steps(events: ir.Table, reached: Iterable[_Node]) -> dict[str, tuple[str | None, str | None]]:
    """Ask for the steps that end the access of all callers, by the key, user or role they speak of."""
    keys = [one.key for node in reached for one in node.callers if one.events]
    made = [name for node in reached for name in node.evidence]
    if not keys and not made:
        return {}
    named = ibis.memtable({"caller": keys}, schema={"caller": "string"})
    ids = ibis.memtable({"made": made}, schema={"made": "string"})
    with_key = keyed(events)
    own = with_key.semi_join(named, with_key.identity_key == named.caller)
    openers = with_key.semi_join(ids, with_key.eventID == ids.made)
    cited = own.union(openers, distinct=False).select(*events.columns)
    rows = containment(cited, whole=events).to_pyarrow().to_pylist()
    return {row["subject"]: (row["command"], row["reason"]) for row in reversed(rows)}


def _row(
    node: _Node, case: Resolver, standings: Standings, steps: dict[str, tuple[str | None, str | None]],
) -> dict[str, Any]:  # fmt: skip
    used = [one for one in node.callers if one.events]
    standing = _standing(node, case, standings)
    is_live = _IS_LIVE[standing.state]
    role = next((one.role_arn for one in node.callers if one.role_arn), None)
    names = (node.what, role, _name(node.what))
    command, reason = next((steps[name] for name in names if name in steps), (None, None))
    times = [time for one in used for time in (one.first, one.last) if time]
    return {
        "time": node.time, "kind": node.kind, "what": node.what, "account": node.account, "depth": node.depth,
        "through": node.through, "access_key_id": node.call.issued_key if node.call else None,
        "expires_at": node.expires, "is_live": is_live, "state": standing.state, "why": standing.why,
        "why_eventIDs": list(standing.proof), "events": sum(one.events for one in used),
        "first_seen": min(times, default=None), "last_seen": max(times, default=None),
        "eventIDs": node.evidence, "command": None if is_live is False else command, "reason": reason,
    }  # fmt: skip


def _standing(node: _Node, case: Resolver, standings: Standings) -> Standing:
    """Tell whether something works at the time asked for, why, and by which events."""
    if node.call:
        return standings.of_session(_holder_of(case, node.call), node.expires)
    if node.kind != "start":
        return standings.of_thing(node.kind, node.account, _name(node.what), node.user, node.time)
    told = [_standing_of(one, node, case, standings) for one in node.callers]
    return min(told, key=lambda each: _ALIVE.index(each.state))


def _standing_of(one: Identity, node: _Node, case: Resolver, standings: Standings) -> Standing:
    """Tell of a caller from whom one starts: of its session, key, user or role."""
    if node.is_session:
        return standings.of_session(_holder(case, one), _ends(case, one))
    user = _name(one.principal) if one.kind == "iam_user" else None
    is_key = (one.access_key or "").startswith("AKIA") and kind_of(node.what) not in _LASTING
    kind, name = ("role", _name(one.role_arn)) if one.role_arn else ("user", user or "")
    kind, name = ("access-key", one.access_key or "") if is_key else (kind, name)
    account = one.role_arn.split(":")[4] if one.role_arn and not is_key else one.account
    return standings.of_seen(kind, account, name, user, node.time)


def _holder(case: Resolver, one: Identity) -> Holder | None:
    """Give the role or user whose policies bind a caller's session."""
    issued = case.link(one.key).opened or one.created
    if one.role_arn:
        return Holder("role", one.role_arn.split(":")[4], _name(one.role_arn), issued)
    user = one.issuer_arn if one.kind == "federated_user" else one.principal
    return _of_user(user, issued)


def _holder_of(case: Resolver, call: Issuance) -> Holder | None:
    """Give the role or user whose policies bind the session that a call opened."""
    if call.role_arn:
        return Holder("role", call.role_arn.split(":")[4], _name(call.role_arn), call.time)
    return None if call.root_of else _of_user(case.case.identities[call.caller].principal, call.time)


def _of_user(arn: str | None, issued: dt.datetime | None) -> Holder | None:
    if not arn or ":user/" not in arn:
        return None
    return Holder("user", arn.split(":")[4], _name(arn), issued)

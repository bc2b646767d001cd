"""The ledger: one row per session, with who opened it, how that is known, and who stands at its beginning."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.queries.attribution.chains import Chain, Resolver
from workbench.queries.attribution.evidence import account_of
from workbench.queries.attribution.facts import Identity
from workbench.queries.attribution.kept import resolver
from workbench.queries.attribution.memory import uncollected
from workbench.queries.attribution.model import CONFIDENCES, END, SKEW, Origin

_TEXT, _TIME, _LIST = pa.string(), pa.timestamp("us"), pa.list_(pa.string())
_SESSION = pa.schema([
    ("session_arn", _TEXT), ("role_arn", _TEXT), ("role_account", _TEXT), ("session_name", _TEXT),
    ("principal_id", _TEXT), ("access_key_id", _TEXT), ("access_keys", pa.int64()), ("started_at", _TIME),
    ("expires_at", _TIME), ("first_seen", _TIME), ("last_seen", _TIME), ("events", pa.int64()),
    ("issuance_event_id", _TEXT), ("issuer_principal", _TEXT), ("issuer_kind", _TEXT),
    ("issuer_account", _TEXT), ("rule", _TEXT), ("confidence", _TEXT), ("source_identity", _TEXT),
    ("console", pa.bool_()), ("via_service", _TEXT), ("hops", pa.int64()), ("evidence", _LIST),
])  # fmt: skip
ORIGIN = pa.schema([
    ("origin_principal", _TEXT), ("origin_id", _TEXT), ("origin_kind", _TEXT), ("origin_confidence", _TEXT),
    ("origin_reason", _TEXT), ("likely_principal", _TEXT),
])  # fmt: skip
_STARTED, _ARN, _EVIDENCE = map(_SESSION.names.index, ("started_at", "session_arn", "evidence"))


def role_sessions(events: ir.Table) -> ir.Table:
    """List every session: each issued set of credentials, and each console session, used or not.

    The events are read once, when this is called; what it returns is a table of its own.

    Parameters
    ----------
    events
        The whole events table: what was filtered away before cannot prove anything.

    Returns
    -------
    ibis Table
        `session_arn`, `role_arn` (with its path; NULL for sessions of a user or root), `role_account`,
        `session_name`, `principal_id`, `access_key_id` (issued key; NULL where the issuance was not seen),
        `access_keys` (number of distinct keys used), `started_at` (issuance, else creationDate),
        `expires_at`, `first_seen`, `last_seen` (naive UTC), `events`, `issuance_event_id`,
        `issuer_principal`, `issuer_kind`, `issuer_account`, `rule`, `confidence` (of the hop),
        `source_identity`, `console`, `via_service`, `hops`, `evidence` (event ids of the whole chain),
        `origin_principal`, `origin_id`, `origin_kind`, `origin_confidence`, `origin_reason` (of
        `workbench.queries.attribution.REASONS`), `likely_principal`. Ordered by `started_at`, `session_arn`.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = role_sessions(table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1")))
    >>> rows.select("session_name", "origin_principal", "rule").to_pyarrow().to_pylist()
    [{'session_name': 'build-1', 'origin_principal': 'arn:aws:iam::111122223333:user/alice', 'rule': 'R1'}]
    """
    with uncollected():
        return ledger(resolver(events))


def ledger(case: Resolver) -> ir.Table:
    """Give the ledger of a case that was read already."""
    schema = pa.unify_schemas([_SESSION, ORIGIN])
    rows = [_row(case, members) for members in sessions(case).values()]
    columns = zip(*sorted(rows, key=_order), strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return ibis.memtable(pa.Table.from_arrays(arrays, schema=schema)).order_by("started_at", "session_arn")


def _order(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[_STARTED] or END, row[_ARN] or "", row[_EVIDENCE]


def sessions(case: Resolver) -> dict[tuple[Any, ...], list[Identity]]:
    """Group callers into sessions; what a service did on behalf of a user belongs to one, and is none."""
    found: defaultdict[tuple[Any, ...], list[Identity]] = defaultdict(list)
    later = []
    for one in case.case.identities.values():
        if _is_session(one):
            if one.invoked_by and not one.role_arn:
                later.append(one)
            else:
                found[_group(case, one)].append(one)
    for one in later:
        group = _group(case, one)
        if group in found:
            found[group].append(one)
    return dict(found)


def _is_session(one: Identity) -> bool:
    if one.kind in ("role", "federated_user", "session") or one.assumed_root:
        return True
    return one.kind in ("iam_user", "root") and (one.access_key or "").startswith("ASIA") and not one.failed


def _group(case: Resolver, one: Identity) -> tuple[Any, ...]:
    link = case.chain(one.key).link
    if link.issuance is not None:
        return ("issued", link.issuance)
    if one.created and one.principal_id:
        return ("begun", one.principal_id, one.created)
    return ("key", one.access_key or one.key)


def _row(case: Resolver, members: Sequence[Identity]) -> tuple[Any, ...]:
    """Give the values of a session in the order of the columns; a dict of each takes three times as long."""
    one = members[0] if len(members) == 1 else _foremost(case, members)
    chain = case.chain(one.key)
    link = chain.link
    call = case.case.issuances[link.issuance] if link.issuance is not None else None
    caller = case.case.identities[call.caller] if call else None
    role = one.role_arn or (call.role_arn if call else None)
    keys, first, last, events, console = _use(members)
    until = link.valid[1]
    return (
        session_arn(one, role), role, account_of(role), one.session_name,
        one.principal_id, call.issued_key if call else None, keys,
        (call.time if call else None) or one.created, until - SKEW if call and until != END else None,
        first, last, events, call.event_id if call else None, caller.principal if caller else None,
        caller.kind if caller else None, caller.account if caller else None,
        link.rule or None, link.confidence, one.source_identity or (call.source_identity if call else None),
        console, _service(caller), chain.hops, case.evidence(one.key), *_origin(case, chain),
    )  # fmt: skip


def _foremost(case: Resolver, members: Sequence[Identity]) -> Identity:
    used = [one for one in members if one.events]
    return min(used or members, key=lambda one: _rank(case, one))


def _use(members: Sequence[Identity]) -> tuple[int, dt.datetime | None, dt.datetime | None, int, bool]:
    """Tell of a session how many keys were used, from when to when, in how many events, and in a console."""
    if len(members) == 1:  # nearly all of them
        (one,) = members
        return int(bool(one.access_key and one.events)), one.first, one.last, one.events, one.console
    used = [one for one in members if one.events]
    times = [time for one in used for time in (one.first, one.last) if time]
    keys = {one.access_key for one in used if one.access_key}
    first, last = min(times, default=None), max(times, default=None)
    return len(keys), first, last, sum(one.events for one in used), any(one.console for one in members)


def _origin(case: Resolver, chain: Chain) -> Origin:
    """Give the origin of a caller; if any of its calls was made outside of its time, nothing is proven."""
    one, (since, until) = chain.identity, chain.link.valid
    is_in_time = (one.first is None or since <= one.first) and (one.last is None or one.last <= until)
    return chain.origin if is_in_time else Origin.unknown("CONTRADICTION", case.issuer_claim(one.key))


def _rank(case: Resolver, one: Identity) -> tuple[Any, ...]:
    """Order the callers of a session: what contradicts first, then the surest, then the busiest."""
    origin = _origin(case, case.chain(one.key))
    level = CONFIDENCES.index(origin.confidence)
    return origin.reason != "CONTRADICTION", level, -one.events, one.key


def session_arn(one: Identity, role: str | None) -> str | None:
    """Give the ARN of a session; of one that was never used, the one that it has by its role and name."""
    if one.arn or not role or not one.session_name:
        return one.arn
    return f"{_session_of(role)}/{one.session_name}"


@lru_cache(maxsize=4096)
def _session_of(role: str) -> str:
    parts = role.split(":")
    return f"{':'.join(parts[:2])}:sts::{parts[4]}:assumed-role/{role.rpartition('/')[2]}"


def _service(caller: Identity | None) -> str | None:
    if caller is None:
        return None
    return caller.principal if caller.kind == "service" else caller.invoked_by


def origin_of(origin: Origin) -> dict[str, Any]:
    """Give the columns of an origin."""
    return dict(zip(ORIGIN.names, origin, strict=True))

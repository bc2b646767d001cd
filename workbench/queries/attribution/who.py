"""The hops behind one identifier: an access key, a session, a role, a principal or an event."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.errors import ParameterError
from workbench.queries.attribution.chains import Chain, Resolver, contradiction
from workbench.queries.attribution.identifiers import ANY, KINDS, callers_of, calls_of, kind_of, tidied
from workbench.queries.attribution.kept import resolver
from workbench.queries.attribution.ledger import ORIGIN
from workbench.queries.attribution.model import REASONS, Origin

_HOPS = pa.schema([
    ("chain", pa.int64()), ("hop", pa.int64()), ("principal", pa.string()), ("principal_kind", pa.string()),
    ("account", pa.string()), ("role_arn", pa.string()), ("session_arn", pa.string()),
    ("access_key_id", pa.string()), ("assumed_at", pa.timestamp("us")), ("rule", pa.string()),
    ("confidence", pa.string()), ("evidence", pa.list_(pa.string())),
])  # fmt: skip
_WHOLE = ("ACCOUNT_NOT_COLLECTED", "BEFORE_COVERAGE")  # of which every region is missing
_COLLECTED = (*_WHOLE, "REGION_NOT_COLLECTED")
_HOUR = dt.timedelta(hours=1)


def who_is_behind(
    events: ir.Table,
    identifier: str | None = None,
    *,
    access_key_id: str | None = None,
    session_arn: str | None = None,
    role_arn: str | None = None,
    principal_id: str | None = None,
    event_id: str | None = None,
) -> ir.Table:
    """Go back from an identifier to whoever started it, hop by hop.

    Parameters
    ----------
    events
        The whole events table.
    identifier
        Anything from a log line: an access key id, the ARN of a session, role or user (with or without its
        path), a principal id, an event id, or the name of a role, user, session or service. The keywords say
        which it is.

    Returns
    -------
    ibis Table
        One row per hop: `chain` (1, 2, ... where several people used the same identifier), `hop` (1 is the
        identity asked about, the last is the origin), `principal`, `principal_kind`, `account` (whose it is;
        NULL where none is told, as of services), `role_arn`, `session_arn`, `access_key_id`, `assumed_at`
        (naive UTC), `rule` (that leads to the next hop), `confidence`, `evidence` (event ids), and the origin
        of the chain: `origin_principal`, `origin_id`, `origin_kind`, `origin_confidence`, `origin_reason`,
        `likely_principal`.

    Raises
    ------
    ParameterError
        Not exactly one identifier was given, it is empty, or a name that several bear: they are listed.
    NotFoundError
        It is nowhere in the evidence.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1"))
    >>> hops = who_is_behind(rows, access_key_id="ASIA1")
    >>> hops.select("hop", "principal", "rule").to_pyarrow().to_pylist()  # doctest: +NORMALIZE_WHITESPACE
    [{'hop': 1, 'principal': 'arn:aws:iam::111122223333:role/Deploy', 'rule': 'R1'},
     {'hop': 2, 'principal': 'arn:aws:iam::111122223333:user/alice', 'rule': 'R0'}]
    """
    values = (access_key_id, session_arn, role_arn, principal_id, event_id)
    given = {kind: value for kind, value in zip(KINDS, values, strict=True) if value is not None}
    if identifier is not None:
        given[_asked(tidied(identifier))] = tidied(identifier)
    if len(given) != 1:
        raise ParameterError(f"name one identifier, such as access_key_id='ASIA...'; {len(given)} were given")
    ((kind, value),) = given.items()
    found = chains_of(events, kind, value)
    schema = pa.unify_schemas([_HOPS, ORIGIN])
    rows = [
        {"chain": number, "hop": place, **hop, **dict(zip(ORIGIN.names, chain[0].origin, strict=True))}
        for number, (chain, *_) in enumerate(found, 1)
        for place, hop in enumerate(_hops(chain), 1)
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema)).order_by("chain", "hop")


def _asked(identifier: str) -> str:
    """Tell what was asked for: what has no form of its own may be an event id or a name."""
    kind = kind_of(identifier)
    return ANY if kind == "event_id" else kind


def answer(events: ir.Table, identifier: str) -> dict[str, Any]:
    """Give what `workbench who --json` prints.

    Parameters
    ----------
    events
        The whole events table.
    identifier
        As for `who_is_behind`.

    Returns
    -------
    dict
        `id`, `origin_principal`, `origin_kind`, `confidence`, `reason`, `likely_principal`, `hops`; and
        `chains`, where several people used the identifier: then there is no single origin. `collect` says
        what to fetch where a chain breaks: `account`, `region`, `from`, `to` (the first and the last of
        `hours`, a list of spans around each session that began so), `why`.

    Raises
    ------
    NotFoundError
        It is nowhere in the evidence.
    ParameterError
        It is empty, or a name that several bear: they are listed.
    """
    asked = tidied(identifier)
    found = chains_of(events, _asked(asked), asked)
    told = [_told(alike) for alike in found]
    first = told[0] if len(told) == 1 else _told_many(told)
    return {"id": asked, **first, **({"chains": told} if len(told) > 1 else {})}


def chains_of(events: ir.Table, kind: str, value: str) -> list[list[list[Chain]]]:
    """Resolve every caller that an identifier stands for: the chains of each origin, the longest first."""
    case = resolver(events)
    called = calls_of(events, value) if kind in (ANY, "event_id") else []
    if called:
        return _by_origin([_at(case, key, time) for key, time in called])
    found = callers_of(case, events, kind, value)
    chains: dict[tuple[Any, ...], list[Chain]] = {}
    for one in [each for each in found if each.events] or found:
        chain = list(case.back(one.key))
        signs = tuple((each.identity.principal, each.link.issuance, each.link.rule) for each in chain[1:])
        chains.setdefault((chain[0].origin, chain[0].link.issuance, signs, _begun(chain)), chain)
    return _by_origin(list(chains.values()))


def _begun(chain: Sequence[Chain]) -> dt.datetime | None:
    """Tell when the last known session of a chain began, or was first seen."""
    last = chain[-1]
    return last.link.opened or last.identity.created or last.identity.first


def _by_origin(chains: Sequence[list[Chain]]) -> list[list[list[Chain]]]:
    """Put the chains of one origin together: a role that one person opened a hundred times has one answer."""
    found: dict[Origin, list[list[Chain]]] = {}
    for chain in sorted(chains, key=len, reverse=True):
        found.setdefault(chain[0].origin, []).append(chain)
    return sorted(found.values(), key=lambda alike: (_is_open(alike), str(alike[0][0].origin)))


def _is_open(alike: Sequence[Sequence[Chain]]) -> bool:
    return alike[0][0].origin.principal is None


def _at(case: Resolver, key: str, time: dt.datetime | None) -> list[Chain]:
    """Give the chain behind a caller at a time; its credentials may not have worked then."""
    first, *rest = case.back(key)
    since, until = first.link.valid
    if time is not None and not since <= time <= until:
        return [first._replace(origin=contradiction(rest[0] if rest else first))]
    return [first, *rest]


def _hops(chain: Sequence[Chain]) -> list[dict[str, Any]]:
    """Describe each caller of a chain, and its end where that is no caller itself."""
    hops = [_hop(one) for one in chain]
    last, origin = chain[-1], chain[-1].origin
    end = origin.principal
    if end and end != last.identity.principal:
        hops.append(_end(origin, list(last.link.evidence or (last.identity.sample,))))
    elif end:
        hops[-1]["rule"] = last.link.rule or "R0"
    return hops


def _hop(one: Chain) -> dict[str, Any]:
    who, link = one.identity, one.link
    return {
        "principal": who.principal, "principal_kind": who.kind,
        "account": _account(who.role_arn) or who.account, "role_arn": who.role_arn,
        "session_arn": who.arn if who.role_arn or who.kind == "federated_user" else None,
        "access_key_id": who.access_key, "assumed_at": link.opened or who.created,
        "rule": link.rule or None, "confidence": link.confidence,
        "evidence": list(dict.fromkeys((*link.evidence, who.sample))),
    }  # fmt: skip


def _end(origin: Origin, evidence: list[str]) -> dict[str, Any]:
    nothing = dict.fromkeys(("role_arn", "session_arn", "access_key_id", "assumed_at"))
    said = {"principal": origin.principal, "principal_kind": origin.kind, "rule": "R0"}
    said["account"] = _account(origin.principal)
    return said | nothing | {"confidence": origin.confidence, "evidence": evidence}


def _account(arn: str | None) -> str | None:
    return arn.split(":")[4] if arn and arn.startswith("arn:") and arn.count(":") > 4 else None


def _told(alike: Sequence[Sequence[Chain]]) -> dict[str, Any]:
    chain = alike[0]
    origin = chain[0].origin
    hops = [hop | {"assumed_at": _iso(hop["assumed_at"])} for hop in _hops(chain)]
    return {
        "origin_principal": origin.principal, "origin_id": origin.id, "origin_kind": origin.kind,
        "confidence": origin.confidence, "reason": origin.reason, "likely_principal": origin.likely,
        "hops": hops, "collect": to_collect(alike),
    }  # fmt: skip


def _told_many(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "origin_principal": None, "origin_id": None, "origin_kind": "unknown", "confidence": "none",
        "reason": "AMBIGUOUS", "likely_principal": None,
        "hops": [hop for one in told for hop in one["hops"]],
        "collect": next((one["collect"] for one in told if one["collect"]), None),
    }  # fmt: skip


def to_collect(alike: Sequence[Sequence[Chain]]) -> dict[str, Any] | None:
    """Say what to fetch where chains break: account, region and hours of the calls that began them."""
    origin = alike[0][0].origin
    if origin.reason not in _COLLECTED and not _is_federated_by_a_call(alike[0]):
        return None
    account = _broken_in(alike[0])
    hours = _hours(begun for chain in alike if _broken_in(chain) == account and (begun := _begun(chain)))
    return {
        "account": account,
        "region": None if origin.reason in _WHOLE else "us-east-1, and the regions in use",
        "from": hours[0]["from"] if hours else None, "to": hours[-1]["to"] if hours else None,
        "hours": hours, "why": REASONS[origin.reason or ""],
    }  # fmt: skip


def _is_federated_by_a_call(chain: Sequence[Chain]) -> bool:
    """Tell whether a federated session was opened by a call that is recorded: all are but Cognito's own."""
    provider = chain[-1].identity.federated_by or "cognito-identity"
    return chain[0].origin.reason == "FEDERATION_OUTSIDE" and not provider.startswith("cognito-identity")


def _broken_in(chain: Sequence[Chain]) -> str | None:
    who = chain[-1].identity
    return (_account(who.role_arn) if who.kind == "role" else None) or who.account


def _hours(times: Iterable[dt.datetime]) -> list[dict[str, str | None]]:
    """Give an hour around each time, those that meet joined."""
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    for time in sorted(times):
        since = time - _HOUR
        if spans and since <= spans[-1][1]:
            since = spans.pop()[0]
        spans.append((since, time + _HOUR))
    return [{"from": _iso(since), "to": _iso(until)} for since, until in spans]


def _iso(time: dt.datetime | None) -> str | None:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else None

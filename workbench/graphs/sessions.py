"""Chains of sessions: which way credentials really took, each hop bound to the one session that made it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import networkx as nx

from workbench.errors import ParameterError
from workbench.graphs.walk import UNKNOWN, nodes_of
from workbench.queries.attribution.chains import Resolver
from workbench.queries.attribution.facts import Identity
from workbench.queries.attribution.kept import resolver
from workbench.queries.attribution.ledger import sessions
from workbench.queries.attribution.model import CERTAIN, CONFIDENCES, END, weaker

Step = Mapping[str, Any]
_CHAIN = {
    "path": "array<string>",
    "hops": "int64",
    "origin": "string",
    "confidence": "string",
    "sessions": "int64",
    "events": "int64",
    "first": "timestamp",
    "last": "timestamp",
    "eventIDs": "array<string>",
}


def chains(graph: nx.MultiDiGraph, source: str | None = None, target: str | None = None) -> ir.Table:
    """List every way that credentials took from one principal to another.

    A hop leads to the next only where the session that it opened made the next call: by its issued key, or
    by what binds a session to its issuance otherwise (rules R3 and R4 of attribution). Two sessions of one
    role are never taken for one, and a session acts within its life only, so each chain respects time.

    Parameters
    ----------
    graph
        As of `graphs.assumption_graph`.
    source
        Node or principal to start from; None: wherever a chain begins.
    target
        Node or principal to end at; None: everything reached.

    Returns
    -------
    ibis Table
        `path` (list of nodes; from a node that comes twice, the way begins at its last time), `hops`,
        `origin` (whoever the whole chain is proved back to, NULL if it is not), `confidence` (of the weakest
        hop), `sessions`, `events` (calls of the last role's sessions), `first` (start of the first session),
        `last` (last call, else last start; naive UTC), `eventIDs` (the calls of one such chain, in order).
        Shortest first, then by `first` and `path`.

    Raises
    ------
    ParameterError
        When the graph knows no such node.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> from workbench.graphs import assumption_graph
    >>> graph = assumption_graph(table(assume_role(user(), key="ASIA1"), role_event(key="ASIA1")))
    >>> found = chains(graph, source="arn:aws:iam::111122223333:user/alice")
    >>> found.select("hops", "events").to_pyarrow().to_pylist()
    [{'hops': 1, 'events': 1}]
    """
    begins, ends = _named(graph, source), _named(graph, target)
    cut = (_cut(row, begins) for row in graph.graph.get("chains", ()) if not ends or row["path"][-1] in ends)
    rows = [_told(row) for row in _merged(row for row in cut if row)]
    return ibis.memtable(rows, schema=_CHAIN).order_by("hops", "first", "path")


def _named(graph: nx.MultiDiGraph, principal: str | None) -> set[str]:
    if principal is None:
        return set()
    known = {node for row in graph.graph.get("chains", ()) for node in (row["origin"], *row["path"])}
    found = {*nodes_of(graph, [principal]), *({principal} & known)}
    if not found:
        raise ParameterError(UNKNOWN.format(node=principal))
    return found


def _cut(row: dict[str, Any], begins: set[str]) -> dict[str, Any] | None:
    """Give the part of a chain that begins at one of the nodes, at its last time; None if it does not."""
    if not begins or row["origin"] in begins:
        return row
    places = [place for place, node in enumerate(row["path"][:-1]) if node in begins]
    if not places:
        return None
    return row | {name: row[name][places[-1] :] for name in ("path", "calls", "sure")}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    weakest = max(row["sure"], key=CONFIDENCES.index, default=CERTAIN)
    told = {name: row[name] for name in ("path", "origin", "sessions", "events", "first", "last")}
    return told | {
        "hops": len(row["path"]) - 1,
        "confidence": weakest,
        "eventIDs": [name for name in row["calls"] if name],
    }


def session_chains(events: ir.Table, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Give the chain of each session of a case, sessions of one path and origin together.

    Parameters
    ----------
    events
        The whole events table.
    steps
        Role calls with `eventID`, `recipientAccountId`, `caller` and `target`, spelled as nodes.

    Returns
    -------
    list of dict
        `path`, `calls` and `sure` (per hop: event id or None, confidence), `origin`, `sessions`, `events`,
        `first`, `last`; in order of `path`.
    """
    case = resolver(events)
    by_id = {(step["eventID"], step["recipientAccountId"]): step for step in steps}
    rows = (_row(case, members, by_id) for members in sessions(case).values())
    return _merged(row for row in rows if len(row["path"]) > 1)


def _row(
    case: Resolver, members: Sequence[Identity], by_id: Mapping[tuple[str, str | None], Step]
) -> dict[str, Any]:
    used = [one for one in members if one.events]
    one = max(used or members, key=lambda member: (member.events, member.key))
    begun = case.link(one.key).opened or one.created
    times = [time for member in used for time in (member.first, member.last) if time]
    row: dict[str, Any] = {"path": [], "calls": [], "sure": []}
    for caller, call, sure in _back(case, one.key, by_id):
        row["path"][:0] = [caller] if row["path"] else [caller, *_end(call, one)]
        row["calls"][:0], row["sure"][:0] = [call and call["eventID"]], [sure]
    origin = case.chain(one.key).origin
    if origin.principal:  # an end may be less sure than the hop to it, as a federated subject is
        row["sure"][:1] = [weaker(sure, origin.confidence) for sure in row["sure"][:1]]
    return row | {
        "origin": origin.principal,
        "sessions": 1,
        "events": sum(member.events for member in used),
        "first": begun or min(times, default=None),
        "last": max(times, default=begun),
    }


def _end(call: Step | None, one: Identity) -> list[str]:
    return [call["target"]] if call else [one.role_arn or one.principal]


def _back(
    case: Resolver, key: str, by_id: Mapping[tuple[str, str | None], Step]
) -> Iterator[tuple[str, Step | None, str]]:
    """Yield the callers from the last session back to the first, until a hop is not proven."""
    for chain in case.back(key):
        link = chain.link
        if link.also or link.claim:
            return
        issued = case.case.issuances[link.issuance] if link.issuance is not None else None
        step = by_id.get((issued.event_id, issued.account)) if issued else None
        if step:
            yield step["caller"], step, link.confidence
        elif chain.identity.role_arn and link.origin and link.origin.principal:
            yield link.origin.principal, None, link.confidence  # proven without a call that is here
        if link.parent and not _on_time(link.opened, case.valid(link.parent)):
            return


def _on_time(opened: dt.datetime | None, valid: tuple[dt.datetime, dt.datetime]) -> bool:
    return opened is None or valid[0] <= opened <= valid[1]


def _merged(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up the chains of one path and origin; calls and confidence are those of the surest, then first."""
    alike: defaultdict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        alike[(*row["path"], row["origin"])].append(row)
    return sorted((_sum(group) for group in alike.values()), key=_rank)


def _sum(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if len(rows) == 1:
        return rows[0]
    return min(rows, key=_rank) | {
        "sessions": sum(row["sessions"] for row in rows),
        "events": sum(row["events"] for row in rows),
        "first": min((row["first"] for row in rows if row["first"]), default=None),
        "last": max((row["last"] for row in rows if row["last"]), default=None),
    }


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    weakest = max(map(CONFIDENCES.index, row["sure"]), default=0)
    return row["path"], weakest, row["first"] or END, [name or "" for name in row["calls"]]

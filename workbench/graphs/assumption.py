"""Who became whom: role assumption as a graph, and chains of keys through it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import networkx as nx
import pandas as pd

from workbench.queries.assumptions import ROLE_CALLS, issuances

_SKEW = pd.Timedelta(minutes=5)


def assumption_graph(events: ir.Table) -> nx.MultiDiGraph:
    """Return who assumed, or tried to assume, which role.

    Parameters
    ----------
    events
        The whole events table: what was filtered away cannot resolve anybody.

    Returns
    -------
    nx.MultiDiGraph
        Nodes are strings: a role's ARN for all its sessions, an ARN of a user or root, a federated subject,
        an instance, a service, or ACCOUNT:ID where only an account's unique id is known; with `kind`,
        `account` (None for services and subjects) and `principals` (a tuple: how `events.principal` spells
        it; `nodes_of` looks nodes up by that). One edge per caller, role and outcome, keyed `allowed` or
        `denied`, with `count` (calls), `first`, `last` (naive UTC), `denied`, `keys` (issued keys recorded),
        `used` (events made with those keys) and `certain` (True when one of the keys was used: the same key
        on both sides). Nodes and edges are in order of their names.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> graph = assumption_graph(table(event(eventName="ListBuckets")))
    >>> graph.number_of_nodes()
    0
    """
    calls = issuances(events)
    calls = calls.filter(calls.eventName.isin(ROLE_CALLS))
    used = (
        events.filter(events.access_key_id.notnull())
        .group_by(key=events.access_key_id)
        .agg(uses=lambda t: t.count())
    )
    joined = calls.left_join(used, calls.issued_key == used.key)
    edges = (
        joined.group_by("caller", "caller_kind", "caller_account", "target", "target_account", "denied")
        .agg(
            count=lambda t: t.count(),
            first=lambda t: t.eventTime.min(),
            last=lambda t: t.eventTime.max(),
            keys=lambda t: t.issued_key.nunique(),
            used=lambda t: t.uses.sum().fill_null(0),
            spelled=lambda t: t.caller_principal.collect(distinct=True),
        )
        .order_by("caller", "target", "denied")
    )
    return _built(edges.to_pandas())


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _built(edges: pd.DataFrame) -> nx.MultiDiGraph:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    rows = _rows(edges)
    kinds: dict[str, dict[str, Any]] = {}
    for row in rows:
        kinds[row.target] = {
            "kind": "root" if row.target.endswith(":root") else "role",
            "account": _text(row.target_account),
        }
    for row in rows:
        outside = row.caller_kind in ("service", "web_identity", "saml_user")
        kinds.setdefault(
            row.caller, {"kind": row.caller_kind, "account": None if outside else _text(row.caller_account)}
        )
    spelled: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        spelled[row.target].add(row.target)
        spelled[row.caller].update(row.spelled)
    for node in sorted(kinds):
        graph.add_node(node, **kinds[node], principals=tuple(sorted(spelled[node])))
    for row in rows:
        _add(graph, row)
    return graph


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _add(graph: nx.MultiDiGraph, row: Any) -> None:
    key = "denied" if row.denied else "allowed"
    first, last = _time(row.first), _time(row.last)
    if graph.has_edge(row.caller, row.target, key):
        known = graph.edges[
            row.caller, row.target, key
        ]  # a caller seen with two kinds or accounts is one node
        known["count"], known["used"] = known["count"] + int(row.count), known["used"] + int(row.used)
        known["keys"] += int(row.keys)
        known["first"] = min((time for time in (known["first"], first) if time is not None), default=None)
        known["last"] = max((time for time in (known["last"], last) if time is not None), default=None)
        known["certain"] = known["used"] > 0
        return
    graph.add_edge(
        row.caller,
        row.target,
        key=key,
        count=int(row.count),
        first=first,
        last=last,
        denied=bool(row.denied),
        keys=int(row.keys),
        used=int(row.used),
        certain=int(row.used) > 0,
    )


def _time(value: Any) -> pd.Timestamp | None:
    return None if pd.isna(value) else pd.Timestamp(value)


def key_chains(events: ir.Table) -> ir.Table:
    """Follow issued keys to their use: who stood at the beginning, and which roles lay between.

    Only exact links count: a key that a call issued and that later events used. A chain ends where the
    evidence does, so a console session or an issuance that was not collected begins a chain of its own.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        One row per distinct path: `origin` (its first principal), `origin_kind`, `path` (list of principals,
        origin first), `hops` (issued keys in the path), `accounts` (list), `sessions` (last keys), `events`
        (made with the last keys), `first`, `last` (of those, naive UTC), `keys` (at most 20 of the last
        keys), `evidence` (at most 50 event ids of the issuances). Longest paths first, then by `events` and
        `path`.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> rows = table(assume_role(user(), "Deploy", key="ASIA1"), role_event("Deploy", key="ASIA1"))
    >>> key_chains(rows).select("origin", "hops", "events").to_pyarrow().to_pylist()
    [{'origin': 'arn:aws:iam::111122223333:user/alice', 'hops': 1, 'events': 1}]
    """
    calls = issuances(events)
    issued = calls.filter(calls.issued_key.notnull() & ~calls.denied).to_pandas()
    keyed = events.filter(events.access_key_id.notnull())
    use = keyed.group_by(key=keyed.access_key_id).agg(
        events=lambda t: t.count(), first=lambda t: t.eventTime.min(), last=lambda t: t.eventTime.max()
    )
    uses = {row.key: row for row in _rows(use.to_pandas())}
    by_key = {row.issued_key: row for row in _rows(issued)}  # in order of time: a repeated key keeps its last
    paths: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for key in sorted(by_key.keys() & uses.keys()):
        steps = list(_back(key, by_key))[::-1]
        paths[tuple(_path(steps))].append(steps)
    rows = [_chain(path, steps, uses) for path, steps in paths.items()]
    found = ibis.memtable(pd.DataFrame(rows, columns=list(_CHAIN)), schema=_CHAIN)
    # the order is part of the table: what filters and limits it later keeps the longest paths first
    return found.order_by(ibis.desc("hops"), ibis.desc("events"), "path")


_CHAIN = {
    "origin": "string",
    "origin_kind": "string",
    "path": "array<string>",
    "hops": "int64",
    "accounts": "array<string>",
    "sessions": "int64",
    "events": "int64",
    "first": "timestamp",
    "last": "timestamp",
    "keys": "array<string>",
    "evidence": "array<string>",
}


def _back(key: str, by_key: dict[str, Any]) -> Iterator[Any]:
    """Yield issuances from the last to the first; a credential cannot be issued by one that came after it."""
    seen: set[str] = set()
    latest = pd.Timestamp.max
    while key in by_key and key not in seen:
        step = by_key[key]
        if pd.isna(step.eventTime) or step.eventTime - _SKEW > latest:
            return
        seen.add(key)
        yield step
        key, latest = step.caller_key, step.eventTime


def _path(steps: list[Any]) -> Iterator[str]:
    yield steps[0].caller
    yield from (step.target for step in steps)


def _chain(path: tuple[str, ...], found: list[list[Any]], uses: dict[str, Any]) -> dict[str, Any]:
    last = [uses[steps[-1].issued_key] for steps in found]
    accounts = [found[0][0].caller_account, *(step.target_account for step in found[0])]
    evidence = dict.fromkeys(step.eventID for steps in found for step in steps)
    return {
        "origin": path[0],
        "origin_kind": found[0][0].caller_kind,
        "path": list(path),
        "hops": len(path) - 1,
        "accounts": list(dict.fromkeys(text for account in accounts if (text := _text(account)))),
        "sessions": len(found),
        "events": sum(int(use.events) for use in last),
        "first": min(use.first for use in last),
        "last": max(use.last for use in last),
        "keys": [use.key for use in last][:20],
        "evidence": list(evidence)[:50],
    }

"""Who became whom: role assumption as a graph."""

from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import ibis
import ibis.expr.types as ir
import networkx as nx
import pandas as pd
import pyarrow as pa

from workbench.graphs.sessions import session_chains
from workbench.queries.assumptions import ROLE_CALLS, issuances
from workbench.queries.attribution.memory import uncollected

_FEDERATED = ("web_identity", "saml_user")
_OUTSIDE = ("service", *_FEDERATED)


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
        `used` (events made with those keys), `certain` (True when one of the keys was used: the same key
        on both sides), `confidence` (`certain` where a call names its caller; `high` where only the owner's
        copy is here and another event resolves the id, or the caller is a federated subject) and `eventIDs`
        (a tuple: the first 5 calls). Nodes and edges are in order of their names. `graph.graph["chains"]`
        holds the session chains that `chains` answers from.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> graph = assumption_graph(table(event(eventName="ListBuckets")))
    >>> graph.number_of_nodes()
    0
    """
    calls = issuances(events)
    read = calls.filter(calls.eventName.isin(ROLE_CALLS)).drop("source_file", "source_index").to_pyarrow()
    graph = built(aggregated(ibis.memtable(read), events).to_pyarrow())
    steps = read.select(["eventID", "recipientAccountId", "caller", "target"]).to_pylist()
    graph.graph["chains"] = session_chains(events, steps)
    return graph


def aggregated(calls: ir.Table, events: ir.Table) -> ir.Table:
    """Return one row per caller, target and outcome of role calls."""
    keyed = events.filter(events.access_key_id.notnull())
    used = keyed.group_by(key="access_key_id").agg(uses=keyed.count())
    joined = calls.left_join(used, calls.issued_key == used.key)
    resolved = joined.caller_kind.isin(["role", "iam_user"]) & (joined.caller != joined.caller_principal)
    joined = joined.mutate(indirect=resolved | joined.caller_kind.isin(_FEDERATED))
    edges = joined.group_by("caller", "target", "denied").agg(
        kind=lambda t: t.caller_kind.max(),
        account=lambda t: t.caller_account.max(),
        target_account=lambda t: t.target_account.max(),
        count=lambda t: t.count(),
        first=lambda t: t.eventTime.min(),
        last=lambda t: t.eventTime.max(),
        keys=lambda t: t.issued_key.nunique(),
        used=lambda t: t.uses.sum().fill_null(0),
        indirect=lambda t: t.indirect.all().fill_null(False),
        spelled=lambda t: t.caller_principal.collect(distinct=True),
        eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID])[:5],
    )
    return edges.order_by("caller", "target", "denied")


def built(edges: pa.Table) -> nx.MultiDiGraph:
    """Build the graph from aggregated rows."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    with uncollected():
        rows = [SimpleNamespace(**row) for row in edges.to_pylist()]
        graph.add_nodes_from(sorted(_nodes(rows).items()))
        for row in rows:
            graph.add_edge(row.caller, row.target, key="denied" if row.denied else "allowed", **_edge(row))
    return graph


def _nodes(rows: Iterable[Any]) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    spelled: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        kind = "root" if row.target.endswith(":root") else "role"
        known[row.target] = {"kind": kind, "account": row.target_account}
        spelled[row.target].add(row.target)
    for row in rows:
        account = None if row.kind in _OUTSIDE else row.account
        known.setdefault(row.caller, {"kind": row.kind, "account": account})
        spelled[row.caller].update(row.spelled)
    return {node: told | {"principals": tuple(sorted(spelled[node]))} for node, told in known.items()}


def _edge(row: Any) -> dict[str, Any]:
    return {
        "count": row.count,
        "first": row.first,
        "last": row.last,
        "denied": row.denied,
        "keys": row.keys,
        "used": row.used,
        "certain": row.used > 0,
        "confidence": "high" if row.indirect else "certain",
        "eventIDs": tuple(row.eventIDs),
    }


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a frame as named tuples, whose values may be of any type."""
    return list(frame.itertuples(index=False))


def text_of(value: Any) -> str | None:
    """Return a text of a frame, None for whatever a frame puts where nothing is."""
    return value if isinstance(value, str) else None


def time_of(value: Any) -> Any:
    """Return a time of a frame, None where there is none."""
    return None if value is pd.NaT else value

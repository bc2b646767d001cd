"""Accounts that called into one another, as a graph."""

from collections import Counter
from typing import Any

import ibis.expr.types as ir
import networkx as nx

from workbench.graphs.assumption import rows_of, time_of
from workbench.queries.crossings import crossings
from workbench.queries.organization import Organization, organization_accounts

_RANKED = ("impossible", "both", "caller-only", "owner-only")


def cross_account_graph(events: ir.Table, *, organization: Organization | None = None) -> nx.DiGraph:
    """Return which account called into which: roles assumed, root sessions opened, resources used.

    Parameters
    ----------
    events
        The whole events table.
    organization
        Ids of the organization's accounts, or the path of a file that lists them, as
        `queries.organization_accounts` reads it.

    Returns
    -------
    nx.DiGraph
        Nodes are account ids with `collected` (its trail delivered events into the case) and `inside` (in the
        organization; None when that was not told). An edge leads from the caller's account to the owner's,
        where a call worked: `count` (calls that worked), `first`, `last` (naive UTC), `denied` (False),
        `refused` (calls that did not), `kinds` (of `role`, `root`, `resource`), `principals` (at most 5),
        `eventIDs` (of the first 5 calls), `external_id` (whether sts:ExternalId was given),
        `with_external_id` (in how many calls), `two_sided` (`impossible` if it is of any call, else `both` if
        of any, else `caller-only` or `owner-only`) and `sides` (how many calls of each). Where all calls were
        refused the edge has `denied=True`, and its attributes are of the refused calls. No loops, no AWS
        services.

    Raises
    ------
    ParameterError
        The organization's accounts cannot be read.

    Examples
    --------
    >>> from tests.builders import assume_role, table, user
    >>> graph = cross_account_graph(table(assume_role(user(), account="444455556666")))
    >>> list(graph.edges(data="kinds"))
    [('111122223333', '444455556666', ('role',))]
    """
    inside = None if organization is None else organization_accounts(organization)
    here = events.select("recipientAccountId").distinct().to_pyarrow()["recipientAccountId"].to_pylist()
    rows = rows_of(_aggregated(crossings(events)).to_pandas())
    graph: nx.DiGraph = nx.DiGraph()
    for account in sorted({side for row in rows for side in (row.caller_account, row.owner_account)}):
        known = None if inside is None else account in inside
        graph.add_node(account, kind="account", account=account, collected=account in here, inside=known)
    worked = {(row.caller_account, row.owner_account) for row in rows if not row.denied}
    for row in rows:
        pair = row.caller_account, row.owner_account
        if row.denied and pair in worked:
            graph.edges[pair]["refused"] = int(row.count)
        else:
            graph.add_edge(*pair, **_edge(row))
    return graph


def _aggregated(calls: ir.Table) -> ir.Table:
    """Return one row per pair of accounts and outcome, those that worked first."""
    sides = {name: calls.count(where=calls.two_sided == name) for name in _RANKED}
    pairs = calls.group_by("caller_account", "owner_account", "denied").agg(
        count=calls.count(),
        first=calls.eventTime.min(),
        last=calls.eventTime.max(),
        kinds=calls.kind.collect(distinct=True).sort(),
        principals=calls.principal.collect(distinct=True).sort()[:5],
        with_external_id=calls.count(where=calls.external_id),
        eventIDs=calls.eventIDs[0].collect(order_by=[calls.eventTime, calls.eventIDs[0]])[:5],
        **{name.replace("-", "_"): number for name, number in sides.items()},
    )
    return pairs.order_by("denied", "caller_account", "owner_account")


def _edge(row: Any) -> dict[str, Any]:
    sides = Counter({name: int(getattr(row, name.replace("-", "_"))) for name in _RANKED})
    only = "caller-only" if sides["caller-only"] >= sides["owner-only"] else "owner-only"
    return {
        "count": int(row.count),
        "first": time_of(row.first),
        "last": time_of(row.last),
        "denied": bool(row.denied),
        "refused": int(row.count) if row.denied else 0,
        "kinds": tuple(row.kinds),
        "principals": tuple(row.principals),
        "eventIDs": tuple(row.eventIDs),
        "external_id": bool(row.with_external_id),
        "with_external_id": int(row.with_external_id),
        "two_sided": next((name for name in _RANKED[:2] if sides[name]), only),
        "sides": {name: number for name, number in sides.items() if number},
    }

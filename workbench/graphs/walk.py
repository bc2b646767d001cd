"""Questions asked of any graph of principals."""

from collections.abc import Hashable, Iterable

import networkx as nx

from workbench.errors import ParameterError

UNKNOWN = "{node!r} is not in this graph. `graphs.nodes_of` tells the nodes of a principal"


def nodes_of(graph: nx.MultiDiGraph, principals: Iterable[str]) -> list[str]:
    """Return the nodes of principals as the column `principal` spells them.

    A node may be spelled otherwise than the principal: the caller from an account that is not in the case is
    ACCOUNT:ID, an id that another event resolves is an ARN, and EC2 asks for each instance by its id.

    Parameters
    ----------
    graph
        As of `graphs.assumption_graph`.
    principals
        Values of `events.principal`, or names of nodes.

    Returns
    -------
    list of str
        The nodes, each once, in order of their names; a principal that is not in the graph has none.

    Examples
    --------
    >>> from tests.builders import assume_role, table
    >>> from workbench.graphs import assumption_graph
    >>> outside = {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": "999988887777"}
    >>> nodes_of(assumption_graph(table(assume_role(outside))), ["AIDASTRANGER", "nobody"])
    ['999988887777:AIDASTRANGER']
    """
    asked = set(principals)
    found = graph.nodes(data="principals", default=())
    return sorted(node for node, spelled in found if node in asked or asked.intersection(spelled))


def neighbourhood(graph: nx.MultiDiGraph, node: Hashable, *, hops: int = 1) -> nx.MultiDiGraph:
    """Return what lies within a number of hops around a node, in either direction.

    Parameters
    ----------
    graph
        As of `graphs.assumption_graph`.
    node
        Name of a node.
    hops
        How far to go.

    Returns
    -------
    nx.MultiDiGraph
        A copy: the nodes found and every edge between them.

    Raises
    ------
    ParameterError
        When the node is not in the graph.

    Examples
    --------
    >>> path = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    >>> sorted(neighbourhood(path, "b"))
    ['a', 'b', 'c']
    """
    if node not in graph:
        raise ParameterError(UNKNOWN.format(node=node))
    return graph.subgraph(nx.ego_graph(graph.to_undirected(as_view=True), node, radius=hops)).copy()


def reach(graph: nx.MultiDiGraph, node: Hashable, *, hops: int | None = None) -> nx.MultiDiGraph:
    """Return what a node reached and what reached it, each along the direction of the edges.

    Parameters
    ----------
    graph
        As of `graphs.assumption_graph`.
    node
        Name of a node.
    hops
        How far to go each way; None: to the end.

    Returns
    -------
    nx.MultiDiGraph
        A copy: the nodes found and every edge between them. Edges of different times follow one another here;
        `graphs.key_chains` tells which way credentials really took.

    Raises
    ------
    ParameterError
        When the node is not in the graph.

    Examples
    --------
    >>> path = nx.MultiDiGraph([("a", "b"), ("b", "c"), ("x", "c")])
    >>> sorted(reach(path, "b"))
    ['a', 'b', 'c']
    """
    if node not in graph:
        raise ParameterError(UNKNOWN.format(node=node))
    found = set(nx.single_source_shortest_path_length(graph, node, cutoff=hops))
    found |= set(nx.single_source_shortest_path_length(graph.reverse(copy=False), node, cutoff=hops))
    return graph.subgraph(found).copy()


def accounts_graph(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Return the graph with each principal replaced by its account, calls added up.

    Parameters
    ----------
    graph
        Nodes with an attribute `account`; a node without one (a service, a federated subject) stays itself.

    Returns
    -------
    nx.MultiDiGraph
        Nodes are account ids; one edge per pair and outcome with `count`, `first`, `last` and `denied`.

    Examples
    --------
    >>> graph = nx.MultiDiGraph()
    >>> graph.add_node("alice", account="111122223333")
    >>> graph.add_node("role", account="444455556666")
    >>> key = graph.add_edge("alice", "role", count=2, denied=False)
    >>> list(accounts_graph(graph).edges(data="count"))
    [('111122223333', '444455556666', 2)]
    """
    reduced: nx.MultiDiGraph = nx.MultiDiGraph()
    place = {node: data.get("account") or node for node, data in graph.nodes(data=True)}
    for node, data in graph.nodes(data=True):
        kind = "account" if data.get("account") else data.get("kind", "unknown")
        reduced.add_node(place[node], kind=kind, account=data.get("account"))
    for source, target, data in graph.edges(data=True):
        key = "denied" if data.get("denied") else "allowed"
        _merge(reduced, place[source], place[target], key, data)
    return reduced


def _merge(graph: nx.MultiDiGraph, source: Hashable, target: Hashable, key: str, data: dict) -> None:
    seen = [data[name] for name in ("first", "last") if data.get(name) is not None]
    if graph.has_edge(source, target, key):
        known = graph.edges[source, target, key]
        seen += [known[name] for name in ("first", "last") if known[name] is not None]
        known["count"] += data.get("count", 1)
    else:
        graph.add_edge(source, target, key=key, count=data.get("count", 1), denied=key == "denied")
        known = graph.edges[source, target, key]
    known["first"], known["last"] = min(seen, default=None), max(seen, default=None)

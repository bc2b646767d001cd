"""A layered left-to-right layout for small directed graphs, without a native library."""

import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable

import networkx as nx

Point = tuple[float, float]
Route = list[Hashable]


def layered_layout(
    graph: nx.DiGraph, *, sweeps: int = 24
) -> tuple[dict[Hashable, Point], dict[tuple, list[Point]]]:
    """Place callers to the left of what they reach, with few crossing edges.

    Cycles are condensed to one layer, layers follow the longest path, an edge over several layers is routed
    through a place of its own in each of them, and each layer is ordered by the barycentre of its neighbours.
    The best of all sweeps is kept. The same graph gives the same layout, in whatever order it was built.

    Parameters
    ----------
    graph
        Any directed graph; parallel edges count once, self loops are ignored.
    sweeps
        How often the order of the layers is improved, to the right and to the left.

    Returns
    -------
    tuple
        Position of each node, (layer, place) with the places of a layer centred on 0, and for each edge that
        spans several layers the positions it passes on its way.

    Examples
    --------
    >>> reached = nx.DiGraph([("user", "role a"), ("role a", "role b"), ("user", "role b")])
    >>> places, routes = layered_layout(reached)
    >>> places["user"], places["role a"][0], places["role b"][0]
    ((0.0, 0.0), 1.0, 2.0)
    >>> len(routes["user", "role b"])
    1
    """
    layer = _layers(graph)
    routes = _routes(graph, layer)
    columns, links = _columns(layer, routes)
    best, fewest = columns, crossings(columns, links)
    for turn in range(sweeps):
        columns = _sweep(columns, links, rightwards=turn % 2 == 0)
        if (found := crossings(columns, links)) < fewest:
            best, fewest = columns, found
    places = {
        node: (float(x), place - (len(column) - 1) / 2)
        for x, column in enumerate(best)
        for place, node in enumerate(column)
    }
    bends = {edge: [places[stop] for stop in stops[1:-1]] for edge, stops in routes.items() if len(stops) > 2}
    return {node: places[node] for node in layer}, bends


def crossings(columns: list[list[Hashable]], links: Iterable[tuple[Hashable, Hashable]]) -> int:
    """Count the crossings of links between neighbouring columns.

    Examples
    --------
    >>> crossings([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")])
    1
    """
    spot = {node: (x, place) for x, column in enumerate(columns) for place, node in enumerate(column)}
    between: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for source, target in links:
        between[spot[source][0]].append((spot[source][1], spot[target][1]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for pairs in between.values()
        for at, one in enumerate(pairs)
        for other in pairs[:at]
    )


def _layers(graph: nx.DiGraph) -> dict[Hashable, int]:
    condensed = nx.condensation(nx.DiGraph(graph))
    depth: dict[int, int] = {}
    for part in nx.topological_sort(condensed):
        depth[part] = max((depth[earlier] + 1 for earlier in condensed.predecessors(part)), default=0)
    for part in reversed(list(nx.topological_sort(condensed))):
        # a source is drawn next to what it reaches, not at the far left of a long chain
        after = [depth[later] for later in condensed.successors(part)]
        if after and not condensed.in_degree(part):
            depth[part] = min(after) - 1
    return {
        node: depth[part] for part in condensed for node in sorted(condensed.nodes[part]["members"], key=repr)
    }


def _routes(graph: nx.DiGraph, layer: dict[Hashable, int]) -> dict[tuple, Route]:
    edges = sorted(
        {(source, target) for source, target in graph.edges() if layer[source] < layer[target]}, key=repr
    )
    return {
        (source, target): [
            source,
            *((source, target, x) for x in range(layer[source] + 1, layer[target])),
            target,
        ]
        for source, target in edges
    }


def _columns(
    layer: dict[Hashable, int], routes: dict[tuple, Route]
) -> tuple[list[list[Hashable]], list[tuple]]:
    columns: list[list[Hashable]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in sorted(layer, key=repr):
        columns[layer[node]].append(node)
    for route in routes.values():
        for x, stop in enumerate(route[1:-1], start=layer[route[0]] + 1):
            columns[x].append(stop)
    return columns, [link for route in routes.values() for link in itertools.pairwise(route)]


def _sweep(columns: list[list[Hashable]], links: list[tuple], *, rightwards: bool) -> list[list[Hashable]]:
    near: dict[Hashable, list[Hashable]] = defaultdict(list)
    for source, target in links:
        near[target if rightwards else source].append(source if rightwards else target)
    place: dict[Hashable, float] = {}
    ordered = []
    for column in columns if rightwards else reversed(columns):
        spot = {node: place_ - (len(column) - 1) / 2 for place_, node in enumerate(column)}
        centre = {
            node: sum(place[other] for other in near[node]) / len(near[node]) if near[node] else spot[node]
            for node in column
        }
        column = sorted(column, key=lambda node: (centre[node], spot[node]))
        place |= {node: place_ - (len(column) - 1) / 2 for place_, node in enumerate(column)}
        ordered.append(column)
    return ordered if rightwards else ordered[::-1]

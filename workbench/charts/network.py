"""A graph as a picture: who reached which role, left to right."""

from collections import Counter

import altair as alt
import networkx as nx
import pandas as pd

from workbench.charts.labels import counted, label, labels
from workbench.charts.layout import layered_layout
from workbench.charts.network_marks import PAPER, edge_layers, node_layers
from workbench.charts.network_rows import FRAME, edge_rows, node_rows, pixels, scaled
from workbench.charts.theme import AnyChart, finish, layered, no_events, tip
from workbench.errors import ChartError
from workbench.graphs.walk import accounts_graph, reach

_TITLE = "Who reached which role"


def graph(
    graph: nx.MultiDiGraph, *, focus: str | None = None, limit: int = 70, title: str = _TITLE
) -> AnyChart:
    """Draw a graph of principals, left to right from callers to what they reached.

    Colour is the account, shape the kind of principal, edge width the number of calls. Refused attempts are
    vermilion and end in a cross, other edges end in an arrow; edges of low confidence are dashed. With a
    focus, what it reached and what reached it is drawn; without one, a graph above the limit is drawn account
    by account.

    Parameters
    ----------
    graph
        As of `graphs.assumption_graph`.
    focus
        Node to start from; drawn with a ring. When too much hangs together, fewer hops are drawn.
    limit
        Largest number of nodes that is drawn.
    title
        Heading of the chart.

    Returns
    -------
    alt.Chart
        With a description; a graph without nodes gives a chart that says so.

    Raises
    ------
    ChartError
        When `focus` is not a node of the graph.

    Examples
    --------
    >>> reached = nx.MultiDiGraph()
    >>> edge = reached.add_edge("alice", "role", count=2, denied=False)
    >>> graph(reached).to_dict()["description"]
    'Who reached which role: 2 principals, 1 link (2 calls), none refused. Most calls: alice to role (2).'
    """
    if focus is not None and focus not in graph:
        raise ChartError(
            f"{label(focus)} is not in this graph. Take one of its nodes, as spelled in the column principal"
        )
    if not graph.number_of_nodes():
        return no_events(title)
    note = ""
    if focus is not None or graph.number_of_nodes() > limit:
        whole = graph.number_of_nodes()
        if focus is None:
            graph, what = accounts_graph(graph), "accounts instead of principals"
        else:
            graph, hops = _around(graph, focus, limit)
            what = f"what {labels([focus])[focus]} reached and what reached it{hops}"
        note = (
            f"{what}: {graph.number_of_nodes()} of {whole} nodes"
            if focus
            else f"{what}: {whole} nodes are too many to draw"
        )
    if graph.number_of_nodes() > limit:
        return _matrix(graph, title=title, note=note)
    return _drawn(graph, focus=focus, title=title, note=note)


def _around(graph: nx.MultiDiGraph, focus: str, limit: int) -> tuple[nx.MultiDiGraph, str]:
    found = reach(graph, focus)
    if found.number_of_nodes() <= limit:
        return found, ""
    hops = 1
    while reach(graph, focus, hops=hops + 1).number_of_nodes() <= limit:
        hops += 1
    return reach(graph, focus, hops=hops), f", {counted(hops, 'hop')} each way"


def _drawn(graph: nx.MultiDiGraph, *, focus: str | None, title: str, note: str) -> AnyChart:
    places, routes = layered_layout(graph)
    spots, size = pixels(places)
    nodes = node_rows(graph, spots, size, focus)
    lines, heads = edge_rows(
        graph, spots, {edge: [scaled(stop, size) for stop in stops] for edge, stops in routes.items()}
    )
    key = "solid: worked; vermilion with a cross: refused; width: number of calls"
    dashed = any(data.get("confidence") == "low" for *_, data in graph.edges(data=True))
    subtitle = [note, key + ("; dashed: low confidence" if dashed else "")]
    layers = layered(*edge_layers(lines, heads, size), *node_layers(nodes, size)).resolve_scale(
        color="independent", shape="independent"
    )
    framed = layers.properties(
        width=FRAME,
        height=size["height"],
        view=alt.ViewBackground(fill=PAPER, stroke="#cccccc", cornerRadius=4),
    )
    return finish(framed, title=title, subtitle=subtitle, description=_told(graph, title, note))


def _told(graph: nx.MultiDiGraph, title: str, note: str) -> str:
    edges = list(graph.edges(data=True))
    calls = sum(data.get("count", 1) for *_, data in edges)
    refused = sum(bool(data.get("denied")) for *_, data in edges)
    shown = labels(graph)
    most = sorted(edges, key=lambda edge: (-edge[2].get("count", 1), str(edge[0]), str(edge[1])))[:3]
    told = "; ".join(
        f"{shown[source]} to {shown[target]} ({data.get('count', 1):,})" for source, target, data in most
    )
    return (
        f"{title}{f' ({note})' if note else ''}: {counted(graph.number_of_nodes(), 'principal')}, "
        f"{counted(len(edges), 'link')} ({counted(calls, 'call')}), "
        f"{f'{refused:,}' if refused else 'none'} refused." + (f" Most calls: {told}." if told else "")
    )


def _matrix(graph: nx.MultiDiGraph, *, title: str, note: str) -> AnyChart:
    calls: Counter[tuple[str, str]] = Counter()
    for source, target, data in graph.edges(data=True):
        calls[str(source), str(target)] += int(data.get("count", 1))
    busiest = dict(sorted(calls.items(), key=lambda item: (-item[1], item[0]))[:1_500])
    rows = pd.DataFrame([{"from": label(a), "to": label(b), "count": n} for (a, b), n in busiest.items()])
    cells = (
        alt.Chart(rows, width=alt.Step(14), height=alt.Step(14))
        .mark_rect()
        .encode(
            x=alt.X("to:N", title="reached account"),
            y=alt.Y("from:N", title="from account"),
            color=alt.Color("count:Q", title="Calls", scale=alt.Scale(type="log", scheme="viridis")),
            tooltip=[tip("from:N", "From"), tip("to:N", "To"), tip("count:Q", "Calls")],
        )
    )
    shown = f"{len(busiest):,} of {counted(len(calls), 'pair')} of accounts"
    return finish(cells, title=title, subtitle=[note, shown], description=_told(graph, title, note))

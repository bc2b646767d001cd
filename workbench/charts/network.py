"""A graph as a picture: who reached which role, left to right."""

import math
from collections import Counter
from collections.abc import Hashable
from typing import Any

import altair as alt
import networkx as nx
import pandas as pd

from workbench.charts.curves import curve_of
from workbench.charts.layout import Point, layered_layout
from workbench.charts.theme import (
    CATEGORIES,
    DENIED,
    OTHER,
    OTHER_LABEL,
    AnyChart,
    counted,
    finish,
    label,
    labels,
    layered,
    no_events,
    node_label,
    tip,
    utc_text,
)
from workbench.errors import ChartError
from workbench.graphs.walk import accounts_graph, reach

_WIDTH, _PAD_X, _PAD_Y = 760, 104, 34
_NODE, _REFUSED = (
    10.0,
    26.0,
)  # an edge ends this far from the centre of its node, so that its head can be seen
_SHAPES = {
    "role": "circle",
    "iam_user": "square",
    "root": "diamond",
    "service": "triangle-right",
    "instance": "cross",
    "web_identity": "triangle-up",
    "saml_user": "triangle-down",
    "identity_center_user": "triangle-left",
    "federated_user": "wedge",
    "account": "M0,-1L0.87,-0.5L0.87,0.5L0,1L-0.87,0.5L-0.87,-0.5Z",
}
_EDGE = "#5a6672"
_PAPER, _PRINT = (
    "#fbfbf8",
    "#1a1a1a",
)  # the plot keeps a light ground of its own: labels have a halo in its colour
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
    spots, size = _pixels(places)
    nodes = _node_rows(graph, spots, size, focus)
    lines, heads = _edge_rows(
        graph, spots, {edge: [_scaled(stop, size) for stop in stops] for edge, stops in routes.items()}
    )
    key = "solid: worked; vermilion with a cross: refused; width: number of calls"
    dashed = any(data.get("confidence") == "low" for *_, data in graph.edges(data=True))
    subtitle = [note, key + ("; dashed: low confidence" if dashed else "")]
    layers = layered(*_edge_layers(lines, heads, size), *_node_layers(nodes, size)).resolve_scale(
        color="independent", shape="independent"
    )
    framed = layers.properties(
        width=_WIDTH,
        height=size["height"],
        view=alt.ViewBackground(fill=_PAPER, stroke="#cccccc", cornerRadius=4),
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


def _pixels(places: dict[Hashable, Point]) -> tuple[dict[Hashable, Point], dict[str, float]]:
    layers = max(x for x, _ in places.values()) + 1
    tallest = max(abs(y) for _, y in places.values()) * 2 + 1
    step = 44.0 if tallest <= 14 else 32.0
    size = {
        "layers": layers,
        "step": step,
        "column": (_WIDTH - 2 * _PAD_X) / max(layers - 1, 1),
        "height": max(tallest * step, step * 2) + 2 * _PAD_Y,
    }
    return {node: _scaled(place, size) for node, place in places.items()}, size


def _scaled(place: Point, size: dict[str, float]) -> Point:
    x = _WIDTH / 2 if size["layers"] == 1 else _PAD_X + place[0] * size["column"]
    return x, size["height"] / 2 + place[1] * size["step"]


def _node_rows(
    graph: nx.MultiDiGraph, spots: dict[Hashable, Point], size: dict[str, float], focus: str | None
) -> pd.DataFrame:
    room = size["column"] if size["layers"] > 1 else _WIDTH
    limit = max(12, min(32, int(room / 6.2)))
    shown_accounts = Counter(
        str(data["account"]) for _, data in graph.nodes(data=True) if data.get("account")
    )
    ranked = sorted(shown_accounts, key=lambda account: (-shown_accounts[account], account))[
        : len(CATEGORIES)
    ]
    rows = []
    for node, data in graph.nodes(data=True):
        account = str(data.get("account") or "")
        rows.append(
            {
                "x": spots[node][0],
                "y": spots[node][1],
                "label": node_label(node, limit),
                "principal": label(node, 300),
                "kind": data.get("kind") or "unknown",
                "in_account": account,
                "account": account if account in ranked else OTHER_LABEL if account else "(no account)",
                "focus": node == focus,
            }
        )
    return pd.DataFrame(rows).sort_values("principal", kind="stable")


def _edge_rows(
    graph: nx.MultiDiGraph, spots: dict[Hashable, Point], routes: dict[tuple, list[Point]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    lines: list[dict[str, Any]] = []
    heads = []
    edges = sorted(
        graph.edges(data=True), key=lambda edge: (str(edge[0]), str(edge[1]), bool(edge[2].get("denied")))
    )
    beside = Counter((source, target) for source, target, _ in edges)
    for at, (source, target, data) in enumerate(edges):
        denied = bool(data.get("denied"))
        shift = 7.0 if denied and beside[source, target] > 1 else 0.0
        stops = [spots[source], *routes.get((source, target), []), spots[target]]
        curve = curve_of(stops, shift, _REFUSED if denied and source != target else _NODE)
        told = {"edge": at, **_told_edge(source, target, data), "outcome": "refused" if denied else "worked"}
        lines += [{**told, "step": step, "x": x, "y": y} for step, (x, y) in enumerate(curve)]
        (x0, y0), (x1, y1) = curve[-2:]
        angle = 45.0 if denied else math.degrees(math.atan2(y1 - y0, x1 - x0)) + 90
        heads.append({**told, "x": x1, "y": y1, "angle": angle})
    return pd.DataFrame(lines), pd.DataFrame(heads)


def _told_edge(source: object, target: object, data: dict[str, Any]) -> dict[str, Any]:
    count = int(data.get("count", 1))
    times = utc_text(pd.Series([data.get("first"), data.get("last")], dtype="datetime64[us]")).tolist()
    return {
        "from": label(source, 300),
        "to": label(target, 300),
        "count": count,
        "first": times[0],
        "last": times[1],
        "width": round(1.2 + min(math.log10(max(count, 1)), 4) * 1.3, 2),
        "sure": str(data.get("confidence") or "certain"),
    }


def _at(size: dict[str, float]) -> dict[str, Any]:
    return {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, _WIDTH], nice=False, zero=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[size["height"], 0], nice=False, zero=False)),
    }


def _edge_layers(lines: pd.DataFrame, heads: pd.DataFrame, size: dict[str, float]) -> list[alt.Chart]:
    if lines.empty:
        return []
    tips = [
        tip("from:N", "From"),
        tip("to:N", "To"),
        tip("outcome:N", "Outcome"),
        tip("count:Q", "Calls"),
        tip("first:N", "First"),
        tip("last:N", "Last"),
        tip("sure:N", "Confidence"),
    ]
    colour = alt.Color(
        "outcome:N", scale=alt.Scale(domain=["worked", "refused"], range=[_EDGE, DENIED]), legend=None
    )
    line = (
        alt.Chart(lines)
        .mark_line(opacity=0.75, strokeCap="round")
        .encode(
            **_at(size),
            detail="edge:N",
            order="step:Q",
            color=colour,
            tooltip=tips,
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
            strokeDash=alt.StrokeDash(
                "sure:N",
                legend=None,
                scale=alt.Scale(
                    domain=["certain", "high", "medium", "low"], range=[[1, 0], [1, 0], [1, 0], [4, 4]]
                ),
            ),
        )
    )
    head = (
        alt.Chart(heads)
        .mark_point(filled=True, opacity=1, size=70)
        .encode(
            **_at(size),
            angle=alt.Angle("angle:Q", scale=None),
            color=colour,
            tooltip=tips,
            shape=alt.Shape(
                "outcome:N",
                legend=None,
                scale=alt.Scale(domain=["worked", "refused"], range=["triangle", "cross"]),
            ),
        )
    )
    return [line, head]


def _node_layers(nodes: pd.DataFrame, size: dict[str, float]) -> list[alt.Chart]:
    accounts = sorted(nodes["account"].unique(), key=lambda account: (account.startswith("("), account))
    numbered = [account for account in accounts if not account.startswith("(")]
    colours = [*CATEGORIES[: len(numbered)], *[OTHER] * (len(accounts) - len(numbered))]
    kinds = sorted(nodes["kind"].unique())
    dots = (
        alt.Chart(nodes)
        .mark_point(filled=True, opacity=1, size=150, stroke=_PRINT, strokeWidth=0.8)
        .encode(
            **_at(size),
            color=alt.Color("account:N", title="Account", scale=alt.Scale(domain=accounts, range=colours)),
            shape=alt.Shape(
                "kind:N",
                title="Kind",
                scale=alt.Scale(domain=kinds, range=[_SHAPES.get(kind, "arrow") for kind in kinds]),
            ),
            tooltip=[tip("principal:N", "Principal"), tip("kind:N", "Kind"), tip("in_account:N", "Account")],
        )
    )
    ring = (
        alt.Chart(nodes[nodes["focus"]])
        .mark_point(shape="circle", size=340, stroke=_PRINT, strokeWidth=2)
        .encode(**_at(size))
    )
    text = alt.Chart(nodes).encode(**_at(size), text="label:N")
    place: dict[str, Any] = {"dy": -14, "fontSize": 10.5, "align": "center"}
    halo = text.mark_text(stroke=_PAPER, strokeWidth=4, strokeJoin="round", fill=_PAPER, **place)
    return [ring, dots, halo, text.mark_text(color=_PRINT, fill=_PRINT, **place)]


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

"""Nodes and edges of a drawn graph as rows, in pixels."""

import math
from collections import Counter
from collections.abc import Hashable
from typing import Any

import networkx as nx
import pandas as pd

from workbench.charts.curves import curve_of
from workbench.charts.labels import label, node_label
from workbench.charts.layout import Point
from workbench.charts.theme import CATEGORIES, OTHER_LABEL, utc_text

FRAME = 760
_PAD_X, _PAD_Y = 104, 34
# an edge ends this far from the centre of its node, so that its head can be seen
_NODE, _REFUSED = 10.0, 26.0


def pixels(places: dict[Hashable, Point]) -> tuple[dict[Hashable, Point], dict[str, float]]:
    """Return the places of a layout in pixels, and the measures they were scaled by."""
    layers = max(x for x, _ in places.values()) + 1
    tallest = max(abs(y) for _, y in places.values()) * 2 + 1
    step = 44.0 if tallest <= 14 else 32.0
    size = {
        "layers": layers,
        "step": step,
        "column": (FRAME - 2 * _PAD_X) / max(layers - 1, 1),
        "height": max(tallest * step, step * 2) + 2 * _PAD_Y,
    }
    return {node: scaled(place, size) for node, place in places.items()}, size


def scaled(place: Point, size: dict[str, float]) -> Point:
    """Return one place of a layout in pixels."""
    x = FRAME / 2 if size["layers"] == 1 else _PAD_X + place[0] * size["column"]
    return x, size["height"] / 2 + place[1] * size["step"]


def node_rows(
    graph: nx.MultiDiGraph, spots: dict[Hashable, Point], size: dict[str, float], focus: str | None
) -> pd.DataFrame:
    """Return a row per node: where it stands and what it is called."""
    room = size["column"] if size["layers"] > 1 else FRAME
    limit = max(12, min(32, int(room / 7)))  # pixels a letter, and some room between two labels
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


def edge_rows(
    graph: nx.MultiDiGraph, spots: dict[Hashable, Point], routes: dict[tuple, list[Point]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points of all edges, and a row per head of an edge."""
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

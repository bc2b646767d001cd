"""Nodes and edges of a drawn graph as marks."""

from typing import Any

import altair as alt
import pandas as pd

from workbench.charts.network_rows import FRAME
from workbench.charts.theme import CATEGORIES, DENIED, OTHER, tip

PAPER = "#fbfbf8"  # the plot keeps a light ground of its own: labels have a halo in its colour
_PRINT, _EDGE = "#1a1a1a", "#5a6672"
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


def _at(size: dict[str, float]) -> dict[str, Any]:
    return {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, FRAME], nice=False, zero=False)),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[size["height"], 0], nice=False, zero=False)),
    }


def edge_layers(lines: pd.DataFrame, heads: pd.DataFrame, size: dict[str, float]) -> list[alt.Chart]:
    """Return the marks of edges: lines, and heads that tell worked from refused."""
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


def node_layers(nodes: pd.DataFrame, size: dict[str, float]) -> list[alt.Chart]:
    """Return the marks of nodes: a ring for the focus, symbols, and labels with a halo."""
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
    halo = text.mark_text(stroke=PAPER, strokeWidth=4, strokeJoin="round", fill=PAPER, **place)
    return [ring, dots, halo, text.mark_text(fill=_PRINT, **place)]

"""Which account called into which, and since when: a matrix."""

from typing import Any

import altair as alt
import networkx as nx
import pandas as pd

from workbench.charts.axes import VIRIDIS
from workbench.charts.labels import counted, label
from workbench.charts.theme import (
    DENIED,
    WIDTH,
    AnyChart,
    finish,
    layered,
    no_events,
    tip,
    utc,
    utc_text,
)
from workbench.errors import ChartError


def account_matrix(
    graph: nx.DiGraph, *, n: int = 40, title: str = "Which account called into which, and since when"
) -> AnyChart:
    """Draw pairs of accounts: the caller's down the side, the owner's along the top, colour by first call.

    Parameters
    ----------
    graph
        As of `graphs.cross_account_graph`.
    n
        Largest number of accounts on a side; those with most calls are kept.
    title
        Heading.

    Returns
    -------
    alt.LayerChart
        A number says how many calls; a vermilion cross, that all were refused. Accounts outside the
        organization and accounts whose trail is missing are marked. With a description; an empty graph gives
        a chart that says so.

    Raises
    ------
    ChartError
        When the graph is none of accounts.

    Examples
    --------
    >>> pairs = nx.DiGraph()
    >>> times = {"first": pd.Timestamp("2026-09-02"), "last": pd.Timestamp("2026-09-03")}
    >>> pairs.add_edge("111122223333", "444455556666", count=2, denied=False, kinds=("role",), **times)
    >>> account_matrix(pairs).description
    'Which account called into which, and since when: 1 pair of accounts, 2 calls, 0 pairs refused only. ...'
    """
    edges = list(graph.edges(data=True))
    if any("kinds" not in told for *_, told in edges):
        raise ChartError("the edges of this graph have no kinds. Pass graphs.cross_account_graph(events)")
    if not edges:
        return no_events(title)
    kept = sorted(edges, key=lambda edge: (-edge[2]["count"], edge[0], edge[1]))
    callers = list(dict.fromkeys(source for source, _, _ in kept))[:n]
    owners = list(dict.fromkeys(target for _, target, _ in kept))[:n]
    kept = [edge for edge in kept if edge[0] in callers and edge[1] in owners]
    rows = _rows(graph, kept)
    refused = int((rows["outcome"] == "refused").sum())
    newest = rows.sort_values(["first", "from", "to"], kind="stable").iloc[-1]
    what = f"{counted(len(rows), 'pair')} of accounts, {counted(int(rows['count'].sum()), 'call')}"
    return finish(
        _drawn(graph, rows, sorted(callers), sorted(owners)),
        title=title,
        subtitle=[
            "colour: first call; number: calls; vermilion cross: refused only",
            "* outside the organization   ? its trail is not in this case",
            f"{len(kept)} of {counted(len(edges), 'pair')} shown" if len(kept) < len(edges) else "",
        ],
        description=f"{title}: {what}, {counted(refused, 'pair')} refused only. "
        f"The newest: {newest['from']} to {newest['to']}, first at {newest['since']}.",
    )


def _name(graph: nx.DiGraph, account: str) -> str:
    told = graph.nodes[account]
    outside, unseen = told.get("inside") is False, told.get("collected") is False
    return label(account, 40) + (" *" if outside else "") + (" ?" if unseen else "")


def _rows(graph: nx.DiGraph, edges: list[Any]) -> pd.DataFrame:
    told = [data for *_, data in edges]
    first = pd.Series([data["first"] for data in told], dtype="datetime64[us]")
    last = pd.Series([data["last"] for data in told], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "from": [_name(graph, a) for a, *_ in edges],
            "to": [_name(graph, b) for _, b, _ in edges],
            "first": utc(first),
            "since": utc_text(first),
            "until": utc_text(last),
            "count": [int(data["count"]) for data in told],
            "shown": [f"{data['count']:,}" if not data["denied"] else "✕" for data in told],
            "outcome": ["refused" if data["denied"] else "worked" for data in told],
            "refused": [int(data.get("refused", 0)) for data in told],
            "kinds": [", ".join(data["kinds"]) for data in told],
            "sides": [data.get("two_sided", "") for data in told],
            "external": ["given" if data.get("external_id") else "not given" for data in told],
        }
    )


def _drawn(graph: nx.DiGraph, rows: pd.DataFrame, callers: list[str], owners: list[str]) -> AnyChart:
    down, along = ([_name(graph, account) for account in side] for side in (callers, owners))
    x = alt.X(
        "to:N", title="owner of the role or resource", scale=alt.Scale(domain=along),
        axis=alt.Axis(labelAngle=-40, labelLimit=180),
    )  # fmt: skip
    y = alt.Y("from:N", title="caller's account", scale=alt.Scale(domain=down), axis=alt.Axis(labelLimit=180))
    base = alt.Chart(rows, width=WIDTH, height=max(60, 30 * len(down))).encode(
        x=x, y=y,
        tooltip=[
            tip("from:N", "From"), tip("to:N", "To"), tip("count:Q", "Calls"), tip("refused:Q", "Refused"),
            tip("kinds:N", "What was crossed for"), tip("since:N", "First"), tip("until:N", "Last"),
            tip("sides:N", "Told by the trail of"), tip("external:N", "ExternalId"),
        ],
    )  # fmt: skip
    span = [rows["first"].min(), rows["first"].max()]
    legend = alt.Legend(title="first call (UTC)", format="%d %b %H:%M", gradientLength=260, tickCount=4)
    cells = base.transform_filter("datum.outcome == 'worked'").mark_rect(cornerRadius=2, opacity=0.9).encode(
        color=alt.Color("first:T", scale=alt.Scale(type="utc", scheme=VIRIDIS), legend=legend)
        if span[0] != span[1]
        else alt.value("#56B4E9")
    )  # fmt: skip
    halo = base.mark_text(fontSize=11, stroke="white", strokeWidth=3, fill="white").encode(text="shown:N")
    colour = alt.condition("datum.outcome == 'refused'", alt.value(DENIED), alt.value("#1a1a1a"))
    return layered(cells, halo, base.mark_text(fontSize=11).encode(text="shown:N", color=colour))

"""Ways that credentials took: chains of sessions as one layered picture."""

import itertools
import re

import ibis.expr.types as ir
import networkx as nx

from workbench.charts.network import graph
from workbench.charts.theme import AnyChart, no_events
from workbench.errors import ChartError
from workbench.queries.attribution import CONFIDENCES

_NEEDED = ("path", "sessions", "first", "last", "confidence")
_KINDS = (
    (re.compile(r"arn:[a-z-]+:iam::\d+:role/"), "role"),
    (re.compile(r"arn:[a-z-]+:iam::\d+:user/"), "iam_user"),
    (re.compile(r"arn:[a-z-]+:iam::\d+:root\Z"), "root"),
    (re.compile(r"i-[0-9a-f]{8,17}\Z"), "instance"),
    (re.compile(r"[a-z0-9.-]+\.amazonaws\.com\Z"), "service"),
    (re.compile(r"\d{12}(:|\Z)"), "account"),
)
_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:[a-z]+:[a-z0-9-]*:)?(\d{12})(?::|\Z)")


def chains(
    found: ir.Table, *, limit: int = 70, title: str = "Which way credentials took, origin to last role"
) -> AnyChart:
    """Draw chains of sessions, origin on the left, the roles reached to its right, coloured by account.

    Parameters
    ----------
    found
        Rows of `graphs.chains`.
    limit
        Largest number of principals that is drawn: the longest chains, then those with most sessions.
    title
        Heading.

    Returns
    -------
    alt.LayerChart
        Edge width is the number of sessions. With a description; no chains give a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column.

    Examples
    --------
    >>> import ibis
    >>> chains(ibis.memtable([], schema={"path": "array<string>", "sessions": "int64", "first": "timestamp",
    ...     "last": "timestamp", "confidence": "string"})).description
    'Which way credentials took, origin to last role: no events.'
    """
    if lacking := [name for name in _NEEDED if name not in found.columns]:
        raise ChartError(f"this table has no {', '.join(lacking)}. Pass graphs.chains(graph)")
    rows = found.select(*_NEEDED).to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (-len(row["path"]), -row["sessions"], row["path"]))
    drawn: nx.MultiDiGraph = nx.MultiDiGraph()
    for row in rows:
        new = {*row["path"]} - {*drawn}
        if drawn.number_of_nodes() + len(new) <= limit:
            _add(drawn, row)
    for *_, told in drawn.edges(data=True):
        told["count"] = told["ended"] or told["passed"]
    return graph(drawn, limit=limit, title=title) if drawn.number_of_nodes() else no_events(title)


def _add(drawn: nx.MultiDiGraph, row: dict) -> None:
    path = row["path"]
    for node in path:
        account = _ACCOUNT.match(node)
        drawn.add_node(node, kind=kind_of(node), account=account[1] if account else None)
    for source, target in itertools.pairwise(path):
        drawn.add_edge(
            source, target, key="allowed", **_merged(drawn.get_edge_data(source, target, "allowed"), row)
        )
    # sessions are counted where the chain ends: each part of it is a chain, and a row, of its own
    drawn.edges[path[-2], path[-1], "allowed"]["ended"] += row["sessions"]


def _merged(known: dict | None, row: dict) -> dict:
    """Give an edge's attributes with one more chain that passes it; it is as sure as the surest."""
    old = known or {"ended": 0, "passed": 0, "confidence": row["confidence"]}
    times = [time for told in (old, row) for name in ("first", "last") if (time := told.get(name))]
    return {
        "ended": old["ended"],
        "passed": max(old["passed"], row["sessions"]),
        "denied": False,
        "first": min(times, default=None),
        "last": max(times, default=None),
        "confidence": min(old["confidence"], row["confidence"], key=CONFIDENCES.index),
    }


def kind_of(node: str) -> str:
    """Tell what kind of principal a node is from its name alone.

    Examples
    --------
    >>> kind_of("arn:aws:iam::111122223333:role/Deploy"), kind_of("ec2.amazonaws.com"), kind_of("mira")
    ('role', 'service', 'subject')
    """
    return next((kind for form, kind in _KINDS if form.match(node)), "subject")

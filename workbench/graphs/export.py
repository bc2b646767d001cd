"""Graphs for other programs: GraphML and node-link JSON, with every attribute."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from workbench.errors import visible


def to_graphml(graph: nx.Graph, path: str | Path) -> Path:
    """Write a graph as GraphML, which Gephi, yEd and Cytoscape read.

    Parameters
    ----------
    graph
        Any graph of this package.
    path
        The file; it is replaced.

    Returns
    -------
    Path
        The file. Times are ISO 8601 text (UTC), lists and objects JSON text, what is None is left out.
        Characters that XML cannot hold are spelled out, as on every page of the workbench.

    Examples
    --------
    >>> import tempfile
    >>> file = to_graphml(nx.DiGraph([("111122223333", "444455556666")]), tempfile.mkdtemp() + "/g.graphml")
    >>> sorted(nx.read_graphml(file))
    ['111122223333', '444455556666']

    References
    ----------
    http://graphml.graphdrawing.org/specification.html
    """
    flat = nx.relabel_nodes(graph, visible, copy=True)
    nodes, edges = flat.nodes(data=True), flat.edges(data=True)
    for told in (flat.graph, *(told for _, told in nodes), *(told for *_, told in edges)):
        plain = _flat(told)
        told.clear()
        told.update(plain)
    nx.write_graphml_xml(flat, path)
    return Path(path)


def to_json(graph: nx.Graph) -> str:
    """Return a graph as node-link JSON, which d3 and `networkx.node_link_graph` read.

    Parameters
    ----------
    graph
        Any graph of this package.

    Returns
    -------
    str
        `nodes`, `edges` and `graph` (what belongs to all of it); times are ISO 8601 text (UTC). The same
        graph gives the same text.

    Examples
    --------
    >>> json.loads(to_json(nx.DiGraph([("111122223333", "444455556666")])))["edges"]
    [{'source': '111122223333', 'target': '444455556666'}]
    """
    told = nx.node_link_data(graph, edges="edges")
    return json.dumps(told, default=_iso, ensure_ascii=False, indent=1, sort_keys=True)


def _flat(told: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    return {name: _plain(value) for name, value in told.items() if value is not None}


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | dict):
        return visible(json.dumps(value, default=_iso, ensure_ascii=False))
    return visible(value if isinstance(value, str) else _iso(value))


def _iso(value: Any) -> str:
    return f"{value.isoformat()}Z" if hasattr(value, "isoformat") else str(value)

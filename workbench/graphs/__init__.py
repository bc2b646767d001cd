"""Events as graphs: plain functions from tables to plain networkx graphs."""

from workbench.graphs.assumption import assumption_graph
from workbench.graphs.crossing import cross_account_graph
from workbench.graphs.export import to_graphml, to_json
from workbench.graphs.keys import key_chains
from workbench.graphs.sessions import chains
from workbench.graphs.walk import accounts_graph, neighbourhood, nodes_of, reach

__all__ = [
    "accounts_graph",
    "assumption_graph",
    "chains",
    "cross_account_graph",
    "key_chains",
    "neighbourhood",
    "nodes_of",
    "reach",
    "to_graphml",
    "to_json",
]

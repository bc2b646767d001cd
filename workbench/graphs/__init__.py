"""Events as graphs: plain functions from tables to plain networkx graphs."""

from workbench.graphs.assumption import assumption_graph, key_chains
from workbench.graphs.walk import accounts_graph, neighbourhood, nodes_of, reach

__all__ = ["accounts_graph", "assumption_graph", "key_chains", "neighbourhood", "nodes_of", "reach"]

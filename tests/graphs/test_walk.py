import networkx as nx
import pytest

from workbench.errors import ParameterError
from workbench.graphs import accounts_graph, neighbourhood, reach


def chain():
    return nx.MultiDiGraph([("a", "b"), ("b", "c"), ("c", "d"), ("x", "c")])


def test_neighbourhood_goes_both_ways_and_keeps_edges_between_what_it_finds():
    assert sorted(neighbourhood(chain(), "c")) == ["b", "c", "d", "x"]
    assert sorted(neighbourhood(chain(), "c", hops=2)) == ["a", "b", "c", "d", "x"]
    assert sorted(neighbourhood(chain(), "c", hops=0)) == ["c"]


def test_reach_follows_the_direction_of_edges():
    assert sorted(reach(chain(), "b")) == ["a", "b", "c", "d"]
    assert sorted(reach(chain(), "b", hops=1)) == ["a", "b", "c"]
    assert sorted(reach(nx.MultiDiGraph([("a", "b"), ("b", "a")]), "a")) == ["a", "b"]


@pytest.mark.parametrize("walk", [neighbourhood, reach])
def test_an_unknown_node_is_refused(walk):
    with pytest.raises(ParameterError, match="'nobody' is not in this graph"):
        walk(chain(), "nobody")


def test_accounts_take_the_place_of_principals_and_denied_stays_apart():
    graph = nx.MultiDiGraph()
    for name, account in (("alice", "1"), ("bob", "1"), ("role", "2"), ("lambda", None)):
        graph.add_node(name, account=account, kind="service" if account is None else "role")
    for caller, count, denied in (
        ("alice", 2, False),
        ("bob", 3, False),
        ("alice", 4, True),
        ("lambda", 5, False),
    ):
        graph.add_edge(caller, "role", count=count, denied=denied, first=count, last=count + 10)
    found = {
        (source, target, data["denied"]): data
        for source, target, data in accounts_graph(graph).edges(data=True)
    }
    assert {edge: data["count"] for edge, data in found.items()} == {
        ("1", "2", False): 5, ("1", "2", True): 4, ("lambda", "2", False): 5,
    }  # fmt: skip
    assert (found["1", "2", False]["first"], found["1", "2", False]["last"]) == (2, 13)

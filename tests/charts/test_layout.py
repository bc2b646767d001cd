import itertools
import random

import networkx as nx
import pytest

from workbench.charts.layout import crossings, layered_layout


def random_layers(seed, *, layers=5, width=10):
    chance = random.Random(seed)
    graph = nx.DiGraph()
    columns = [[f"{layer}-{place}" for place in range(width)] for layer in range(layers)]
    for layer, column in enumerate(columns):
        graph.add_nodes_from(column, layer=layer)
    for before, column in itertools.pairwise(columns):
        for node in column:
            graph.add_edges_from((caller, node) for caller in chance.sample(before, chance.choice([1, 1, 2])))
    return graph


def drawn_crossings(graph, places, routes=None):
    """Count the pairs of drawn segments that cut each other."""
    segments = []
    for source, target in graph.edges():
        stops = [tuple(places[source]), *(routes or {}).get((source, target), []), tuple(places[target])]
        segments += list(itertools.pairwise(stops))

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return sum(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for at, (a, b) in enumerate(segments)
        for c, d in segments[:at]
        if not {a, b} & {c, d}
    )


@pytest.mark.parametrize("seed", range(8))
def test_fewer_crossings_than_networkx_on_fifty_nodes(seed):
    graph = random_layers(seed)
    places, routes = layered_layout(graph)
    plain = drawn_crossings(graph, nx.multipartite_layout(graph, subset_key="layer"))
    assert drawn_crossings(graph, places, routes) < plain


def test_four_times_fewer_over_all_seeds():
    ours = theirs = 0
    for seed in range(20, 30):
        graph = random_layers(seed)
        ours += drawn_crossings(graph, *layered_layout(graph))
        theirs += drawn_crossings(graph, nx.multipartite_layout(graph, subset_key="layer"))
    assert ours * 4 < theirs


@pytest.mark.parametrize("seed", range(5))
def test_every_edge_goes_right_and_no_two_nodes_share_a_place(seed):
    graph = random_layers(seed)
    places, routes = layered_layout(graph)
    assert all(places[source][0] < places[target][0] for source, target in graph.edges())
    taken = [*places.values(), *(stop for stops in routes.values() for stop in stops)]
    assert len(set(taken)) == len(taken)


def test_a_long_edge_has_a_place_in_each_layer_it_passes():
    places, routes = layered_layout(nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]))
    assert [x for x, _ in routes["a", "d"]] == [1.0, 2.0]
    assert not set(routes["a", "d"]) & set(places.values())


def test_cycles_and_self_loops_share_a_layer():
    graph = nx.DiGraph([("user", "a"), ("a", "b"), ("b", "a"), ("b", "b"), ("b", "c")])
    places, _ = layered_layout(graph)
    assert [places[node][0] for node in ("user", "a", "b", "c")] == [0, 1, 1, 2]


def test_a_late_caller_stands_next_to_what_it_reaches():
    places, _ = layered_layout(nx.DiGraph([("a", "b"), ("b", "c"), ("service", "c")]))
    assert places["service"][0] == 1


def test_the_layout_does_not_depend_on_the_order_of_building():
    edges = list(random_layers(3).edges())
    one, other = nx.DiGraph(edges), nx.DiGraph(edges[::-1])
    assert layered_layout(one) == layered_layout(other)


def test_no_nodes_and_one_node():
    assert layered_layout(nx.DiGraph()) == ({}, {})
    single = nx.DiGraph()
    single.add_node("alone")
    assert layered_layout(single) == ({"alone": (0.0, 0.0)}, {})


def test_links_that_meet_in_a_node_do_not_cross():
    assert crossings([["a"], ["b", "c"]], [("a", "b"), ("a", "c")]) == 0

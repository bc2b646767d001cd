import networkx as nx
import pandas as pd
import pytest

from tests.charts.drawing import check
from workbench.charts import graph as draw
from workbench.errors import ChartError


def made(*edges):
    graph = nx.MultiDiGraph()
    for source, target, data in edges:
        for node in (source, target):
            if node not in graph:
                graph.add_node(node, kind="role", account="111122223333")
        graph.add_edge(source, target, **({"count": 1, "denied": False} | data))
    return graph


def rows_with(spec, *names):
    held = [rows for rows in spec["datasets"].values() if rows and set(names) <= set(rows[0])]
    return max(held, key=len)


def test_a_graph_tells_what_it_shows():
    time = pd.Timestamp("2026-09-02 04:00")
    chart = draw(
        made(("a", "b", {"count": 3, "first": time, "last": time}), ("a", "b", {"count": 2, "denied": True}))
    )
    check(chart)
    assert (
        chart.description == "Who reached which role: 2 principals, 2 links (5 calls), 1 refused. "
        "Most calls: a to b (3); a to b (2)."
    )
    heads = rows_with(chart.to_dict(), "angle")
    assert {(row["outcome"], row["first"]) for row in heads} == {
        ("worked", "2026-09-02 04:00:00 UTC"),
        ("refused", ""),
    }


def test_refused_edges_differ_by_more_than_colour():
    heads = rows_with(draw(made(("a", "b", {"denied": True}), ("a", "c", {}))).to_dict(), "angle")
    ends = {row["outcome"]: row["x"] for row in heads}
    assert ends["refused"] < ends["worked"]


def test_loops_cycles_and_lone_nodes_are_drawn():
    graph = made(("a", "a", {}), ("a", "b", {}), ("b", "a", {}))
    graph.add_node("alone")
    check(draw(graph))


def test_everything_lies_inside_the_frame():
    spec = draw(made(*(("hub", f"role-{n}", {}) for n in range(30)))).to_dict()
    for row in rows_with(spec, "step") + rows_with(spec, "principal"):
        assert 0 <= row["x"] <= 760
        assert 0 <= row["y"] <= spec["height"]


def test_a_focus_is_drawn_with_what_it_reached_only():
    graph = made(("user", "a", {}), ("a", "b", {}), ("other", "a", {}), ("far", "away", {}))
    chart = draw(graph, focus="user")
    check(chart)
    assert {row["principal"] for row in rows_with(chart.to_dict(), "principal")} == {"user", "a", "b"}
    assert "3 of 6 nodes" in chart.description


def test_a_focus_that_reached_too_much_is_cut_by_hops():
    graph = made(("hub", "a", {}), *(("a", f"b{n}", {}) for n in range(20)))
    chart = draw(graph, focus="hub", limit=5)
    check(chart)
    assert "1 hop each way" in chart.description


def test_a_focus_that_is_no_node_is_refused():
    with pytest.raises(ChartError, match="not in this graph"):
        draw(made(("a", "b", {})), focus="nobody")


def test_too_many_principals_are_drawn_account_by_account():
    graph = made(*((f"user-{n}", "role", {}) for n in range(80)))
    chart = draw(graph)
    check(chart)
    assert "81 nodes are too many" in chart.description
    assert {row["principal"] for row in rows_with(chart.to_dict(), "principal")} == {"111122223333"}


def test_too_many_accounts_are_a_table_of_pairs():
    graph = nx.MultiDiGraph()
    for n in range(150):
        graph.add_node(f"user-{n}", account=f"{n:012}", kind="iam_user")
        graph.add_node(f"role-{n}", account=f"{n + 1:012}", kind="role")
        graph.add_edge(f"user-{n}", f"role-{n}", count=n + 1, denied=False)
    chart = draw(graph)
    check(chart)
    assert len(rows_with(chart.to_dict(), "count")) == 150


def test_an_empty_graph_says_so():
    chart = draw(nx.MultiDiGraph())
    check(chart)
    assert chart.description == "Who reached which role: no events."


def test_hostile_names_stay_visible_and_harmless():
    hostile = "</script><script>alert(1)</script>\x00\x1b[31m\u202e\n" + "x" * 5_000
    svg = check(draw(made((hostile, "b", {}))))
    assert "<script>alert" not in svg
    assert "\x1b" not in svg


def test_low_confidence_is_dashed_and_said():
    lines = rows_with(draw(made(("a", "b", {"confidence": "low"}))).to_dict(), "step")
    assert {row["sure"] for row in lines} == {"low"}
    assert "dashed" in str(draw(made(("a", "b", {"confidence": "low"}))).to_dict()["title"])

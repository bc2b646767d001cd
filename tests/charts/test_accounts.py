import networkx as nx
import pandas as pd
import pytest

from tests.charts.drawing import check
from workbench.charts import account_matrix
from workbench.errors import ChartError

A, B, C = "111122223333", "444455556666", "999988887777"


def made(*edges):
    graph = nx.DiGraph()
    for at, (source, target, told) in enumerate(edges):
        for account in (source, target):
            graph.add_node(account, inside=account != C, collected=account != C)
        times = {"first": pd.Timestamp(f"2026-09-0{at % 9 + 1}"), "last": pd.Timestamp("2026-09-10")}
        graph.add_edge(source, target, **{"count": 1, "denied": False, "kinds": ("role",), **times, **told})
    return graph


def rows_of(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if "since" in row]


def test_pairs_tell_calls_and_first_call():
    chart = account_matrix(made((A, B, {"count": 1200, "external_id": True}), (B, A, {"two_sided": "both"})))
    check(chart)
    first, second = rows_of(chart)
    assert (first["from"], first["to"], first["shown"], first["external"]) == (A, B, "1,200", "given")
    assert (second["since"], second["sides"]) == ("2026-09-02 00:00:00 UTC", "both")
    assert "2 pairs of accounts, 1,201 calls" in chart.description


def test_outsiders_and_missing_trails_are_marked():
    (row,) = rows_of(account_matrix(made((C, A, {}))))
    assert (row["from"], row["to"]) == (f"{C} * ?", A)


def test_pairs_that_were_refused_only_have_a_cross():
    chart = account_matrix(made((A, B, {}), (C, A, {"denied": True, "count": 4})))
    check(chart)
    assert {row["outcome"]: row["shown"] for row in rows_of(chart)} == {"worked": "1", "refused": "✕"}
    assert "1 pair refused only" in chart.description


def test_too_many_accounts_are_cut_and_said():
    edges = [(f"{n:012}", B, {"count": n}) for n in range(60)]
    chart = account_matrix(made(*edges))
    check(chart)
    assert len(rows_of(chart)) == 40
    assert any("40 of 60 pairs shown" in line for line in chart.to_dict()["title"]["subtitle"])


def test_a_call_without_a_time_is_drawn():
    check(account_matrix(made((A, B, {"first": None, "last": None}), (B, A, {}))))


def test_an_empty_graph_says_so_and_another_graph_is_refused():
    assert account_matrix(nx.DiGraph()).description.endswith("no events.")
    with pytest.raises(ChartError, match="cross_account_graph"):
        account_matrix(nx.DiGraph([(A, B)]))

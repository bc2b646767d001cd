import json

import networkx as nx
import pandas as pd

from tests.builders import assume_role, role_event, table, user
from workbench.graphs import assumption_graph, cross_account_graph, to_graphml, to_json

ALICE, DEPLOY = "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/Deploy"


def made():
    call = assume_role(user(), key="ASIA1", eventID="call", eventTime="2026-09-02T01:00:00Z")
    return assumption_graph(table(call, role_event(key="ASIA1")))


def test_graphml_keeps_every_attribute(tmp_path):
    graph = made()
    read = nx.read_graphml(to_graphml(graph, tmp_path / "g.graphml"), force_multigraph=True)
    (told,) = (data for *_, data in read.edges(data=True))
    (kept,) = (data for *_, data in graph.edges(data=True))
    assert set(told) - {"id"} == set(kept)
    assert (told["count"], told["denied"], told["first"]) == (1, False, "2026-09-02T01:00:00Z")
    assert json.loads(told["eventIDs"]) == ["call"]
    assert read.nodes[ALICE] == {
        "kind": "iam_user",
        "account": "111122223333",
        "principals": json.dumps([ALICE]),
    }
    assert json.loads(read.graph["chains"])[0]["path"] == [ALICE, DEPLOY]


def test_json_keeps_every_attribute_and_is_read_back():
    graph = made()
    text = to_json(graph)
    assert text == to_json(graph)
    read = nx.node_link_graph(json.loads(text), edges="edges")
    assert read.edges[ALICE, DEPLOY, "allowed"]["eventIDs"] == ["call"]
    assert read.edges[ALICE, DEPLOY, "allowed"]["first"] == "2026-09-02T01:00:00Z"
    assert read.nodes[DEPLOY]["kind"] == "role"


def test_what_is_absent_is_left_out_of_graphml_and_null_in_json(tmp_path):
    graph = nx.DiGraph()
    graph.add_node("a", account=None)
    graph.add_edge("a", "b", first=None, last=pd.Timestamp("2026-09-02 01:00"), sides={"both": 2})
    read = nx.read_graphml(to_graphml(graph, tmp_path / "g.graphml"))
    assert read.nodes["a"] == {}
    assert read.edges["a", "b"] == {"last": "2026-09-02T01:00:00Z", "sides": '{"both": 2}'}
    assert json.loads(to_json(graph))["edges"][0]["first"] is None


def test_hostile_names_give_files_that_can_be_read(tmp_path):
    hostile = "</node><x>\x00\x1b[31m\u202e & \ud800"
    graph = nx.DiGraph()
    graph.add_edge(hostile, "b", principals=(hostile,))
    read = nx.read_graphml(to_graphml(graph, tmp_path / "g.graphml"))
    assert any(name.startswith("</node><x>") and "\x1b" not in name for name in read)
    assert hostile in {node["id"] for node in json.loads(to_json(graph))["nodes"]}


def test_a_graph_of_accounts_and_an_empty_graph_are_written(tmp_path):
    accounts = cross_account_graph(table(assume_role(user(), account="444455556666")))
    read = nx.read_graphml(to_graphml(accounts, tmp_path / "a.graphml"))
    assert json.loads(read.edges["111122223333", "444455556666"]["sides"]) == {"caller-only": 1}
    assert nx.read_graphml(to_graphml(nx.MultiDiGraph(), tmp_path / "e.graphml")).number_of_nodes() == 0

"""Each rare situation of the simulation: every one of its events gets the origin, the level, the reason."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import workbench as wb
from tests.queries.attribution.judging import MISSED, REASON, RIGHT, WRONG, Judgement, judged
from tests.queries.attribution.test_truth import is_right, paired, sessions_of, wrong
from workbench.graphs import assumption_graph, cross_account_graph, to_graphml, to_json
from workbench.queries.attribution import REASONS, lineage, role_sessions
from workbench.queries.attribution.who import answer
from workbench.simulation import write_sample
from workbench.simulation.situations import SITUATIONS

Rich = tuple[Path, Any]


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    """A small sample with every situation, and its events."""
    folder = tmp_path_factory.mktemp("rich")
    write_sample(folder / "sample", days=3, situations=True)
    con = wb.open_case(folder / "case")
    wb.load(con, folder / "sample")
    return folder / "sample", wb.events(con)


@pytest.fixture(scope="module")
def judgements(rich: Rich) -> list[Judgement]:
    return judged(rich[1], rich[0])


@pytest.mark.parametrize("situation", [one.name for one in SITUATIONS])
def test_a_situation_is_told_as_it_was(judgements: list[Judgement], situation: str) -> None:
    of_it = [one for one in judgements if one.scene == situation]
    assert of_it
    assert [one for one in of_it if one.verdict not in (RIGHT, REASON)] == []


def test_everything_else_is_told_as_it_was(judgements: list[Judgement]) -> None:
    assert [one for one in judgements if one.verdict not in (RIGHT, REASON)] == []
    assert {one.told["origin_reason"] for one in judgements} == {None, *REASONS}


TAKEN_AWAY = {
    "the caller's account": (lambda t: t.recipientAccountId != "444455556666", "ACCOUNT_NOT_COLLECTED"),
    "the role's account": (lambda t: t.recipientAccountId != "333344445555", "ACCOUNT_NOT_COLLECTED"),
    "the management account": (lambda t: t.recipientAccountId != "111122223333", "ACCOUNT_NOT_COLLECTED"),
    "the account in China": (lambda t: t.recipientAccountId != "555566667777", "ACCOUNT_NOT_COLLECTED"),
    "the account in GovCloud": (lambda t: t.recipientAccountId != "666677778888", None),
    "the region of most calls": (lambda t: t.awsRegion != "eu-west-1", "REGION_NOT_COLLECTED"),
    "the region of the sign-ins": (lambda t: t.awsRegion != "us-east-1", "REGION_NOT_COLLECTED"),
    "the first day": (lambda t: t.eventTime >= datetime(2026, 3, 3), "BEFORE_COVERAGE"),  # noqa: DTZ001
    "a morning more": (lambda t: t.eventTime >= datetime(2026, 3, 3, 12), "BEFORE_COVERAGE"),  # noqa: DTZ001
    "every call of STS": (lambda t: t.eventSource != "sts.amazonaws.com", ...),
    "a third of all": (lambda t: t.eventID.hash() % 3 != 0, ...),
    "another third": (lambda t: t.eventID.hash() % 3 != 1, ...),
}  # fmt: skip


# Who else was there in the same second, or for whom a session was, may stand in the one record that is lost.
IN_ONE_RECORD = ("two people in one second", "a person behind an application")


@pytest.mark.parametrize("missing", TAKEN_AWAY)
def test_what_is_taken_away_makes_nothing_wrong_and_is_the_reason(rich: Rich, missing: str) -> None:
    stays, reason = TAKEN_AWAY[missing]
    left = judged(rich[1].filter(stays), rich[0])
    errors = [one for one in left if one.verdict == WRONG]
    assert [one for one in errors if reason is not ... or one.scene not in IN_ONE_RECORD] == []
    if reason is not ...:
        lost = [one for one in left if one.verdict == MISSED]
        assert bool(lost) == (reason is not None)
        right = [one for one in lost if one.told["origin_reason"] == reason]
        assert len(right) >= 0.95 * len(lost)


def test_an_arn_borne_twice_is_two_people(judgements: list[Judgement]) -> None:
    made_again = [one for one in judgements if one.scene == "a user deleted and made again"]
    both = {(one.told["origin_principal"], one.told["origin_id"]) for one in made_again
            if "maja" in one.truth["origin"]}  # fmt: skip
    assert len(both) == 2
    assert len({principal for principal, _ in both}) == 1


def test_a_chain_of_forty_hops_has_one_row_each(rich: Rich) -> None:
    ledger = role_sessions(rich[1])
    juggled = ledger.filter(ledger.session_name == "warden").select("hops", "origin_kind").to_pyarrow()
    assert sorted(row["hops"] for row in juggled.to_pylist()) == list(range(2, 42))


def test_the_ledger_has_each_session_as_it_was(rich: Rich) -> None:
    """But for sign-ins with which nothing was done than to switch roles."""
    truth = sessions_of(rich[0])
    pairs = paired(rich[1], truth)
    assert len(pairs) >= len(truth) - 2
    assert wrong(pairs) == []
    assert [pair for pair in pairs if "not_provable" not in pair[0] and not is_right(*pair)] == []
    reasons = [(session["not_provable"], row["origin_reason"]) for session, row in pairs
               if "not_provable" in session]  # fmt: skip
    assert [pair for pair in reasons if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [("worker", {None, "AMBIGUOUS"}), ("report", {None}), ("nightly", {"CONTRADICTION"})],
)  # fmt: skip
def test_the_ledger_says_the_same_of_sessions(rich: Rich, name: str, expected: set[str | None]) -> None:
    ledger = role_sessions(rich[1])
    rows = ledger.filter((ledger.session_name == name) & (ledger.events > 0)).to_pyarrow().to_pylist()
    assert {row["origin_reason"] for row in rows} == expected


def test_lineage_tells_who_made_what_was_used_as_it_was(rich: Rich, judgements: list[Judgement]) -> None:
    """Of keys who made them, by steps and notes; of a user made again its calls alone."""
    truth = json.loads((rich[0] / "truth.json").read_text())
    by_event = {event: step for step in truth["intrusion"]["steps"] for event in step["events"]}
    rows = lineage(rich[1]).to_pyarrow().to_pylist()
    told = {one.told["eventID"]: one for one in judgements}
    assert {row["kind"] for row in rows} == {"access-key", "user", "login-profile", "trust-policy"}
    for row in rows:  # whoever made it is the one that the truth names
        assert row["origin_principal"] == told[row["eventID"]].truth["origin"]
    notes = {key["access_key_id"]: key.get("note", "") for key in truth["long_term_keys"]}
    keys = {row["made"]: row for row in rows if row["kind"] == "access-key"}
    for key, row in keys.items():
        assert (row["eventID"] in by_event) == (notes[key] == "made by the intruder")
        assert row["used"] == rich[1].filter(rich[1].access_key_id == key).count().execute()
    (maja,) = [row for row in rows if row["made"].endswith("/maja.holst")]
    again = [one for one in judgements if one.scene == "a user deleted and made again"]
    hers = {one.truth["origin_id"] for one in again if one.truth["origin"] == maja["made"]}
    calls = rich[1].filter(rich[1].principal == maja["made"])
    by_id = calls.userIdentity["principalId"].value_counts().to_pyarrow().to_pylist()
    assert len(hers) == len(by_id) == 2
    assert maja["used"] == calls.filter(calls.eventTime > maja["eventTime"]).count().execute() == 1


SAID = {
    "id", "origin_principal", "origin_id", "origin_kind", "confidence", "reason", "likely_principal", "hops",
    "collect",
}  # fmt: skip
HOP = {
    "principal", "principal_kind", "account", "role_arn", "session_arn", "access_key_id", "assumed_at",
    "rule", "confidence", "evidence",
}  # fmt: skip
COLLECT = {"account", "region", "from", "to", "hours", "why"}
COLUMNS = {"confidence": "origin_confidence", "reason": "origin_reason"}
NAMES = {name: COLUMNS.get(name, name) for name in SAID - {"id", "hops", "collect"}}


def test_the_json_of_who_says_what_the_table_says(rich: Rich, judgements: list[Judgement]) -> None:
    """One event of each kind of origin, confidence and reason."""
    known = set(rich[1].eventID.to_pyarrow().to_pylist())
    each = {(one.told["origin_kind"], one.told["origin_confidence"], one.told["origin_reason"]): one.told
            for one in judgements}  # fmt: skip
    assert len(each) > 20
    for told in each.values():
        said = answer(rich[1], told["eventID"])
        assert json.loads(json.dumps(said, allow_nan=False)) == said == answer(rich[1], told["eventID"])
        assert said.keys() == SAID
        assert {name: said[name] for name in NAMES} == {name: told[column] for name, column in NAMES.items()}
        assert said["hops"]
        assert all(hop.keys() == HOP for hop in said["hops"])
        assert all(hop["evidence"] and set(hop["evidence"]) <= known for hop in said["hops"])
        if said["origin_principal"]:
            assert said["hops"][-1]["principal"] == said["origin_principal"]
        to_fetch = ("ACCOUNT_NOT_COLLECTED", "BEFORE_COVERAGE", "REGION_NOT_COLLECTED")
        assert (said["collect"] is not None) == (said["reason"] in to_fetch)
        assert said["collect"] is None or said["collect"].keys() == COLLECT


ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.mark.parametrize("made", [assumption_graph, cross_account_graph])
def test_the_graphs_of_the_situations_are_written_whole_and_read_back(
    rich: Rich, tmp_path: Path, made: Any
) -> None:
    graph = made(rich[1])
    is_many = graph.is_multigraph()
    read = nx.read_graphml(to_graphml(graph, tmp_path / "g.graphml"), force_multigraph=is_many)
    told = json.loads(to_json(graph), parse_constant=pytest.fail)
    again = nx.node_link_graph(told, edges="edges")
    assert set(read) == set(again) == set(graph)
    assert len(read.edges) == len(again.edges) == len(graph.edges) > 3
    for source, target, data in graph.edges(data=True):
        one = again.edges[source, target, *(["denied" if data["denied"] else "allowed"] if is_many else [])]
        assert one.keys() == data.keys()
        assert all(ISO.fullmatch(one[name]) for name in ("first", "last"))
    texts = [text for *_, data in (*read.nodes(data=True), *read.edges(data=True)) for text in data.values()]
    assert not {"None", "nan", "NaN", "NaT", ""} & set(map(str, texts))
    for *_, data in read.edges(data=True):
        assert ISO.fullmatch(data["first"])
        assert ISO.fullmatch(data["last"])
    for node, data in graph.nodes(data=True):
        assert read.nodes[node].keys() == {name for name, value in data.items() if value is not None}

from datetime import datetime

import pytest

from tests.builders import assume_role, role_event, role_session, table, user
from workbench.errors import ParameterError
from workbench.graphs import assumption_graph, chains

ALICE = "arn:aws:iam::111122223333:user/alice"
BOB = "arn:aws:iam::111122223333:user/bob"
DEPLOY = "arn:aws:iam::111122223333:role/Deploy"
ADMIN = "arn:aws:iam::444455556666:role/Admin"
DAY = "2026-09-02T"


def at(clock):
    return {"eventTime": f"{DAY}{clock}Z"}


def begun(clock, role="Deploy", session="build-1", *, key, account="111122223333"):
    """A session's identity as AWS writes it: it bears the second in which it began."""
    identity = role_session(role, session, key=key, account=account)
    identity["sessionContext"]["attributes"]["creationDate"] = f"{DAY}{clock}Z"
    return identity


def opened(caller, clock, role="Deploy", *, key, account="111122223333", **fields):
    expires = {"credentials": {"accessKeyId": key}}
    return assume_role(
        caller, role, key=key, account=account, **(at(clock) | {"responseElements": expires} | fields)
    )


def two_hops():
    return [
        opened(user(), "01:00:00", key="ASIA1", eventID="first"),
        opened(
            begun("01:00:00", key="ASIA1"),
            "01:10:00",
            "Admin",
            key="ASIA2",
            account="444455556666",
            eventID="second",
        ),
        role_event("Admin", account="444455556666", key="ASIA2", **at("01:20:00")),
    ]


def found(graph, *ends):
    return chains(graph, *ends).to_pyarrow().to_pylist()


def test_a_chain_is_bound_by_session_and_tells_its_calls_in_order():
    (row,) = found(assumption_graph(table(*two_hops())), ALICE, ADMIN)
    assert (row["path"], row["hops"], row["origin"]) == ([ALICE, DEPLOY, ADMIN], 2, ALICE)
    assert (row["eventIDs"], row["confidence"]) == (["first", "second"], "certain")
    assert (row["sessions"], row["events"]) == (1, 1)
    assert (row["first"], row["last"]) == (datetime(2026, 9, 2, 1, 10), datetime(2026, 9, 2, 1, 20))  # noqa: DTZ001


def test_the_same_role_does_not_join_two_sessions():
    bobs = opened(user("bob"), "01:05:00", key="ASIA3")
    graph = assumption_graph(table(*two_hops(), bobs))
    assert graph.has_edge(BOB, DEPLOY)
    assert graph.has_edge(DEPLOY, ADMIN)
    assert found(graph, BOB, ADMIN) == []
    assert [row["path"] for row in found(graph, BOB)] == [[BOB, DEPLOY]]


def test_from_a_role_on_and_to_a_role():
    graph = assumption_graph(table(*two_hops()))
    (onward,) = found(graph, DEPLOY, ADMIN)
    assert (onward["path"], onward["eventIDs"], onward["origin"]) == ([DEPLOY, ADMIN], ["second"], ALICE)
    assert [row["path"] for row in found(graph, None, DEPLOY)] == [[ALICE, DEPLOY]]
    assert [row["hops"] for row in found(graph)] == [1, 2]


def test_a_key_used_after_its_session_ended_leads_nowhere():
    late = opened(begun("01:00:00", key="ASIA1"), "23:00:00", "Admin", key="ASIA2", account="444455556666")
    first = opened(user(), "01:00:00", key="ASIA1", requestParameters={
        "roleArn": DEPLOY, "roleSessionName": "build-1", "durationSeconds": 3600})  # fmt: skip
    graph = assumption_graph(table(first, late))
    assert found(graph, ALICE, ADMIN) == []
    assert [row["path"] for row in found(graph, None, ADMIN)] == [[DEPLOY, ADMIN]]


def test_a_role_that_refreshes_itself_is_a_long_chain_and_ends():
    hours = range(1, 6)
    rounds = [
        opened(begun(f"{hour:02}:00:00", key=f"ASIA{hour}"), f"{hour:02}:50:00", key=f"ASIA{hour + 1}")
        for hour in hours
    ]
    calls = [opened(user(), "01:00:00", key="ASIA1"), *rounds]
    times = {f"ASIA{hour + 1}": f"{hour:02}:50:00" for hour in hours} | {"ASIA1": "01:00:00"}
    for call in rounds:  # each session began when the one before issued it
        identity = call["userIdentity"]
        attributes = identity["sessionContext"]["attributes"]
        attributes["creationDate"] = f"{DAY}{times[identity['accessKeyId']]}Z"
    paths = [row["path"] for row in found(assumption_graph(table(*calls)), ALICE)]
    assert [len(path) for path in paths] == [2, 3, 4, 5, 6, 7]
    assert [row["path"] for row in found(assumption_graph(table(*calls)), DEPLOY, DEPLOY)] == [
        [DEPLOY, DEPLOY]
    ]


def test_sessions_of_one_path_are_one_row():
    twice = [opened(user(), f"0{hour}:00:00", key=f"ASIA{hour}") for hour in (1, 2)]
    (row,) = found(assumption_graph(table(*twice)), ALICE)
    assert (row["sessions"], row["events"], len(row["eventIDs"])) == (2, 0, 1)


def test_an_unknown_node_is_refused_and_an_empty_graph_has_no_chain():
    graph = assumption_graph(table(*two_hops()))
    with pytest.raises(ParameterError, match="'nobody' is not in this graph"):
        chains(graph, "nobody")
    assert found(assumption_graph(table(role_event()))) == []


def test_an_origin_that_no_call_shows_is_part_of_the_chain():
    reserved = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    graph = assumption_graph(table(role_event(reserved, "mira@example.com", key="ASIA1")))
    (row,) = found(graph, "mira@example.com")
    assert row["path"] == ["mira@example.com", f"arn:aws:iam::111122223333:role/{reserved}"]
    assert (row["confidence"], row["eventIDs"]) == ("high", [])


def test_the_order_of_events_changes_nothing():
    one, other = (found(assumption_graph(table(*events))) for events in (two_hops(), two_hops()[::-1]))
    assert [{**row} for row in one] == [{**row} for row in other]


def test_the_leaked_key_of_the_sample_reaches_the_last_role(sample_case):
    import workbench as wb

    graph = assumption_graph(wb.events(wb.open_case(sample_case, read_only=True)))
    leaked = "arn:aws:iam::444455556666:user/ci/ci-artifact-uploader"
    ends = {row["path"][-1].rpartition("/")[2] for row in found(graph, leaked)}
    assert {"ci-build", "app-deploy", "deploy-record-writer"} <= ends

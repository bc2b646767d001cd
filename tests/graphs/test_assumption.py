from datetime import datetime

import pandas as pd

from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.graphs import assumption_graph, key_chains, nodes_of

ALICE = "arn:aws:iam::111122223333:user/alice"
DEPLOY = "arn:aws:iam::111122223333:role/Deploy"
ADMIN = "arn:aws:iam::444455556666:role/ops/Admin"


def time(hour):
    return {"eventTime": f"2026-09-02T{hour:02}:00:00Z"}


def at_hour(hour):
    return datetime.fromisoformat(f"2026-09-02 {hour:02}:00")


def refused(hour=3):
    message = f"User: {ALICE} is not authorized to perform: sts:AssumeRole on resource: {DEPLOY}"
    return assume_role(
        user(),
        requestParameters=None,
        responseElements=None,
        errorCode="AccessDenied",
        errorMessage=message,
        **time(hour),
    )


def test_calls_are_one_edge_with_count_first_and_last():
    graph = assumption_graph(
        table(assume_role(user(), **time(2)), assume_role(user(), key="ASIA2", **time(1)))
    )
    assert graph.nodes[ALICE] == {"kind": "iam_user", "account": "111122223333", "principals": (ALICE,)}
    assert graph.nodes[DEPLOY] == {"kind": "role", "account": "111122223333", "principals": (DEPLOY,)}
    ((source, target, key, data),) = graph.edges(keys=True, data=True)
    assert (source, target, key, data["count"], data["keys"], data["denied"]) == (
        ALICE,
        DEPLOY,
        "allowed",
        2,
        2,
        False,
    )
    assert (data["first"], data["last"]) == (
        pd.Timestamp("2026-09-02 01:00"),
        pd.Timestamp("2026-09-02 02:00"),
    )


def test_refused_attempts_are_an_edge_of_their_own():
    graph = assumption_graph(table(assume_role(user(), **time(2)), refused(), refused(4)))
    assert graph.edges[ALICE, DEPLOY, "allowed"]["count"] == 1
    assert graph.edges[ALICE, DEPLOY, "denied"]["count"] == 2
    assert graph.edges[ALICE, DEPLOY, "denied"]["denied"] is True
    assert graph.edges[ALICE, DEPLOY, "denied"]["used"] == 0


def test_a_used_key_makes_the_edge_certain_and_another_key_does_not():
    issued = assume_role(user(), key="ASIA1")
    used = assumption_graph(table(issued, role_event(key="ASIA1"), role_event(key="ASIA1")))
    other = assumption_graph(table(issued, role_event(key="ASIA2")))
    assert [used.edges[ALICE, DEPLOY, "allowed"][name] for name in ("used", "certain")] == [2, True]
    assert [other.edges[ALICE, DEPLOY, "allowed"][name] for name in ("used", "certain")] == [0, False]


def test_a_role_is_one_node_whatever_its_sessions_and_may_assume_itself():
    graph = assumption_graph(
        table(
            *(
                assume_role(role_session("Deploy", session), "Deploy", key=f"ASIA{session}")
                for session in "ab"
            )
        )
    )
    assert list(graph.edges(data="count")) == [(DEPLOY, DEPLOY, 2)]


def test_an_unresolved_account_is_a_node_with_its_id():
    stranger = {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": "999988887777"}
    graph = assumption_graph(table(assume_role(stranger)))
    assert graph.nodes["999988887777:AIDASTRANGER"] == {
        "kind": "account",
        "account": "999988887777",
        "principals": ("AIDASTRANGER",),
    }


def test_a_node_is_found_by_every_spelling_of_its_principal():
    copy = {"type": "AWSAccount", "principalId": user()["principalId"], "accountId": "111122223333"}
    stranger = {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": "999988887777"}
    ec2 = {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    events = table(
        event(),  # shows alice's unique id together with her ARN
        assume_role(copy, key="ASIA1"),
        assume_role(stranger, key="ASIA2"),
        assume_role(ec2, session="i-0123456789abcdef0", key="ASIA3"),
    )
    graph = assumption_graph(events)
    assert nodes_of(graph, [user()["principalId"]]) == nodes_of(graph, [ALICE]) == [ALICE]
    assert nodes_of(graph, ["ec2.amazonaws.com"]) == ["i-0123456789abcdef0"]
    assert nodes_of(graph, ["AIDASTRANGER", DEPLOY]) == ["999988887777:AIDASTRANGER", DEPLOY]
    assert nodes_of(graph, ["999988887777:AIDASTRANGER"]) == ["999988887777:AIDASTRANGER"]
    assert nodes_of(graph, ["AIDASTRANGE", ""]) == nodes_of(graph, []) == []
    callers = events.filter(events.eventName == "AssumeRole").principal.execute()
    assert all(nodes_of(graph, [caller]) for caller in callers)


def test_a_service_and_a_federated_subject_have_no_account():
    service = {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    federated = {
        "type": "WebIdentityUser",
        "userName": "repo:acme/app:ref:refs/heads/main",
        "principalId": "x",
    }
    graph = assumption_graph(
        table(
            assume_role(service), assume_role(federated, eventName="AssumeRoleWithWebIdentity", key="ASIA2")
        )
    )
    service, subject = (graph.nodes[n] for n in ("lambda.amazonaws.com", "repo:acme/app:ref:refs/heads/main"))
    assert (service["kind"], service["account"]) == ("service", None)
    assert (subject["kind"], subject["account"]) == ("web_identity", None)


def test_token_calls_open_no_role():
    token = event(
        eventSource="sts.amazonaws.com",
        eventName="GetSessionToken",
        responseElements={"credentials": {"accessKeyId": "A"}},
    )
    assert assumption_graph(table(token)).number_of_edges() == 0


def test_the_graph_does_not_depend_on_the_order_of_events():
    events = [assume_role(user(name), key=f"ASIA{name}", **time(2)) for name in ("carol", "bob", "alice")]
    one, other = assumption_graph(table(*events)), assumption_graph(table(*reversed(events)))
    assert list(one.nodes) == list(other.nodes)
    assert list(one.edges(data=True)) == list(other.edges(data=True))


def chain(first=1, second=2):
    return [
        assume_role(user(), "Deploy", key="ASIA1", eventID="issue-1", **time(first)),
        assume_role(
            role_session("Deploy", key="ASIA1"),
            "ops/Admin",
            account="444455556666",
            key="ASIA2",
            eventID="issue-2",
            **time(second),
        ),
        role_event("ops/Admin", account="444455556666", key="ASIA2", **time(3)),
        role_event("ops/Admin", account="444455556666", key="ASIA2", **time(4)),
    ]


def test_a_chain_of_keys_leads_back_to_its_origin():
    longest = key_chains(table(*chain())).to_pyarrow().to_pylist()[0]
    assert longest["path"] == [ALICE, DEPLOY, ADMIN]
    assert (longest["origin"], longest["origin_kind"], longest["hops"]) == (ALICE, "iam_user", 2)
    assert longest["accounts"] == ["111122223333", "444455556666"]
    assert (longest["sessions"], longest["events"], longest["keys"]) == (1, 2, ["ASIA2"])
    assert (longest["first"], longest["last"]) == (at_hour(3), at_hour(4))
    assert longest["evidence"] == ["issue-1", "issue-2"]


def test_a_key_that_was_issued_later_cannot_have_opened_the_chain():
    paths = [row["path"] for row in key_chains(table(*chain(first=3, second=2))).to_pyarrow().to_pylist()]
    assert [ALICE, DEPLOY, ADMIN] not in paths
    assert [DEPLOY, ADMIN] in paths


def test_keys_that_open_each_other_end():
    loop = [
        assume_role(role_session("Deploy", key="ASIA1"), "Deploy", key="ASIA2", **time(1)),
        assume_role(role_session("Deploy", key="ASIA2"), "Deploy", key="ASIA1", **time(1)),
    ]
    assert {row["hops"] for row in key_chains(table(*loop)).to_pyarrow().to_pylist()} == {2}


def test_an_issued_key_that_nobody_used_is_no_chain():
    assert key_chains(table(assume_role(user(), key="ASIA1"))).to_pyarrow().num_rows == 0
    assert key_chains(table(event())).to_pyarrow().num_rows == 0


def test_sessions_of_one_path_are_one_row():
    events = [
        call
        for at in (1, 2)
        for call in (
            assume_role(user(), key=f"ASIA{at}", **time(at)),
            role_event(key=f"ASIA{at}", **time(at)),
        )
    ]
    (row,) = key_chains(table(*events)).to_pyarrow().to_pylist()
    assert (row["sessions"], row["events"], row["keys"]) == (2, 2, ["ASIA1", "ASIA2"])


def test_the_longest_path_comes_first_and_stays_first_when_filtered_and_limited():
    lone = [
        call
        for name, uses in (("bob", 1), ("carol", 1), ("dave", 2))
        for call in (
            assume_role(user(name), key=f"ASIA{name}", **time(1)),
            *(role_event(key=f"ASIA{name}", **time(2)) for _ in range(uses)),
        )
    ]
    found = key_chains(table(*lone, *chain()))
    told = [(row["hops"], row["events"], row["path"][0][-5:]) for row in found.to_pyarrow().to_pylist()]
    assert told == [(2, 2, "alice"), (1, 2, "/dave"), (1, 1, "alice"), (1, 1, "r/bob"), (1, 1, "carol")]
    assert found.filter(found.hops > 0).limit(1).to_pyarrow()["hops"].to_pylist() == [2]
    assert found.op().keys, "the order is part of the table"


def test_the_leaked_key_of_the_sample_reaches_production(sample_case):
    import workbench as wb

    events = wb.events(wb.open_case(sample_case, read_only=True))
    leaked = "arn:aws:iam::444455556666:user/ci/ci-artifact-uploader"
    paths = [row["path"] for row in key_chains(events).to_pyarrow().to_pylist() if row["origin"] == leaked]
    assert [
        leaked,
        "arn:aws:iam::444455556666:role/ci/ci-build",
        "arn:aws:iam::333344445555:role/ci/app-deploy",
    ] in paths
    assert sum(data["denied"] for *_, data in assumption_graph(events).edges(leaked, data=True)) >= 2

import pandas as pd

from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.graphs import assumption_graph, nodes_of

ALICE = "arn:aws:iam::111122223333:user/alice"
DEPLOY = "arn:aws:iam::111122223333:role/Deploy"


def time(hour):
    return {"eventTime": f"2026-09-02T{hour:02}:00:00Z"}


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


def test_an_edge_tells_how_sure_its_caller_is_and_shows_its_first_calls():
    copy = {"type": "AWSAccount", "principalId": user()["principalId"], "accountId": "111122223333"}
    subject = {"type": "SAMLUser", "userName": "ines@example.com", "principalId": "x:ines"}
    graph = assumption_graph(
        table(
            event(),  # shows alice's unique id together with her ARN
            assume_role(copy, "Deploy", key="ASIA1"),
            assume_role(subject, "Analyst", eventName="AssumeRoleWithSAML", key="ASIA2"),
            *(assume_role(user("bob"), eventID=f"b{n}", key=f"ASIAB{n}", **time(n)) for n in range(6, 0, -1)),
        )
    )
    sure = {source: data["confidence"] for source, _, data in graph.edges(data=True)}
    bob = "arn:aws:iam::111122223333:user/bob"
    assert sure == {ALICE: "high", "ines@example.com": "high", bob: "certain"}
    assert graph.edges[bob, DEPLOY, "allowed"]["eventIDs"] == ("b1", "b2", "b3", "b4", "b5")


def test_the_callers_own_copy_makes_an_edge_certain():
    copy = {"type": "AWSAccount", "principalId": user()["principalId"], "accountId": "111122223333"}
    graph = assumption_graph(table(event(), assume_role(copy, key="ASIA1"), assume_role(user(), key="ASIA2")))
    assert [data["confidence"] for *_, data in graph.edges(data=True)] == ["certain"]

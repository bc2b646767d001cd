import json

import pytest

from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.errors import ParameterError
from workbench.graphs import cross_account_graph

HOME, OWNER, STRANGER = "111122223333", "444455556666", "999988887777"


def at(hour):
    return {"eventTime": f"2026-09-02T{hour:02}:00:00Z"}


def outsider(account=STRANGER):
    return {"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": account}


def into(caller, hour=1, **fields):
    """A call for a role of OWNER; recorded at home unless the fields say otherwise."""
    return assume_role(caller, account=OWNER, **(at(hour) | fields))


def with_external_id(caller, hour=1):
    asked = {"roleArn": f"arn:aws:iam::{OWNER}:role/Deploy", "roleSessionName": "x", "externalId": "secret"}
    return into(caller, hour, requestParameters=asked, recipientAccountId=OWNER)


def edges(*events, **options):
    return list(cross_account_graph(table(*events), **options).edges(data=True))


def test_calls_are_one_edge_with_count_first_and_last():
    ((source, target, told),) = edges(into(user(), 3, eventID="late"), into(user("bob"), 1, eventID="early"))
    assert (source, target, told["count"], told["denied"], told["kinds"]) == (
        HOME,
        OWNER,
        2,
        False,
        ("role",),
    )
    assert (told["first"].hour, told["last"].hour, told["eventIDs"]) == (1, 3, ("early", "late"))
    assert [name.rpartition("/")[2] for name in told["principals"]] == ["alice", "bob"]


def test_an_account_is_told_by_trail_and_membership(tmp_path):
    events = table(into(user()), into(outsider(), recipientAccountId=OWNER))
    nodes = cross_account_graph(events, organization=[HOME, OWNER]).nodes
    assert {name: (told["collected"], told["inside"]) for name, told in nodes.items()} == {
        HOME: (True, True), OWNER: (True, True), STRANGER: (False, False),
    }  # fmt: skip
    assert {told["inside"] for _, told in cross_account_graph(events).nodes(data=True)} == {None}
    path = tmp_path / "organization.json"
    path.write_text(
        json.dumps({"accounts": [{"id": HOME, "member": True}, {"id": STRANGER, "member": False}]})
    )
    inside = dict(cross_account_graph(events, organization=path).nodes(data="inside"))
    assert inside == {HOME: True, OWNER: False, STRANGER: False}


def test_what_stays_in_its_account_and_what_services_do_is_no_edge():
    service = {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    anonymous = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    object_read = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    assert edges(
        assume_role(user()),
        into(service, recipientAccountId=OWNER),
        event(userIdentity=anonymous, **object_read),
        event(userIdentity=outsider(HOME), **object_read),
        role_event(),
    ) == []  # fmt: skip


def test_a_resource_and_a_root_session_are_crossings_too():
    used = event(eventSource="s3.amazonaws.com", eventName="GetObject", userIdentity=outsider())
    root = event(
        eventSource="sts.amazonaws.com", eventName="AssumeRoot", requestParameters={"targetPrincipal": OWNER}
    )
    assert {(a, b): told["kinds"] for a, b, told in edges(used, root)} == {
        (STRANGER, HOME): ("resource",), (HOME, OWNER): ("root",),
    }  # fmt: skip


def test_refused_calls_are_told_apart():
    refused = into(user(), 2, errorCode="AccessDenied", responseElements=None)
    ((_, _, only),) = edges(refused)
    assert (only["denied"], only["count"], only["refused"]) == (True, 1, 1)
    ((_, _, both),) = edges(refused, into(user()))
    assert (both["denied"], both["count"], both["refused"], both["first"].hour) == (False, 1, 1, 1)


def test_external_ids_are_counted():
    ((_, _, told),) = edges(with_external_id(outsider()), into(outsider(), 2, recipientAccountId=OWNER))
    assert (told["external_id"], told["with_external_id"], told["count"]) == (True, 1, 2)
    ((_, _, told),) = edges(into(outsider(), recipientAccountId=OWNER))
    assert (told["external_id"], told["with_external_id"]) == (False, 0)


def test_an_edge_says_which_trails_tell_of_it():
    own = into(user(), sharedEventID="s")
    copy = into(outsider(HOME), recipientAccountId=OWNER, sharedEventID="s")
    assert [told["two_sided"] for *_, told in edges(own, copy)] == ["both"]
    assert [told["two_sided"] for *_, told in edges(own)] == ["caller-only"]
    assert [told["two_sided"] for *_, told in edges(copy)] == ["owner-only"]
    wrong = into(outsider(HOME), recipientAccountId=OWNER, sharedEventID="s", errorCode="AccessDenied")
    ((_, _, told),) = edges(own, wrong, into(user(), sharedEventID="t"))
    assert (told["two_sided"], told["sides"]) == ("impossible", {"impossible": 1, "caller-only": 1})


def test_a_role_of_another_account_is_the_caller_by_its_own_account():
    caller = role_session("Deploy", account=OWNER)
    back = assume_role(caller, "Admin", account=STRANGER, recipientAccountId=OWNER)
    assert [(a, b) for a, b, _ in edges(back)] == [(OWNER, STRANGER)]


def test_nothing_crossed_is_an_empty_graph():
    assert cross_account_graph(table(event())).number_of_nodes() == 0


@pytest.mark.parametrize("wrong", [["12"], ["11112222333x"], "nowhere.json"])
def test_an_organization_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(ParameterError, match="list-accounts"):
        cross_account_graph(table(event()), organization=wrong)


def test_the_order_of_events_changes_nothing():
    calls = [into(user(), 1, eventID="a"), into(user("bob"), 2, eventID="b"), into(outsider(), eventID="c")]
    assert edges(*calls) == edges(*calls[::-1])


def test_the_sample_tells_both_outsiders(sample_case, sample):
    import workbench as wb

    events = wb.events(wb.open_case(sample_case, read_only=True))
    graph = cross_account_graph(events, organization=sample / "organization.json")
    assert [name for name, told in graph.nodes(data=True) if not told["inside"]] == ["777788889999", STRANGER]
    assert graph.edges["777788889999", "333344445555"]["external_id"]
    assert not graph.edges[STRANGER, "333344445555"]["external_id"]
    assert graph.edges["444455556666", "333344445555"]["two_sided"] == "both"

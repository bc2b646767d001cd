"""Whatever is pasted from a log line: the same answer, the candidates, or a clear error."""

from typing import Any

import pytest

from tests.builders import ACCOUNT, assume_role, event, role_event, table, user
from tests.queries.attribution.callers import federated_user, root, service
from workbench.errors import NotFoundError, ParameterError
from workbench.graphs import assumption_graph, chains, neighbourhood
from workbench.queries.attribution import blast_radius, role_sessions, with_origin
from workbench.queries.attribution.who import answer

OTHER, KEY, ISSUED = "444455556666", "AKIAIOSFODNN7EXAMPLE", "ASIAISSUED0000000000"
UUID = "6b1a31b7-4b4e-4b2e-9a7e-0d7a4e0a1b11"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/build-1"
ALICE = user()["arn"]
CHINA = {
    "type": "IAMUser", "principalId": "AIDAMEI", "accountId": "555566667777", "accessKeyId": "AKIAMEI",
    "arn": "arn:aws-cn:iam::555566667777:user/mei", "userName": "mei",
}  # fmt: skip
TIME = {"eventTime": "2026-09-02T04:01:00Z"}


@pytest.fixture(scope="module")
def events() -> Any:
    """A case with a role in a path, namesakes in another account, root, a service, and another partition."""
    refused = {"errorCode": "AccessDenied", "responseElements": None}
    made = {"accessKey": {"userName": "backup", "accessKeyId": "AKIANEVERUSED0000000"}}
    return table(
        assume_role(user(), "ci/Deploy", key=ISSUED, eventTime="2026-09-02T04:00:00Z"),
        role_event("ci/Deploy", key=ISSUED, eventID=UUID, **TIME),
        *(event(userIdentity=user("twin", account=account, key=f"AKIATWIN{account}"), **TIME)
          for account in (ACCOUNT, OTHER)),
        event(userIdentity=root("AKIAROOT000000000000"), **TIME),
        event(userIdentity=service("ec2.amazonaws.com"), **TIME), event(userIdentity=CHINA, **TIME),
        event(userIdentity=federated_user(key="ASIAFEDERATED0000000"), **TIME),
        event(userIdentity=user("eve", key="AKIAONLYERRORS000000"), **TIME, **refused),
        event(eventName="CreateAccessKey", eventID="made", responseElements=made, **TIME),
        event(userIdentity=None, **TIME),
    )  # fmt: skip


@pytest.mark.parametrize(("pasted", "expected"), [
    (UUID.upper(), ALICE), (f" {UUID}\n", ALICE), (f"{SESSION} ", ALICE), (f'"{SESSION}",', ALICE),
    (f"'{SESSION}'", ALICE), (f"`{ISSUED}`", ALICE), (ROLE, ALICE), (ROLE.replace("ci/", ""), ALICE),
    (ROLE.replace("ci/", "other/"), ALICE), ("Deploy", ALICE), ("build-1", ALICE),
    ("alice", ALICE),
    (ALICE, ALICE), (ALICE.replace("user/", "user/staff/"), ALICE), ("ec2.amazonaws.com",) * 2,
    (f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:root"), ("mei", CHINA["arn"]),
    (CHINA["arn"], CHINA["arn"]), ("akiaonlyerrors000000", user("eve")["arn"]),
])  # fmt: skip
def test_an_identifier_as_it_was_pasted(events: Any, pasted: str, expected: str) -> None:
    assert answer(events, pasted)["origin_principal"] == expected


def test_a_name_that_several_bear_lists_them(events: Any) -> None:
    twins = [user("twin", account=account)["arn"] for account in (ACCOUNT, OTHER)]
    with pytest.raises(ParameterError) as caught:
        answer(events, "twin")
    assert str(caught.value) == f"twin is the name of 2: {'; '.join(twins)}. Name one of them"
    assert answer(events, twins[1])["origin_principal"] == twins[1]


@pytest.mark.parametrize("nobody", [
    "deploy", "Nobody", "6b1a31b7-0000-4b2e-9a7e-0d7a4e0a1b11", ROLE.replace(ACCOUNT, OTHER), "*", "%", "a'b",
    ROLE.replace("arn:aws:", "arn:aws-cn:"), f"{SESSION}/", "arn:aws:iam::12:role/", "\x00", "\ud800", "-1",
])  # fmt: skip
def test_who_is_not_there_is_told(events: Any, nobody: str) -> None:
    with pytest.raises(NotFoundError, match="is nowhere in this case"):
        answer(events, nobody)


def test_a_key_that_was_made_and_never_used_tells_who_made_it(events: Any) -> None:
    with pytest.raises(NotFoundError, match=r"made no call in this case\. It was made by event made"):
        answer(events, "AKIANEVERUSED0000000")


@pytest.mark.parametrize("nothing", ["", " ", "''", '" "'])
def test_nothing_is_refused(events: Any, nothing: str) -> None:
    with pytest.raises(ParameterError, match="the identifier is empty"):
        answer(events, nothing)
    with pytest.raises(ParameterError, match="the identifier is empty"):
        blast_radius(events, nothing)


@pytest.mark.parametrize(("start", "what"), [
    ("alice", ALICE), ("Deploy", ROLE), (f'"{KEY}"', KEY), (f"arn:aws:iam::{ACCOUNT}:root",) * 2,
    ("ec2.amazonaws.com",) * 2, ("ASIAFEDERATED0000000",) * 2, (CHINA["arn"],) * 2,
    (UUID.upper(), UUID.upper()),
])  # fmt: skip
def test_blast_radius_starts_from_anything(events: Any, start: str, what: str) -> None:
    row = blast_radius(events, start, at="2026-09-02T04:01:30").to_pyarrow().to_pylist()[0]
    assert (row["kind"], row["what"], row["state"]) == ("start", what, "live")


def test_times_without_an_offset_in_the_future_and_of_other_years(events: Any) -> None:
    states = {
        at: blast_radius(events, ISSUED, at=at).to_pyarrow().to_pylist()[0]["state"]
        for at in ("2026-09-02T04:01:30", "2026-09-02T06:01:30+02:00", "2099-01-01", "2001-01-01")
    }
    assert list(states.values()) == ["live", "live", "ended", "not-yet"]
    for wrong in ("", "tomorrow", "2026-13-01"):
        with pytest.raises(ParameterError, match="is no time"):
            blast_radius(events, ISSUED, at=wrong)


def test_an_empty_case_and_a_case_of_data_events() -> None:
    nothing = table(event()).filter(False)
    data = {"managementEvent": False, "eventCategory": "Data", "eventSource": "s3.amazonaws.com"}
    objects = table(event(eventName="GetObject", **data), event(userIdentity={"type": "Unknown"}, **data))
    for events in (nothing, objects):
        assert assumption_graph(events).number_of_nodes() == 0
        assert chains(assumption_graph(events)).count().execute() == 0
        assert role_sessions(events).count().execute() == 0
    with pytest.raises(NotFoundError, match="nowhere"):
        answer(nothing, KEY)
    with pytest.raises(NotFoundError, match="nowhere"):
        blast_radius(nothing, KEY)
    assert answer(objects, KEY)["origin_principal"] == ALICE
    assert with_origin(objects).count().execute() == 2


@pytest.mark.parametrize("node", ["", "nobody", None, 7])
def test_a_node_that_is_not_in_the_graph_is_told(events: Any, node: Any) -> None:
    graph = assumption_graph(events)
    with pytest.raises(ParameterError, match="is not in this graph"):
        neighbourhood(graph, node)
    if isinstance(node, str):
        with pytest.raises(ParameterError, match="is not in this graph"):
            chains(graph, source=node)

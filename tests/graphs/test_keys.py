from datetime import datetime

from tests.builders import assume_role, event, role_event, role_session, table, user
from workbench.graphs import assumption_graph, key_chains

ALICE = "arn:aws:iam::111122223333:user/alice"
DEPLOY = "arn:aws:iam::111122223333:role/Deploy"
ADMIN = "arn:aws:iam::444455556666:role/ops/Admin"


def time(hour):
    return {"eventTime": f"2026-09-02T{hour:02}:00:00Z"}


def at_hour(hour):
    return datetime.fromisoformat(f"2026-09-02 {hour:02}:00")


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

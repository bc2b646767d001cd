"""Hops put together: as sure as the weakest, however many there are, and never by name."""

from itertools import pairwise

import pytest

from tests.builders import ACCOUNT, user
from tests.queries.attribution.callers import (
    ALICE,
    BOB,
    OTHER,
    SUBJECT,
    THIRD,
    issued,
    ledger,
    origin,
    origins,
    owners_copy,
    session,
    used,
    web_user,
)


def clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{4 + minutes // 60:02}:{minutes % 60:02}:{second:02}"


def test_three_roles_in_three_accounts_lead_back_to_the_user() -> None:
    first = issued(user(), "One", key="ASIA1")
    second, seconds_copy = owners_copy(
        issued(session("One"), "Two", key="ASIA2", time="04:05:00", account=OTHER), "s-1"
    )
    third, thirds_copy = owners_copy(
        issued(session("Two", key="ASIA2", created="04:05:00", account=OTHER), "Three", key="ASIA3",
               time="04:10:00", account=THIRD), "s-2"
    )  # fmt: skip
    then = used(session("Three", key="ASIA3", created="04:10:00", account=THIRD), "04:20:00")
    records = (then, thirds_copy, third, seconds_copy, second, first)
    assert {row["origin_principal"] for row in origins(*records)} == {ALICE}
    assert {row["origin_confidence"] for row in origins(*records)} == {"certain"}
    rows = ledger(*records)
    assert [(row["role_account"], row["hops"]) for row in rows] == [(ACCOUNT, 2), (OTHER, 3), (THIRD, 4)]
    assert {first["eventID"], second["eventID"], third["eventID"]} <= set(rows[-1]["evidence"])
    assert [row["issuer_account"] for row in rows] == [ACCOUNT, ACCOUNT, OTHER]


def test_three_hops_of_which_only_the_owners_copies_were_collected() -> None:
    """Who called is found by the copy's issued key; the first caller by the id that another event names."""
    _, copy = owners_copy(issued(user(), "Two", key="ASIA2", account=OTHER), "s-1")
    then = used(session("Two", key="ASIA2", account=OTHER))
    assert origin(used(user()), copy, then) == (ALICE, "high", None)


def test_a_hundred_and_fifty_hops_of_two_roles_that_juggle_each_other() -> None:
    records, caller = [], user()
    for hop in range(150):
        role, second = ("Ping", "Pong")[hop % 2], hop * 60
        records.append(issued(caller, role, "juggler", key=f"ASIA{hop:04}", time=clock(second), expires=None))
        caller = session(role, "juggler", key=f"ASIA{hop:04}", created=clock(second))
    records.append(used(caller, clock(150 * 60)))
    assert origin(*reversed(records[:-1]), records[-1]) == (ALICE, "certain", None)
    rows = ledger(*records)
    assert [row["hops"] for row in rows] == list(range(2, 152))
    assert all(len(later["evidence"]) > len(row["evidence"]) for row, later in pairwise(rows))


def test_a_role_that_assumes_itself() -> None:
    first = issued(user(), key="ASIA1")
    again = issued(session(), key="ASIA2", time="04:30:00", expires="Sep 2, 2026, 5:30:00 AM")
    assert origin(first, again, used(session(key="ASIA2", created="04:30:00"), "05:20:00")) == (
        ALICE, "certain", None,
    )  # fmt: skip


def test_a_role_that_assumes_itself_within_the_second_is_no_caller_of_itself() -> None:
    first = issued(user(), key="ASIA1")
    again = issued(session(key="ASIA9"), key="ASIA2")
    assert origin(first, again, used(session(key="ASIA9"))) == (ALICE, "high", None)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle_of_forged_keys_ends_and_contradicts(length: int) -> None:
    names = [f"ASIA{number}" for number in range(length)]
    times = [f"04:0{number}:00" for number in range(length)]
    calls = [
        issued(session(f"R{number}", key=names[number], created=times[number]), f"R{(number + 1) % length}",
               key=names[(number + 1) % length], time=times[(number + 1) % length])
        for number in range(length)
    ]  # fmt: skip
    rows = origins(*calls, used(session("R0", key=names[0])))
    assert {row["origin_reason"] for row in rows} == {"CONTRADICTION"}
    assert {row["origin_confidence"] for row in rows} == {"none"}
    assert {row["origin_reason"] for row in ledger(*calls)} == {"CONTRADICTION"}


def test_the_weakest_hop_decides() -> None:
    opened = issued(web_user(), "Ci", key="ASIAC", eventName="AssumeRoleWithWebIdentity")
    then = issued(session("Ci", key="ASIAC"), time="04:05:00")
    assert origin(opened, then, used(session(created="04:05:00"))) == (SUBJECT, "high", None)
    by_second = issued(session("Ci", key="ASIA9"), time="04:05:00")
    assert origin(issued(user(), "Ci", key="ASIAC"), by_second, used(session(created="04:05:00"))) == (
        ALICE, "high", None,
    )  # fmt: skip


def test_one_role_and_one_name_opened_by_two_people_are_two_sessions() -> None:
    alice = [issued(user(), key="ASIA1"), used(session(key="ASIA1"))]
    bob = [issued(user("bob"), key="ASIA2", time="04:20:00", expires="Sep 2, 2026, 5:20:00 AM"),
           used(session(key="ASIA2", created="04:20:00"), "04:30:00")]  # fmt: skip
    rows = origins(*alice, *bob)
    assert [row["origin_principal"] for row in rows] == [ALICE, ALICE, BOB, BOB]
    assert [row["origin_principal"] for row in ledger(*bob, *alice)] == [ALICE, BOB]


def test_a_user_who_was_deleted_and_made_again_is_another() -> None:
    again = user() | {"principalId": "AIDAAGAIN00000000000"}
    rows = ledger(issued(user()), used(session()), issued(again, key="ASIA2", time="04:20:00"))
    assert [row["origin_principal"] for row in rows] == [ALICE, ALICE]
    assert [row["origin_id"] for row in rows] == [user()["principalId"], "AIDAAGAIN00000000000"]


def test_a_session_that_made_no_call_is_in_the_ledger() -> None:
    (row,) = ledger(issued(user(), "ci/Deploy"))
    assert (row["events"], row["first_seen"], row["role_arn"]) == (
        0, None, f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy",
    )  # fmt: skip
    assert row["session_arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/build-1"
    assert (row["origin_principal"], row["rule"], row["confidence"]) == (ALICE, "R1", "certain")


def test_an_issuance_that_answers_nothing_is_a_session_of_its_caller_all_the_same() -> None:
    call = issued(user(), responseElements=None)
    (row,) = ledger(call)
    assert (row["origin_principal"], row["issuance_event_id"]) == (ALICE, call["eventID"])
    assert origin(call, used(session())) == (ALICE, "high", None)

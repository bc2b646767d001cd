"""What holds of every answer: no order of files, rows or threads changes it, no row is lost or doubled."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.builders import event, table, trail, user
from tests.queries.attribution.callers import (
    ALICE,
    BOB,
    ORIGIN,
    OTHER,
    SSO_ROLE,
    in_console,
    issued,
    owners_copy,
    portal_user,
    service,
    session,
    sign_in,
    token_call,
    used,
    user_session,
    web_user,
)
from workbench.events.intake import workers
from workbench.queries.attribution import role_sessions, with_origin
from workbench.queries.attribution.model import CONFIDENCES, REASONS

KINDS = {
    "iam_user", "root", "identity_center_user", "saml_user", "web_identity", "instance", "service",
    "anonymous", "unknown",
}  # fmt: skip


def story() -> list[dict[str, Any]]:
    """Return a morning on which every kind of caller calls, some of them in contradiction."""
    crossing = owners_copy(issued(session(), "Far", key="ASIAF", time="04:05:00", account=OTHER), "s-1")
    mail = session(SSO_ROLE, "jonas@example.org", key="ASIAS")
    return [
        event(eventTime="2026-09-02T01:00:00Z"), issued(user()), used(session()), *crossing,
        used(session("Far", key="ASIAF", created="04:05:00", account=OTHER)),
        in_console(session(key="ASIA7")), in_console(session(key="ASIA8"), "09:00:00"),
        issued(user("bob"), "Two", key="ASIAT"), issued(user(), "Two", key="ASIAU"),
        used(session("Two", key="ASIAV")), used(session("Lost", "eve", key="ASIAL")),
        used(session(), "08:00:00"), used(mail), used(mail | {"onBehalfOf": {"userId": "u-1"}}),
        event(userIdentity=portal_user(), additionalEventData={"UserName": "jonas@example.org"}),
        token_call(user(), "GetSessionToken", key="ASIAG"), used(user_session(key="ASIAG")),
        issued(web_user(), "Oidc", key="ASIAO"), used(session("Oidc", key="ASIAO")),
        issued(service("lambda.amazonaws.com"), "Fn", "f", key="ASIAN"),
        used(session("Fn", "f", key="ASIAN")),
        sign_in(user(key=None), "ConsoleLogin", responseElements={"ConsoleLogin": "Failure"}),
        issued(session("Loop", key="ASIAX"), "Loop", key="ASIAX"), used(session("Loop", key="ASIAX")),
        event(userIdentity={"type": "AWSService", "invokedBy": "AWS Internal"}), event(userIdentity=None),
    ]  # fmt: skip


STORY = story()


def answers(events: Any) -> tuple[list[Any], list[Any]]:
    """Give both answers, in an order of their own."""
    rows = with_origin(events).select("eventID", "recipientAccountId", *ORIGIN).to_pyarrow().to_pylist()
    return (
        sorted(rows, key=lambda row: (row["eventID"], row["recipientAccountId"])),
        role_sessions(events).to_pyarrow().to_pylist(),
    )


@pytest.fixture(scope="module")
def told() -> tuple[list[Any], list[Any]]:
    return answers(table(*STORY))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(STORY))
def test_the_order_of_records_changes_nothing(
    told: tuple[list[Any], list[Any]], order: list[dict[str, Any]]
) -> None:
    assert answers(table(*order)) == told


@pytest.mark.parametrize(("seed", "files", "processes"), [(1, 2, 1), (2, 7, 2), (3, 20, 2)])
def test_how_records_are_split_into_files_and_read_changes_nothing(
    told: tuple[list[Any], list[Any]], tmp_path: Path, seed: int, files: int, processes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(workers, "ENOUGH_FOR_TWO", 0 if processes == 2 else 1 << 60)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    dice = random.Random(seed)
    records = dice.sample(STORY, len(STORY))
    for number in range(files):
        trail(tmp_path / "evidence", *records[number::files], name=f"PART{dice.randrange(10**6):06}{number}")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    assert answers(wb.events(con)) == told


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_nothing(told: tuple[list[Any], list[Any]], threads: int) -> None:
    events = table(*STORY)
    events.get_backend().raw_sql(f"SET threads = {threads}")
    assert answers(events) == told


def test_every_row_stays_once_with_all_its_columns() -> None:
    events = table(*STORY)
    both = with_origin(events)
    assert both.columns == (*events.columns, *ORIGIN)
    assert both.count().to_pyarrow().as_py() == len(STORY)
    assert both.eventID.nunique().to_pyarrow().as_py() == len(STORY)


def test_a_second_delivery_of_a_record_changes_nothing(told: tuple[list[Any], list[Any]]) -> None:
    assert answers(table(*STORY, *STORY))[1] == told[1]


def test_the_words_are_those_of_the_specification(told: tuple[list[Any], list[Any]]) -> None:
    for row in (*told[0], *told[1]):
        assert row["origin_kind"] in KINDS
        assert row["origin_confidence"] in CONFIDENCES
        assert row["origin_reason"] in (None, *REASONS)
        proven = row["origin_confidence"] in CONFIDENCES[:3]
        assert proven == (row["origin_principal"] is not None)
        assert not (proven and row["origin_reason"])


def test_no_session_and_no_role_is_ever_an_origin(told: tuple[list[Any], list[Any]]) -> None:
    named = {row["origin_principal"] or "" for rows in told for row in rows}
    assert named >= {ALICE, "u-1"}
    assert [name for name in named if ":sts:" in name or ":role/" in name or "assumed-role" in name] == []


def test_each_session_has_one_row(told: tuple[list[Any], list[Any]]) -> None:
    keys = [row["access_key_id"] for row in told[1] if row["access_key_id"]]
    assert sorted(set(keys)) == sorted(keys)
    begun = [(row["principal_id"], row["started_at"]) for row in told[1] if not row["access_key_id"]]
    assert sorted(set(begun), key=str) == sorted(begun, key=str)
    starts = [row["started_at"] for row in told[1]]
    assert starts == sorted(starts)


def test_nobody_who_is_not_in_the_story_is_named(told: tuple[list[Any], list[Any]]) -> None:
    owned = {row["access_key_id"]: row["origin_principal"] for row in told[1]}
    assert owned["ASIA1"] is None, "it was used after its end"
    assert (owned["ASIAT"], owned["ASIAU"], owned["ASIAF"]) == (BOB, ALICE, ALICE)
    unclear = {row["session_name"]: row["origin_reason"] for row in told[1] if row["origin_reason"]}
    assert unclear["eve"] == "REGION_NOT_COLLECTED"


def test_no_events_give_no_sessions_and_no_rows() -> None:
    events = table(event()).filter(False)
    assert role_sessions(events).count().to_pyarrow().as_py() == 0
    assert with_origin(events).count().to_pyarrow().as_py() == 0


def test_an_answer_can_be_asked_of_its_own_answer() -> None:
    """Some hand on the table with its origins: the columns are told again, not doubled."""
    once = with_origin(table(issued(user()), used(session())))
    twice = with_origin(once)
    assert sorted(twice.columns) == sorted(once.columns)
    assert twice.origin_principal.to_pyarrow().to_pylist() == [ALICE, ALICE]

"""A credential works from its issuance to its end, give or take five minutes; outside that it contradicts."""

from typing import Any

import pytest

from tests.builders import user
from tests.queries.attribution.callers import (
    ALICE,
    in_console,
    issued,
    ledger,
    origins,
    session,
    token_call,
    used,
    user_session,
)

CHAINED = session("Ci", key="ASIAC", created="03:00:00")
FIRST = issued(user(), "Ci", key="ASIAC", time="03:00:00", expires="Sep 2, 2026, 3:00:00 PM")


def works(call: dict[str, Any], time: str, *before: dict[str, Any], key: str = "ASIA1") -> bool:
    """Tell whether the session that `call` opened is proven at `time`; where not, it contradicts."""
    row = origins(*before, call, used(session(key=key), time))[-1]
    if row["origin_reason"] is None:
        return row["origin_principal"] == ALICE
    assert (row["origin_reason"], row["origin_confidence"]) == ("CONTRADICTION", "none")
    assert (row["origin_principal"], row["likely_principal"]) == (None, ALICE)
    return False


@pytest.mark.parametrize("key", ["ASIA1", "ASIAPERREQUEST"])
@pytest.mark.parametrize(("time", "is_within"), [
    ("03:54:59", False), ("03:55:00", True), ("04:00:00", True), ("05:00:00", True), ("05:05:00", True),
    ("05:05:01", False),
])  # fmt: skip
def test_five_minutes_of_skew_at_both_ends(time: str, is_within: bool, key: str) -> None:
    assert works(issued(user()), time, key=key) is is_within


@pytest.mark.parametrize("expires", [
    "Sep 2, 2026, 5:00:00 AM", "Sep 2, 2026 5:00:00 AM", "Sep 2, 2026, 5:00:00\u202fAM",
])  # fmt: skip
def test_expiration_in_every_spelling(expires: str) -> None:
    assert works(issued(user(), expires=expires), "05:04:00")
    assert not works(issued(user(), expires=expires), "05:06:00")


def test_noon_and_midnight() -> None:
    assert works(issued(user(), expires="Sep 2, 2026, 12:30:00 PM"), "12:34:00")
    assert not works(issued(user(), expires="Sep 2, 2026, 12:30:00 PM"), "12:36:00")
    assert not works(issued(user(), expires="Sep 2, 2026, 12:30:00 AM"), "04:10:00")


@pytest.mark.parametrize(("request_", "time", "is_within"), [
    ({"durationSeconds": 900}, "04:19:00", True), ({"durationSeconds": 900}, "04:21:00", False),
    ({}, "16:04:00", True), ({}, "16:06:00", False), ({"durationSeconds": "soon"}, "16:04:00", True),
])  # fmt: skip
def test_without_expiration_the_duration_asked_for_then_twelve_hours(
    request_: dict[str, Any], time: str, is_within: bool
) -> None:
    assert works(issued(user(), expires=None, request=request_), time) is is_within


def test_a_chained_session_lives_an_hour_at_most() -> None:
    call = issued(CHAINED, expires=None, request={"durationSeconds": 43200})
    assert works(call, "05:04:00", FIRST)
    assert not works(call, "05:06:00", FIRST)


def test_a_console_session_renews_itself_and_still_does_not_begin_before_its_beginning() -> None:
    late = in_console(session(key="ASIAPERREQUEST"), "11:00:00")
    assert origins(issued(user()), late)[-1]["origin_principal"] == ALICE
    early = in_console(session(key="ASIAPERREQUEST"), "03:00:00")
    assert origins(issued(user()), early)[-1]["origin_reason"] == "CONTRADICTION"


def test_what_a_service_does_for_a_console_session_is_exempt_too_and_the_issued_key_is_not() -> None:
    page = in_console(session(key="ASIA2"), "04:30:00")
    forwarded = used(session(key="ASIA3") | {"invokedBy": "athena.amazonaws.com"}, "11:00:00")
    leaked = used(session(), "11:00:00")
    rows = origins(issued(user()), page, forwarded, leaked)
    assert [row["origin_reason"] for row in rows] == [None, None, None, "CONTRADICTION"]


def test_whoever_opens_a_session_needs_credentials_that_work() -> None:
    first = issued(user(), "Ci", key="ASIAC", time="01:00:00", expires="Sep 2, 2026, 2:00:00 AM")
    caller = session("Ci", key="ASIAC", created="01:00:00")
    rows = origins(first, issued(caller), used(session()))
    assert [row["origin_reason"] for row in rows] == [None, "CONTRADICTION", "CONTRADICTION"]
    assert rows[-1]["likely_principal"] == ALICE


def test_a_users_own_token_expires() -> None:
    rows = origins(
        token_call(user(), "GetSessionToken"), used(user_session()), used(user_session(), "05:06:00")
    )
    assert [row["origin_reason"] for row in rows] == [None, None, "CONTRADICTION"]


def test_the_ledger_says_of_a_session_that_was_used_outside_of_its_time_that_nothing_is_proven() -> None:
    (fine,) = ledger(issued(user()), used(session()))
    assert (fine["origin_principal"], str(fine["expires_at"])) == (ALICE, "2026-09-02 05:00:00")
    (row,) = ledger(issued(user()), used(session()), used(session(), "06:00:00"))
    assert (row["origin_reason"], row["origin_principal"], row["likely_principal"]) == (
        "CONTRADICTION", None, ALICE,
    )  # fmt: skip
    assert (row["events"], row["access_key_id"]) == (2, "ASIA1")

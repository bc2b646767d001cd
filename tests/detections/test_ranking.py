"""Whom and which hour to look at first, each place explained; and addresses that are new to somebody."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import event, table, user
from workbench.detections import load_rules, new_places, people, rank_hours, rank_origins, run
from workbench.errors import ParameterError

START = datetime.fromisoformat("2026-09-02T04:00:00")
STOP = {"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"}
ADMIN = {"eventName": "CreateAccessKey"}


def at(day: float, **fields: Any) -> dict[str, Any]:
    return event(**({"eventTime": f"{START + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"} | fields))


def by(name: str) -> dict[str, Any]:
    return {"userIdentity": user(name, key=f"AKIA{name.upper():X<16.16}")}


def ranked(events: Any, folder: Path, rank: Any = rank_origins, **options: Any) -> list[dict[str, Any]]:
    (folder / "stop.yml").write_text(
        "title: Trail stopped\nlevel: high\ndetection: {a: {eventName: StopLogging}, condition: a}"
    )
    return rank(people(events), run(events, load_rules(folder)), **options).to_pyarrow().to_pylist()


def test_alerts_rarity_and_sensitive_calls_put_somebody_first_and_say_why(tmp_path: Path) -> None:
    busy = [at(day, **by("scanner")) for day in range(9) for _ in range(9)]
    events = table(*busy, at(0, **by("mallory")), at(8, **by("mallory"), **STOP))
    (row,) = ranked(events, tmp_path)
    assert (row["rank"], row["who"]) == (1, "user mallory (111122223333)")
    assert row["by_alerts"] == "1 of 1: Trail stopped (high)"
    assert row["by_rarity"].startswith("1 of 1: eventName StopLogging (write, sensitive; 1 has it)")
    assert row["by_sensitivity"] == "1 of 1: StopLogging"
    assert (row["alerts"], row["gravest"]) == (1, "high")


def test_no_history_is_said_and_not_scored(tmp_path: Path) -> None:
    events = table(at(0, **by("mallory"), **STOP), at(0, **by("old")), at(8, **by("old"), **STOP))
    old, mallory = ranked(events, tmp_path)
    assert (old["who"], mallory["who"]) == ("user old (111122223333)", "user mallory (111122223333)")
    assert mallory["by_rarity"] == "no history: known for 0.0 days"
    assert "no history" not in old["by_rarity"]


def test_what_one_does_on_three_days_is_a_habit_and_no_sensitive_call(tmp_path: Path) -> None:
    rotate = {"eventName": "CreateAccessKey"}
    daily = [at(day, **by("rotator"), **rotate) for day in range(3)]
    once = [at(0, **by("eve"), **rotate), at(1, **by("eve"), **rotate)]
    rows = {row["who"]: row for row in ranked(table(*daily, *once), tmp_path)}
    assert list(rows) == ["user eve (111122223333)"]
    assert rows["user eve (111122223333)"]["by_sensitivity"] == "1 of 1: CreateAccessKey"
    assert rows["user eve (111122223333)"]["by_alerts"] == "no alert"


def test_what_was_tried_in_vain_counts_half_and_says_so(tmp_path: Path) -> None:
    worked, vain = {"eventName": "CreateUser"}, {"eventName": "CreateUser", "errorCode": "AccessDenied"}
    rows = ranked(table(at(0, **by("did"), **worked), at(0, **by("tried"), **vain)), tmp_path)
    assert [row["by_sensitivity"] for row in rows] == ["1 of 2: CreateUser", "2 of 2: CreateUser (in vain)"]


def test_hours_are_ranked_for_each_person_by_the_same_reasons(tmp_path: Path) -> None:
    quiet = [at(day, **by("mallory")) for day in range(8)]
    events = table(*quiet, at(8, **by("mallory"), **STOP), at(8.1, **by("mallory"), eventName="ListRoles"))
    rows = ranked(events, tmp_path, rank_hours)
    assert str(rows[0]["hour"]) == "2026-09-10 04:00:00"
    assert rows[0]["by_alerts"] == "1 of 2: Trail stopped (high)"
    assert rows[1]["by_alerts"] == "no alert"
    assert rows[1]["by_rarity"].startswith("2 of 2: eventName ListRoles")


def test_nobody_with_a_reason_is_an_empty_ranking(tmp_path: Path) -> None:
    assert ranked(table(event()), tmp_path) == []
    bare = table({"eventName": "Odd", "eventID": "e-1"})
    assert ranked(bare, tmp_path) == []


def test_a_span_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError):
        ranked(table(event()), tmp_path, history="long")


def places(*events: Any) -> list[tuple[str, str]]:
    found = new_places(people(table(*events))).to_pyarrow().to_pylist()
    return [(row["origin"].rpartition("/")[2], row["sourceIPAddress"]) for row in found]


def test_an_address_is_new_to_whoever_was_known_before() -> None:
    known = [at(day, sourceIPAddress="198.51.100.8", **by("alice")) for day in range(9)]
    assert places(*known, at(8, sourceIPAddress="203.0.113.9", **by("alice"))) == [("alice", "203.0.113.9")]
    assert places(*known, at(6, sourceIPAddress="203.0.113.9", **by("alice"))) == []


def test_whoever_comes_from_elsewhere_on_most_days_has_no_new_address() -> None:
    runner = [at(day, sourceIPAddress=f"192.0.2.{day}", **by("runner")) for day in range(9)]
    assert places(*runner) == []
    some = [at(day, sourceIPAddress=f"192.0.2.{day // 3}", **by("walker")) for day in range(9)]
    assert places(*some) == [], "new on three of nine days, all within the first week"
    late = [*some, at(9, sourceIPAddress="203.0.113.9", **by("walker"))]
    assert places(*late) == [("walker", "203.0.113.9")]


def known_from(address: str, name: str, *days: int) -> list[dict[str, Any]]:
    return [at(day, sourceIPAddress=address, **by(name)) for day in days]


def test_who_is_in_strange_hands_comes_before_an_administrator_who_does_more(tmp_path: Path) -> None:
    office = [call for name in ("admin", "key") for call in known_from("198.51.100.8", name, *range(8))]
    daily = [at(8, sourceIPAddress="198.51.100.8", **by("admin"), **call) for call in (STOP, ADMIN)]
    stolen = [at(8, sourceIPAddress="203.0.113.9", **by("key"), **STOP)]
    key, admin = ranked(table(*office, *daily, *stolen), tmp_path)
    assert (key["who"], admin["who"]) == ("user key (111122223333)", "user admin (111122223333)")
    assert key["by_address"] == (
        "1 of 2: 203.0.113.9, new to the case, where user key (111122223333) set off Trail stopped (high)"
    )
    assert admin["by_address"] == "no grave alert from a new address; the case covers 8.0 days"
    assert admin["by_sensitivity"].startswith("1 of 2")


def test_whoever_shares_such_an_address_comes_along_without_an_alert_of_their_own(tmp_path: Path) -> None:
    office = known_from("198.51.100.8", "admin", *range(9))
    made = at(8.1, sourceIPAddress="203.0.113.9", eventID="shared", **by("made"), eventName="ListRoles")
    stolen = at(8, sourceIPAddress="203.0.113.9", **by("stolen"), **STOP)
    admin = at(8, sourceIPAddress="198.51.100.8", **by("admin"), **STOP)
    rows = ranked(table(*office, admin, stolen, made), tmp_path)
    assert [row["who"].split()[1] for row in rows] == ["stolen", "made", "admin"]
    assert (rows[1]["by_alerts"], rows[1]["eventIDs"]) == ("no alert", ["shared"])
    assert "where user stolen (111122223333) set off Trail stopped (high)" in rows[1]["by_address"]


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(
            [at(day, sourceIPAddress="203.0.113.9", **by("eve"), **STOP) for day in (1, 8)],
            id="in use since the case begins",
        ),
        pytest.param([at(8, sourceIPAddress="ec2.amazonaws.com", **by("eve"), **STOP)], id="an AWS service"),
        pytest.param([at(8, sourceIPAddress=None, **by("eve"), **STOP)], id="no address"),
        pytest.param(
            [at(day, sourceIPAddress=f"192.0.2.{day}", **by("eve"), **STOP) for day in range(9)],
            id="another address every day",
        ),
    ],
)
def test_an_address_that_says_nothing_puts_nobody_first(calls: list[Any], tmp_path: Path) -> None:
    events = table(*known_from("198.51.100.8", "old", *range(9)), *calls, at(0, **by("eve"), **STOP))
    rows = ranked(events, tmp_path)
    assert {row["by_address"] for row in rows} == {
        "no grave alert from a new address; the case covers 8.0 days"
    }


def test_a_single_alert_of_medium_severity_puts_nobody_first_by_its_address(tmp_path: Path) -> None:
    office = known_from("198.51.100.8", "admin", *range(9))
    stop = at(8, sourceIPAddress="198.51.100.8", **by("admin"), **STOP)
    (tmp_path / "list.yml").write_text(
        "title: Roles listed\nlevel: medium\ndetection: {a: {eventName: ListRoles}, condition: a}"
    )
    guest = at(8, sourceIPAddress="203.0.113.9", **by("guest"), eventName="ListRoles")
    rows = ranked(table(*office, stop, guest), tmp_path)
    assert [row["who"].split()[1] for row in rows] == ["admin", "guest"]
    assert rows[1]["by_address"].startswith("1 of 2: 203.0.113.9, new to the case")


def test_in_a_short_case_no_address_is_new_and_that_is_said(tmp_path: Path) -> None:
    (row,) = ranked(table(at(0, **by("eve")), at(3, **by("eve"), **STOP)), tmp_path)
    assert row["by_address"] == "no history: the case covers 3.0 days"

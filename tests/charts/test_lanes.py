import pytest

from tests.builders import assume_role, event, role_event, role_session, table, user
from tests.charts.drawing import check, parts
from workbench.charts import session_lanes
from workbench.errors import ChartError
from workbench.queries import role_sessions

DAY = "2026-09-02T"


def begun(clock, role="Deploy", session="build-1", *, key):
    identity = role_session(role, session, key=key)
    identity["sessionContext"]["attributes"]["creationDate"] = f"{DAY}{clock}Z"
    return identity


def opened(caller, clock, role="Deploy", session="build-1", *, key):
    return assume_role(caller, role, session, key=key, eventTime=f"{DAY}{clock}Z", responseElements={
        "credentials": {"accessKeyId": key, "expiration": "Sep 2, 2026, 6:00:00 AM"}})  # fmt: skip


def two_hops():
    return [
        opened(user(), "01:00:00", key="ASIA1"),
        opened(begun("01:00:00", key="ASIA1"), "02:00:00", "Admin", "root-1", key="ASIA2"),
        role_event("Admin", "root-1", key="ASIA2", eventTime=f"{DAY}03:00:00Z"),
    ]


def drawn(*events, **options):
    return session_lanes(role_sessions(table(*events)), **options)


def held(chart, name):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if name in row]


def test_each_session_has_a_lane_from_its_start_to_its_last_call():
    chart = drawn(*two_hops())
    check(chart)
    first, second = held(chart, "lane")
    assert (first["lane"], second["lane"]) == ("Deploy / build-1", "Admin / root-1")
    assert (second["began"], second["ended"]) == ("2026-09-02 02:00:00 UTC", "2026-09-02 03:00:00 UTC")
    assert second["until"].startswith("2026-09-02T06:00:00")
    assert {first["origin"], second["origin"]} == {"user/alice"}


def test_a_line_leads_from_the_session_that_opened_another_to_it():
    (hop,) = held(drawn(*two_hops()), "from")
    assert (hop["from"], hop["to"], hop["when"]) == (
        "Deploy / build-1", "Admin / root-1", "2026-09-02 02:00:00 UTC",
    )  # fmt: skip


def test_two_sessions_of_one_second_did_not_open_each_other():
    ec2 = {"type": "AWSService", "invokedBy": "rds.amazonaws.com"}
    chart = drawn(*(opened(ec2, "01:00:00", key=f"ASIA{n}") for n in range(2)))
    assert held(chart, "from") == []
    assert [row["lane"] for row in held(chart, "lane")] == ["Deploy / build-1", "Deploy / build-1 #2"]


def test_a_single_call_can_be_seen():
    chart = drawn(opened(user(), "01:00:00", key="ASIA1"), opened(user("bob"), "05:00:00", key="ASIA2"))
    assert all(row["end"] > row["start"] for row in held(chart, "lane"))


def test_what_is_not_proven_is_grey_and_says_why():
    late = role_event(userIdentity=begun("01:00:00", key="ASIA9"), eventTime=f"{DAY}01:30:00Z")
    (row,) = held(drawn(event(eventTime=f"{DAY}00:00:00Z"), late), "lane")
    assert (row["origin"], row["rule"], row["likely"]) == ("(not proven)", "REGION_NOT_COLLECTED", "build-1")


def test_many_sessions_are_cut_and_said_and_many_origins_are_others():
    events = [opened(user(f"u{n}"), f"01:00:{n:02}", key=f"ASIA{n}") for n in range(30)]
    chart = drawn(*events, n=20)
    check(chart)
    assert len(held(chart, "lane")) == 20
    assert "(other)" in {row["origin"] for row in held(chart, "lane")}
    assert any("20 of 30 sessions shown" in line for line in chart.to_dict()["title"]["subtitle"])


def test_no_sessions_is_a_chart_that_says_so():
    assert drawn(event()).description == "Sessions over time: no events."


def test_a_token_of_a_user_has_a_name_too():
    chart = drawn(event(userIdentity=user(key="ASIATOKEN")))
    check(chart)
    assert [row["lane"] for row in held(chart, "lane")] == ["alice"]


def test_another_table_is_refused():
    with pytest.raises(ChartError, match=r"queries\.role_sessions"):
        session_lanes(table(event()))


def test_hostile_names_are_visible_and_harmless():
    nasty = "</script><img src=x onerror=alert(1)>\x00\x1b[2J\u202e" + "y" * 3_000
    chart = drawn(opened(user(nasty), "01:00:00", session=nasty, key="ASIA1"))
    assert "<img" not in check(chart)
    assert "\x1b" not in str(chart.to_dict())
    assert any(part.get("type") == "temporal" for part in parts(chart.to_dict()))

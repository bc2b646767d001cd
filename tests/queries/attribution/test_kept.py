"""What was resolved of a case is kept, and never told of anything else."""

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import assume_role, case, event, role_event, table, trail, user
from workbench.events import parts
from workbench.queries.attribution.kept import resolver

ISSUED, USED = assume_role(user(), key="ASIA1"), role_event(key="ASIA1")


def origins(events: Any) -> list[str | None]:
    rows = wb.with_origin(events).filter(lambda t: t.principal_kind == "role")
    return rows.order_by("eventID").origin_principal.to_pyarrow().to_pylist()


@pytest.fixture
def con(tmp_path: Path) -> Any:
    return case(tmp_path, USED)


def test_a_case_is_read_once() -> None:
    events = table(ISSUED, USED)
    assert resolver(events) is resolver(events)
    assert resolver(wb.events(events.get_backend())) is resolver(events)


def test_after_a_load_it_is_read_again(con: Any, tmp_path: Path) -> None:
    events = wb.events(con)
    assert origins(events) == [None]
    wb.load(con, trail(tmp_path / "more", ISSUED, name="EXAMPLE1"))
    assert origins(events) == [user()["arn"]]


def test_after_a_load_by_another_connection_it_is_read_again(con: Any, tmp_path: Path) -> None:
    assert wb.role_sessions(wb.events(con)).issuance_event_id.to_pyarrow().to_pylist() == [None]
    other = wb.open_case(tmp_path / "case")
    wb.load(other, trail(tmp_path / "more", ISSUED, name="EXAMPLE1"))
    other.disconnect()
    assert origins(wb.events(con)) == [user()["arn"]]


def test_a_load_of_nothing_new_keeps_it(con: Any, tmp_path: Path) -> None:
    kept = resolver(wb.events(con))
    wb.load(con, tmp_path / "evidence")
    assert resolver(wb.events(con)) is kept


def test_a_filtered_table_is_another() -> None:
    events = table(ISSUED, USED)
    assert origins(events) == [user()["arn"]]
    assert origins(events.filter(events.eventName != "AssumeRole")) == [None]
    assert origins(events) == [user()["arn"]]


def test_a_table_that_somebody_made_is_read_each_time(con: Any) -> None:
    events = wb.events(con)
    con.create_table("mine", events.to_pyarrow(), temp=True)
    assert origins(con.table("mine")) == [None]
    con.create_table("mine", table(ISSUED, USED).to_pyarrow(), temp=True, overwrite=True)
    assert origins(con.table("mine")) == [user()["arn"]]


def test_a_table_or_view_in_the_place_of_the_events_is_not_taken_for_them(con: Any) -> None:
    assert origins(wb.events(con)) == [None]
    con.con.register("more", table(ISSUED, USED).to_pyarrow())
    con.con.execute("CREATE TEMP VIEW events AS SELECT * FROM more")
    assert origins(con.table("events")) == [user()["arn"]]
    con.con.execute("DROP VIEW temp.events")
    assert origins(con.table("events")) == [None]
    con.con.execute("CREATE TEMP TABLE events AS SELECT * FROM more")
    assert origins(con.table("events")) == [user()["arn"]]


def test_two_connections_have_their_own(tmp_path: Path) -> None:
    """Of one folder, too: ibis takes the connections for equal, but each may have views of its own."""
    case(tmp_path, ISSUED, USED).disconnect()
    one, two = (wb.open_case(tmp_path / "case", read_only=True) for _ in range(2))
    assert one == two
    assert resolver(wb.events(one)) is not resolver(wb.events(two))
    elsewhere = case(tmp_path / "other", USED)
    assert origins(wb.events(elsewhere)) == [None]
    assert origins(wb.events(one)) == [user()["arn"]]


def test_a_case_that_was_moved_is_known_by_its_parts(tmp_path: Path) -> None:
    case(tmp_path, ISSUED, USED).disconnect()
    (tmp_path / "case").rename(tmp_path / "moved")
    events = wb.events(wb.open_case(tmp_path / "moved", read_only=True))
    assert resolver(events) is resolver(events)
    assert origins(events) == [user()["arn"]]


def test_a_connection_takes_it_along() -> None:
    events = table(event())
    kept = weakref.ref(resolver(events))
    assert kept() is not None
    del events
    gc.collect()
    assert kept() is None


def test_without_a_case_nothing_is_known_of_the_events(con: Any) -> None:
    assert parts.state_of_events(con.con) is not None
    con.con.execute("CREATE TEMP TABLE event_parts AS SELECT 'mine.parquet' AS part, 1 AS rows")
    assert parts.state_of_events(con.con) is None

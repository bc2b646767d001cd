"""The lag of delivery is that of the names of the logs; what has no such name is not counted."""

import json

import pytest

import workbench as wb
from tests.builders import case, event, trail
from workbench.queries import delivery_lag, lag_histogram

FAR = "444455556666"


def at(minute, **fields):
    return event(eventTime=f"2026-09-02T04:{minute:02}:00Z", **fields)


def rows_of(table):
    return table.to_pyarrow().to_pylist()


def test_minutes_from_the_event_to_the_name_of_its_log(tmp_path):
    (row,) = rows_of(delivery_lag(case(tmp_path, at(10), at(14), at(19))))  # delivered at 04:20
    assert (row["account"], row["region"], row["files"], row["events"]) == ("111122223333", "us-east-1", 1, 3)
    assert (row["median"], row["maximum"]) == (6.0, 10.0)
    assert row["p95"] == pytest.approx(9.6)


def test_the_slowest_region_comes_first(tmp_path):
    folder = tmp_path / "evidence"
    trail(folder, at(18))
    trail(folder, at(1), account=FAR, region="eu-west-1")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, folder)
    assert [(row["account"], row["median"]) for row in rows_of(delivery_lag(con))] == [
        (FAR, 19.0), ("111122223333", 2.0),
    ]  # fmt: skip


def test_an_export_without_a_time_in_its_name_is_not_counted(tmp_path):
    (tmp_path / "export.json").write_text(json.dumps({"Records": [at(10)]}))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "export.json")
    assert rows_of(delivery_lag(con)) == []
    assert rows_of(lag_histogram(con)) == []


def test_an_event_without_a_usable_time_is_not_counted(tmp_path):
    con = case(tmp_path, at(10), event(eventTime=...), event(eventTime="9999-01-01T00:00:00Z"))
    assert [row["events"] for row in rows_of(delivery_lag(con))] == [1]


def test_a_file_that_changed_between_two_loads_is_counted_once(tmp_path):
    con = case(tmp_path, at(10))
    wb.load(con, trail(tmp_path / "evidence", at(10), at(11)))
    assert sum(row["events"] for row in rows_of(lag_histogram(con))) == wb.events(con).count().execute()


def test_the_histogram_counts_begun_minutes_and_the_late_ones_together(tmp_path):
    late = event(eventTime="2026-09-01T04:00:00Z"), event(eventTime="2026-09-02T03:49:00Z")
    con = case(tmp_path, at(18), event(eventTime="2026-09-02T04:17:30Z"), *late)
    assert [(row["minutes"], row["events"]) for row in rows_of(lag_histogram(con))] == [(2, 2), (30, 2)]

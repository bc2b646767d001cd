import pytest

import workbench as wb
from tests.builders import case, event


def at(hour, **fields):
    return event(eventTime=f"2026-09-02T{hour:02}:30:00Z", **fields)


def gap_rows(con):
    return [
        (row["account"], row["region"], row["start"].hour, row["hours"], row["pattern"])
        for row in wb.gaps(con).to_pyarrow().to_pylist()
    ]


def test_coverage_has_a_row_per_hour_with_events(tmp_path):
    con = case(tmp_path, at(1), at(1), at(3), at(3, awsRegion="eu-west-1"))
    found = wb.coverage(con).execute()
    assert [
        (row["region"], row["hour"].hour, row["files"], row["events"]) for row in found.to_dict("records")
    ] == [("eu-west-1", 3, 1, 1), ("us-east-1", 1, 1, 2), ("us-east-1", 3, 1, 1)]
    assert set(found["account"]) == {"111122223333"}
    assert set(found["integrity"]) == {"not-verified"}


def test_an_event_without_a_usable_time_lies_in_no_hour(tmp_path):
    con = case(tmp_path, at(1), event(eventTime=...), event(eventTime="9999-01-01T00:00:00Z"))
    assert wb.coverage(con).events.sum().execute() == 1
    assert gap_rows(con) == []


def test_an_event_without_account_takes_that_of_its_file(tmp_path):
    con = case(tmp_path, at(1, recipientAccountId=..., awsRegion=...))
    assert wb.coverage(con).execute()[["account", "region"]].to_numpy().tolist() == [
        ["111122223333", "us-east-1"]
    ]


def test_hours_next_to_each_other_are_no_gap_and_one_missing_hour_is(tmp_path):
    assert gap_rows(case(tmp_path / "a", at(1), at(2), at(3))) == []
    assert gap_rows(case(tmp_path / "b", at(1), at(3))) == [("111122223333", None, 2, 1, "no-event-account")]


def test_a_region_is_told_only_where_another_delivered(tmp_path):
    con = case(tmp_path, at(1), at(5), at(3, awsRegion="eu-west-1"))
    assert gap_rows(con) == [
        ("111122223333", None, 2, 1, "no-event-account"),
        ("111122223333", None, 4, 1, "no-event-account"),
        ("111122223333", "us-east-1", 2, 3, "no-event-region"),
    ]


def test_an_account_that_starts_late_or_ends_early_is_told(tmp_path):
    con = case(tmp_path, *(at(hour) for hour in (1, 2, 3, 4)), at(3, recipientAccountId="444455556666"))
    assert gap_rows(con) == [
        ("444455556666", None, 1, 2, "starts-late"),
        ("444455556666", None, 4, 1, "ends-early"),
    ]


def test_a_gap_says_how_long_it_is_and_what_is_usual(tmp_path):
    (row,) = wb.gaps(case(tmp_path, at(1), at(2), at(3), at(5))).to_pyarrow().to_pylist()
    assert row["usual"] == pytest.approx(4 / 5)
    assert row["detail"] == "no event for 1 h; usually in 80 % of the hours"


def test_a_file_delivered_in_an_hour_without_an_event_does_not_end_the_gap(tmp_path):
    con = case(tmp_path, at(1), at(6))  # the key time of the file is 04:20
    assert gap_rows(con) == [("111122223333", None, 2, 4, "no-event-account")]

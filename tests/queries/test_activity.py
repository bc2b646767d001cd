import pytest

from tests.builders import event, table
from workbench.errors import ParameterError
from workbench.queries import activity, heat, timeline


def at(time, **fields):
    return event(eventTime=f"2026-09-{time}Z", **fields)


def rows_of(found):
    return found.to_pyarrow().to_pylist()


def test_activity_counts_by_hour_and_column():
    rows = table(
        at("02T04:59:59", eventSource="s3.amazonaws.com"),
        at("02T05:00:00", eventSource="s3.amazonaws.com", errorCode="AccessDenied"),
        at("02T05:59:59", eventSource="s3.amazonaws.com", errorCode="NoSuchBucket"),
        at("02T05:00:00", eventSource="iam.amazonaws.com"),
    )
    found = [
        (row["bucket"].hour, row["eventSource"], row["events"], row["denied"])
        for row in rows_of(activity(rows))
    ]
    assert found == [
        (4, "s3.amazonaws.com", 1, 0),
        (5, "iam.amazonaws.com", 1, 0),
        (5, "s3.amazonaws.com", 2, 1),
    ]


def test_activity_keeps_an_absent_value_and_leaves_out_an_absent_or_impossible_time():
    rows = table(
        at("02T04:00:00", userAgent=...),
        event(eventTime=..., userAgent="curl"),
        event(eventTime="9999-01-01T00:00:00Z"),
    )
    found = rows_of(activity(rows, by="userAgent"))
    assert [row["events"] for row in found] == [1]
    assert activity(rows, by="userAgent").userAgent.isnull().all().execute()


def test_activity_names_the_columns_when_one_is_unknown():
    with pytest.raises(ParameterError, match="eventSource"):
        activity(table(event()), by="eventsource")


def test_timeline_tells_what_there_was_to_see():
    rows = table(
        at("02T04:00:00", eventName="CreateUser"),
        at("02T04:10:00", eventName="ListUsers", sourceIPAddress="203.0.113.9", errorCode="AccessDenied"),
        at("02T04:20:00", eventName="ListUsers"),
    )
    (row,) = rows_of(timeline(rows))
    assert row["principal"] == "arn:aws:iam::111122223333:user/alice"
    assert (row["events"], row["denied"], row["writes"], row["names"], row["addresses"]) == (3, 1, 1, 2, 2)
    assert (row["first"].minute, row["last"].minute) == (0, 20)


def test_heat_counts_monday_as_1_and_sunday_as_7():
    rows = table(at("07T00:00:00"), at("13T23:59:59"), at("14T00:00:00", errorCode="AccessDenied"))
    found = [tuple(row.values()) for row in rows_of(heat(rows))]
    assert found == [(1, 0, 2, 1, 2), (7, 23, 1, 0, 1)]

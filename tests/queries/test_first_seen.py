from datetime import datetime, timedelta

import pytest

from tests.builders import event, table, user
from workbench.errors import ParameterError
from workbench.queries import first_seen

START = datetime.fromisoformat("2026-09-02T04:00:00")


def at(seconds, **fields):
    time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time} | fields))


def row_of(rows, value, **options):
    found = first_seen(rows, **options).execute()
    (row,) = found[found["value"] == value].to_dict("records")
    return row


def test_new_begins_at_seven_days_to_the_second():
    week = 604_800
    before = table(at(0, eventName="Old"), at(week - 1, eventName="Late"))
    after = table(at(0, eventName="Old"), at(week, eventName="Late"))
    assert row_of(before, "Late")["state"] == "no history"
    assert row_of(after, "Late")["state"] == "new"
    assert row_of(after, "Late")["history_days"] == 7
    assert row_of(after, "Old")["state"] == "no history"


def test_the_first_of_equal_times_is_the_smaller_event_id():
    rows = table(
        at(0, eventName="Same", eventID="b"), at(0, eventName="Same", eventID="a"), at(9, eventName="Same")
    )
    assert (row_of(rows, "Same")["eventID"], row_of(rows, "Same")["first_time"]) == ("a", START)


def test_each_principal_has_a_history_of_its_own():
    rows = table(at(0, eventName="Call"), at(700_000, eventName="Call", userIdentity=user("mallory")))
    states = first_seen(rows, attributes=["eventName"]).execute()["state"].tolist()
    assert states == ["no history", "no history"]


def test_absent_values_are_no_values():
    found = first_seen(
        table(at(0, userAgent=..., sourceIPAddress=None, eventTime=...), at(1, userAgent=...))
    ).execute()
    assert sorted(found["attribute"]) == ["awsRegion", "eventName", "eventSource", "sourceIPAddress"]


def test_a_private_address_is_a_value_and_the_name_of_a_service_is_none():
    rows = table(at(0, sourceIPAddress="10.0.4.7"), at(1, sourceIPAddress="ec2.amazonaws.com"))
    found = first_seen(rows, attributes=["sourceIPAddress"]).execute()
    assert found["value"].tolist() == ["10.0.4.7"]


def test_attributes_and_history_can_be_chosen():
    rows = table(at(0), at(3_600, recipientAccountId="999988887777"))
    row = row_of(rows, "999988887777", attributes=["recipientAccountId"], history="1h")
    assert (row["attribute"], row["state"]) == ("recipientAccountId", "new")
    with pytest.raises(ParameterError):
        first_seen(rows, attributes=["nothing"])

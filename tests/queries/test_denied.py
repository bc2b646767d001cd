from datetime import datetime, timedelta

import pytest

from tests.builders import event, table, user
from workbench.errors import ParameterError
from workbench.queries import denied_bursts, denied_calls

START = datetime.fromisoformat("2026-09-02T04:00:00")


def refused(second, name, **fields):
    time = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time, "eventName": name, "errorCode": "AccessDenied"} | fields))


def spread(seconds, names=5, **fields):
    return [refused(second, f"Call{at % names}", **fields) for at, second in enumerate(seconds)]


def bursts(*events, **options):
    return denied_bursts(table(*events), **options).execute()


def test_ten_refusals_within_exactly_ten_minutes_are_a_burst():
    (row,) = bursts(*spread([0, 60, 120, 180, 240, 300, 360, 420, 480, 600])).to_dict("records")
    assert (row["denied"], row["apis"], len(row["eventIDs"])) == (10, 5, 10)
    assert (row["first"], row["last"]) == (START, START + timedelta(seconds=600))
    assert row["completed"] == row["last"]


def test_one_second_more_is_none():
    assert bursts(*spread([0, 60, 120, 180, 240, 300, 360, 420, 480, 601])).empty


def test_nine_refusals_or_four_apis_are_none():
    assert bursts(*spread(range(9))).empty
    assert bursts(*spread(range(20), names=4)).empty


def test_distinct_apis_are_counted_in_the_window_and_not_in_the_whole():
    late = [refused(2_000 + second, "Call0") for second in range(10)]
    assert bursts(*spread(range(9)), *late).empty


def test_an_api_of_the_same_name_in_another_service_is_another_api():
    events = [refused(at, "List", eventSource=f"s{at % 5}.amazonaws.com") for at in range(10)]
    assert bursts(*events)["apis"].tolist() == [5]


def test_calls_of_one_second_count_each():
    assert bursts(*spread([0] * 10))["denied"].tolist() == [10]


def test_two_principals_are_never_added_up():
    mallory = user("mallory")
    assert bursts(*spread(range(5)), *spread(range(5), userIdentity=mallory)).empty


def test_windows_that_overlap_are_one_episode_and_others_two():
    first, near, far = spread(range(10)), spread(range(600, 610)), spread(range(5_000, 5_010))
    assert bursts(*first, *near)["denied"].tolist() == [20]
    assert bursts(*first, *far)["denied"].tolist() == [10, 10]


def test_a_lone_refusal_long_before_is_not_part_of_the_episode():
    early = refused(0, "Early", eventID="early")
    (row,) = bursts(early, *spread(range(2_000, 2_010))).to_dict("records")
    assert "early" not in row["eventIDs"]
    assert row["first"] == START + timedelta(seconds=2_000)


def test_errors_that_are_no_refusal_and_events_without_a_time_do_not_count():
    assert bursts(*spread(range(10), errorCode="NoSuchBucket")).empty
    assert bursts(*spread(range(9)), refused(0, "Call9", eventTime=...)).empty


def test_window_and_numbers_can_be_set():
    events = spread([0, 30, 61], names=3)
    assert bursts(*events, within="1m", count=2, distinct=2)["denied"].tolist() == [3]
    assert bursts(*events, within="30s", count=3, distinct=1).empty
    with pytest.raises(ParameterError):
        bursts(*events, count=0)


def slow_bursts(times_and_names, width, count, distinct):
    """Say, call by call, whether the window that ends with it holds: the definition, written out."""
    held = []
    for time, _ in times_and_names:
        window = [name for other, name in times_and_names if time - width <= other <= time]
        held.append(len(window) >= count and len(set(window)) >= distinct)
    return held


@pytest.mark.parametrize("seed", range(6))
def test_running_sums_agree_with_the_definition(seed):
    import random

    chance = random.Random(seed)
    calls = sorted((chance.randrange(300), f"Call{chance.randrange(6)}") for _ in range(60))
    found = bursts(*(refused(time, name) for time, name in calls), within="20s", count=4, distinct=3)
    held = [time for (time, _), holds in zip(calls, slow_bursts(calls, 20, 4, 3), strict=True) if holds]
    starts = [time for at, time in enumerate(held) if at == 0 or time - held[at - 1] > 20]
    assert [(row - START).total_seconds() for row in found["completed"]] == starts


def test_denied_calls_tell_whether_the_api_worked_later():
    rows = table(
        refused(0, "GetSecretValue", eventID="no-1"),
        refused(10, "GetSecretValue", eventID="no-2"),
        refused(5, "GetSecretValue", errorCode=...),
        refused(20, "GetSecretValue", errorCode=...),
        refused(30, "ListUsers"),
        refused(20, "GetSecretValue", errorCode=..., userIdentity=user("mallory")),
    )
    found = denied_calls(rows).execute()
    assert found["eventName"].tolist() == ["GetSecretValue", "ListUsers"]
    assert found["denied"].tolist() == [2, 1]
    assert found["succeeded"].tolist() == [2, 0]
    assert list(found["eventIDs"][0]) == ["no-1", "no-2"]


def test_denied_calls_of_an_event_without_source_stay():
    found = denied_calls(
        table(refused(0, "Odd", eventSource=...), refused(9, "Odd", eventSource=..., errorCode=...))
    )
    assert found.execute()[["denied", "succeeded"]].to_numpy().tolist() == [[1, 1]]

from datetime import datetime, timedelta

import pytest

from tests.builders import event, role_session, table
from workbench.detections import insight_rates, insights
from workbench.errors import ParameterError

START = datetime.fromisoformat("2026-09-02T04:00:00")
DAY, WEEK = 86_400, 604_800


def at(seconds, **fields):
    time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time, "eventName": "RunInstances"} | fields))


def burst(seconds, number=30, **fields):
    return [at(seconds + each % 240, **fields) for each in range(number)]


QUIET = {"eventName": "ListUsers"}


def found(*events, **options):
    return insights(table(*events), **options).to_pyarrow().to_pylist()


def test_a_burst_of_writes_is_told_in_the_terms_of_cloudtrail():
    daily = [at(day * DAY + 7_200) for day in range(8)]
    (row,) = found(*daily, *burst(8 * DAY), at(9 * DAY, **QUIET))
    assert (row["insight_type"], row["event_source"], row["event_name"], row["error_code"]) == (
        "ApiCallRateInsight",
        "iam.amazonaws.com",
        "RunInstances",
        None,
    )
    assert (row["account"], row["region"]) == ("111122223333", "us-east-1")
    assert (row["start_time"], row["end_time"]) == (
        START + timedelta(days=8),
        START + timedelta(days=8, minutes=5),
    )
    assert (row["state"], row["basis"], row["calls"], len(row["eventIDs"])) == ("ended", "computed", 30, 30)
    assert (row["insight_average"], row["insight_minutes"], row["baseline_minutes"]) == (6.0, 5, 10_080)
    assert row["baseline_average"] == pytest.approx(7 / 10_080)


def test_less_than_seven_days_of_evidence_is_said_and_not_scored():
    before = burst(WEEK - 300)
    assert found(at(0, **QUIET), *before) == []
    (row,) = found(at(0, **QUIET), *before, unscored=True)
    assert (row["event_name"], row["state"], row["calls"]) == ("RunInstances", "no baseline", 30)
    assert row["baseline_average"] is row["insight_average"] is row["attributions"] is None
    (row,) = found(at(0, **QUIET), *burst(WEEK), unscored=True)
    assert row["state"] == "ongoing"


def test_the_history_is_that_of_the_account_and_region():
    elsewhere = burst(8 * DAY, awsRegion="af-south-1")
    assert found(at(0, **QUIET), *elsewhere) == []
    assert [
        row["region"] for row in found(at(0, **QUIET), at(0, **QUIET, awsRegion="af-south-1"), *elsewhere)
    ] == ["af-south-1"]


def test_an_insight_that_the_evidence_ends_in_is_ongoing():
    (row,) = found(at(0, **QUIET), *burst(8 * DAY))
    assert (row["state"], row["end_time"], row["insight_minutes"]) == ("ongoing", None, 5)


def test_unusual_buckets_two_apart_are_one_insight_and_three_apart_are_two():
    end = at(9 * DAY, **QUIET)
    near = found(at(0, **QUIET), *burst(8 * DAY), *burst(8 * DAY + 600), end)
    assert [(row["insight_minutes"], row["calls"]) for row in near] == [(15, 60)]
    assert len(found(at(0, **QUIET), *burst(8 * DAY), *burst(8 * DAY + 900), end)) == 2


def test_what_comes_every_night_at_about_that_time_is_usual():
    nights = [each for day in range(9) for each in burst(day * DAY + (600 if day == 8 else 0))]
    assert found(*nights, at(10 * DAY, **QUIET)) == []
    (row,) = found(*nights, *burst(9 * DAY + 30_000), at(10 * DAY, **QUIET))
    assert row["start_time"] == START + timedelta(days=9, seconds=30_000)


def test_what_comes_at_any_time_of_day_on_many_days_is_a_habit():
    hours = (1, 9, 3, 14, 6, 19, 11)
    habit = [each for day, hour in enumerate(hours) for each in burst(day * DAY + hour * 3_600)]
    assert found(at(0, **QUIET), *habit, *burst(8 * DAY + 60_000), at(9 * DAY, **QUIET)) == []
    much = found(at(0, **QUIET), *habit, *burst(8 * DAY + 60_000, number=90), at(9 * DAY, **QUIET))
    assert [row["calls"] for row in much] == [90]


def test_five_minutes_alone_must_stand_out_more_than_several():
    daily = [each for day in range(8) for each in burst(day * DAY, number=10)]
    end = at(10 * DAY, **QUIET)
    assert found(*daily, *burst(8 * DAY, number=35), end) == []
    assert len(found(*daily, *burst(8 * DAY, number=60), end)) == 1
    (row,) = found(*daily, *burst(8 * DAY, number=35), *burst(8 * DAY + 300, number=35), end)
    assert row["insight_minutes"] == 10


def test_a_quarter_of_an_hour_is_unusual_where_none_of_its_buckets_is():
    daily = [each for day in range(8) for each in burst(day * DAY, number=10)]

    def lasting(number):
        calls = [each for step in (0, 300, 600) for each in burst(8 * DAY + step, number=number)]
        return found(*daily, *calls, at(10 * DAY, **QUIET))

    (row,) = lasting(20)  # 27 alone are usual, 55 together are
    assert (row["start_time"], row["insight_minutes"], row["calls"]) == (START + timedelta(days=8), 15, 60)
    assert lasting(17) == []


def test_the_ups_and_downs_of_a_busy_hour_are_no_habit_of_the_night():
    def night_after(low):
        busy = [
            each
            for day in range(8)
            for step in range(40)
            for each in burst(day * DAY + step * 300, number=6 if step == day * 5 % 40 else low)
        ]
        return found(*busy, *burst(8 * DAY + 43_200, number=10), at(0, **QUIET), at(9 * DAY, **QUIET))

    assert [row["calls"] for row in night_after(3)] == [10]
    assert night_after(0) == []


def test_few_calls_are_no_insight_however_new():
    end = at(9 * DAY, **QUIET)
    assert found(at(0, **QUIET), *burst(8 * DAY, number=4), end) == []
    assert len(found(at(0, **QUIET), *burst(8 * DAY, number=5), end)) == 1


def test_reads_count_for_errors_only_and_each_code_by_itself():
    end = at(9 * DAY, **QUIET)
    reads = burst(8 * DAY, eventName="GetObjectAcl")
    assert found(at(0, **QUIET), *reads, end) == []
    refused = burst(8 * DAY, eventName="GetObjectAcl", errorCode="AccessDenied")
    missing = burst(8 * DAY, number=4, eventName="GetObjectAcl", errorCode="NoSuchBucket")
    rows = found(at(0, **QUIET), *refused, *missing, end)
    assert [(row["insight_type"], row["error_code"], row["calls"]) for row in rows] == [
        ("ApiErrorRateInsight", "AccessDenied", 30)
    ]


def test_a_failed_write_counts_for_both_rates():
    rows = found(at(0, **QUIET), *burst(8 * DAY, errorCode="Throttling"), at(9 * DAY, **QUIET))
    assert [row["insight_type"] for row in rows] == ["ApiCallRateInsight", "ApiErrorRateInsight"]


@pytest.mark.parametrize(
    "fields", [{"managementEvent": False, "eventCategory": "Data"}, {"managementEvent": False}]
)
def test_data_events_never_count(fields):
    assert found(at(0, **QUIET), *burst(8 * DAY, **fields), at(9 * DAY, **QUIET), unscored=True) == []


def test_absent_fields_are_read_by_what_is_there():
    old = {"managementEvent": ..., "eventCategory": ..., "readOnly": ..., "userAgent": ..., "awsRegion": ...}
    rows = found(at(0, **QUIET | old), *burst(8 * DAY, **old), at(9 * DAY, **QUIET | old))
    assert [(row["region"], row["calls"]) for row in rows] == [(None, 30)]
    assert [one["attribute"] for one in rows[0]["attributions"]] == ["userIdentityArn", "errorCode"]
    assert found(at(0, **QUIET), *burst(8 * DAY, eventTime=...), *burst(8 * DAY, eventName=...)) == []


def test_attributions_tell_who_made_the_calls_and_who_usually_does():
    robot = {"userAgent": "robot/1", "userIdentity": role_session("Deploy", "build-7")}
    usual = [at(day * DAY + 40_000, **robot) for day in range(1, 8)]
    other = burst(8 * DAY, number=20, errorCode="Client.UnauthorizedOperation")
    rows = found(at(0, **QUIET), *usual, *other, *burst(8 * DAY, number=10, **robot), at(9 * DAY, **QUIET))
    (row,) = [row for row in rows if row["insight_type"] == "ApiCallRateInsight"]
    told = {one["attribute"]: one for one in row["attributions"]}
    role = "arn:aws:sts::111122223333:assumed-role/Deploy"
    assert told["userIdentityArn"]["insight"] == [
        {"value": "arn:aws:iam::111122223333:user/alice", "average": 4.0},
        {"value": role, "average": 2.0},
    ]
    assert told["userIdentityArn"]["baseline"] == [{"value": role, "average": pytest.approx(7 / 10_080)}]
    assert [one["value"] for one in told["userAgent"]["insight"]] == ["aws-cli/2.27.41", "robot/1"]
    assert [one["value"] for one in told["errorCode"]["insight"]] == ["Client.UnauthorizedOperation", "null"]


def test_no_more_than_five_values_are_attributed():
    many = [at(8 * DAY, userAgent=f"agent/{number}") for number in range(9)]
    (row,) = found(at(0, **QUIET), *many, at(9 * DAY, **QUIET))
    agents = row["attributions"][1]["insight"]
    assert [one["value"] for one in agents] == [f"agent/{number}" for number in range(5)]


def record(state, minutes, **fields):
    details = {
        "state": state,
        "eventSource": "ssm.amazonaws.com",
        "eventName": "UpdateInstanceInformation",
        "insightType": "ApiCallRateInsight",
        "insightContext": {
            "statistics": {
                "baseline": {"average": 0.01},
                "insight": {"average": 5 if state == "Start" else 2.5},
                "insightDuration": minutes,
                "baselineDuration": 11_336,
            },
            "attributions": [
                {"attribute": "userAgent", "insight": [{"value": "curl", "average": 2.5}], "baseline": []}
            ],
        },
    }
    kept = dict.fromkeys(("userIdentity", "eventSource", "eventName", "sourceIPAddress", "userAgent"), ...)
    kept |= dict.fromkeys(("readOnly", "managementEvent", "requestID"), ...)
    return at(
        8 * DAY + (0 if state == "Start" else minutes * 60),
        **kept | {"eventType": "AwsCloudTrailInsight", "eventCategory": "Insight", "sharedEventID": "one"},
        insightDetails=details,
        **fields,
    )


def test_recorded_insights_are_shown_as_they_are_start_and_end_as_one():
    (row,) = found(record("End", 7, eventID="end"), record("Start", 1, eventID="start"))
    assert (row["basis"], row["state"], row["calls"], row["eventIDs"]) == (
        "recorded",
        "ended",
        None,
        ["start", "end"],
    )
    assert row["start_time"] == START + timedelta(days=8)
    assert row["end_time"] == START + timedelta(days=8, minutes=7)
    assert (row["insight_average"], row["baseline_average"], row["baseline_minutes"]) == (2.5, 0.01, 11_336)
    assert row["attributions"] == [
        {"attribute": "userAgent", "insight": [{"value": "curl", "average": 2.5}], "baseline": []}
    ]


def test_half_of_a_recorded_insight_is_told_by_what_it_says():
    (row,) = found(record("Start", 1))
    assert (row["state"], row["end_time"], row["insight_average"]) == ("ongoing", None, 5.0)
    (row,) = found(record("End", 7))
    assert (row["state"], row["start_time"]) == ("ended", START + timedelta(days=8))


@pytest.mark.parametrize(
    "details", [None, "text", [], {"insightContext": {"statistics": [], "attributions": {"a": 1}}}]
)
def test_a_record_of_another_shape_loses_nothing_but_what_it_lacks(details):
    broken = record("Start", 1) | {"insightDetails": details}
    (row,) = found(broken)
    assert (row["event_name"], row["insight_average"], row["attributions"]) == (None, None, None)
    assert row["eventIDs"] == [broken["eventID"]]


def test_computed_and_recorded_stand_side_by_side():
    rows = found(at(0, **QUIET), *burst(8 * DAY), record("Start", 1), at(9 * DAY, **QUIET))
    assert sorted(row["basis"] for row in rows) == ["computed", "recorded"]


def test_rates_around_an_insight_have_the_quiet_buckets_too():
    nights = [each for day in range(8) for each in burst(day * DAY, number=7)]
    rows = table(*nights, *burst(8 * DAY, number=70), at(9 * DAY, **QUIET))
    (row,) = insights(rows).to_pyarrow().to_pylist()
    told = insight_rates(rows, row, before="10m", after="5m").to_pyarrow().to_pylist()
    assert [(one["calls"], one["is_unusual"]) for one in told] == [
        (0, False),
        (0, False),
        (70, True),
        (0, False),
    ]
    assert told[2]["usual"] == 1.0
    assert told[2]["threshold"] < 70
    with pytest.raises(ParameterError):
        insight_rates(rows, row, before="soon")


def test_rates_are_shown_around_what_was_judged_only():
    rows = table(at(0, **QUIET), *burst(DAY))
    (row,) = insights(rows, unscored=True).to_pyarrow().to_pylist()
    with pytest.raises(ParameterError, match="was not judged: it has no unusual time"):
        insight_rates(rows, row)
    with pytest.raises(ParameterError, match=r"insight has no region\. Give a row of"):
        insight_rates(rows, {name: value for name, value in row.items() if name != "region"})

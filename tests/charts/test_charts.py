"""What holds for every chart of events, one by one and with hostile, many, few and no rows."""

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta

import ibis
import pandas as pd
import pytest

import workbench as wb
from tests.builders import case, event, table, user
from tests.charts.drawing import check, parts
from workbench import charts
from workbench.errors import ChartError, ParameterError

START = datetime.fromisoformat("2026-09-02T04:00:00")


def at(seconds, **fields):
    time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time} | fields))


def of_events():
    return {
        "activity": charts.activity, "timeline": charts.timeline, "heat": charts.heat, "top": charts.top,
        "sources": charts.sources, "denied": charts.denied,
    }  # fmt: skip


@pytest.fixture(params=list(of_events()))
def draw(request):
    return of_events()[request.param]


@pytest.fixture(scope="module")
def two_days():
    """Two principals, one burst of refused calls, two addresses."""
    steady = [at(3_600 * hour, eventName="ListUsers") for hour in range(48)]
    burst = [
        at(90_000 + second, eventName=f"Call{second % 6}", errorCode="AccessDenied",
           userIdentity=user("mallory"), sourceIPAddress="203.0.113.9")
        for second in range(12)
    ]  # fmt: skip
    return table(*steady, *burst)


def data_of(chart, *names):
    spec = chart.to_dict()
    held = [rows for rows in spec.get("datasets", {}).values() if rows and set(names) <= set(rows[0])]
    return max(held, key=len, default=[])


def test_it_holds_to_the_rules(draw, two_days):
    check(draw(two_days))


def test_no_events_are_said_and_not_an_error(draw):
    nothing = table(event()).filter(ibis.literal(False))
    chart = draw(nothing)
    check(chart)
    assert "no events" in chart.description


def test_one_event_is_enough(draw):
    check(draw(table(event(errorCode="AccessDenied"))))


def test_absent_fields_are_no_error(draw):
    bare = dict.fromkeys(
        ("eventSource", "eventName", "sourceIPAddress", "userAgent", "userIdentity", "recipientAccountId"),
        ...,
    )
    check(
        draw(table(event(**bare, errorCode="AccessDenied"), event(eventTime=..., errorCode="AccessDenied")))
    )


def test_an_impossible_time_does_not_stretch_the_axis(draw):
    rows = table(
        event(errorCode="AccessDenied"), event(eventTime="9999-12-31T00:00:00Z", errorCode="AccessDenied")
    )
    assert "9999" not in str(draw(rows).to_dict().get("datasets"))


HOSTILE = "</script><img src=x onerror=alert(1)>\x00\x1b[2J\u202e\u2028\n=cmd()" + "y" * 3_000


def test_hostile_text_is_visible_and_harmless(draw):
    fields = {
        "userIdentity": user(HOSTILE),
        "eventSource": HOSTILE,
        "eventName": HOSTILE,
        "sourceIPAddress": HOSTILE,
    }
    chart = draw(table(event(**fields, userAgent=HOSTILE, errorCode="AccessDenied")))
    svg = check(chart)
    assert "<img" not in svg
    assert not re.search("[\x00-\x08\x1b\u202e\u2028]", svg)
    assert len(str(chart.to_dict())) < 60_000


def test_very_many_values_are_rolled_up_and_said(draw):
    """Thousands of principals, calls and addresses over four months: never above the limit of rows."""
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone='UTC'")
    few = table(event(errorCode="AccessDenied")).to_pyarrow()
    con.create_table("few", few)
    replaced = (
        "* REPLACE (eventTime + to_minutes(30 * i) AS eventTime, 'id-' || i AS eventID, "
        "'arn:aws:iam::111122223333:user/u' || (i % 3000) AS principal, 'Call' || (i % 700) AS eventName, "
        "'203.0.' || (i % 199) || '.' || (i % 251) AS sourceIPAddress, "
        "'s' || (i % 90) || '.amazonaws.com' AS eventSource)"
    )
    check(draw(con.sql(f"SELECT {replaced} FROM few CROSS JOIN range(6000) AS n(i)", dialect="duckdb")))


def test_activity_has_a_brush_of_a_fixed_name(two_days):
    spec = charts.activity(two_days).to_dict()
    (brush,) = spec["params"]
    assert (brush["name"], brush["select"]["type"], brush["select"]["encodings"]) == (
        "brush",
        "interval",
        ["x"],
    )
    domains = [
        part["scale"]["domain"]
        for part in parts(spec)
        if part.get("type") == "temporal" and "domain" in part.get("scale", {})
    ]
    assert domains == [{"param": "brush"}] * 2


def test_activity_rolls_up_beyond_six_values():
    chart = charts.activity(
        table(
            *(at(n, eventSource=f"s{n}.amazonaws.com") for n in range(9)),
            at(0, eventSource="s0.amazonaws.com"),
        )
    )
    values = {row["value"] for row in data_of(chart, "value")}
    assert len(values) == 7
    assert "(other)" in values
    assert "s0.amazonaws.com" in values
    assert any("6 of 9" in line for line in chart.to_dict()["title"]["subtitle"])


def test_activity_tells_numbers_peak_and_refusals(two_days):
    description = charts.activity(two_days).description
    assert "60 calls from 2026-09-02 04:00 to 2026-09-04 03:00 UTC, 12 of them refused" in description


def test_steps_follow_the_length_of_the_trail():
    def unit(last):
        spec = charts.heat if last is None else charts.activity(table(at(0), at(last))).to_dict()
        return next(part["timeUnit"] for part in parts(spec) if "timeUnit" in part)

    assert unit(7 * 86_400) == "utcyearmonthdatehours"
    assert unit(3_600) == {"unit": "utcyearmonthdatehoursminutes", "step": 5}
    assert unit(400 * 86_400) == "utcyearmonthdate"


def test_timeline_puts_the_highest_score_first(two_days):
    rows = data_of(charts.timeline(two_days), "value", "events")
    spec = charts.timeline(two_days).to_dict()
    order = next(part["sort"] for part in parts(spec) if part.get("field") == "value" and "sort" in part)
    assert order == ["user/mallory", "user/alice"]
    assert sum(row["denied"] for row in rows) == 12


def test_heat_counts_in_utc():
    rows = data_of(charts.heat(table(at(0), at(1), at(86_400))), "hour")
    assert [(row["day"], row["hour"], row["events"]) for row in rows] == [("Wed", 4, 2), ("Thu", 4, 1)]


def test_top_shows_refused_apart():
    rows = data_of(charts.top(table(event(), event(errorCode="AccessDenied")), by="eventName"), "value")
    assert [(row["value"], row["events"], row["denied"], row["said"]) for row in rows] == [
        ("ListUsers", 2, 1, "2")
    ]


def test_sources_leave_out_aws_services_unless_asked():
    rows = table(event(), event(sourceIPAddress="ec2.amazonaws.com"))
    assert [row["kind"] for row in data_of(charts.sources(rows), "kind")] == ["address"]
    assert {row["kind"] for row in data_of(charts.sources(rows, services=True), "kind")} == {
        "address",
        "service",
    }
    assert "none from outside AWS" in charts.sources(table(event(sourceIPAddress="AWS Internal"))).description


def test_denied_marks_bursts_by_colour_and_shape(two_days):
    kinds = {row["value"]: row["kind"] for row in data_of(charts.denied(two_days), "kind")}
    assert kinds == {"user/mallory": "burst"}
    lone = charts.denied(table(event(errorCode="AccessDenied")))
    assert [row["kind"] for row in data_of(lone, "kind")] == ["single"]


def test_unknown_columns_and_steps_are_refused(two_days):
    for draw in (charts.activity, charts.top, charts.timeline):
        with pytest.raises(ParameterError, match="no column"):
            draw(two_days, by="nothing")
    for draw in (charts.activity, charts.timeline, charts.denied):
        with pytest.raises(ParameterError, match="no step"):
            draw(two_days, every="2h")


def coverage_of(folder, *events):
    return wb.coverage(case(folder, *events))


def test_coverage_joins_hours_and_shows_blind_ones(tmp_path):
    chart = charts.coverage(
        coverage_of(tmp_path, at(0), at(3_600), at(6 * 3_600), at(3_600, recipientAccountId="444455556666"))
    )
    check(chart)
    bars = data_of(chart, "rate")
    assert [(row["row"], row["hours"]) for row in bars if row["row"] == "111122223333 all regions"] == [
        ("111122223333 all regions", 2), ("111122223333 all regions", 1),
    ]  # fmt: skip
    assert "No event in any region: 444455556666 6 h; 111122223333 4 h." in chart.description


def test_coverage_of_unbroken_hours_and_of_nothing(tmp_path):
    held = coverage_of(tmp_path, at(0), at(3_600))
    check(charts.coverage(held))
    assert "No hour without a file" in charts.coverage(held).description
    assert "no events" in charts.coverage(held.filter(ibis.literal(False))).description
    with pytest.raises(ChartError, match="Pass coverage"):
        charts.coverage(held.drop("hour"))


def test_coverage_of_very_many_holes_joins_the_short_ones():
    rows = pd.DataFrame([
        {"account": f"{account:012}", "region": region, "hour": START + timedelta(hours=2 * hour),
         "files": 1, "events": 5}
        for account in range(12) for region in ("eu-west-1", "us-east-1") for hour in range(120)
    ])  # fmt: skip
    chart = charts.coverage(ibis.memtable(rows))
    check(chart)
    assert "holes of up to 2 h are not drawn" in str(chart.to_dict()["title"]["subtitle"])


def finding_rows(number, **fields):
    return pd.DataFrame([
        {"finding": "A key was used from abroad", "eventTime": START + timedelta(seconds=n),
         "eventID": f"id-{n}",
         "principal": "arn:aws:iam::111122223333:user/alice", "eventName": "ListUsers", **fields}
        for n in range(number)
    ])  # fmt: skip


def test_findings_have_a_shape_and_a_colour_each():
    rows = pd.concat(
        [finding_rows(3), finding_rows(2, finding="A trail was stopped", eventName="StopLogging")]
    )
    chart = charts.findings(rows)
    check(chart)
    assert chart.description.startswith(
        "The findings' events over time: 3 events of 2 findings by 1 principal"
    )
    assert {row["finding"] for row in data_of(chart, "finding")} == {
        "1. A key was used from abroad",
        "2. A trail was stopped",
    }


def test_findings_take_an_ibis_table_and_say_when_there_are_none():
    chart = charts.findings(ibis.memtable(finding_rows(2)))
    assert len(data_of(chart, "finding")) == 2
    assert "no events" in charts.findings(finding_rows(1).head(0)).description


def test_findings_of_very_many_events_are_rolled_up():
    chart = charts.findings(finding_rows(9_000))
    check(chart)
    rows = data_of(chart, "finding")
    assert sum(row["count"] for row in rows) == 9_000
    assert "one minute" in str(chart.to_dict()["title"]["subtitle"])


def test_findings_without_a_needed_column_are_refused():
    with pytest.raises(ChartError, match="eventName"):
        charts.findings(finding_rows(1).drop(columns="eventName"))


def test_the_same_events_give_the_same_specification(two_days):
    assert charts.activity(two_days).to_json() == charts.activity(two_days).to_json()
    assert charts.timeline(two_days).to_json() == charts.timeline(two_days).to_json()


_DRAW = """
import sys, vl_convert
for version in ("5.8", "6.4"):
    print(vl_convert.vegalite_to_svg(sys.argv[1], vl_version=version))
"""


def test_the_viewers_time_zone_does_not_matter(two_days):
    drawn = {
        re.sub(r"(clip|gradient_)\d+", "", subprocess.run(
            [sys.executable, "-c", _DRAW, charts.activity(two_days).to_json()],
            env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True,
        ).stdout)
        for zone in ("UTC", "Asia/Tokyo", "America/New_York")
    }  # fmt: skip
    assert len(drawn) == 1
    assert "Sep 02, 2026 04:00" in drawn.pop()


def test_nothing_is_fetched_and_no_text_is_an_expression():
    """Filters are constant text; no chart names an address to load."""
    rows = table(event(errorCode="AccessDenied", eventName="datum.x + alert(1)"))
    for draw in of_events().values():
        spec = draw(rows).to_dict()
        for part in parts(spec):
            assert part.get("filter", "datum.denied > 0") == "datum.denied > 0"
            assert "url" not in part

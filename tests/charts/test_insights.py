from datetime import datetime, timedelta

import pytest

from tests.builders import event, table
from tests.charts.drawing import check
from workbench import charts
from workbench.detections import insights
from workbench.errors import ParameterError

START = datetime.fromisoformat("2026-09-02T04:00:00")


def at(seconds, **fields):
    time = (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(**({"eventTime": time, "eventName": "RunInstances"} | fields))


@pytest.fixture(scope="module")
def rows():
    """Two calls every night, and forty refused ones in ten minutes of the ninth day."""
    nights = [at(day * 86_400 + second) for day in range(8) for second in (0, 60)]
    burst = [at(8 * 86_400 + 3_600 + second * 15, errorCode="AccessDenied") for second in range(40)]
    return table(*nights, *burst, at(9 * 86_400))


def data_of(chart, name):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if name in row]


def test_the_chart_marks_the_unusual_span_over_the_band_of_what_is_usual(rows):
    (call, _) = insights(rows).to_pyarrow().to_pylist()
    chart = charts.insight(rows, call, before="1h", after="30m")
    check(chart)
    shown = data_of(chart, "calls")
    assert [row["calls"] for row in shown if row["is_unusual"]] == [20, 20]
    assert len(shown) == 12 + 2 + 6
    assert max(row["usual"] for row in shown) > 0
    assert all(row["threshold"] >= 4 for row in shown)
    (span,) = [row for row in data_of(chart, "until") if "calls" not in row]
    assert (span["time"][:16], span["until"][:16]) == ("2026-09-10T05:00", "2026-09-10T05:10")
    assert chart.description == (
        "Unusual rate of calls: RunInstances: 40 calls from 2026-09-10 05:00:00 UTC in 10 minutes, "
        "at most 20 in 5 minutes, where more than 4 are unusual."
    )


def test_errors_are_called_errors_and_rows_of_a_frame_are_taken(rows):
    frame = insights(rows).to_pandas()
    call, error = frame.to_dict("records")
    spec = charts.insight(rows, error).to_dict()
    assert spec["title"]["text"] == "Unusual rate of errors: RunInstances"
    assert "AccessDenied" in spec["title"]["subtitle"][0]
    assert "40 calls" in charts.insight(rows, call).description


def test_what_was_not_judged_gives_a_chart_that_says_so():
    few = table(at(0))
    (row,) = insights(few, unscored=True).to_pyarrow().to_pylist()
    assert charts.insight(few, row).description.endswith("no events: this rate was not judged.")


def test_a_long_time_is_cut_to_what_a_chart_holds(rows):
    (call, _) = insights(rows).to_pyarrow().to_pylist()
    chart = charts.insight(rows, call, before="30d")
    check(chart)
    assert data_of(chart, "calls")[-1]["calls"] == 0
    with pytest.raises(ParameterError):
        charts.insight(rows, call, after="soon")


def test_hostile_names_are_spelled_out():
    name = "Run\x1b[2J\u202eInstances"
    rows = table(
        at(0), *(at(8 * 86_400, eventName=name, awsRegion=...) for _ in range(9)), at(0, awsRegion=...)
    )
    (row,) = insights(rows).to_pyarrow().to_pylist()
    chart = charts.insight(rows, row)
    check(chart)
    assert "\x1b" not in str(chart.to_dict())
    assert "\u202e" not in str(chart.to_dict())

import pytest

from tests.builders import event, role_event, table
from tests.charts.drawing import check
from workbench.charts import origin_confidence
from workbench.errors import ChartError
from workbench.queries import with_origin


def rows_of(chart):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def test_events_are_counted_by_kind_and_confidence():
    chart = origin_confidence(with_origin(table(event(), event(), role_event(key="ASIA9"))))
    check(chart)
    found = {(row["kind"], row["origin_confidence"]): row["events"] for row in rows_of(chart)}
    assert found["iam_user", "certain"] == 2
    assert sum(found.values()) == 3
    assert "3 events, 66.7% of them at certain or high" in chart.description


def test_the_surest_comes_first():
    rows = rows_of(origin_confidence(with_origin(table(event(), role_event(key="ASIA9")))))
    assert {row["origin_confidence"]: row["rank"] for row in rows}["certain"] == 0


def test_no_events_and_events_without_origin():
    events = with_origin(table(event()))
    assert origin_confidence(events.filter(events.origin_kind == "root")).description.endswith("no events.")
    with pytest.raises(ChartError, match=r"queries\.with_origin"):
        origin_confidence(table(event()))

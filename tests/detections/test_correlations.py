"""Counting in sliding windows: both ends included, groups apart, one row for an episode."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import event, table, user
from tests.detections.asking import rule, rules
from workbench.detections import examine
from workbench.detections.counting.windows import Occurrence, counted

START = dt.datetime(2026, 9, 2, 4)  # noqa: DTZ001 (times of events are naive UTC)


def at(seconds: int, name: str, who: str = "alice", **fields: Any) -> dict[str, Any]:
    time = (START + dt.timedelta(seconds=seconds)).isoformat() + "Z"
    return event(eventName=name, eventTime=time, userIdentity=user(who), **fields)


def correlation(**fields: Any) -> dict[str, Any]:
    return {"title": "C", "id": "c", "correlation": {"timespan": "5m"} | fields}


def run(folder: Path, documents: list[dict[str, Any]], events: list[dict[str, Any]]) -> Any:
    return examine(table(*events), rules(folder, {"r": documents}))


def episodes(folder: Path, document: dict[str, Any], events: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return when the episodes were completed, in seconds, and of how many events each is."""
    bases = [
        rule({"s": {"eventName": name}}, id=name, title=f"title {name}", name=f"name-{name}")
        for name in "ABC"
    ]
    outcome = run(folder, [document, *bases], events)
    assert [one.reason for one in outcome.rules if one.status == "refused"] == []
    rows = outcome.hits.filter(outcome.hits.rule_id == "c").to_pyarrow().to_pylist()
    return [(round((row["eventTime"] - START).total_seconds()), len(row["eventIDs"])) for row in rows]


COUNT = {"type": "event_count", "rules": ["A"], "condition": {"gte": 5}}


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        ([0, 60, 120, 180, 300], [(300, 5)]),
        ([0, 60, 120, 180, 301], []),
        ([0, 0, 0, 0, 0], [(0, 5)]),
        ([0, 1, 2, 3, 4, 5, 6], [(4, 7)]),
        ([0, 1, 2, 3, 4, 302, 303, 304, 305, 306], [(4, 5), (306, 5)]),
        ([0, 100, 200, 250, 300, 400, 500, 600], [(300, 7)]),
        ([0, 3600, 3601, 3602, 3603, 3604], [(3604, 5)]),
    ],
)
def test_events_in_a_window(seconds: list[int], found: list[tuple[int, int]], tmp_path: Path) -> None:
    assert episodes(tmp_path, correlation(**COUNT), [at(one, "A") for one in seconds]) == found


def test_groups_are_never_added_up_and_an_absent_field_is_no_group(tmp_path: Path) -> None:
    document = correlation(**COUNT, **{"group-by": ["userIdentity.userName"]})
    events = [at(one, "A", who) for one in range(4) for who in ("alice", "bob")]
    nobody = [event(eventName="A", eventTime="2026-09-02T04:00:00Z", userIdentity=...) for _ in range(5)]
    assert episodes(tmp_path, document, events + nobody) == []
    assert episodes(tmp_path, document, [*events, at(9, "A", "bob")]) == [(9, 5)]


@pytest.mark.parametrize(
    ("condition", "found"),
    [({"gt": 2}, [(20, 3)]), ({"eq": 2}, [(10, 2)]), ({"lt": 2}, [(0, 1)]), ({"lte": 1}, [(0, 1)])],
)
def test_comparisons(condition: dict[str, int], found: list[tuple[int, int]], tmp_path: Path) -> None:
    document = correlation(type="event_count", rules=["name-A"], condition=condition)
    assert episodes(tmp_path, document, [at(one, "A") for one in (0, 10, 20)]) == found


def test_different_values_are_counted_and_absent_ones_are_not(tmp_path: Path) -> None:
    document = correlation(type="value_count", rules=["title A"], condition={"field": "awsRegion", "gte": 2})
    regions = ["us-east-1", "us-east-1", ..., "eu-west-1"]
    events = [at(one, "A", awsRegion=region) for one, region in enumerate(regions)]
    assert episodes(tmp_path, document, events[:3]) == []
    assert episodes(tmp_path, document, events) == [(3, 3)]


def test_temporal_takes_any_order(tmp_path: Path) -> None:
    document = correlation(type="temporal", rules=["A", "B"])
    assert episodes(tmp_path, document, [at(0, "B"), at(300, "A")]) == [(300, 2)]
    assert episodes(tmp_path, document, [at(0, "B"), at(301, "A")]) == []
    assert episodes(tmp_path, document, [at(0, "A"), at(1, "A")]) == []


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("0A 60B 300C", [(300, 3)]),
        ("0A 60B 301C", []),
        ("0A 60C 120B", []),
        ("0A 0B 0C", [(0, 3)]),
        ("0C 0B 0A", [(0, 3)]),
        ("0A 10B 400A 410C 420B 430A 440C", [(440, 3)]),
        ("0A 400A 410X 420B 421A 430C", [(430, 3)]),
    ],
)
def test_temporal_ordered(steps: str, found: list[tuple[int, int]], tmp_path: Path) -> None:
    document = correlation(type="temporal_ordered", rules=["A", "B", "C"])
    events = [at(int(step[:-1]), step[-1]) for step in steps.split()]
    assert episodes(tmp_path, document, events) == found


def test_a_refused_correlation_silences_no_rule(tmp_path: Path) -> None:
    base = rule({"s": {"eventName": "A"}})
    broken = correlation(type="temporal", rules=["a", "nobody"]) | {"id": "broken"}
    waiting = correlation(type="event_count", rules=["a", "broken"], condition={"gte": 2}) | {"id": "waiting"}
    known = rules(tmp_path, {"a": base, "broken": broken, "waiting": waiting})
    found = examine(table(event(eventName="A")), known)
    assert {one.rule_id: (one.status, one.hits) for one in found.rules} == {
        "a": ("ran", 1), "broken": ("refused", 0), "waiting": ("refused", 0),
    }  # fmt: skip


def test_base_rules_are_silent_unless_generate_says_otherwise(tmp_path: Path) -> None:
    base = rule({"s": {"eventName": "A"}}, id="a")
    for generate, expected in ((False, {"c"}), (True, {"a", "c"})):
        document = correlation(type="event_count", rules=["a"], condition={"gte": 2}, generate=generate)
        outcome = run(tmp_path, [base, document], [at(0, "A"), at(1, "A")])
        assert set(outcome.hits.rule_id.execute()) == expected


def test_a_correlation_counts_a_correlation(tmp_path: Path) -> None:
    failures = {"title": "many", "id": "many"} | {
        "correlation": COUNT | {"timespan": "5m", "group-by": ["principal"]}
    }
    base = [rule({"s": {"eventName": name}}, id=name) for name in "AB"]
    then = correlation(type="temporal_ordered", rules=["many", "B"], **{"group-by": ["principal"]})
    events = [at(one, "A") for one in range(5)]
    for more, expected in (([at(60, "B")], 1), ([at(60, "B", "bob")], 0)):
        outcome = run(tmp_path, [then, failures, *base], events + more)
        assert outcome.hits.filter(outcome.hits.rule_id == "c").count().execute() == expected


def test_a_threshold_is_a_correlation_of_the_rule_itself(tmp_path: Path) -> None:
    threshold = {
        "count": 3,
        "distinct": "requestParameters.id",
        "per": ["principal"],
        "within": "5m",
        "also": {"awsRegion": 2},
    }
    document = rule(
        {"s": {"eventName": "A"}}, id="t", custom={"threshold": threshold, "explain": "{count} ids"}
    )
    events = [
        at(one, "A", requestParameters={"id": [str(one), "same"]}, awsRegion=f"eu-west-{one % 2}")
        for one in range(3)
    ]
    assert (
        run(tmp_path, [document], [event | {"awsRegion": "x"} for event in events]).hits.count().execute()
        == 0
    )
    (row,) = run(tmp_path, [document], events).hits.to_pyarrow().to_pylist()
    assert (row["reason"], len(row["eventIDs"])) == ("4 ids", 3)


def test_more_than_usual_keeps_its_severity(tmp_path: Path) -> None:
    threshold = {"count": 3, "per": ["principal"], "within": "5m", "usual": 2}
    document = rule({"s": {"eventName": "A"}}, id="t", level="high", custom={"threshold": threshold})
    day, quiet = 86_400, [at(86_400 + one, "A") for one in range(3)]
    first = [at(one, "A") for one in range(3)]
    loud = [at(2 * day + one, "A") for one in range(9)]
    rows = run(tmp_path, [document], [*first, *quiet, *loud]).hits.to_pyarrow().to_pylist()
    assert [row["severity"] for row in rows] == ["low", "low", "high"]
    (alone,) = run(tmp_path, [document], first).hits.to_pyarrow().to_pylist()
    assert alone["severity"] == "high"
    assert "no history" in alone["reason"]
    twice = run(tmp_path, [document], [*first, *quiet]).hits.to_pyarrow().to_pylist()
    assert [row["severity"] for row in twice] == ["high", "high"]


REFUSED = {
    "unknown rule z": {"type": "temporal", "rules": ["z"]},
    "unknown correlation type value_sum": {"type": "value_sum", "rules": ["A"]},
    "timespan 5x": {"type": "temporal", "rules": ["A"], "timespan": "5x"},
    "a event_count correlation without a condition": {"type": "event_count", "rules": ["A"]},
    "condition.field is for value_count": {"type": "value_count", "rules": ["A"], "condition": {"gte": 1}},
    "unknown field host": {"type": "temporal", "rules": ["A"], "group-by": ["host"]},
    "rule bad is refused: unknown field x": {"type": "temporal", "rules": ["bad"]},
    "a correlation without rules": {"type": "temporal"},
    "correlations that count each other": {"type": "temporal", "rules": ["c"]},
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_counted_is_refused(why: str, tmp_path: Path) -> None:
    bases = [rule({"s": {"eventName": "A"}}, id="A"), rule({"s": {"x": "A"}}, id="bad")]
    if why.startswith("correlations"):
        bases.append(correlation(type="temporal", rules=["c"]) | {"id": "d"})
        document = correlation(type="temporal", rules=["d"])
    else:
        document = correlation(**REFUSED[why])
    (one,) = [one for one in run(tmp_path, [*bases, document], [at(0, "A")]).rules if one.rule_id == "c"]
    assert one.status == "refused"
    assert str(one.reason).startswith(why)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), max_size=14), st.integers(1, 4), st.booleans()
)
def test_the_first_completion_is_where_a_plain_search_finds_it(
    hits: list[tuple[int, int]], least: int, distinct: bool
) -> None:
    span = dt.timedelta(seconds=10)
    ordered = [
        Occurrence(START + dt.timedelta(seconds=when), f"{n:02}", n, values=(value,) if distinct else ())
        for n, (when, value) in enumerate(sorted(hits))
    ]
    windows = [
        [one for one in ordered[: place + 1] if last.time - one.time <= span]
        for place, last in enumerate(ordered)
    ]
    counts = [len({one.values for one in window}) if distinct else len(window) for window in windows]
    expected = next((ordered[place] for place, count in enumerate(counts) if count >= least), None)
    found = counted(ordered, span, {"gte": least}, distinct=distinct)
    assert (found[0].completed if found else None) == expected

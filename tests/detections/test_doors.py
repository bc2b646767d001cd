"""Tables that are none of events, at every public function that takes one."""

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

import workbench as wb
from tests.builders import event, table
from workbench.detections import SEVERITIES, first_seen, layer, people, per_day, rank_origins, run
from workbench.detections.rates.insights import INSIGHTS
from workbench.errors import ParameterError

OTHER = ibis.memtable({"when": [1], "title": ["x"]})
TABLES = {"events", "hits", "who"}
INSIGHT = dict.fromkeys(INSIGHTS, "") | {
    "start_time": dt.datetime(2026, 9, 2, tzinfo=dt.UTC),
    "insight_minutes": 5,
}
MORE: dict[str, Any] = {
    "insight": INSIGHT,
    "lists": "bad.txt",
    "places": "places.csv",
    "path": "findings.json",
}
TAKING = {
    name: function
    for name in wb.detections.__all__
    if inspect.isfunction(function := getattr(wb.detections, name))
    and name != "layer"  # which takes rows
    and TABLES & set(inspect.signature(function).parameters)
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that some functions want beside a table."""
    monkeypatch.chdir(tmp_path)
    Path("bad.txt").write_text("203.0.113.9", encoding="utf-8")
    Path("places.csv").write_text("network,latitude,longitude\n203.0.113.9,1,1", encoding="utf-8")
    Path("findings.json").write_text("[]", encoding="utf-8")


def asked(function: Callable[..., Any], given: Any) -> Any:
    needed = [
        name for name, one in inspect.signature(function).parameters.items() if one.default is one.empty
    ]
    return function(**{name: MORE.get(name, given) for name in needed})


def test_there_are_many_of_them() -> None:
    assert len(TAKING) > 15


@pytest.mark.parametrize("name", TAKING)
def test_a_table_of_something_else_is_told_with_what_to_give(name: str, files: None) -> None:
    with pytest.raises(
        ParameterError, match=r"^(events|hits|who) has no column \w+(, \w+)*\. Give what wb\.\S+ returns"
    ):
        asked(TAKING[name], OTHER)


@pytest.mark.parametrize("given", [None, "cases/acme", {"eventName": ["x"]}])
@pytest.mark.parametrize("name", TAKING)
def test_what_is_no_table_is_told_with_what_to_give(name: str, given: Any, files: None) -> None:
    kind = type(given).__name__
    with pytest.raises(ParameterError, match=rf"is no Ibis table but a {kind}\. Give what wb\."):
        asked(TAKING[name], given)


def test_the_column_that_is_missed_is_named_and_the_others_may_be_left_out() -> None:
    events = table(event())
    needed = ["principal", "eventTime", "eventName", "eventID", "sourceIPAddress", "userAgent", "flags"]
    narrow: ir.Table = events.select(*needed)
    assert first_seen(narrow, attributes=["eventName"]).count().execute() == 1
    with pytest.raises(ParameterError, match=r"^events has no column userAgent\. "):
        first_seen(narrow.drop("userAgent"), attributes=["eventName"])
    with pytest.raises(ParameterError, match=r"^events has no column userIdentity\. "):
        run(events.drop("userIdentity"))
    hits = run(events, [])
    with pytest.raises(ParameterError, match=r"^events has no column eventTime\. "):
        per_day(hits, events.drop("eventTime"))
    with pytest.raises(ParameterError, match=r"^hits has no column eventIDs\. "):
        rank_origins(people(events), hits.drop("eventIDs"))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ParameterError, match=f"^.*{SEVERITIES[0]}"):
        run(table(event()), min_severity="urgent")
    with pytest.raises(AttributeError, match="'int' object"):
        run(table(event()), [1])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'events'"):
        run()  # type: ignore[call-arg]


def test_a_layer_takes_rows() -> None:
    with pytest.raises(ParameterError, match=r"hits is a Table, no list of rows\. Give hits\.to_pyarrow"):
        layer([], OTHER, name="case")  # type: ignore[arg-type]

"""Silence by its kind beside the hours with events, the integrity strip and the lag of delivery."""

import datetime as dt

import ibis
import pandas as pd
import pytest

import workbench as wb
from tests.builders import case, event
from tests.charts.drawing import check, parts
from tests.evidence.digests.signed import at, signed_case
from tests.evidence.digests.trails import ACCOUNT, REGION, pack
from workbench import charts
from workbench.errors import ChartError
from workbench.queries import lag_histogram
from workbench.queries.silence import SILENCES

START = dt.datetime.fromisoformat("2026-03-01T00:00:00")
ROW = f"{ACCOUNT} {REGION}"


def marks_of(chart, name):
    """The rows of the layer whose marks have such a column."""
    held = [rows for rows in chart.to_dict()["datasets"].values() if rows and name in rows[0]]
    return max(held, key=len, default=[])


def legend_of(chart):
    """What the legend of kinds lists, in its order."""
    return next(
        part["scale"]["domain"]
        for part in parts(chart.to_dict())
        if part.get("field") == "kind" and "domain" in part.get("scale", {})
    )


def table_of(*rows):
    """A table as of `coverage`: (account, region, hour, events, silence, integrity)."""
    names = ("account", "region", "hour", "events", "silence", "integrity")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    frame["hour"] = [START + dt.timedelta(hours=hour) for hour in frame["hour"]]
    return ibis.memtable(frame.assign(files=(frame["events"] > 0).astype(int)))


def test_silent_hours_are_runs_of_their_kind_in_words(tmp_path):
    con = signed_case(tmp_path, [at(0)], [], [], [], [at(4)], [], change=lambda e: e.remove(1))
    chart = charts.coverage(wb.coverage(con))
    check(chart)
    silent = {(row["kind"], row["hours"]) for row in marks_of(chart, "kind")}
    assert {("digest-missing", 1), ("no-activity", 2)} <= silent
    assert all(row["meaning"] == SILENCES[row["kind"]] for row in marks_of(chart, "kind"))
    assert {row["row"] for row in marks_of(chart, "rate")} == {ROW}
    assert "digest-missing 1 h" in chart.description


def test_the_legend_lists_the_gravest_kind_first(tmp_path):
    hours = [("1", "eu-west-1", at, 0, kind, "") for at, kind in enumerate(reversed(SILENCES))]
    chart = charts.coverage(table_of(("1", "eu-west-1", 99, 3, None, "valid"), *hours))
    assert legend_of(chart) == list(SILENCES)


def test_what_is_grave_is_thicker_than_what_is_not():
    kinds = ("logging-stopped", "digest-missing", "log-missing", "no-activity")
    hours = [("1", "eu-west-1", at, 0, kind, "") for at, kind in enumerate(kinds)]
    chart = charts.coverage(table_of(("1", "eu-west-1", 9, 3, None, "valid"), *hours))
    thick = {row["kind"]: row["thick"] for row in marks_of(chart, "kind")}
    assert min(thick[kind] for kind in kinds[:3]) > 3 * thick["no-activity"]


def test_only_accounts_without_digests_have_a_row_for_all_regions_and_a_line():
    chart = charts.coverage(table_of(
        ("1", "eu-west-1", 0, 3, None, "valid"), ("1", "eu-west-1", 1, 0, "no-activity", ""),
        ("2", "eu-west-1", 0, 3, None, "not-verified"), ("2", "eu-west-1", 4, 3, None, "not-verified"),
    ))  # fmt: skip
    check(chart)
    assert {row["row"] for row in marks_of(chart, "rate")} == {"1 eu-west-1", "2 all regions", "2 eu-west-1"}
    assert "No event in any region: 2 3 h." in chart.description


def test_a_row_with_grave_silence_is_shown_before_a_busy_one():
    busy = [(f"{n:012}", "eu-west-1", hour, 9, None, "valid") for n in range(3) for hour in range(9)]
    quiet = [(f"{n:012}", "eu-west-1", 20, 0, "no-activity", "") for n in range(3)]
    blind = ("999999999999", "eu-west-1", 3, 0, "logging-stopped", "")
    chart = charts.coverage(table_of(*busy, *quiet, blind), n=2)
    assert "999999999999 eu-west-1" in {row["row"] for row in marks_of(chart, "kind")}
    assert "2 of 4 rows shown" in str(chart.to_dict()["title"]["subtitle"])


def test_a_case_without_an_event_in_a_region_draws_its_silence():
    check(charts.coverage(table_of(("1", "eu-west-1", 0, 0, "not-collected", ""))))


def test_thousands_of_hours_stay_few_marks_and_grave_ones_are_kept():
    rows = [
        (f"{account:012}", region, 2 * hour + half, 5 * (1 - half), (None, "no-activity")[half], "valid")
        for account in range(12) for region in ("eu-west-1", "us-east-1")
        for hour in range(120) for half in (0, 1)
    ]  # fmt: skip
    rows[101] = (*rows[101][:4], "log-missing", "")
    chart = charts.coverage(table_of(*rows))
    check(chart)
    assert [(row["kind"], row["hours"]) for row in marks_of(chart, "kind")] == [("log-missing", 1)]
    assert "holes of up to 2 h are not drawn" in str(chart.to_dict()["title"]["subtitle"])


def test_the_strip_shows_the_worst_verdict_of_each_hour(tmp_path):
    def change(evidence):
        evidence.files[evidence.log(1)] = pack(b'{"Records": []}')

    con = signed_case(tmp_path, [at(0)], [at(1)], [at(2)], [], change=change)
    assert "modified" not in charts.integrity(wb.coverage(con)).description  # its events are gone with it
    chart = charts.integrity(table_of(
        ("1", "eu-west-1", 0, 3, None, "valid"), ("1", "eu-west-1", 1, 3, None, "valid"),
        ("1", "eu-west-1", 2, 3, None, "modified, not-in-any-digest, valid"),
        ("1", "eu-west-1", 3, 0, "no-activity", ""),
    ))  # fmt: skip
    check(chart)
    assert [(row["kind"], row["hours"]) for row in marks_of(chart, "kind")] == [("valid", 2), ("modified", 1)]
    assert legend_of(chart) == ["modified", "valid"]
    assert chart.description.endswith("3 hours with events; modified 1, valid 2.")


def test_the_strip_takes_a_verdict_for_no_other_that_it_is_part_of():
    chart = charts.integrity(table_of(("1", "eu-west-1", 0, 3, None, "invalid-format")))
    assert legend_of(chart) == ["invalid-format"]


def test_the_strip_has_a_row_for_each_account_where_regions_are_many():
    rows = [("1", f"eu-west-{n}", 0, 1, None, "modified" if n == 7 else "valid") for n in range(40)]
    chart = charts.integrity(table_of(*rows))
    assert [(row["row"], row["kind"]) for row in marks_of(chart, "kind")] == [("1 all regions", "modified")]


def test_the_strip_of_nothing_says_so_and_asks_for_its_table(tmp_path):
    held = wb.coverage(case(tmp_path, event()))
    assert "no events" in charts.integrity(held.filter(ibis.literal(False))).description
    with pytest.raises(ChartError, match="Pass coverage"):
        charts.integrity(held.drop("integrity"))


def test_the_lag_is_a_histogram_whose_last_bar_is_open(tmp_path):
    times = ("2026-09-02T04:17:00Z", "2026-09-02T04:16:30Z", "2026-09-02T02:00:00Z")
    chart = charts.delivery_lag(lag_histogram(case(tmp_path, *(event(eventTime=time) for time in times))))
    check(chart)
    assert [(row["range"], row["events"]) for row in marks_of(chart, "range")] == [
        ("3 to 4", 2), ("30 and more", 1),
    ]  # fmt: skip
    assert "3 events, 2 within 15 minutes, 1 later" in chart.description


def test_the_lag_of_nothing_says_so_and_asks_for_its_table(tmp_path):
    rows = lag_histogram(case(tmp_path, event()))
    assert "no file name" in charts.delivery_lag(rows.filter(ibis.literal(False))).description
    with pytest.raises(ChartError, match="Pass lag_histogram"):
        charts.delivery_lag(rows.drop("minutes"))

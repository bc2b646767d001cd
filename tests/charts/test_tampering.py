"""The picture of what was not recorded: rows by region and kind, windows, gaps, and the first look."""

from datetime import datetime

import ibis
import pytest

from tests.builders import event, table, user
from tests.charts.drawing import check, parts
from workbench.charts import log_tampering
from workbench.errors import ChartError
from workbench.queries import log_tampering as tampering
from workbench.queries import off_windows

KINDS = {"account": "string", "region": "string", "start": "timestamp", "end": "timestamp", "kind": "string"}


def at(hour, name="StopLogging", **fields):
    named = {"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "main"}}
    return event(**({"eventName": name, "eventTime": f"2026-09-02T{hour:02}:00:00Z"} | named | fields))


def gap(start, end, account="111122223333", region="us-east-1", kind="logging-stopped"):
    day = datetime.fromisoformat("2026-09-02T00:00:00")
    return account, region, day.replace(hour=start), day.replace(hour=end), kind


def drawn(*events, gaps=()):
    calls = tampering(table(*events))
    return log_tampering(calls, windows=off_windows(calls), gaps=ibis.memtable(list(gaps), schema=KINDS))


def rows_of(chart):
    domains = [
        p["scale"]["domain"] for p in parts(chart.to_dict()) if p.get("field") == "row" and "scale" in p
    ]
    assert all(domain == domains[0] for domain in domains)
    return domains[0]


def held(chart, name):
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows if name in row]


def test_gaps_windows_and_calls_lie_in_rows_of_their_region():
    chart = drawn(at(4), at(9, "StartLogging"), gaps=[gap(5, 9), gap(5, 9, "444455556666", None)])
    check(chart)
    place = "111122223333 us-east-1"
    assert rows_of(chart) == [place, f"{place} · stopped", f"{place} · put back", "444455556666 all regions"]
    assert {row["what"] for row in held(chart, "what")} == {"done", "put back"}
    (window,) = [row for row in held(chart, "until") if row["kind"] == "stopped"]
    assert (window["since"], window["until"]) == ("2026-09-02 04:00:00 UTC", "2026-09-02 09:00:00 UTC")


def test_what_was_never_switched_on_again_goes_on_to_the_end():
    chart = drawn(
        at(4),
        event(
            eventTime="2026-09-02T08:00:00Z",
            eventSource="config.amazonaws.com",
            eventName="StopConfigurationRecorder",
        ),
    )
    windows = {row["kind"]: row["end"] for row in held(chart, "until")}
    assert {end[:13] for end in windows.values()} == {"2026-09-02T08"}
    assert set(windows) == {"stopped", "recorder-off"}


def test_a_gap_without_an_end_goes_on_to_the_end_too():
    chart = drawn(at(4), gaps=[(*gap(2, 3)[:3], None, "trail-off")])
    check(chart)
    (bar,) = [row for row in held(chart, "until") if row["kind"] == "trail-off"]
    assert bar["end"][:13] == "2026-09-02T04"


def test_the_first_look_is_at_what_was_done():
    chart = drawn(at(1, errorCode="AccessDenied"), at(12), at(13, "StartLogging"))
    (brush,) = chart.to_dict()["params"]
    low, high = (
        datetime.fromtimestamp(value / 1000).astimezone().timestamp() for value in brush["value"]["x"]
    )
    moment = datetime.fromisoformat("2026-09-02T12:00:00+00:00").timestamp()
    assert moment - 3600 < low < moment
    assert moment + 3600 < high < moment + 3 * 3600


def test_attempts_alone_show_all_of_it():
    chart = drawn(at(1, errorCode="AccessDenied"), at(12, errorCode="TrailNotFoundException"))
    check(chart)
    assert {row["what"] for row in held(chart, "what")} == {"refused or failed"}
    assert "value" not in chart.to_dict()["params"][0]


def test_gaps_without_calls_and_calls_without_gaps_are_drawn():
    check(drawn(event(), gaps=[gap(5, 9)]))
    check(log_tampering(tampering(table(at(4)))))


def test_nothing_is_said_and_not_an_error():
    chart = drawn(event())
    check(chart)
    assert "no events" in chart.description
    assert "no events" in log_tampering(tampering(table(at(4, eventTime=...)))).description


def test_too_many_rows_are_cut_and_said():
    chart = drawn(at(4), gaps=[gap(5, 9, f"{number:012}") for number in range(90)])
    check(chart)
    assert len(rows_of(chart)) == 40
    assert any("40 of 92 rows shown" in line for line in chart.to_dict()["title"]["subtitle"])


def test_hostile_text_is_visible_and_harmless():
    nasty = "</script><img src=x onerror=alert(1)>\x00\x1b[2J\u202e" + "y" * 3_000
    chart = drawn(
        at(4, userIdentity=user(nasty), awsRegion=nasty, recipientAccountId=nasty, eventID=nasty),
        gaps=[gap(5, 9, nasty, nasty, nasty)],
    )
    svg = check(chart)
    assert "<img" not in svg
    assert "\x1b" not in str(chart.to_dict())
    assert len(str(chart.to_dict())) < 60_000


def test_another_table_is_refused():
    with pytest.raises(ChartError, match=r"queries\.log_tampering"):
        log_tampering(table(event()))
    with pytest.raises(ChartError, match=r"queries\.blind_windows"):
        log_tampering(tampering(table(at(4))), gaps=table(event()))

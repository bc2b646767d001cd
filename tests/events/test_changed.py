"""Files that are not what they were: changed between loads, or while they are read."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load, check_sums


def records(*events: Any, indent: int | None = None) -> bytes:
    return json.dumps({"Records": events}, indent=indent).encode()


def counts(con: Any) -> dict[str, list[tuple[int, int]]]:
    """Give events and duplicates of each look at each file, after a check that they add up."""
    rows = con.con.execute(
        "SELECT path, records, events, duplicates, set_aside FROM evidence_files ORDER BY loaded_at, path"
    ).fetchall()
    held = dict(con.con.execute("SELECT source_file, count(*) FROM events GROUP BY 1").fetchall())
    found: dict[str, list[tuple[int, int]]] = {}
    for path, taken, events, duplicates, aside in rows:
        assert taken == events + duplicates + aside
        found.setdefault(path, []).append((events, duplicates))
    assert {path: sum(events for events, _ in looks) for path, looks in found.items()} == {
        path: held.get(path, 0) for path in found
    }
    return {Path(path).name: looks for path, looks in found.items()}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_file_that_grew(load_files: Load, indent: int | None) -> None:
    """What it said before is a second delivery of itself, in the old spelling or another."""
    first, second, third = event(), event(), event()
    load_files({"a.json": records(first, second)})
    grown = load_files({"a.json": records(first, second, third, indent=indent)})
    assert (grown.report.events, grown.report.events_new, grown.report.duplicates) == (3, 1, 2)
    assert counts(grown.con) == {"a.json": [(2, 0), (1, 2)]}
    assert grown.con.con.execute("SELECT count(*) FROM event_places").fetchall() == [(0,)]


def test_a_file_that_lost_an_event_keeps_it_in_the_case(load_files: Load) -> None:
    first, second = event(), event()
    load_files({"a.json": records(first, second)})
    found = load_files({"a.json": records(second)})
    assert {row[0] for row in found.rows("eventID")} == {first["eventID"], second["eventID"]}
    assert counts(found.con) == {"a.json": [(2, 0), (0, 1)]}


def test_a_wider_window_counts_each_record_once(load_files: Load) -> None:
    hours = [event(eventTime=f"2026-09-02T0{hour}:00:00Z") for hour in range(4)]
    files = {"a.json": records(*hours), "b.json": records(hours[1], hours[3], event(eventTime=None))}
    load_files(files, between=("2026-09-02T01:00:00Z", "2026-09-02T02:00:00Z"))
    whole = load_files({})
    assert counts(whole.con) == {"a.json": [(4, 0)], "b.json": [(1, 2)]}


def test_a_file_named_in_two_ways_is_one_file(load_files: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"a.json": records(event(), None), "b.json": b"{cut"}
    found = load_files(content, between=("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"))
    monkeypatch.chdir(found.evidence.parent)
    check_sums(wb.load(found.con, "evidence"))
    paths = found.con.con.execute("SELECT path FROM evidence_files ORDER BY 1").fetchall()
    assert paths == [("evidence/a.json",), ("evidence/b.json",)]
    assert wb.set_aside(found.con).execute()["path"].tolist() == ["evidence/a.json"]


@pytest.mark.parametrize("salvage", [False, True])
def test_salvage_and_then_not(load_files: Load, salvage: bool) -> None:
    first, second, third = event(), event(), event()
    whole = records(first, second, third)
    saved = load_files({"a.json": whole[:-200]}, salvage=True)
    assert (saved.report.events, saved.report.files_loaded) == (2, 1)
    again = load_files({}, salvage=salvage)
    assert (again.report.files_unchanged, len(again.report.files_set_aside)) == (salvage, not salvage)
    assert again.report.events == 2
    mended = load_files({"a.json": whole})
    assert (mended.report.events, mended.report.events_new, mended.report.duplicates) == (3, 1, 2)
    assert counts(mended.con)["a.json"][-1] == (1, 2)


def test_a_file_that_changes_while_it_is_read(
    load_files: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_files({"sound.json": records(event())})
    path = found.evidence / "a.json"
    path.write_bytes(records(event()))
    opened = os.open

    def grow(name: Any, *options: Any, **named: Any) -> int:
        if str(name) == str(path):
            with open(path, "ab") as file:
                file.write(b" ")
        return opened(name, *options, **named)

    monkeypatch.setattr("workbench.evidence.opening.os.open", grow)
    changed = load_files({})
    assert [entry["reason"] for entry in changed.report.files_set_aside] == ["changed-while-reading"]
    assert changed.report.events == 1
    monkeypatch.undo()
    assert load_files({}).report.events == 2

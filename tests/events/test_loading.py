"""Every record, or the reason why not; twice the same is once; what was killed goes on."""

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

import workbench as wb
from tests.builders import event, role_session, trail
from tests.events.conftest import Load
from workbench.errors import CaseError, EvidenceError, ParameterError
from workbench.events.intake import loading, reading, write
from workbench.evidence import find_files


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def by_name(entries: list[dict[str, Any]], field: str = "reason") -> dict[str, str]:
    return {Path(entry["path"]).name: entry[field] for entry in entries}


MIXED = {
    "good.json.gz": gzip.compress(records(event(), event())),
    "part.json": records(event(), None, {}, 7, event()),
    "cut.json.gz": gzip.compress(records(event()))[:-3],
    "flow.log": b"2 111122223333 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 20 4249 1 2 ACCEPT OK",
    "digest.json": b'{"digestStartTime":"x","logFiles":[]}',
    "_SUCCESS": b"",
    "nothing.json": b"",
    "lines.jsonl": b"\n".join(json.dumps(event()).encode() for _ in range(3)),
}


def test_everything_is_in_exactly_one_class(load_files: Load) -> None:
    found = load_files(MIXED | {"copy.json.gz": MIXED["good.json.gz"]})
    report = found.report
    assert (report.files, report.files_loaded, report.events_new) == (9, 3, 7)
    assert by_name(report.files_set_aside) == {
        "cut.json.gz": "truncated-gzip",
        "flow.log": "not-json",
        "nothing.json": "empty",
    }
    others = by_name(report.files_other, "kind")
    assert others == {"digest.json": "digest", "_SUCCESS": "marker", "good.json.gz": "copy"}
    assert [(entry["index"], entry["reason"]) for entry in report.records_set_aside] == [
        (1, "not-an-object"),
        (2, "empty-record"),
        (3, "not-an-object"),
    ]


def test_the_tables_say_the_same_as_the_report(load_files: Load) -> None:
    found = load_files(MIXED)
    files = wb.evidence_files(found.con).execute().set_index("path")
    aside = wb.set_aside(found.con).execute()
    assert sorted(files.status) == ["loaded"] * 3 + ["other"] * 2 + ["set-aside"] * 3
    part = files.loc[str(found.evidence / "part.json")]
    assert (part.records, part.events, part.set_aside) == (5, 2, 3)
    assert (part["shape"], part.kind) == ("records", "events")
    assert files.events.sum() == found.report.events
    assert list(aside["index"]) == [1, 2, 3]
    assert set(aside.path) == {str(found.evidence / "part.json")}


def test_account_and_region_of_a_file_come_from_its_key(tmp_path: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, trail(tmp_path, event(), account="444455556666", region="eu-west-1"))
    files = wb.evidence_files(con).execute()
    assert (files.account[0], files.region[0]) == ("444455556666", "eu-west-1")


def test_loading_again_adds_nothing(load_files: Load) -> None:
    load_files({"a.json": records(event()), "digest.json": MIXED["digest.json"]})
    again = load_files({})
    assert (again.report.files_unchanged, again.report.events_new, again.report.events) == (2, 0, 1)


def test_loading_again_starts_no_pandas(load_files: Load) -> None:
    """A second load is mostly start-up, and DuckDB imports pandas as soon as a query has parameters."""
    found = load_files({"a.json": records(event())})
    found.con.disconnect()
    script = (
        "import sys, workbench as wb; con = wb.open_case(sys.argv[1]);"
        "assert wb.load(con, sys.argv[2]).files_unchanged == 1; print('pandas' in sys.modules)"
    )
    words = [sys.executable, "-c", script, str(found.evidence.parent / "case"), str(found.evidence)]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip() == "False"


def test_the_case_is_described(load_files: Load) -> None:
    times = ["2026-09-02T04:20:00.500Z", "2026-08-01T00:00:03Z", "yesterday"]
    europe = event(eventTime=times[1], awsRegion="eu-west-1", recipientAccountId="444455556666")
    files = {"a.json": records(*(event(eventTime=time) for time in times), europe)}
    for report in (load_files(files).report, load_files({}).report):
        assert (report.first_event, report.last_event) == ("2026-08-01 00:00:03", "2026-09-02 04:20:00")
        assert report.accounts == ["111122223333", "444455556666"]
        assert report.regions == ["eu-west-1", "us-east-1"]


def test_a_case_without_times_accounts_and_regions(load_files: Load) -> None:
    report = load_files({"a.json": b'{"Records":[{"eventName":"ListUsers"}]}'}).report
    assert (report.first_event, report.last_event, report.accounts, report.regions) == (None, None, [], [])


def test_the_same_tree_named_otherwise_is_the_same(
    load_files: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_files({"a.json": records(event())})
    monkeypatch.chdir(found.evidence.parent)
    assert wb.load(found.con, "evidence").files_unchanged == 1


def test_a_grown_folder_adds_what_is_new(load_files: Load) -> None:
    load_files({"a.json": records(event())})
    grown = load_files({"b.json": records(event())})
    assert (grown.report.files_unchanged, grown.report.files_loaded, grown.report.events_new) == (1, 1, 1)


def test_files_set_aside_are_looked_at_again(load_files: Load) -> None:
    load_files({"a.json": records(event()), "b.json": b"{cut"})
    again = load_files({})
    assert by_name(again.report.files_set_aside) == {"b.json": "invalid-json"}
    mended = load_files({"b.json": records(event())})
    assert (mended.report.events_new, mended.report.files_set_aside) == (1, [])
    assert wb.evidence_files(mended.con).count().execute() == 2


def test_a_new_time_alone_changes_nothing(load_files: Load) -> None:
    found = load_files({"a.json": records(event())})
    os.utime(found.evidence / "a.json", (1, 1))
    assert load_files({}).report.files_unchanged == 1
    (stored,) = found.con.con.execute("SELECT mtime_ns FROM file_rows").fetchall()
    assert stored == (10**9,)


def test_a_changed_file_is_loaded_and_told(load_files: Load) -> None:
    load_files({"a.json": records(event())})
    changed = load_files({"a.json": records(event(), event())})
    assert (changed.report.events, changed.report.events_new) == (3, 2)
    assert [entry["kind"] for entry in changed.report.warnings] == ["changed"]


def test_gzip_members_are_all_loaded_and_told(load_files: Load) -> None:
    content = records(event(), event())
    found = load_files({"a.json.gz": gzip.compress(content[:50]) + gzip.compress(content[50:])})
    assert found.report.events_new == 2
    assert [entry["kind"] for entry in found.report.warnings] == ["gzip-members"]


HOURS = [event(eventTime=f"2026-09-02T0{hour}:00:00Z") for hour in range(4)]


def test_between_keeps_start_and_leaves_out_end(load_files: Load) -> None:
    files = {"a.json": records(*HOURS, event(eventTime=None))}
    found = load_files(files, between=("2026-09-02T01:00:00Z", "2026-09-02T03:00:00Z"))
    assert [time.hour for (time,) in found.rows("eventTime")] == [1, 2]
    assert (found.report.records, found.report.outside) == (2, 3)


def test_a_wider_window_reads_on(load_files: Load) -> None:
    content = {"a.json": records(*HOURS)}
    narrow = load_files(content, between=("2026-09-02T01:00:00Z", "2026-09-02T02:00:00Z"))
    assert narrow.report.events == 1
    within = load_files({}, between=("2026-09-02T01:00:00Z", "2026-09-02T01:30:00Z"))
    assert within.report.files_unchanged == 1
    whole = load_files({})
    assert (whole.report.events, whole.report.events_new, whole.report.duplicates) == (4, 3, 1)
    assert whole.con.con.execute("SELECT count(*) FROM event_places").fetchall() == [(0,)]
    assert wb.evidence_files(whole.con).events.sum().execute() == 4


NO_SPANS = [("x", "y"), ("2026-09-02", "2026-09-03"), ("2026-09-03T00:00Z", "2026-09-02T00:00Z")]


@pytest.mark.parametrize("between", NO_SPANS)
def test_a_span_that_is_none(load_files: Load, between: tuple[str, str]) -> None:
    with pytest.raises(ParameterError, match="is no span of time"):
        load_files({"a.json": records(event())}, between=between)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_zone_of_the_machine_changes_nothing(
    load_files: Load, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        one = event(eventTime="2026-03-08T02:30:00Z", userIdentity=role_session())
        found = load_files({"a.json": records(one)})
        created = "userIdentity.sessionContext.attributes.creationDate"
        times = f"SELECT eventTime::VARCHAR, {created}::VARCHAR FROM events"
        assert found.con.con.execute(times).fetchall() == [("2026-03-08 02:30:00", "2026-09-02 04:00:00")]
        assert str(wb.events(found.con).eventTime.execute()[0]) == "2026-03-08 02:30:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_progress_counts_files_and_records(load_files: Load) -> None:
    seen: list[tuple[int, int, int]] = []
    files = {"a.json": records(event()), "b.json": records(event(), event())}
    load_files(files, progress=lambda *now: seen.append(now))
    assert (seen[0], seen[-1]) == ((0, 2, 0), (2, 2, 3))


def test_an_empty_folder_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    con = wb.open_case(tmp_path / "case")
    with pytest.raises(EvidenceError, match="no files in"):
        wb.load(con, tmp_path / "empty")
    with pytest.raises(EvidenceError, match="no files in nothing"):
        wb.load(con)


def test_a_case_inside_the_evidence_is_a_wrong_call(tmp_path: Path) -> None:
    trail(tmp_path, event())
    con = wb.open_case(tmp_path / "case")
    with pytest.raises(EvidenceError, match="lies within the evidence"):
        wb.load(con, tmp_path)


def test_a_read_only_case_is_a_wrong_call(load_files: Load) -> None:
    found = load_files({"a.json": records(event())})
    found.con.disconnect()
    reader = wb.open_case(found.evidence.parent / "case", read_only=True)
    with pytest.raises(CaseError, match="read-only"):
        wb.load(reader, found.evidence)


def test_the_connection_is_given_back_as_it_was(load_files: Load) -> None:
    found = load_files({"a.json": records(event())})
    settings = "SELECT current_setting('memory_limit'), current_setting('preserve_insertion_order')"
    before = found.con.con.execute(settings).fetchall()
    load_files({"b.json": records(event())})
    assert found.con.con.execute(settings).fetchall() == before
    assert before[0][1] is True


@pytest.mark.parametrize("chunk", [2, 7, 1000])
def test_parts_and_chunks_give_the_rows_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    one, forged = event(), event()
    for number in range(6, 0, -1):
        trail(tmp_path / "evidence", event(), one, event(), name=f"EXAMPLE{number}")
    changed = forged | {"eventName": "Forged"}
    (tmp_path / "evidence" / "a.json").write_text(json.dumps({"Records": [one, forged, changed]}, indent=1))
    (tmp_path / "evidence" / "b.json").write_bytes(records(changed, forged, forged | {"eventName": "Third"}))
    whole = wb.open_case(tmp_path / "whole")
    wb.load(whole, tmp_path / "evidence")
    monkeypatch.setattr(loading, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(loading, "TASK_BYTES", 1)
    monkeypatch.setattr(reading, "BATCH_RECORDS", 2)
    # The other way round each later file holds the earlier place, so that rows move within a transaction too.
    monkeypatch.setattr(loading, "find_files", lambda *evidence: find_files(*evidence)[::-1])
    parts = wb.open_case(tmp_path / "parts")
    report = wb.load(parts, tmp_path / "evidence")
    assert (report.events_new, report.duplicates) == (16, 8)
    files = "path, records, set_aside, status FROM evidence_files"
    for query in ("* FROM events", "* FROM event_places", files):
        rows = [con.con.execute(f"SELECT {query} ORDER BY ALL").fetchall() for con in (whole, parts)]
        assert rows[0] == rows[1]


def test_a_load_that_dies_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        trail(tmp_path / "evidence", event(), event(), name=f"EXAMPLE{number}")
    monkeypatch.setattr(loading, "CHUNK_ROWS", 2)
    monkeypatch.setattr(loading, "TASK_BYTES", 1)
    con = wb.open_case(tmp_path / "case")

    def die(done: int, _total: int, _events: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wb.load(con, tmp_path / "evidence", progress=die)
    kept = con.con.execute("SELECT count(*), count(DISTINCT source_file) FROM events").fetchall()[0]
    files = con.con.execute("SELECT count(*) FROM file_rows").fetchall()[0][0]
    assert kept == (2 * files, files)
    assert 0 < files < 6
    report = wb.load(con, tmp_path / "evidence")
    assert (report.events, report.files_unchanged, report.duplicates) == (12, files, 0)


def test_a_write_error_is_a_case_error_and_leaves_no_half_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trail(tmp_path, event())
    con = wb.open_case(tmp_path / "case")

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr(write, "_write_files", full)
    with pytest.raises(CaseError, match="No space left on device"):
        wb.load(con, path)
    monkeypatch.undo()
    assert con.con.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
    assert wb.load(con, path).events_new == 1

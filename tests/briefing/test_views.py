"""Head, evidence list and versions: counted from the case, checkable by anyone."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, role_event, trail
from workbench import briefing
from workbench.errors import CaseError, ParameterError


def lines_of(display: Any) -> dict[str, str]:
    return {fact["label"]: fact["text"] for fact in display.data["facts"]}


def tones_of(display: Any) -> dict[str, str]:
    return {fact["label"]: fact["tone"] for fact in display.data["facts"]}


@pytest.fixture
def con(tmp_path: Path) -> Any:
    early = event(eventTime="2026-09-02T04:00:00Z")
    late = role_event(account="444455556666", eventTime="2026-09-02T05:30:00Z")
    return case(tmp_path, early, late)


def test_the_head_counts_the_case(con: Any) -> None:
    head = briefing.head(con)
    assert head.data["case"] == "case"
    lines = lines_of(head)
    assert lines["Covered time"] == "2026-09-02 04:00:00 – 2026-09-02 05:30:00 UTC"
    assert lines["As of"] == "2026-09-02 05:30:00 UTC"
    assert lines["Events"] == "2 events by 2 principals in 2 accounts and 1 region"
    assert lines["Evidence"] == "1 file; nothing was set aside"
    assert lines["Integrity"].startswith("no digest speaks for the 1 log: whether any was changed")
    assert tones_of(head)["Integrity"] == "warn"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-09-03", "2026-09-03 00:00:00"),
        ("2026-09-03T02:00:00+02:00", "2026-09-03 00:00:00"),
        ("2026-09-03T00:00:00Z", "2026-09-03 00:00:00"),
    ],
)
def test_as_of_is_utc(con: Any, given: str, shown: str) -> None:
    assert lines_of(briefing.head(con, as_of=given))["As of"] == f"{shown} UTC"


def test_as_of_must_be_a_time(con: Any) -> None:
    with pytest.raises(ParameterError, match="as_of 'yesterday' is no time"):
        briefing.head(con, as_of="yesterday")


def test_what_was_set_aside_is_counted(tmp_path: Path) -> None:
    trail(tmp_path / "evidence", event())
    (tmp_path / "evidence" / "broken.json.gz").write_bytes(b"\x1f\x8b cut")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    head = briefing.head(con)
    assert lines_of(head)["Evidence"] == "2 files; 1 file and 0 records set aside"
    assert tones_of(head)["Evidence"] == "warn"


def test_records_set_aside_are_counted_one_by_one(tmp_path: Path) -> None:
    con = case(tmp_path, event(), None, None, None, {})
    assert lines_of(briefing.head(con))["Evidence"] == "1 file; 0 files and 4 records set aside"
    counts = dict(briefing.provenance(con).data["rows"])
    assert counts["records set aside"] == "4"


def test_silence_of_an_account_is_told(tmp_path: Path) -> None:
    times = ["2026-09-02T04:00:00Z", "2026-09-02T05:00:00Z", "2026-09-02T09:00:00Z"]
    head = briefing.head(case(tmp_path, *[event(eventTime=time) for time in times]))
    told = lines_of(head)["Coverage"]
    assert told == "no event from account 111122223333 from 2026-09-02 06:00 to 2026-09-02 09:00 UTC"
    assert tones_of(head)["Coverage"] == "warn"


def test_no_silence_is_not_yet_good(tmp_path: Path) -> None:
    head = briefing.head(case(tmp_path, event(), event()))
    silence = "every account seen has events in every hour of the covered time"
    assert lines_of(head)["Coverage"] == f"{silence}; whether files are missing is not verified"
    assert tones_of(head)["Coverage"] == "warn"


def test_an_empty_case_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="Load a trail first"):
        briefing.head(wb.open_case(tmp_path / "empty"))


def test_the_root_hash_is_that_of_the_sorted_list(tmp_path: Path) -> None:
    for place in ("one", "two"):
        folder = tmp_path / place / "evidence"
        for name in ("B", "A"):
            same = event(eventID=f"e-{name}", requestID="r", eventTime="2026-09-02T04:00:00Z")
            trail(folder, same, name=name)
    roots = []
    for place in ("one", "two"):
        con = wb.open_case(tmp_path / place / "case")
        wb.load(con, tmp_path / place / "evidence")
        listed = briefing.evidence_list(con)
        files = sorted((tmp_path / place / "evidence").rglob("*.gz"))
        lines = sorted(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
        assert listed.data["text"] == "".join(lines)
        assert listed.data["root"] == hashlib.sha256("".join(lines).encode()).hexdigest()
        roots.append(listed.data["root"])
    assert roots[0] == roots[1]


def test_a_short_list_still_has_the_root_of_all(tmp_path: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    for name in ("A", "B", "C"):
        trail(tmp_path / "evidence", event(), name=name)
    wb.load(con, tmp_path / "evidence")
    short, whole = briefing.evidence_list(con, limit=1), briefing.evidence_list(con)
    assert short.data["root"] == whole.data["root"]
    assert len(short.data["text"].splitlines()) == 1
    assert "The first 1 of 3 files are listed" in short.data["notes"][1]


def test_versions_and_counts(con: Any) -> None:
    rows = dict(briefing.provenance(con).data["rows"])
    assert rows["cloudtrail-workbench"] == wb.__version__
    assert rows["events in the case"] == "2"
    assert "duckdb" in rows


def windowed(tmp_path: Path) -> Any:
    times = [f"2026-09-02T0{hour}:00:00Z" for hour in (4, 5, 6)]
    evidence = trail(tmp_path / "evidence", *(event(eventTime=time) for time in times))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence, between=("2026-09-02T05:00:00Z", "2026-09-02T06:00:00Z"))
    return con


def test_what_a_window_left_out_is_counted(tmp_path: Path) -> None:
    head = briefing.head(windowed(tmp_path))
    assert lines_of(head)["Window"] == (
        "only events from 2026-09-02 05:00:00 to 2026-09-02 06:00:00 UTC were loaded; "
        "2 records lie outside"
    )
    assert tones_of(head)["Window"] == "warn"
    assert head.data["windows"] == [["2026-09-02T05:00:00Z", "2026-09-02T06:00:00Z"]]


def test_a_window_over_a_part_of_the_files_says_which_part(tmp_path: Path) -> None:
    con = windowed(tmp_path)
    wb.load(con, trail(tmp_path / "more", event(eventTime="2026-09-02T07:00:00Z"), name="M"))
    assert "only events of 1 of 2 files from" in lines_of(briefing.head(con))["Window"]


def test_a_case_loaded_whole_tells_no_window(con: Any, tmp_path: Path) -> None:
    assert "Window" not in lines_of(briefing.head(con))
    later = windowed(tmp_path / "w")
    wb.load(later, tmp_path / "w" / "evidence")
    assert "Window" not in lines_of(briefing.head(later))


def test_a_case_from_before_the_count_still_opens(tmp_path: Path) -> None:
    con = windowed(tmp_path)
    con.con.execute("ALTER TABLE file_rows DROP COLUMN outside")
    assert lines_of(briefing.head(con))["Window"].endswith("how many lie outside was not counted")
    con.disconnect()
    again = wb.open_case(tmp_path / "case")
    more = trail(tmp_path / "more", event(eventTime="2026-09-02T07:00:00Z"), name="M")
    assert wb.load(again, more).events == 2

"""Names of files and of case folders: none has a meaning, whatever it looks like."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load
from workbench.errors import CaseError
from workbench.evidence import path_from_text

SOUND = [event() for _ in range(3)]


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def test_a_folder_above_the_case_is_no_column(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(records(event(awsRegion="us-east-1")))
    con = wb.open_case(tmp_path / "awsRegion=mars" / "eventName=5" / "case")
    wb.load(con, tmp_path / "a.json")
    rows = con.con.execute("SELECT awsRegion, eventName FROM events").fetchall()
    assert rows == [("us-east-1", "ListUsers")]


FILES = [
    "a b.json", "new\nline.json", "quo'te\".json", "*[]?.json", "\x1b[31m\u202e.json", "x" * 255, "-rf", "~",
    "a!/b.json", r"back\slash", r"\x41.json", "s3:a.json", "%2e%2e", " ", "é", "e\u0301", "a.zip!", "a=5",
]  # fmt: skip


def test_files_of_any_name(load_files: Load) -> None:
    found = load_files({name: records(event(eventID=name)) for name in FILES})
    kept = found.rows("eventID", "source_file")
    assert len(kept) == len(FILES)
    for name, file in kept:
        if "!/" not in name:  # those are two names
            assert Path(path_from_text(file)).name == name
        assert json.loads(Path(path_from_text(file)).read_bytes())["Records"][0]["eventID"] == name
    assert load_files({}).report.files_unchanged == len(FILES)


def test_folders_of_any_name(load_files: Load) -> None:
    found = load_files({f"{name.replace('/', '')}/a.json": records(event(eventID=name)) for name in FILES})
    assert {name for name, in found.rows("eventID")} == set(FILES)


def test_a_path_of_thousands_of_characters(load_files: Load) -> None:
    deep = "/".join(["y" * 200] * 15)
    assert load_files({f"{deep}/a.json": records(event())}).report.events == 1


@pytest.mark.parametrize("name", [b"caf\xe9.json", b"\xff\xfe", b"\\xe9\xe9"])
def test_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "evidence").mkdir()
    path = os.fsencode(tmp_path / "evidence") + b"/" + name
    try:
        Path(os.fsdecode(path)).write_bytes(records(*SOUND))
    except OSError as error:
        pytest.skip(f"this file system takes names of UTF-8 only: {error}")
    con = wb.open_case(tmp_path / "case")
    assert wb.load(con, tmp_path / "evidence").events_new == 3
    assert wb.load(con, tmp_path / "evidence").files_unchanged == 1
    ((stored,),) = con.con.execute("SELECT DISTINCT source_file FROM events").fetchall()
    assert os.fsencode(path_from_text(stored)) == path


CASES = [
    "a b", "it's \"quoted\"", "a,b;c", "[x]*", "{a,b}", "new\nline", "back\\slash", "s3:case", "100%25",
    "\x1b[31m", "#x", "~", "-x", "$HOME", "é" * 100, "x" * 255, "case.duckdb", "a.parquet", ":memory:",
]  # fmt: skip


LIKE_ADDRESSES = [Path(name) for name in ("s3:case", ":memory:", "~", "-x")]


@pytest.mark.parametrize("name", [*CASES, *LIKE_ADDRESSES], ids=str)
def test_cases_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_bytes(records(*SOUND))
    case = tmp_path / name if isinstance(name, str) else name
    con = wb.open_case(case)
    wb.load(con, tmp_path / "a.json")
    con.disconnect()
    reader = wb.open_case(case, read_only=True)
    assert wb.events(reader).count().execute() == 3
    reader.disconnect()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.json", str(name)])


@pytest.mark.parametrize(
    ("name", "why"),
    [("a?b", "question mark"), ("caf\udce9", "no UTF-8"), ("x" * 256, "File name too long")],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_names_that_no_case_can_have(tmp_path: Path, name: str, why: str, read_only: bool) -> None:
    with pytest.raises(CaseError, match=rf"no case can lie in .*{why}.*\. Name another folder") as told:
        wb.open_case(tmp_path / name, read_only=read_only)
    str(told.value).encode()
    assert list(tmp_path.iterdir()) == []


def test_a_working_folder_that_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.json").write_bytes(records(*SOUND))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    con = wb.open_case("case")
    monkeypatch.chdir(tmp_path / "elsewhere")
    wb.load(con, tmp_path / "a.json")
    assert wb.events(con).count().execute() == 3
    assert list((tmp_path / "elsewhere").iterdir()) == []

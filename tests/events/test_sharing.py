"""A case in several hands: loaders and readers at once, cases that were moved, copied or damaged."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event, trail
from tests.events.loaders import contents, kill, parts_of_case, parts_on_disk, start, wait_for
from workbench.errors import CaseError
from workbench.events import parts
from workbench.events.case import private_files
from workbench.events.intake import loading


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, words)], capture_output=True, text=True
    )


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    for number in range(10):
        trail(tmp_path / "evidence", *(event() for _ in range(5)), name=f"EXAMPLE{number}")
    return tmp_path / "evidence"


@pytest.fixture
def case(tmp_path: Path, evidence: Path) -> Path:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence)
    con.disconnect()
    return tmp_path / "case"


@pytest.fixture
def loader(tmp_path: Path, evidence: Path) -> Iterator[Any]:
    """A process in the middle of a load, held there."""
    process = start(tmp_path / "case", evidence)
    wait_for(process, "5")
    kill(process, signal.SIGSTOP)
    yield process
    if process.poll() is None:
        kill(process, signal.SIGKILL)
        process.communicate()


@pytest.mark.skipif(os.name != "posix", reason="the loader is held by a signal")
def test_a_second_loader_and_a_reader_are_told_who_loads(tmp_path: Path, evidence: Path, loader: Any) -> None:
    done = command("load", tmp_path / "case", evidence)
    assert done.returncode == 3
    assert f"case is in use by process {loader.pid}" in done.stderr
    for read_only in (False, True):
        with pytest.raises(CaseError, match=f"case is in use by process {loader.pid}"):
            wb.open_case(tmp_path / "case", read_only=read_only)
    kill(loader, signal.SIGCONT)
    assert loader.communicate()[0].endswith("loaded\n")
    reader = wb.open_case(tmp_path / "case", read_only=True)
    assert wb.events(reader).count().execute() == 50
    assert parts_on_disk(tmp_path / "case") == parts_of_case(reader)


def test_a_loader_is_told_who_reads(case: Path, evidence: Path) -> None:
    reader = wb.open_case(case, read_only=True)
    done = command("load", case, evidence)
    assert done.returncode == 3
    assert f"is in use by process {os.getpid()}" in done.stderr
    assert "Traceback" not in done.stderr
    assert wb.events(reader).count().execute() == 50
    reader.disconnect()
    assert command("load", case, evidence).returncode == 0


def test_two_loads_of_one_process(tmp_path: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is refused, and leaves alone what the first one has written and not yet named."""
    monkeypatch.setattr(parts, "GROUP_ROWS", 1)
    monkeypatch.setattr(loading, "TASK_BYTES", 1)
    others: list[Any] = []

    def load_too(done: int, _total: int, _records: int) -> None:
        if done == 5:
            assert len(parts_on_disk(tmp_path / "case")) == 1
            others.append(wb.open_case(tmp_path / "case"))
            with pytest.raises(CaseError, match="is being loaded by this process already"):
                wb.load(others[0], evidence)

    con = wb.open_case(tmp_path / "case")
    assert wb.load(con, evidence, progress=load_too).events == 50
    (other,) = others
    assert wb.events(con).count().execute() == wb.events(other).count().execute() == 50
    assert wb.load(other, evidence).files_unchanged == 10


def test_two_threads_load_two_cases(tmp_path: Path, evidence: Path) -> None:
    cons = [wb.open_case(tmp_path / name) for name in ("one", "other")]
    threads = [threading.Thread(target=wb.load, args=[con, evidence]) for con in cons]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one, other = map(contents, cons)
    assert one == other
    assert len(one["events"]) == 50


def test_threads_that_end_in_any_order_give_the_umask_back() -> None:
    before = os.umask(0o022)
    first, second = private_files(), private_files()
    try:
        with first:
            second.__enter__()
        assert os.umask(0o077) == 0o077
        second.__exit__(None, None, None)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_other_connections_see_what_was_loaded(case: Path, tmp_path: Path) -> None:
    one, other = wb.open_case(case), wb.open_case(case)
    before = wb.events(other)
    wb.load(one, trail(tmp_path / "more", event()))
    assert before.count().execute() == wb.events(other).count().execute() == 51


def test_a_moved_case(case: Path, evidence: Path, tmp_path: Path) -> None:
    moved = shutil.move(case, tmp_path / "it's [moved]*")
    for _ in range(2):  # a reader changes nothing, so the next one finds it moved as well
        reader = wb.open_case(moved, read_only=True)
        assert wb.events(reader).count().execute() == 50
        assert reader.sql("SELECT eventID FROM events").count().execute() == 50
        reader.disconnect()
    con = wb.open_case(moved)
    assert wb.events(con).count().execute() == 50
    assert wb.load(con, evidence, trail(tmp_path / "more", event())).events == 51
    con.disconnect()
    reader = wb.open_case(moved, read_only=True)
    assert wb.events(reader).count().execute() == 51


def test_a_copied_case_is_a_case_of_its_own(case: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(case, tmp_path / "copy")
    con = wb.open_case(copy)
    assert wb.load(con, trail(tmp_path / "more", event())).events == 51
    con.disconnect()
    shutil.rmtree(copy)
    reader = wb.open_case(case, read_only=True)
    assert wb.events(reader).count().execute() == 50


def test_a_case_behind_a_link(case: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(case)
    con = wb.open_case(tmp_path / "link")
    wb.load(con, trail(tmp_path / "more", event()))
    con.disconnect()
    assert wb.events(wb.open_case(case, read_only=True)).count().execute() == 51


def test_what_others_keep_beside_the_parts_is_theirs(case: Path) -> None:
    (case / "events" / "mine.parquet").write_text("x")
    (case / "events" / "0123456789abcdef.parquet").write_text("what a killed load left")
    wb.open_case(case).disconnect()
    names = parts_on_disk(case)
    assert "mine.parquet" in names
    assert "0123456789abcdef.parquet" not in names


@pytest.mark.parametrize("read_only", [False, True])
def test_a_case_that_lacks_a_part(case: Path, read_only: bool) -> None:
    (lost,) = (case / "events").iterdir()
    content = lost.read_bytes()
    lost.unlink()
    with pytest.raises(CaseError, match=rf"case lacks 1 of its files of events, events/{lost.name}"):
        wb.open_case(case, read_only=read_only)
    lost.write_bytes(content)
    assert wb.events(wb.open_case(case, read_only=read_only)).count().execute() == 50


@pytest.mark.parametrize("read_only", [False, True])
def test_a_case_that_was_cut(case: Path, read_only: bool) -> None:
    with open(case / "case.duckdb", "r+b") as file:
        file.truncate(os.path.getsize(case / "case.duckdb") // 2)
    with pytest.raises(CaseError, match=r"case\.duckdb cannot be opened"):
        wb.open_case(case, read_only=read_only)


@pytest.mark.parametrize("table", ["(x INTEGER)", "(version VARCHAR, folder VARCHAR)"])
def test_a_case_without_what_tells_a_case(case: Path, table: str) -> None:
    con = wb.open_case(case)
    con.con.execute(f"CREATE OR REPLACE TABLE workbench_case {table}")
    con.disconnect()
    with pytest.raises(CaseError, match=r"Name another path|cannot be opened"):
        wb.open_case(case)


def test_a_damaged_part_is_told_and_nothing_changes(case: Path, evidence: Path, tmp_path: Path) -> None:
    (part,) = (case / "events").iterdir()
    content = part.read_bytes()
    part.write_bytes(content[:-20])
    con = wb.open_case(case)
    with pytest.raises(CaseError, match=part.name):
        wb.load(con, trail(tmp_path / "more", event()))
    part.write_bytes(content)
    assert wb.load(con, tmp_path / "more").events == 51

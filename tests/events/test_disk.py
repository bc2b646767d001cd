"""Disks that are full or closed for writing: told with cause and place, no half of anything, and mended."""

import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import check_sums
from tests.events.loaders import contents, parts_of_case, parts_on_disk
from workbench.errors import CaseError
from workbench.events.intake import loading

Room = Callable[[int], AbstractContextManager[None]]
NO_ROOM = r"cannot write the case .*case: .*(File too large|No space left on device)"


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


@contextmanager
def mounted(folder: Path, options: str = "size=32m") -> Iterator[None]:
    """Make a folder a disk of its own."""
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"only who may mount can have a small disk: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """A folder `disk` with as much room as is asked for: for each file, or for all together."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if request.param == "files":
        yield files_up_to
        return

    @contextmanager
    def disk_of(size: int) -> Iterator[None]:
        remount(disk, f"size={size}")
        try:
            yield
        finally:
            remount(disk, "size=32m")

    with mounted(disk):
        yield disk_of


def noise(folder: Path, files: int) -> None:
    """Write events that cannot be packed: some 30 KB in each file."""
    folder.mkdir()
    chance = random.Random(7)
    for number in range(files):
        events = [event(errorMessage=chance.randbytes(3000).hex()) for _ in range(10)]
        (folder / f"{number:02}.json").write_bytes(records(*events))


def many_faults(folder: Path, _files: int) -> None:
    """Write little that is kept, and much that is told: the tables need room, the events do not."""
    folder.mkdir()
    (folder / "a.json").write_bytes(records(event(), *([None, {}] * 2000)))


@pytest.mark.parametrize(
    ("write", "files", "chunk", "room", "size", "kept", "mode"),
    [
        pytest.param(noise, 20, 1000, "files", 300_000, 0, "alone", id="a part"),
        pytest.param(noise, 20, 1000, "disk", 300_000, 0, "alone", id="a part, disk"),
        pytest.param(noise, 20, 1000, "files", 300_000, 0, "team", id="a worker's part"),
        pytest.param(noise, 17, 10, "files", 400_000, 170, "alone", id="parts put together"),
        pytest.param(many_faults, 1, 1000, "files", 100_000, 0, "alone", id="tables"),
        pytest.param(many_faults, 1, 1000, "disk", 100_000, 0, "alone", id="tables, disk"),
    ],
    indirect=["room"],
)
def test_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, room: Room,
    write: Callable[[Path, int], None], files: int, chunk: int, size: int, kept: int, mode: str,
) -> None:  # fmt: skip
    if mode == "team":
        request.getfixturevalue("team")
    write(tmp_path / "evidence", files)
    monkeypatch.setattr(loading, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(loading, "TASK_BYTES", 1)
    case = tmp_path / "disk" / "case"
    con = wb.open_case(case)
    with pytest.raises(CaseError, match=NO_ROOM), room(size):
        wb.load(con, tmp_path / "evidence")
    assert parts_on_disk(case) == parts_of_case(con)
    assert con.con.execute("SELECT count(*) FROM events").fetchall() == [(kept,)]
    con.disconnect()
    con = wb.open_case(case)
    check_sums(wb.load(con, tmp_path / "evidence"))
    calm = wb.open_case(tmp_path / "calm")
    wb.load(calm, tmp_path / "evidence")
    assert contents(con) == contents(calm)
    con.disconnect()


def test_after_an_error_the_connection_is_as_it_was(tmp_path: Path) -> None:
    noise(tmp_path / "evidence", 20)
    con = wb.open_case(tmp_path / "case")
    with pytest.raises(CaseError, match=NO_ROOM), files_up_to(300_000):
        wb.load(con, tmp_path / "evidence")
    con.con.execute("BEGIN")
    con.con.execute("ROLLBACK")
    tables = "SELECT view_name FROM duckdb_views() WHERE NOT internal AND temporary"
    assert con.con.execute(tables).fetchall() == []
    assert con.con.execute("SELECT count(*) FROM events").fetchall() == [(0,)]


def test_the_command_line_tells_and_ends_with_3(tmp_path: Path) -> None:
    noise(tmp_path / "evidence", 20)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # noqa: E731
    words = [sys.executable, "-m", "workbench", "load", str(tmp_path / "case"), str(tmp_path / "evidence")]
    done = subprocess.run(words, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 3
    assert f"cannot write the case {tmp_path / 'case'}" in done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr


def seen(folder: Path) -> list[tuple[Any, ...]]:
    """Tell all of a tree that a program could change."""
    found = [(path, path.lstat()) for path in sorted([folder, *folder.rglob("*")])]
    return [(path, is_.st_mode, is_.st_size, is_.st_mtime_ns, is_.st_ctime_ns) for path, is_ in found]


def test_nothing_is_changed_in_the_evidence(tmp_path: Path) -> None:
    noise(tmp_path / "evidence", 3)
    before = seen(tmp_path / "evidence")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, tmp_path / "evidence")
    wb.load(con, tmp_path / "evidence", verify_hash=True)
    assert seen(tmp_path / "evidence") == before


def test_evidence_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk"):
        noise(tmp_path / "disk" / "evidence", 3)
        remount(tmp_path / "disk", "ro")
        con = wb.open_case(tmp_path / "case")
        assert wb.load(con, tmp_path / "disk").events == 30


def test_a_case_that_cannot_be_written(tmp_path: Path) -> None:
    noise(tmp_path / "evidence", 3)
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk"):
        case = tmp_path / "disk" / "case"
        con = wb.open_case(case)
        wb.load(con, tmp_path / "evidence")
        con.disconnect()
        remount(tmp_path / "disk", "ro")
        reader = wb.open_case(case, read_only=True)
        assert wb.events(reader).count().execute() == 30
        reader.disconnect()
        with pytest.raises(CaseError, match=r"disk/case.*Read-only file system"):
            wb.open_case(case)
        with pytest.raises(CaseError, match=r"disk/other.*Read-only file system"):
            wb.open_case(tmp_path / "disk" / "other")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write and read everything")
def test_folders_without_permission(tmp_path: Path) -> None:
    noise(tmp_path / "evidence", 3)
    os.chmod(tmp_path / "evidence" / "00.json", 0)
    os.chmod(tmp_path / "evidence", 0o500)
    con = wb.open_case(tmp_path / "case")
    report = wb.load(con, tmp_path / "evidence")
    con.disconnect()
    assert (report.events, report.files_set_aside[0]["reason"]) == (20, "unreadable")
    os.chmod(tmp_path / "case" / "case.duckdb", 0o400)
    os.chmod(tmp_path / "case", 0o500)
    with pytest.raises(CaseError):
        wb.load(wb.open_case(tmp_path / "case"), tmp_path / "evidence")

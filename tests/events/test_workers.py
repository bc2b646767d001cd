"""Worker processes: what they leave, what they tell, and what the place they start in may do to them."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.benchmarks.processes import children
from tests.builders import event, trail
from tests.events.conftest import check_sums
from tests.events.loaders import ROOT, is_running, parts_of_case, parts_on_disk, wait_until
from workbench.errors import CaseError
from workbench.events.intake import loading, workers
from workbench.events.intake.reading import Settings, Task

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
    pytest.mark.usefixtures("team"),
]


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty files, each a task."""
    monkeypatch.setattr(loading, "TASK_BYTES", 1)
    for number in range(20):
        trail(tmp_path / "evidence", *(event() for _ in range(3)), name=f"EXAMPLE{number:02}")
    return tmp_path / "evidence"


class Held:
    """What a process holds: open files, threads, children."""

    def __init__(self) -> None:
        self.files = len(os.listdir("/proc/self/fd"))
        self.threads = threading.active_count()
        self.children = children(os.getpid())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def raising(error: BaseException) -> Any:
    def progress(done: int, _total: int, _records: int) -> None:
        if done > 5:
            raise error

    return progress


def test_nothing_is_left_after_a_load(tmp_path: Path, evidence: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, trail(tmp_path / "first", event()))
    before = Held()
    report = wb.load(con, evidence)
    check_sums(report)
    assert report.events == 61
    assert Held() == before


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a bar that breaks"), SystemExit(1)])
def test_nothing_is_left_after_an_error(tmp_path: Path, evidence: Path, error: BaseException) -> None:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, trail(tmp_path / "first", event()))
    before = Held()
    with pytest.raises(type(error)):
        wb.load(con, evidence, progress=raising(error))
    assert Held() == before
    assert parts_on_disk(tmp_path / "case") == parts_of_case(con)
    assert wb.load(con, evidence).events == 61


def test_a_worker_that_is_killed_is_told(tmp_path: Path, evidence: Path) -> None:
    before = children(os.getpid())

    def kill_one(done: int, _total: int, _records: int) -> None:
        if done == 1:
            os.kill(min(children(os.getpid()) - before), signal.SIGKILL)

    con = wb.open_case(tmp_path / "case")
    with pytest.raises(CaseError, match=r"a worker process of the load ended by signal 9 \(Killed\)"):
        wb.load(con, evidence, progress=kill_one)
    assert children(os.getpid()) == before
    assert parts_on_disk(tmp_path / "case") == parts_of_case(con)
    report = wb.load(con, evidence)
    check_sums(report)
    assert (report.events, report.duplicates) == (60, 0)


def test_what_a_worker_cannot_write_is_told_with_its_place(tmp_path: Path, evidence: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    (tmp_path / "case" / "events").write_text("in the way")
    with pytest.raises(CaseError, match=r"cannot write the case .*case: .*File exists.*events") as told:
        wb.load(con, evidence)
    assert "In a worker process:" in told.value.__cause__.__notes__[0]  # type: ignore[union-attr]
    (tmp_path / "case" / "events").unlink()
    assert wb.load(con, evidence).events == 60


def test_a_worker_that_cannot_start_leaves_none_of_the_others(
    tmp_path: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    popen, started = subprocess.Popen, []

    def second_fails(*words: Any, **options: Any) -> Any:
        if started:
            raise OSError(11, "Resource temporarily unavailable")
        started.append(popen(*words, **options))
        return started[0]

    con = wb.open_case(tmp_path / "case")
    wb.load(con, trail(tmp_path / "first", event()))
    before = Held()
    monkeypatch.setattr(workers.subprocess, "Popen", second_fails)
    with pytest.raises(CaseError, match="Resource temporarily unavailable"):
        wb.load(con, evidence)
    assert Held() == before


LOAD = """
import os, sys
sys.path[:0] = sys.argv[3:]
import workbench as wb
from workbench.events.intake import workers
workers.ENOUGH_FOR_TWO = 0
os.sched_getaffinity = lambda _: {0, 1}
con = wb.open_case(sys.argv[1])
print(wb.load(con, sys.argv[2]).events)
"""


def run_load(tmp_path: Path, evidence: Path, *path: str, **options: Any) -> str:
    words = [sys.executable, "-P", "-c", LOAD, str(tmp_path / "case"), str(evidence), *path]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, **options)
    return done.stdout + done.stderr


def test_nothing_is_imported_from_where_the_evidence_lies(tmp_path: Path, evidence: Path) -> None:
    for module in ("json", "numpy", "pandas", "sitecustomize", "socket", "workbench"):
        (evidence / f"{module}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w'); raise SystemExit(7)")
    assert run_load(tmp_path, evidence / "AWSLogs", cwd=evidence) == "60\n"
    assert not (tmp_path / "run").exists()


def test_whatever_is_on_the_path(tmp_path: Path, evidence: Path) -> None:
    odd = ["", ".", "relative/nowhere", "caf\udce9", 'it\'s "quoted"']
    assert run_load(tmp_path, evidence, *odd, cwd=tmp_path) == "60\n"


def test_a_path_object_on_the_path(tmp_path: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, tmp_path])
    assert wb.load(wb.open_case(tmp_path / "case"), evidence).events == 60


def test_a_working_folder_that_is_gone(tmp_path: Path, evidence: Path) -> None:
    (tmp_path / "gone").mkdir()
    leave = lambda: os.rmdir(tmp_path / "gone")  # noqa: E731
    assert run_load(tmp_path, evidence, cwd=tmp_path / "gone", preexec_fn=leave) == "60\n"


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_an_odd_umask(tmp_path: Path, evidence: Path, umask: int) -> None:
    assert run_load(tmp_path, evidence, umask=umask) == "60\n"
    made = [tmp_path / "case", *(tmp_path / "case").rglob("*")]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made}
    assert modes == {(True, 0o700), (False, 0o600)}


BUSY = """
import time
from workbench.events.intake import reading
reading.Maker.read = lambda *_: print("busy", flush=True) or time.sleep(600)
"""


def test_a_worker_ends_without_its_loader_however_long_a_file_takes(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    start = workers._START.format(path=[str(ROOT), *sys.path], handle=theirs.fileno())
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY + start], pass_fds=[theirs.fileno()], cwd=ROOT, stdout=subprocess.PIPE
    )
    theirs.close()
    with Connection(ours.detach()) as connection:
        connection.send(("settings", Settings(tmp_path)))
        connection.send(("task", Task(0, [])))
        assert process.stdout is not None
        assert process.stdout.readline() == b"busy\n"
    ended = wait_until(lambda: not is_running(process.pid))
    process.kill()
    process.communicate()
    assert ended

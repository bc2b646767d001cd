"""A whole process tree, measured: CPU seconds, wall seconds, memory, start-up and helpers included."""

import contextlib
import ctypes
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WORKBENCH = (sys.executable, "-m", "workbench")
_PROC = Path("/proc")
_EVERY_S, _SHARED_EVERY = 0.02, 10
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Step:
    """One command: what it did, and what the operating system booked for all of its processes.

    `peak_mib` is the largest sum of their resident memory, in which a page that two of them share counts
    twice; `shared_mib` counts it once (PSS, looked at less often). Both are 0 where there is no /proc.
    `user_s` is the part of `cpu_s` that was not spent in the system.
    """

    name: str
    cpu_s: float
    wall_s: float
    peak_mib: float
    shared_mib: float
    output: str = field(repr=False, default="")
    user_s: float = 0.0


def measure(
    name: str, command: Sequence[str], *, codes: Sequence[int] = (0,), env: Mapping[str, str] | None = None
) -> Step:
    """Run a command to its end; any other exit code than `codes` ends the benchmark."""
    _adopt_orphans()
    others = children(os.getpid())
    before, user, started = _booked(), _booked_user(), time.perf_counter()
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(command, stdout=output, env=env) as process, watched(others) as memory:
            process.wait()
        wall = time.perf_counter() - started
        _await_orphans(others)
        output.seek(0)
        printed = output.read().decode()
    if process.returncode not in codes:
        raise SystemExit(f"{name} ended with {process.returncode}: {' '.join(command)}")
    cpu, used = _booked() - before, _booked_user() - user
    step = Step(name, cpu, wall, memory.peak / 1024, memory.shared / 1024, printed, used)
    print(f"  {name}: {step.cpu_s:.2f} CPU s, {wall:.2f} s", file=sys.stderr)
    return step


def best(runs: int, run: Callable[[], Step]) -> Step:
    """Run so many times; the run with the least CPU counts."""
    return min((run() for _ in range(runs)), key=lambda step: step.cpu_s)


def by_turns(runs: int, *each: Callable[[], Step]) -> list[Step]:
    """Run each in turn, so many times, so that a busy minute harms all alike; the best of each."""
    turns = [[run() for run in each] for _ in range(runs)]
    return [min(steps, key=lambda step: step.cpu_s) for steps in zip(*turns, strict=True)]


def _booked() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _booked_user() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def _adopt_orphans() -> None:
    """Become the parent of helpers that outlive their own, or nobody would book their CPU to us."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _await_orphans(others: set[int]) -> None:
    while orphans := children(os.getpid()) - others:
        for pid in orphans:
            os.waitpid(pid, 0)


@dataclass
class Memory:
    """The largest sums seen so far, in KiB."""

    peak: int = 0
    shared: int = 0


@contextlib.contextmanager
def watched(others: set[int]) -> Iterator[Memory]:
    """Look at the memory of our processes but `others`, again and again, from a thread."""
    seen, ended = Memory(), threading.Event()

    def look() -> None:
        for turn in itertools.count():
            if ended.wait(_EVERY_S):
                return
            pids = descendants(children(os.getpid()) - others)
            seen.peak = max(seen.peak, sum(_kib(pid, "status", "VmRSS") for pid in pids))
            if turn % _SHARED_EVERY == 0:  # walks all pages of a process: dear
                seen.shared = max(seen.shared, sum(_kib(pid, "smaps_rollup", "Pss") for pid in pids))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def descendants(pids: set[int]) -> set[int]:
    """Give some processes, and all that they have started."""
    return pids.union(*(descendants(children(pid)) for pid in pids))


def children(pid: int) -> set[int]:
    """List what a process has started and what is still there; empty where there is no /proc."""
    threads = _PROC.glob(f"{pid}/task/*/children")
    return {int(child) for thread in threads for child in _read(thread).split()}


def _kib(pid: int, file: str, name: str) -> int:
    lines = _read(_PROC / str(pid) / file).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended meanwhile
        return ""

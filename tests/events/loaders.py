"""The loader in a process of its own: to be killed, interrupted, starved and watched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workbench as wb
from tests.benchmarks.processes import children

ROOT = Path(__file__).resolve().parents[2]
CHUNK_ROWS = 20

# `die` is "module.function:n:before" (or after): the process kills itself at that call.
SCRIPT = """
import importlib, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored in the background
sys.path[:] = {path!r}
import workbench as wb
from workbench.events.intake import loading, reading, workers

def die_at(place, number, when):
    module, _, name = place.rpartition(".")
    name_of_module = module.partition(":")[0]
    room = "events" if name_of_module in ("parts", "case", "schema") else "events.intake"
    owner = importlib.import_module(f"workbench.{{room}}.{{name_of_module}}")
    for part in module.split(":")[1:]:
        owner = getattr(owner, part)
    inner, calls = getattr(owner, name), []
    def outer(*given, **named):
        calls.append(1)
        if when == "before" and len(calls) == int(number): os.kill(os.getpid(), signal.SIGKILL)
        result = inner(*given, **named)
        if when == "after" and len(calls) == int(number): os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, outer)

case, evidence, mode, die = sys.argv[1:]
loading.CHUNK_ROWS, loading.TASK_BYTES, reading.BATCH_RECORDS = {chunk}, 1, 7
workers.ENOUGH_FOR_TWO = 0 if mode == "team" else 1 << 60
os.sched_getaffinity = lambda _: {{0, 1}}
if die: die_at(*die.split(";"))
con = wb.open_case(case)
print("ready", flush=True)
wb.load(con, evidence, progress=lambda done, total, _: print(done, flush=True))
print("loaded", flush=True)
"""


def start(case: Path, evidence: Path, mode: str = "alone", die: str = "", **options: Any) -> Any:
    """Start to load in small steps; each line of its output is how many files are done."""
    script = SCRIPT.format(path=[str(ROOT), *sys.path], chunk=CHUNK_ROWS)
    return subprocess.Popen(
        [sys.executable, "-c", script, str(case), str(evidence), mode, die],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def wait_for(process: Any, line: str) -> None:
    """Read what a loader prints up to a line, or to its end."""
    for printed in process.stdout:
        if printed.strip() == line:
            return


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Tell whether something becomes true; the time is a safety net, no measure."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def workers_of(process: Any) -> set[int]:
    return children(process.pid)


def kill(process: Any, number: int = signal.SIGKILL) -> None:
    os.kill(process.pid, number)


def contents(con: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that a case says, in an order of its own; not when it was loaded."""
    queries = {
        "events": "SELECT * FROM events",
        "places": "SELECT * FROM event_places",
        "files": "SELECT * EXCLUDE (loaded_at) FROM evidence_files",
        "aside": "SELECT * FROM set_aside",
        "items": "SELECT * FROM stored_config_items",
        "tags": "SELECT * FROM stored_resource_tags",
        "item places": "SELECT * FROM item_places",
        "conflicts": "SELECT * FROM item_conflicts",
    }
    return {name: con.con.execute(f"{query} ORDER BY ALL").fetchall() for name, query in queries.items()}


def parts_on_disk(case: Path) -> set[str]:
    return {path.name for path in (case / "events").glob("*")}


def parts_of_case(con: Any) -> set[str]:
    return {name for (name,) in con.con.execute("SELECT part FROM event_parts").fetchall()}


def resume(case: Path, evidence: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Load again what a loader did not finish, see that nothing strays, and give what the case says."""
    con = wb.open_case(case)
    try:
        wb.load(con, evidence)
        assert parts_on_disk(case) == parts_of_case(con)
        return contents(con)
    finally:
        con.disconnect()

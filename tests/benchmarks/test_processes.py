"""What a measured command costs is booked to it: helpers, orphans, memory of all its processes at once."""

import sys

import pytest

from tests.benchmarks.processes import Step, best, by_turns, measure

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory and orphans are read from /proc")

BURN = "import time\nwhile time.process_time() < 0.4: pass"
STARTS = "import os, subprocess, sys\ntell = subprocess.PIPE\nstart = [sys.executable, '-S', '-c']\n"
HOLD = "import sys; held = bytearray(60_000_000); print('held', flush=True); sys.stdin.read()"
HOLD_TOO = """
helper = subprocess.Popen([*start, {!r}], stdin=tell, stdout=tell)
helper.stdout.readline()
held = bytearray(60_000_000)
import time; time.sleep(0.5)
helper.communicate()
"""


def _python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_output_is_kept() -> None:
    assert measure("print", _python("print('done')")).output == "done\n"


def test_helper_that_nobody_waited_for_is_booked() -> None:
    step = measure("orphan", _python(f"{STARTS}subprocess.Popen([*start, {BURN!r}])\nos._exit(0)"))
    assert step.cpu_s >= 0.4


def test_memory_of_all_processes_at_once() -> None:
    step = measure("two", _python(STARTS + HOLD_TOO.format(HOLD)))
    assert 120e6 / 2**20 < step.peak_mib < 250
    assert 120e6 / 2**20 < step.shared_mib <= step.peak_mib


def test_other_exit_codes_end_the_benchmark() -> None:
    with pytest.raises(SystemExit, match="wrong ended with 3"):
        measure("wrong", _python("raise SystemExit(3)"))
    assert measure("right", _python("raise SystemExit(3)"), codes=(0, 3)).name == "right"


def test_the_best_run_counts() -> None:
    steps = [Step(str(cpu), cpu, 1.0, 0.0, 0.0) for cpu in (3, 9, 1, 7, 2, 8)]
    turns = iter(steps)
    assert by_turns(3, lambda: next(turns), lambda: next(turns)) == [steps[2], steps[3]]
    turns = iter(steps)
    assert best(3, lambda: next(turns)) == steps[2]

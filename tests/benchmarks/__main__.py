"""`make bench`: CPU seconds per step, and their ratio to `gzip -dc` over the same files in the same run.

Machines differ and are noisy, so the ratio is the figure to compare; seconds only say where the time goes.

    python -m tests.benchmarks [--events N] [--folder F] [--repeat N]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WORKBENCH = (sys.executable, "-m", "workbench")


@dataclass(frozen=True)
class Step:
    """One whole process: what it did, and what the operating system booked for it."""

    name: str
    cpu_s: float
    wall_s: float
    peak_mib: float


def measure(name: str, command: Sequence[str], repeat: int = 1) -> Step:
    """Run a command `repeat` times; the run with the least CPU counts, start-up included."""
    return min((_once(name, command) for _ in range(repeat)), key=lambda step: step.cpu_s)


def _once(name: str, command: Sequence[str]) -> Step:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise SystemExit(f"{name} ended with {process.returncode}: {' '.join(command)}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Step(name, cpu, time.perf_counter() - started, usage.ru_maxrss / 1024)


def steps(folder: Path, events: int, repeat: int) -> list[Step]:
    """Sample, floor, load, load again, each notebook with its page: on one simulated trail."""
    trail, case = folder / "trail", folder / "case"
    done = [measure("sample", [*WORKBENCH, "sample", str(trail), "--events", str(events)])]
    logs = [str(path) for path in sorted(trail.rglob("CloudTrail/**/*.json.gz"))]
    listing = folder / "logs.txt"
    listing.write_text("\0".join(logs))
    done += [
        measure("gzip -dc", ["xargs", "-0", "-a", str(listing), "gzip", "-dc"], repeat),
        measure("load", [*WORKBENCH, "load", str(case), str(trail)]),
        measure("load again", [*WORKBENCH, "load", str(case), str(trail)], repeat),
    ]
    for notebooks in (["00_coverage"], ["01_triage"], ["00_coverage", "01_triage", "15_briefing"]):
        chosen = [word for name in notebooks for word in ("--notebook", name)]
        page = ["-o", str(folder / f"{notebooks[-1]}.html")]
        name = f"run {' '.join(notebooks)}"
        done.append(measure(name, [*WORKBENCH, "briefing", str(case), *chosen, *page]))
    return done


def report(done: Sequence[Step], folder: Path) -> str:
    """One line per step, then sizes."""
    floor = next(step.cpu_s for step in done if step.name == "gzip -dc")
    lines = [f"{os.cpu_count()} cores", f"{'step':<42}{'CPU s':>8}{'wall s':>8}{'MiB':>7}{'x gzip':>8}"]
    lines += [
        f"{s.name:<42}{s.cpu_s:8.2f}{s.wall_s:8.2f}{s.peak_mib:7.0f}{s.cpu_s / floor:8.1f}" for s in done
    ]
    trail = sum(path.stat().st_size for path in (folder / "trail").rglob("CloudTrail/**/*.json.gz"))
    case = (folder / "case" / "case.duckdb").stat().st_size
    page = (folder / "15_briefing.html").stat().st_size
    lines += [f"logs {trail / 1e6:.1f} MB gz, case {case / trail:.2f} x, briefing {page / 1e6:.2f} MB"]
    return "\n".join(lines)


def main() -> None:
    """Parse, measure, print."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3, help="of the short steps; the best counts")
    parser.add_argument("--folder", type=Path, help="keep the files here instead of a temporary folder")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as temporary:
        folder = words.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print(report(steps(folder, words.events, words.repeat), folder))


if __name__ == "__main__":
    main()

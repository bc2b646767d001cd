"""The loader's figures: against `gzip -dc`, again, grown, larger, in small files, in one large file."""

import json
import math
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.processes import WORKBENCH, Step, best, by_turns, measure
from tests.benchmarks.trails import Trail, bomb, corpus, floor, one_file, one_record

EVENTS_PER_FILE = 250


def load(name: str, case: Path, *evidence: Path, afresh: bool = True, codes: tuple[int, ...] = (0,)) -> Step:
    """Measure one load, into a new case unless told otherwise."""
    if afresh:
        shutil.rmtree(case, ignore_errors=True)
    return measure(name, [*WORKBENCH, "load", str(case), *map(str, evidence), "--json"], codes=codes)


def told(step: Step) -> Any:
    """Return what a step printed, which is JSON."""
    return json.loads(step.output)


def against_the_floor(folder: Path, trail: Trail, runs: int, codes: tuple[int, ...] = (0,)) -> Part:
    """Load, by turns with `gzip -dc`; load again; ask; compare with the source; add one percent."""
    case = folder / "case"
    floors, loads = by_turns(
        runs, lambda: floor(trail, folder), lambda: load("load", case, trail.folder, codes=codes)
    )
    again = best(runs, lambda: load("load again", case, trail.folder, afresh=False, codes=codes))
    report, size = told(loads), sum(path.stat().st_size for path in case.rglob("*"))
    asked, held = run_module("questions", case), run_module("lossless", case)
    more = corpus(folder, max(1, report["events"] // 100), max(1, report["files"] // 100), seed=8)
    grown = load("load, one percent more", case, trail.folder, more.folder, afresh=False, codes=codes)
    return Part(
        f"load: {report['events']:,} events, {report['files']:,} files, {trail.gz_bytes / 1e6:.1f} MB gz",
        [floors, loads, again, grown, asked, held],
        [
            Figure("load / gzip -dc, CPU", loads.cpu_s / floors.cpu_s, "x", 4.5, 3.0),
            Figure("wall per 1M events", loads.wall_s / report["events"] * 1e6, "s", 12, 8),
            _memory("memory, all processes", loads),
            Figure("case / gz, size", size / trail.gz_bytes, "x", 2.0, 1.4),
            Figure("second load, CPU", again.cpu_s, "s", 2.5, 1.5, _kept(again)),
            Figure("grown by one percent, CPU", grown.cpu_s, "s", note=_kept(grown)),
            *_differing(**told(held)),
            *(_answer(**answer) for answer in told(asked)),
        ],
    )


def run_module(module: str, case: Path) -> Step:
    """Measure one of the modules beside this one, on a case, in a process of its own."""
    return measure(module, [sys.executable, "-m", f"tests.benchmarks.{module}", str(case)])


def _memory(what: str, step: Step, note: str = "") -> Figure:
    return Figure(what, step.peak_mib, "MiB", 1536, 1024, note)


def _kept(step: Step) -> str:
    """Tell what a load added, and for which reasons it did not take the rest."""
    report = told(step)
    reasons = {entry["reason"] for entry in report["files_set_aside"] + report["records_set_aside"]}
    return ", ".join([f"{report['events_new']:,} events new", *sorted(reasons)])


def _differing(rows: int, differing: int) -> list[Figure]:
    return [Figure("rows that differ from their source", differing, "", 0, 0, f"of {rows:,}, byte for byte")]


def _answer(name: str, cold_s: float, warm_s: float, cpu_s: float, rows: int) -> Figure:
    return Figure(name, warm_s, "s", 0.3, 0.1, f"cold {cold_s:.2f}, CPU {cpu_s:.2f}, {rows:,} rows")


def growth(folder: Path, events: int, runs: int) -> Part:
    """Load a tenth, the whole, three times as much: does the CPU above start-up grow as the events do?"""
    one = corpus(folder, 1, 1)
    start = best(runs, lambda: load("load one event", folder / "case-grown", one.folder))
    sizes = [max(1, events // 10), events, 3 * events]
    steps = [_grown(folder, size, runs if size < events else 1) for size in sizes]
    above = {size: step.cpu_s - start.cpu_s for size, step in zip(sizes, steps, strict=True)}
    return Part(
        "growth",
        [start, *steps],
        [
            Figure("start-up: one event, CPU", start.cpu_s, "s", 1.5),
            Figure("exponent of CPU above start-up", exponent(above), "", 1.05),
            *(Figure(f"CPU per event of {size:,}", cpu / size * 1e6, "us") for size, cpu in above.items()),
            _memory("memory, all processes", max(steps, key=lambda step: step.peak_mib)),
        ],
    )


def exponent(cpu_of: dict[int, float]) -> float:
    """Return the power of the size that the CPU grows with, fitted to all sizes.

    Examples
    --------
    >>> round(exponent({10: 3.0, 100: 30.0, 1000: 300.0}), 3), round(exponent({10: 1.0, 100: 100.0}), 3)
    (1.0, 2.0)
    """
    sizes, cpus = [math.log(size) for size in cpu_of], [math.log(max(cpu, 0.001)) for cpu in cpu_of.values()]
    return statistics.linear_regression(sizes, cpus).slope


def _grown(folder: Path, events: int, runs: int) -> Step:
    trail = corpus(folder, events, max(1, events // EVENTS_PER_FILE))
    return best(runs, lambda: load(f"load {events:,} events", folder / "case-grown", trail.folder))


def small_files(folder: Path, events: int, files: int, runs: int) -> Part:
    """Load the same events from ten times as many files."""
    few, many = corpus(folder, events, max(1, files // 10)), corpus(folder, events, files)
    case = folder / "case-small"
    usual, small = by_turns(
        runs,
        lambda: load(f"load {len(few.files):,} files", case, few.folder),
        lambda: load(f"load {len(many.files):,} files", case, many.folder),
    )
    return Part(
        f"small files: {events:,} events",
        [usual, small],
        [
            Figure("small files / usual files, CPU", small.cpu_s / usual.cpu_s, "x", 1.5, 1.2),
            Figure("small files / usual files, wall", small.wall_s / usual.wall_s, "x"),
            _memory("memory, all processes", small),
        ],
    )


def large_files(folder: Path, scale: float) -> Part:
    """Load a file of 150 MiB, a record of 100 MiB, a bomb of 2 GiB, or `scale` times that: memory."""
    part = Part("large files, each beside a small one")
    for write, ending, full in ((one_file, "gz", 150), (one_record, "json", 100), (bomb, "gz", 2048)):
        size = max(1, round(full * scale))
        evidence = folder / f"large-{write.__name__}"
        evidence.mkdir(exist_ok=True)
        one_file(evidence / "beside.json.gz", 1)
        write(evidence / f"large.{ending}", size)
        name = f"{write.__name__.replace('_', ' ')} of {size:,} MiB"
        step = load(f"load {name}", folder / "case-large", evidence, codes=(0, 1))
        part.steps.append(step)
        part.figures.append(_memory(f"memory, {name}", step, _kept(step)))
    return part

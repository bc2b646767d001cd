"""The whole way of a user, on the simulated organization: sample, load, notebooks, briefing."""

from pathlib import Path

from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.loading import load
from tests.benchmarks.processes import WORKBENCH, Step, best, measure
from tests.benchmarks.trails import Trail, floor

NOTEBOOKS = (["00_coverage"], ["01_triage"], ["00_coverage", "01_triage", "15_briefing"])


def whole_way(folder: Path, events: int, runs: int) -> Part:
    """Sample, floor, load, load again, notebooks with their page; each as a multiple of the floor."""
    trail, case = Trail(folder / "sample"), folder / "case-of-sample"
    written = measure("sample", [*WORKBENCH, "sample", str(trail.folder), "--events", str(events)])
    inflated = best(runs, lambda: floor(trail, folder))
    steps = [
        written, load("load", case, trail.folder),
        best(runs, lambda: load("load again", case, trail.folder, afresh=False)),
        *(_briefing(case, notebooks, folder / f"{notebooks[-1]}.html") for notebooks in NOTEBOOKS),
    ]
    page = (folder / f"{NOTEBOOKS[-1][-1]}.html").stat().st_size
    return Part(
        f"whole way: {events:,} simulated events, {trail.gz_bytes / 1e6:.1f} MB gz",
        [inflated, *steps],
        [
            *(Figure(f"{step.name} / gzip -dc", step.cpu_s / inflated.cpu_s, "x") for step in steps),
            Figure("briefing, size", page / 1e6, "MB"),
        ],
    )


def _briefing(case: Path, notebooks: list[str], page: Path) -> Step:
    chosen = [word for name in notebooks for word in ("--notebook", name)]
    command = [*WORKBENCH, "briefing", str(case), *chosen, "-o", str(page)]
    return measure(" ".join(notebooks), command)

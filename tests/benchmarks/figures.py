"""Figures with their bars, and how they are printed."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any

from tests.benchmarks.processes import Step


@dataclass(frozen=True)
class Figure:
    """A number that should be small: `bar` is the most it may be, `stretch` what we aim at."""

    what: str
    value: float
    unit: str = ""
    bar: float | None = None
    stretch: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """`stretch`, `bar`, `over`, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        if self.stretch is not None and self.value <= self.stretch:
            return "stretch"
        return "bar" if self.value <= self.bar else "over"


@dataclass
class Part:
    """One part of the benchmark: what ran, and what it says."""

    name: str
    steps: list[Step] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the part for the record."""
        steps = [asdict(step) for step in self.steps]
        for step in steps:
            del step["output"]
        figures = [{**asdict(figure), "verdict": figure.verdict} for figure in self.figures]
        return {"name": self.name, "steps": steps, "figures": figures}

    def __str__(self) -> str:
        return "\n".join([f"== {self.name}", *_steps(self.steps), "", *_figures(self.figures)])


def machine() -> str:
    """Tell what the figures were measured on, and how busy it was with other work."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "ibis-framework"))
    load = f"load average {os.getloadavg()[0]:.1f}"
    return f"{os.cpu_count()} cores, {load}, Python {platform.python_version()}, {packages}"


def _steps(steps: Sequence[Step]) -> list[str]:
    head = f"{'step':<46}{'CPU s':>9}{'wall s':>9}{'MiB':>8}{'PSS':>8}"
    return [head] + [
        f"{step.name:<46}{step.cpu_s:9.2f}{step.wall_s:9.2f}{step.peak_mib:8.0f}{step.shared_mib:8.0f}"
        for step in steps
    ]


def _figures(figures: Sequence[Figure]) -> list[str]:
    head = f"{'figure':<46}{'value':>9} {'unit':<5}{'bar':>8}{'stretch':>9}  {'':<8}"
    return [head] + [
        f"{figure.what:<46}{_number(figure.value):>9} {figure.unit:<5}{_number(figure.bar):>8}"
        f"{_number(figure.stretch):>9}  {figure.verdict:<8}{figure.note}".rstrip()
        for figure in figures
    ]


def _number(value: float | None) -> str:
    """Write a number as wide as it deserves.

    Examples
    --------
    >>> _number(0.0314), _number(2.5), _number(1536.0), _number(None)
    ('0.031', '2.50', '1536', '')
    """
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 or value == 0 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"

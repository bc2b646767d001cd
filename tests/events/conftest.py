"""Raw files through the real loader, for tests of what the bytes say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import workbench as wb
from workbench.events.intake import workers


class Loaded(NamedTuple):
    """A case, and what the last load reported."""

    con: Any
    report: wb.LoadReport
    evidence: Path

    def rows(self, *columns: str, order: str = "source_file, source_index") -> list[tuple[Any, ...]]:
        names = ", ".join(f'"{name}"' for name in columns)
        return self.con.con.execute(f"SELECT {names} FROM events ORDER BY {order}").fetchall()

    def row(self, *columns: str) -> Any:
        (only,) = self.rows(*columns)
        return only if len(columns) > 1 else only[0]


Load = Callable[..., Loaded]


def check_sums(report: wb.LoadReport) -> None:
    """The two equations that hold after every load."""
    assert report.files == report.files_loaded + report.files_unchanged + len(report.files_set_aside) + len(
        report.files_other
    )
    aside = sum(entry.get("count", 1) for entry in report.records_set_aside)
    assert report.records == report.events_new + report.duplicates + aside


@pytest.fixture
def load_files(tmp_path: Path) -> Load:
    """Write files (name -> bytes) below one evidence folder and load that folder into one case."""
    opened: list[Any] = []

    def load(files: dict[str, bytes], **options: Any) -> Loaded:
        evidence = tmp_path / "evidence"
        for name, content in files.items():
            path = evidence / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if not opened:
            opened.append(wb.open_case(tmp_path / "case"))
        report = wb.load(opened[0], evidence, **options)
        check_sums(report)
        return Loaded(opened[0], report, evidence)

    return load


@pytest.fixture
def load_record(load_files: Load) -> Callable[[bytes], Loaded]:
    """Load one record, given as its bytes."""
    return lambda record: load_files({"a.json": b'{"Records":[' + record + b"]}"})


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two worker processes read, however little there is and however few cores."""
    monkeypatch.setattr(workers, "ENOUGH_FOR_TWO", 0)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)

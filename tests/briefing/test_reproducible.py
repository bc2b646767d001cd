"""The same case gives the same bytes: whatever the clock, zone, language, hash seed and number of cores."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.briefing import books
from workbench import briefing

SCRIPT = """
import os, sys
from workbench import briefing
if os.environ.get("ONE_CORE") and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
case, output, *notebooks = sys.argv[1:]
briefing.write_briefing(case, output, notebooks, as_of="2026-09-04T00:00:00Z")
"""
HERE = {"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "1", "ONE_CORE": "1"}
THERE = {"TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "COLUMNS": "40"}


def page_made_in(environment: dict[str, str], case: Path, folder: Path) -> Path:
    """Make the page in a process of its own, from a copy of the case in another place."""
    folder.mkdir()
    shutil.copytree(case, folder / "acme", ignore=shutil.ignore_patterns("reports", "findings.jsonl"))
    notebooks = [str(books.triage(folder)), str(books.final(folder))]
    command = [sys.executable, "-c", SCRIPT, str(folder / "acme"), str(folder / "page.html"), *notebooks]
    subprocess.run(command, env=os.environ | environment, check=True, cwd=folder, timeout=300)
    return folder / "page.html"


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(hostile_case: Path, tmp_path: Path) -> None:
    pages = [
        page_made_in(HERE, hostile_case, tmp_path / "here"),
        page_made_in(THERE, hostile_case, tmp_path / "there"),
    ]
    first, second = (path.read_bytes() for path in pages)
    assert b"2026-09-04 00:00:00 UTC" in first
    assert b"--as-of 2026-09-04T00:00:00Z" in first
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


@pytest.mark.slow
def test_a_second_run_on_the_same_case_changes_nothing(own_case: Path, tmp_path: Path) -> None:
    notebooks = [books.triage(tmp_path), books.final(tmp_path)]
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    noted, told = [], []
    for page in pages:
        briefing.write_briefing(own_case, page, notebooks, progress=told.append)
        noted.append((own_case / "findings.jsonl").read_bytes())
    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert noted[0] == noted[1]
    assert len(told) == 2 * (len(notebooks) + 1)
    assert told[0].startswith("notebook 1 of 2: ")

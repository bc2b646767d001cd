"""A case, its run notebooks and its page, made once for all tests of this room."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.briefing import books
from tests.builders import case
from workbench import briefing


@pytest.fixture(scope="session")
def hostile_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose every field that a caller chooses tries to act on the reader."""
    folder = tmp_path_factory.mktemp("hostile")
    case(folder, *books.hostile_events()).disconnect()
    return folder / "case"


@pytest.fixture(scope="session")
def page(hostile_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the hostile case, from an investigating notebook and a briefing."""
    folder = tmp_path_factory.mktemp("page")
    notebooks = [books.triage(folder), books.final(folder)]
    return briefing.write_briefing(hostile_case, folder / "page.html", notebooks)


@pytest.fixture
def own_case(hostile_case: Path, tmp_path: Path) -> Path:
    """A copy of the hostile case, as it was loaded, to write into."""
    return Path(shutil.copytree(hostile_case, tmp_path / "own", ignore=shutil.ignore_patterns("reports")))


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; nothing is ever downloaded."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        message = "Playwright is not installed: the browser tests need it (pip install -e .[test])"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()

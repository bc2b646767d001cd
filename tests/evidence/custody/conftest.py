"""A folder of evidence and a case beside it."""

import gzip
from pathlib import Path

import pytest

from tests.evidence.custody.cases import LOG, write_archive


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """Two logs and a text."""
    folder = tmp_path / "evidence"
    for name in ("A", "B"):
        path = folder / LOG.format(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(f'{{"Records": [{{"eventID": "{name}"}}]}}'.encode(), mtime=0))
    (folder / "notes.txt").write_text("seen by nobody")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two members."""
    path = tmp_path / "zipped" / "trail.zip"
    path.parent.mkdir()
    write_archive(path, a="one", b="two")
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir(mode=0o700)
    return folder


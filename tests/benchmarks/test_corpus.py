"""The benchmarks' corpus: the same bytes again, the numbers asked for, and nothing that a load refuses."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.benchmarks.corpus import write_corpus

EVENTS, FILES = 3000, 70


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("corpus")
    return folder, write_corpus(folder, EVENTS, FILES)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.gz")}


def _events(folder: Path) -> dict[str, Any]:
    files = [json.loads(gzip.decompress(content)) for content in _contents(folder).values()]
    return {record["eventID"]: record for file in files for record in file["Records"]}


def test_same_numbers_same_bytes(corpus: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    assert write_corpus(tmp_path / "again", EVENTS, FILES) == corpus[1]
    assert _contents(tmp_path / "again") == _contents(corpus[0])
    write_corpus(tmp_path / "other", EVENTS, FILES, seed=8)
    assert not _contents(tmp_path / "other").keys() & _contents(corpus[0]).keys()


def test_same_events_in_other_files(corpus: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    assert write_corpus(tmp_path, EVENTS, 700)["files"] == 700
    assert _events(tmp_path) == _events(corpus[0])


def test_every_record_is_loaded(corpus: tuple[Path, dict[str, int]], tmp_path: Path) -> None:
    folder, written = corpus
    con = wb.open_case(tmp_path / "case")
    report = wb.load(con, folder)
    con.disconnect()
    assert not report.files_set_aside
    assert not report.records_set_aside
    assert (report.files_loaded, report.events_new, report.duplicates) == (FILES, EVENTS, written["again"])


def test_records_are_as_large_and_as_hard_to_pack_as_in_real_trails(
    corpus: tuple[Path, dict[str, int]],
) -> None:
    written = corpus[1]
    records = written["events"] + written["again"]
    assert 1400 < written["json_bytes"] / records < 1700
    assert 6 < written["json_bytes"] / written["gz_bytes"] < 9

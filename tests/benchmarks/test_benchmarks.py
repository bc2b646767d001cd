"""The benchmark runs from end to end on a small trail, and its figures are told as they were measured."""

import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import workbench as wb
from tests.benchmarks.corpus import write_corpus
from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.rulebook import documents, known_of, write
from tests.benchmarks.rules import many_rules
from tests.benchmarks.sql import usual_queries
from tests.benchmarks.trails import Trail, bomb, one_record
from tests.benchmarks.verifying import verification
from workbench.detections import load_rules


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.9, "stretch"), (1.0, "stretch"), (1.5, "bar"), (2.0, "bar"), (2.1, "over")]
)
def test_verdict(value: float, verdict: str) -> None:
    assert Figure("load / gzip -dc, CPU", value, "x", 2.0, 1.0).verdict == verdict


def test_figure_without_a_bar_has_no_verdict() -> None:
    assert Figure("grown", 3.0, "s").verdict == ""


def test_part_prints_the_bar_beside_the_figure() -> None:
    *_head, line = str(Part("load", [], [Figure("load / gzip -dc, CPU", 3.14, "x", 4.5, 3.0)])).splitlines()
    assert line.split() == ["load", "/", "gzip", "-dc,", "CPU", "3.14", "x", "4.50", "3.00", "bar"]


def test_bomb_is_a_sound_gzip_of_the_size_asked_for(tmp_path: Path) -> None:
    packed = bomb(tmp_path / "bomb.gz", 4).read_bytes()
    inflated = gzip.decompress(packed)
    assert json.loads(inflated) == {"Records": []}
    assert len(inflated) > 4 * 2**20 > 200 * len(packed)


def test_large_record_stands_between_two_others(tmp_path: Path) -> None:
    records = json.loads(one_record(tmp_path / "record.json", 2).read_bytes())["Records"]
    assert [len(json.dumps(record)) > 2**21 for record in records] == [False, True, False]


def test_digests_are_no_part_of_the_floor(tmp_path: Path) -> None:
    for name in ("CloudTrail/log.json.gz", "CloudTrail-Digest/digest.json.gz", "Config/items.json.gz"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(zlib.compress(b"{}", wbits=31))
    assert [path.name for path in Trail(tmp_path).files] == ["log.json.gz"]


def _contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*.gz")}


@pytest.mark.slow
def test_every_figure_in_one_run(root: Path, tmp_path: Path) -> None:
    own, record = tmp_path / "own", tmp_path / "figures.json"
    write_corpus(own, 2000, 8)
    before = _contents(own)
    words = ["load", "growth", "small", "large", "--runs", "1", "--events", "2000"]
    places = ["--corpus", str(own), "--folder", str(tmp_path / "made"), "--json", str(record)]
    subprocess.run([sys.executable, "-m", "tests.benchmarks", *words, *places], cwd=root, check=True)
    told = json.loads(record.read_text())
    figures = {figure["what"]: figure for part in told["parts"] for figure in part["figures"]}
    assert len(told["parts"]) == 4
    assert figures["rows that differ from their source"]["value"] == 0
    assert figures["rows that differ from their source"]["note"].startswith("of 2,000")
    assert figures["second load, CPU"]["note"] == "0 events new"
    assert figures["grown by one percent, CPU"]["note"] == "20 events new"
    assert figures["failed console logins"]["note"].endswith("rows")
    assert figures["memory, one record of 1 MiB"]["note"] == "688 events new"
    assert all(step["cpu_s"] > 0 for part in told["parts"] for step in part["steps"])
    assert _contents(own) == before


@pytest.mark.slow
def test_usual_queries_of_lake_answer_as_those_by_hand(tmp_path: Path) -> None:
    part = usual_queries(tmp_path, 2000)
    figures = {figure.what: figure for figure in part.figures}
    assert len(figures) == 13
    assert {figure.unit for figure in part.figures} == {"ms", "x"}
    assert all(figure.value > 0 and figure.verdict for figure in part.figures)
    assert not [figure.what for figure in part.figures if figure.note.endswith(" 0 rows")]


@pytest.mark.slow
def test_rules_made_of_a_case_run_and_some_hit(tmp_path: Path) -> None:
    part = many_rules(tmp_path, 2000)
    figures = {figure.what: figure for figure in part.figures}
    barred = {figure.what for figure in part.figures if figure.verdict}
    assert barred == {"a rule: planned, and asked of few events", "all rules, CPU", "memory, all rules"}
    assert all(figure.value > 0 for figure in part.figures)
    assert not figures["all rules, CPU"].note.startswith("0 hits")
    known = known_of(wb.open_case(tmp_path / "case-rules", read_only=True))
    assert documents(known) == documents(known)
    rules = load_rules(write(tmp_path / "rules", documents(known)))
    assert {one.refused for one in rules} == {None}


@pytest.mark.slow
def test_verification_is_compared_with_the_aws_cli(tmp_path: Path) -> None:
    part = verification(tmp_path, 1, hours=2, logs=2, many=10)
    assert [step.name for step in part.steps][-1] == "one digest, 10 logs"
    assert all(step.user_s > 0 for step in part.steps)
    assert [figure.verdict for figure in part.figures][1:] == ["", "bar"]
    assert "times as many files" in part.figures[0].note

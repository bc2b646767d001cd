"""What a load leaves behind for custody: the manifest of its evidence, and a line of the journal."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import ACCOUNT, event, trail
from tests.evidence.custody.cases import overwrite, sha256, touch
from tests.evidence.custody.test_acquired import acquire
from workbench.errors import CaseError
from workbench.evidence.custody import Changes, Entry, changes, check_journal, examine, read_manifest
from workbench.evidence.custody.journal import JOURNAL
from workbench.evidence.custody.manifest import MANIFEST, File, Manifest


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    trail(folder, event(), event(), name="A")
    trail(folder, event(), name="B")
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case"


def load(case: Path, *evidence: Path, **options: Any) -> wb.LoadReport:
    con = wb.open_case(case)
    try:
        return wb.load(con, *evidence, **options)
    finally:
        con.disconnect()


def manifest(case: Path) -> Manifest:
    found = read_manifest(case)
    assert found
    return found[0]


def files(case: Path) -> dict[str, File]:
    return {Path(file.path).name: file for file in manifest(case).files}


def loads(case: Path) -> list[Entry]:
    return [entry for entry in check_journal(case).entries.values() if entry.action == "load"]


def now(case: Path, *, full: bool = False) -> Changes:
    found = changes(case, full=full)
    assert found
    return found


def log(folder: Path, name: str) -> Path:
    return next(folder.rglob(f"*_{name}.json.gz"))


def test_a_load_writes_the_manifest_of_its_files(case: Path, evidence: Path) -> None:
    load(case, evidence)
    said = manifest(case)
    day = log(evidence, "A").parent
    assert (said.case_id, said.evidence, said.folder) == ("case", [str(evidence)], str(day))
    assert said.totals["files"] == 2
    assert said.totals["events"] == 3
    row = files(case)[log(evidence, "A").name]
    assert row.path == log(evidence, "A").name
    assert row.sha256 == sha256(log(evidence, "A").read_bytes())
    assert (row.kind, row.events, row.verdict, row.replaced) == ("log", 2, None, False)
    assert row.mtime_ns == log(evidence, "A").stat().st_mtime_ns
    assert now(case, full=True).is_as_loaded


def test_a_load_is_a_line_of_the_journal(case: Path, evidence: Path) -> None:
    report = load(case, evidence, between=("2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z"))
    [entry] = loads(case)
    assert entry.parameters["evidence"] == [str(evidence)]
    assert entry.parameters["between"] == ["2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z"]
    assert (entry.result["files"], entry.result["events_new"]) == (report.files, report.events_new) == (2, 3)
    assert entry.result["root_sha256"] == manifest(case).root_sha256
    assert (case / JOURNAL).stat().st_mode & 0o777 == (case / MANIFEST).stat().st_mode & 0o777 == 0o600


def test_a_relative_path_is_found_from_anywhere(
    case: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(evidence.parent)
    load(case, Path("evidence"))
    monkeypatch.chdir("/")
    assert now(case).is_as_loaded


def test_a_load_that_changed_nothing_is_noted_too(case: Path, evidence: Path) -> None:
    load(case, evidence)
    before = (case / MANIFEST).read_bytes()
    load(case, evidence)
    assert (case / MANIFEST).read_bytes() == before
    assert [entry.result["files_unchanged"] for entry in loads(case)] == [0, 2]
    assert examine(case).is_as_it_was


def test_a_load_that_changed_nothing_needs_no_pandas(case: Path, evidence: Path) -> None:
    load(case, evidence)
    script = (
        "import sys, workbench as wb\n"
        "con = wb.open_case(sys.argv[1])\n"
        "assert wb.load(con, sys.argv[2]).files_unchanged == 2\n"
        "print('pandas' in sys.modules)"
    )
    words = [sys.executable, "-c", script, str(case), str(evidence)]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "False\n"
    assert len(loads(case)) == 2


def test_the_root_hash_depends_on_no_order_of_loads(case: Path, evidence: Path, tmp_path: Path) -> None:
    load(case, evidence)
    for name in ("B", "A"):
        load(tmp_path / "other", log(evidence, name))
    load(tmp_path / "other", evidence)
    assert manifest(case).root_sha256 == manifest(tmp_path / "other").root_sha256


def test_a_touched_file_is_what_was_loaded_after_the_next_load(case: Path, evidence: Path) -> None:
    load(case, evidence)
    touch(log(evidence, "A"))
    assert [row["what"] for row in now(case).changed] == ["time"]
    load(case, evidence)
    assert now(case).is_as_loaded


def test_what_was_set_aside_is_in_the_manifest(case: Path, evidence: Path) -> None:
    (evidence / "broken.json.gz").write_bytes(b"\x1f\x8b cut")
    os.symlink("broken.json.gz", evidence / "link")
    load(case, evidence)
    assert (files(case)["broken.json.gz"].events, files(case)["link"].events) == (0, 0)
    assert now(case, full=True).is_as_loaded
    (evidence / "broken.json.gz").write_bytes(b"\x1f\x8b")
    assert [row["path"] for row in now(case, full=True).changed] == ["broken.json.gz"]


def test_content_that_changed_between_two_loads_stays_told(case: Path, evidence: Path) -> None:
    load(case, evidence)
    trail(evidence, event(), name="A")
    load(case, evidence)
    found = now(case)
    assert found.changed == []
    assert [Path(path).name for path in found.replaced] == [log(evidence, "A").name]
    assert sorted(file.replaced for file in manifest(case).files) == [False, False, True]


def test_members_of_archives_are_files_of_the_manifest(case: Path, evidence: Path, tmp_path: Path) -> None:
    archive = tmp_path / "trail.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(log(evidence, "A"), "a.json.gz")
    load(case, archive)
    assert [(file.path, file.kind) for file in manifest(case).files] == [
        ("trail.zip", "other"), ("trail.zip!/a.json.gz", "log")
    ]  # fmt: skip
    assert now(case, full=True).is_as_loaded
    archive.unlink()
    assert now(case).absent_files == 2


def test_kinds_are_told_by_content_and_where_that_is_silent_by_name(case: Path, evidence: Path) -> None:
    day = log(evidence, "A").parent
    (day / "copy.json.gz").write_bytes(log(evidence, "A").read_bytes())
    (evidence / "notes.txt").write_text("not a trail")
    (evidence / "public-keys-eu-west-1.page2.json").write_text('{"PublicKeyList": []}')
    (evidence / "keys.json").write_text('{"PublicKeyList": [] }')
    insight = evidence / f"AWSLogs/{ACCOUNT}/CloudTrail-Insight/us-east-1/2026/09/02/i.json.gz"
    insight.parent.mkdir(parents=True)
    os.rename(trail(evidence, event(eventCategory="Insight"), name="I"), insight)
    load(case, evidence)
    kinds = {name: file.kind for name, file in files(case).items()}
    assert (kinds["i.json.gz"], kinds["copy.json.gz"], kinds["notes.txt"]) == ("insight", "log", "other")
    keys = {row["file"]: row["region"] for row in manifest(case).public_keys}
    assert keys == {"public-keys-eu-west-1.page2.json": "eu-west-1", "keys.json": None}


@pytest.mark.parametrize("name", ["new\nline", "caf\udce9", "\\xe9", "x!"])
def test_odd_names_are_kept(case: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    trail(folder, event())
    load(case, folder)
    assert now(case, full=True).is_as_loaded
    overwrite(next(folder.rglob("*.gz")), b"other")
    assert len(now(case, full=True).changed) == 1


def test_an_acquisition_is_taken_over_and_its_disagreement_a_warning(case: Path, evidence: Path) -> None:
    names = [str(log(evidence, name).relative_to(evidence)) for name in ("A", "B")]
    acquire(evidence, *names)
    overwrite(evidence / names[1], (evidence / names[1]).read_bytes()[:4] + b"\1\0\0\0" +
              (evidence / names[1]).read_bytes()[8:])  # fmt: skip
    report = load(case, evidence)
    assert [(row["path"], row["kind"]) for row in report.warnings] == [
        (str(evidence / names[1]), "not-as-acquired")
    ]
    assert [entry.action for entry in check_journal(case).entries.values()] == ["acquire", "load"]
    assert {file.path: file.bucket for file in manifest(case).files if file.kind == "log"} == {
        names[0]: "acme", names[1]: None
    }  # fmt: skip
    assert manifest(case).acquired["by"] == "kim"
    assert not examine(case).is_as_it_was


def test_an_acquisition_is_noted_once(case: Path, evidence: Path) -> None:
    acquire(evidence, str(log(evidence, "A").relative_to(evidence)))
    load(case, evidence)
    load(case, evidence)
    assert [entry.action for entry in check_journal(case).entries.values()] == ["acquire", "load", "load"]


def test_a_case_that_was_moved_keeps_its_custody(case: Path, evidence: Path, tmp_path: Path) -> None:
    load(case, evidence)
    case.rename(tmp_path / "moved")
    assert examine(tmp_path / "moved").is_as_it_was


def test_the_sample_has_verdicts_and_every_kind(sample: Path, tmp_path: Path) -> None:
    load(tmp_path / "sample", sample)
    said = manifest(tmp_path / "sample")
    assert {"log", "digest", "config", "other"} <= set(said.totals["kinds"])
    assert said.totals["verdicts"]["valid"] == sum(file.kind in ("log", "digest") for file in said.files)
    assert ("public-keys-us-east-1.json", "us-east-1") in {
        (row["file"], row["region"]) for row in said.public_keys
    }
    lines = [json.loads(line) for line in (tmp_path / "sample" / JOURNAL).read_text().splitlines()]
    assert len(lines) == 1


def test_a_journal_that_cannot_be_written_is_told(case: Path, evidence: Path) -> None:
    load(case, evidence)
    (case / JOURNAL).rename(case / "moved")
    (case / JOURNAL).mkdir()
    with pytest.raises(CaseError, match=rf"{JOURNAL}: Is a directory"):
        load(case, evidence)


def test_an_acquisition_that_went_on_leaves_nothing_to_complain_of(case: Path, evidence: Path) -> None:
    names = [str(log(evidence, name).relative_to(evidence)) for name in ("A", "B")]
    acquire(evidence, names[0])
    load(case, evidence)
    acquire(evidence, *names)
    assert [row["path"] for row in now(case).changed] == ["manifest.json"]
    load(case, evidence)
    assert examine(case, full=True).is_as_it_was
    assert manifest(case).acquired["by"] == "kim"
    actions = [entry.action for entry in check_journal(case).entries.values()]
    assert actions == ["acquire", "load", "acquire", "load"]

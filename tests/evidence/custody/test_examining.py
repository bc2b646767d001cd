"""All of custody at once, in words and by exit code: what `workbench custody` says of a case."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.custody.cases import LOG, files_of, load, overwrite, touch
from workbench.cli import main
from workbench.errors import CaseError
from workbench.evidence.custody import check_journal, examine, note, read_manifest
from workbench.evidence.custody.comparing import Changes
from workbench.evidence.custody.journal import JOURNAL
from workbench.evidence.custody.manifest import MANIFEST
from workbench.evidence.custody.telling import in_short, told_entry

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def loaded(case: Path, evidence: Path) -> Path:
    load(case, evidence)
    return case


def faults(case: Path) -> str:
    return "\n".join(examine(case).faults)


def said(capsys: Capture, *words: object) -> tuple[int, str]:
    code = main(["custody", *map(str, words)])
    return code, capsys.readouterr().out


def test_all_is_as_it_was(loaded: Path, capsys: Capture) -> None:
    note(loaded, "export", {"file": "acme.html"}, {"sha256": "4f53"})
    code, out = said(capsys, loaded)
    assert code == 0
    assert "wrote the briefing acme.html, SHA-256 4f53" in out
    assert "2 lines, chain unbroken" in out
    assert "as loaded (size and time of 3 files compared)" in out
    assert read_manifest(loaded)[0].root_sha256 in out
    head = check_journal(loaded).head_sha256
    words = "all is as it was, as far as size and time tell; --full compares hashes"
    assert out.endswith(f"head hash  {head}\n{words}\n")
    out = said(capsys, loaded, "--full")[1]
    assert "as loaded (hashes of 3 files compared)" in out
    assert out.endswith(f"head hash  {head}\nall is as it was\n")


def test_a_touched_file_is_cleared_by_its_hash(loaded: Path, evidence: Path, capsys: Capture) -> None:
    touch(evidence / "notes.txt")
    code, out = said(capsys, loaded)
    assert code == 1
    assert "notes.txt: its time is another; --full tells whether its content is" in out
    assert out.endswith("NOT all is as it was\n")
    assert said(capsys, loaded, "--full")[0] == 0


def test_changed_content_is_found_by_its_hash(loaded: Path, evidence: Path, capsys: Capture) -> None:
    overwrite(evidence / "notes.txt", b"seen by nobodY")
    assert said(capsys, loaded)[0] == 0
    code, out = said(capsys, loaded, "--full")
    assert code == 1
    assert "1 of 3 files is not what was loaded" in out
    assert "changed    notes.txt: its content is another" in out


def test_gone_and_new_end_with_1(loaded: Path, evidence: Path, capsys: Capture) -> None:
    (evidence / "notes.txt").rename(evidence / "more.txt")
    code, out = said(capsys, loaded)
    assert code == 1
    assert "gone       notes.txt" in out
    assert "not loaded more.txt" in out


def test_a_new_file_alone_ends_with_1(loaded: Path, evidence: Path, capsys: Capture) -> None:
    (evidence / "more.txt").write_text("more")
    code, out = said(capsys, loaded)
    assert code == 1
    assert "as loaded (size and time of 3 files compared); 1 file not loaded" in out


def test_evidence_that_is_not_here_can_not_be_told_of(loaded: Path, evidence: Path, capsys: Capture) -> None:
    evidence.rename(evidence.with_name("moved"))
    code, out = said(capsys, loaded)
    assert code == 1
    assert "evidence   not here to compare" in out
    assert "of the rest nothing can be told" in out
    assert "NOT all" not in out


def test_a_broken_chain_ends_with_1(loaded: Path, evidence: Path, capsys: Capture) -> None:
    load(loaded, evidence)
    path = loaded / JOURNAL
    path.write_text(path.read_text().replace('"files": 3', '"files": 4', 1))
    code, out = said(capsys, loaded)
    assert code == 1
    assert "chain BROKEN at line 2" in out
    assert "fault      the journal's chain breaks at line 2: line 1 was changed" in out


def test_a_cut_line_is_told_before_and_after_it_is_recorded(loaded: Path, capsys: Capture) -> None:
    note(loaded, "export", {"file": "a.html"}, {})
    (loaded / JOURNAL).write_bytes((loaded / JOURNAL).read_bytes()[:-40])
    code, out = said(capsys, loaded)
    assert code == 1
    assert "the last line is cut" in out
    note(loaded, "export", {"file": "a.html"}, {})
    code, out = said(capsys, loaded)
    assert code == 0
    assert "line 2 was cut, as the next one records" in out
    assert "found line 2 cut" in out


def test_a_row_that_was_changed_does_not_fit_the_root(loaded: Path) -> None:
    text = (loaded / MANIFEST).read_text()
    one = read_manifest(loaded)[0].files[0].sha256
    (loaded / MANIFEST).write_text(text.replace(f'"{one}"', f'"{"0" * 64}"'))
    assert "the manifest was changed: its rows have the root hash" in faults(loaded)


OTHERS = [('"verdict":null', '"verdict":"valid"'), ('"events":1', '"events":7')]


@pytest.mark.parametrize(("field", "other"), OTHERS)
def test_what_the_root_does_not_cover_is_covered_by_the_journal(loaded: Path, field: str, other: str) -> None:
    (loaded / MANIFEST).write_text((loaded / MANIFEST).read_text().replace(field, other, 1))
    assert "not the one that the journal's last load wrote" in faults(loaded)


def test_a_journal_without_its_last_load_does_not_fit_the_manifest(loaded: Path, evidence: Path) -> None:
    (evidence / "more.txt").write_text("more")
    load(loaded, evidence)
    first, _ = (loaded / JOURNAL).read_bytes().splitlines(keepends=True)
    (loaded / JOURNAL).write_bytes(first)
    assert check_journal(loaded).broken_at is None
    assert "lines are gone" in faults(loaded)


def test_a_new_journal_does_not_fit_the_state_in_the_manifest(loaded: Path, evidence: Path) -> None:
    (evidence / "more.txt").write_text("more")
    load(loaded, evidence)
    last = check_journal(loaded).entries[2]
    (loaded / JOURNAL).unlink()
    note(loaded, "load", {"evidence": []}, {})
    note(loaded, "load", last.parameters, last.result)
    assert faults(loaded) == "the journal had another line 1 when the manifest was written"


@pytest.mark.parametrize("name", [JOURNAL, MANIFEST])
def test_one_of_both_missing_is_a_fault(loaded: Path, name: str, capsys: Capture) -> None:
    (loaded / name).unlink()
    code, out = said(capsys, loaded)
    assert code == 1
    assert "it was removed. Load the evidence again" in out


def test_a_manifest_that_is_none_is_a_fault_and_the_journal_is_told(loaded: Path, capsys: Capture) -> None:
    (loaded / MANIFEST).write_text("{}")
    code, out = said(capsys, loaded)
    assert code == 1
    assert "is not what a load wrote" in out
    assert "chain unbroken" in out


def test_no_case_is_a_wrong_call(tmp_path: Path, capsys: Capture) -> None:
    assert main(["custody", str(tmp_path)]) == 3
    assert "no case in" in capsys.readouterr().err
    with pytest.raises(CaseError):
        examine(tmp_path / "absent")


def test_as_json_it_is_one_document(loaded: Path, evidence: Path, capsys: Capture) -> None:
    code, out = said(capsys, loaded, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["is_as_it_was"] is True
    assert found["journal"]["head_sha256"] == check_journal(loaded).head_sha256
    assert found["journal"]["entries"][0]["action"] == "load"
    assert found["manifest"]["root_sha256"] == read_manifest(loaded)[0].root_sha256
    assert (found["evidence"]["files"], found["evidence"]["unchanged"]) == (3, 3)
    (evidence / "notes.txt").unlink()
    found = json.loads(said(capsys, loaded, "--json")[1])
    assert (found["is_as_it_was"], found["evidence"]["gone"]) == (False, ["notes.txt"])


def test_nothing_is_written(loaded: Path, capsys: Capture) -> None:
    before = {path: path.stat().st_mtime_ns for path in [loaded, *loaded.iterdir()]}
    for path in before:
        path.chmod(0o500 if path.is_dir() else 0o400)
    assert said(capsys, loaded, "--full")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in [loaded, *loaded.iterdir()]} == before
    loaded.chmod(0o700)


def test_it_loads_no_database(loaded: Path) -> None:
    script = "import sys; from workbench.cli import main; main(sys.argv[1:]); print(sorted(sys.modules))"
    words = [sys.executable, "-c", script, "custody", str(loaded), "--full"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1]
    assert "'workbench.evidence.custody'" in modules
    assert not [name for name in ("duckdb", "pandas", "ibis", "pyarrow") if f"'{name}'" in modules]


def test_nothing_written_into_a_case_steers_a_terminal(case: Path, evidence: Path, capsys: Capture) -> None:
    (evidence / "a\x1b[31m\nb").write_text("odd")
    load(case, evidence)
    (evidence / "a\x1b[31m\nb").unlink()
    note(case, "que\x1b[2Jry", {"sql\x1b": "\x1b[31m", "list": ["\x1b"]}, {"text": "{files}"})
    note(case, "export", {"file": {"\x1b": "{0.__class__}"}}, {})
    path = case / JOURNAL
    path.write_text(path.read_text().replace('"at_utc": "', '"at_utc": "\\u001b'))
    _, out = said(capsys, case)
    assert "\x1b" not in out
    assert "\\x1b20" in out
    assert "a\\x1b[31m\\nb" in out
    assert "{files}" in out


def test_what_an_entry_does_not_say_is_unknown(case: Path) -> None:
    note(case, "load", {}, {})
    told = told_entry(check_journal(case).entries[1])
    assert "loaded unknown: files unknown, events unknown" in told


def test_long_lists_are_cut_in_words_and_not_in_json(case: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}").write_text("[]")
    load(case, folder)
    for number in range(29):
        (folder / f"{number:02}").unlink()
    out = said(capsys, case)[1]
    assert "gone       and 9 more: --json lists them all" in out
    assert len(json.loads(said(capsys, case, "--json")[1])["evidence"]["gone"]) == 29


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (Changes(True, 1, 1), "as loaded (hashes of 1 file compared)"),
        (
            Changes(False, 3, 1, absent=["/e"], absent_files=2),
            "as loaded (size and time of 1 file compared); 2 files not here to compare",
        ),
        (Changes(False, 2, 1, unreadable=[{"path": "a", "detail": "d"}]), "1 file cannot be read"),
        (
            Changes(False, 2, 0, gone=["a", "b"], new=["c"]),
            "2 of 2 files are not what was loaded; 1 file not loaded",
        ),
        (Changes(False, 2, 2, replaced=["a"]), "1 of 2 files is not what was loaded"),
    ],
)
def test_in_short(changes: Changes, words: str) -> None:
    assert in_short(changes) == words


def test_a_replaced_file_is_not_as_it_was(case: Path, evidence: Path, capsys: Capture) -> None:
    [before] = files_of(evidence / LOG.format("A"))
    before.replaced = True
    overwrite(evidence / LOG.format("A"), b"[]")
    load(case, evidence, files=[before, *files_of(evidence)])
    code, out = said(capsys, case)
    assert code == 1
    assert "a later load read other content; the events of both are in the case" in out

"""Custody in a briefing: whether the evidence is what was loaded, and what was exported."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.briefing import books
from tests.builders import event, trail
from tests.evidence.custody.cases import overwrite, sha256, touch
from workbench import briefing
from workbench.briefing.custody import custody_line
from workbench.errors import CaseError
from workbench.evidence.custody import check_journal, examine, note
from workbench.evidence.custody.journal import JOURNAL
from workbench.evidence.custody.manifest import MANIFEST


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence"
    for name in ("A", "B"):
        trail(folder, event(), name=name)
    return folder


@pytest.fixture
def case(tmp_path: Path, evidence: Path) -> Path:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence)
    con.disconnect()
    return tmp_path / "case"


def head(case: Path) -> list[dict[str, str]]:
    con = wb.open_case(case, read_only=True)
    try:
        return briefing.head(con).data["facts"]
    finally:
        con.disconnect()


def log(evidence: Path, name: str) -> Path:
    return next(evidence.rglob(f"*_{name}.json.gz"))


def test_evidence_as_loaded_is_good_and_in_its_place(case: Path) -> None:
    facts = head(case)
    assert [fact["label"] for fact in facts].index("Custody") == 4
    assert facts[4]["text"] == (
        "evidence as loaded (size and time of 2 files compared);"
        " 1 load noted, the chain of the journal is unbroken"
    )
    assert facts[4]["tone"] == "good"


def test_changed_evidence_is_the_first_line(case: Path, evidence: Path) -> None:
    touch(log(evidence, "A"))
    names = [log(evidence, name).name for name in ("A", "B")]
    log(evidence, "B").unlink()
    first = head(case)[0]
    assert (first["label"], first["tone"]) == ("Custody", "bad")
    told = f"2 files are not what was loaded: {names[0]} (time), {names[1]} (gone); 1 load noted"
    assert first["text"].startswith(told)


def test_the_root_hash_of_the_briefing_is_that_of_the_manifest(case: Path, evidence: Path) -> None:
    (evidence / "broken.json.gz").write_bytes(b"\x1f\x8b cut")
    con = wb.open_case(case)
    for _ in range(2):
        wb.load(con, evidence)
        found = examine(case).manifest
        assert found
        assert found.root_sha256 == briefing.evidence_list(con).data["root"]
        trail(evidence, event(), name="A")
    con.disconnect()


def test_many_changed_files_are_counted(case: Path, evidence: Path, tmp_path: Path) -> None:
    con = wb.open_case(case)
    for number in range(4):
        trail(evidence, event(), name=f"N{number}")
    wb.load(con, evidence)
    con.disconnect()
    for path in evidence.rglob("*.gz"):
        touch(path)
    assert " and 3 more; 2 loads noted" in head(case)[0]["text"]


def test_evidence_that_is_not_here_is_not_called_changed(case: Path, evidence: Path) -> None:
    evidence.rename(evidence.with_name("moved"))
    fact = head(case)[4]
    assert fact["text"].startswith("the evidence is not here to compare; 1 load noted")
    assert fact["tone"] == "warn"


def test_files_that_were_not_loaded_are_no_change_of_those_that_were(case: Path, evidence: Path) -> None:
    trail(evidence, event(), name="C")
    fact = head(case)[4]
    assert "evidence as loaded (size and time of 2 files compared); 1 file not loaded" in fact["text"]
    assert fact["tone"] == "warn"


def test_a_broken_chain_and_a_changed_manifest_are_the_first_line(case: Path) -> None:
    note(case, "export", {}, {})
    text = (case / JOURNAL).read_text()
    (case / JOURNAL).write_text(text.replace('"files": 2', '"files": 3', 1))
    first = head(case)[0]
    assert (first["label"], first["tone"]) == ("Custody", "bad")
    assert "the journal's chain breaks at line 2" in first["text"]
    assert "unbroken" not in first["text"]
    (case / JOURNAL).write_text(text)
    (case / MANIFEST).write_text((case / MANIFEST).read_text().replace('"events":1', '"events":9', 1))
    assert "not the one that the journal's last load wrote" in head(case)[0]["text"]
    (case / MANIFEST).write_text("{")
    assert head(case)[0]["tone"] == "bad"


def test_a_case_from_before_there_was_custody_says_so(case: Path) -> None:
    for name in (JOURNAL, MANIFEST):
        (case / name).unlink()
    fact = head(case)[4]
    assert (fact["tone"], "nothing was noted" in fact["text"]) == ("warn", True)


def test_a_journal_that_cannot_be_read_is_told(case: Path) -> None:
    (case / JOURNAL).unlink()
    (case / JOURNAL).mkdir()
    assert custody_line(case)[1:] == (f"cannot read {case / JOURNAL}: Is a directory. See to its disk", "bad")


def test_the_head_writes_nothing(case: Path, evidence: Path) -> None:
    overwrite(log(evidence, "A"), b"other")
    before = {path: path.read_bytes() for path in (case / JOURNAL, case / MANIFEST)}
    head(case)
    assert {path: path.read_bytes() for path in before} == before


def test_names_in_the_evidence_are_shown_and_do_nothing(case: Path, evidence: Path) -> None:
    con = wb.open_case(case)
    odd = evidence / "a\x1b[31m\u202e.json"
    odd.write_text("[]")
    wb.load(con, evidence)
    con.disconnect()
    odd.unlink()
    assert "a\\x1b[31m\\u202e.json (gone)" in head(case)[0]["text"]


@pytest.mark.slow
def test_an_exported_briefing_is_noted_with_its_hash(own_case: Path, tmp_path: Path) -> None:
    page = briefing.write_briefing(own_case, tmp_path / "page.html", [books.final(tmp_path)])
    last = list(check_journal(own_case).entries.values())[-1]
    assert last.action == "export"
    assert last.parameters["file"] == str(page.resolve())
    assert last.result == {"sha256": sha256(page.read_bytes())}
    assert examine(own_case).is_as_it_was
    assert "evidence as loaded" in page.read_text()


@pytest.mark.slow
def test_a_page_of_changed_evidence_says_so_at_its_top(case: Path, evidence: Path, tmp_path: Path) -> None:
    touch(log(evidence, "A"))
    page = briefing.write_briefing(case, tmp_path / "page.html", [books.final(tmp_path)]).read_text()
    told = page.index("1 file is not what was loaded")
    assert told < page.index("Covered time")
    assert str(evidence) not in page


def run_notebook(case: Path, folder: Path) -> Any:
    return briefing.run(books.final(folder), folder / "out.ipynb", case=case)


@pytest.mark.slow
def test_a_page_without_a_case_is_noted_nowhere(case: Path, tmp_path: Path) -> None:
    made = run_notebook(case, tmp_path)
    briefing.export_html(made, tmp_path / "page.html")
    assert [entry.action for entry in check_journal(case).entries.values()] == ["load"]
    with pytest.raises(CaseError, match="export is not noted"):
        briefing.export_html(made, tmp_path / "page.html", case=tmp_path / "absent")

"""The file of findings: append-only, private, and readable when a line is broken."""

import os
import stat
from pathlib import Path

import pytest

from workbench.briefing import ledger
from workbench.errors import CaseError


def test_a_line_per_entry_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    ledger.append(path, {"statement": "one"})
    ledger.append(path, {"statement": "two\u2028\ud800"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes().splitlines()) == 2
    entries, faults = ledger.read(path)
    assert [entry["statement"] for entry in entries] == ["one", "two\u2028\ud800"]
    assert faults == []


def test_a_cut_last_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    ledger.append(path, {"statement": "whole"})
    ledger.append(path, {"statement": "cut in the middle"})
    path.write_bytes(path.read_bytes()[:-9])
    entries, faults = ledger.read(path)
    assert [entry["statement"] for entry in entries] == ["whole"]
    assert faults == ["findings.jsonl line 2 is cut (the write was interrupted); the other lines are kept"]


def test_a_note_after_a_cut_line_is_not_glued_to_it(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    path.write_bytes(b'{"statement": "cut')
    ledger.append(path, {"statement": "after"})
    entries, faults = ledger.read(path)
    assert [entry["statement"] for entry in entries] == ["after"]
    assert len(faults) == 1
    assert "line 1 is not JSON" in faults[0]


NO_ENTRIES = [b"[1, 2]", b'{"no": "statement"}', b'{"statement": 7}', b"\xff\xfe", b"null"]


@pytest.mark.parametrize("line", NO_ENTRIES)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "findings.jsonl"
    path.write_bytes(line + b'\n\n{"statement": "kept"}\n')
    entries, faults = ledger.read(path)
    assert [entry["statement"] for entry in entries] == ["kept"]
    assert len(faults) == 1


def test_no_file_is_no_finding(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "findings.jsonl") == ([], [])


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links cannot be refused on this system")
def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("evidence")
    (tmp_path / "findings.jsonl").symlink_to(outside)
    with pytest.raises(CaseError, match="nothing was noted"):
        ledger.append(tmp_path / "findings.jsonl", {"statement": "one"})
    assert outside.read_text() == "evidence"


def test_an_absent_case_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="absent"):
        ledger.append(tmp_path / "absent" / "findings.jsonl", {"statement": "one"})

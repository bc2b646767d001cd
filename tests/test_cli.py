"""The command line as a script uses it: words in, text and exit code out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import event, trail
from workbench.cli import find_notebook, main
from workbench.errors import ParameterError

Capture = pytest.CaptureFixture[str]


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("workbench 0.")


def test_python_dash_m_is_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "workbench", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("workbench 0.")


@pytest.mark.parametrize("words", [["nonsense"], ["load"], ["load", "c"], ["sample", "x", "--accounts", "1"]])
def test_a_wrong_call_ends_with_3(words: list[str], capsys: Capture) -> None:
    assert main(words) == 3
    assert "Error" in capsys.readouterr().err


def test_load_prints_what_was_loaded(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event(), event())
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 0
    assert "2 events, 2 new" in capsys.readouterr().out
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 0
    assert "2 events, 0 new" in capsys.readouterr().out


def test_load_as_json_has_the_fields_of_the_contract(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event())
    assert main(["load", "--json", str(tmp_path / "case"), str(evidence)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {"files", "files_loaded", "files_unchanged", "files_set_aside", "records_set_aside"} <= set(report)
    assert (report["files"], report["events"], report["events_new"], report["duplicates"]) == (1, 1, 1, 0)


def test_something_set_aside_ends_with_1(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event())
    (tmp_path / "evidence" / "broken.json.gz").write_bytes(b"\x1f\x8b\x08\x00cut")
    assert main(["load", str(tmp_path / "case"), str(evidence), str(tmp_path / "evidence")]) == 1
    assert "file set aside" in capsys.readouterr().out


def test_no_such_evidence_ends_with_3_and_a_remedy(tmp_path: Path, capsys: Capture) -> None:
    assert main(["load", str(tmp_path / "case"), str(tmp_path / "absent")]) == 3
    captured = capsys.readouterr()
    assert "absent" in captured.err
    assert "Traceback" not in captured.err


def test_no_such_evidence_makes_no_case_and_loads_nothing(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event())
    words = ["load", str(tmp_path / "case"), str(evidence), str(tmp_path / "absent")]
    assert main(words) == 3
    assert "no such evidence" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()
    assert main(words[:3]) == 0
    assert main(words) == 3
    assert main(words[:3]) == 0
    assert "1 events, 0 new" in capsys.readouterr().out


def test_a_hostile_path_cannot_steer_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    evidence = tmp_path / "evidence"
    trail(evidence, event())
    (evidence / "a\x1b[31mred\nline.json").write_text("not json")
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[31mred\nline" in out


def test_between_keeps_the_start_and_leaves_the_end(tmp_path: Path, capsys: Capture) -> None:
    times = ("2026-03-01T09:59:59Z", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")
    evidence = trail(tmp_path / "evidence", *(event(eventTime=time) for time in times))
    words = ["--between", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"]
    assert main(["load", "--json", *words, str(tmp_path / "case"), str(evidence)]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 1


def test_briefing_of_an_absent_case_names_the_remedy(tmp_path: Path, capsys: Capture) -> None:
    assert main(["briefing", str(tmp_path / "absent")]) == 3
    assert "workbench load" in capsys.readouterr().err


def test_an_unknown_notebook_lists_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="01_triage"):
        find_notebook("99_nonsense")


@pytest.mark.slow
def test_from_files_to_briefing(sample_case: Path, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "briefing.html"
    assert main(["briefing", str(sample_case), "-o", str(page)]) == 0
    assert capsys.readouterr().out.strip().endswith("briefing.html")
    text = page.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in text
    assert len(text.encode()) <= 3_000_000


@pytest.mark.slow
def test_a_parameter_the_notebook_does_not_know(sample_case: Path, capsys: Capture) -> None:
    assert main(["briefing", str(sample_case), "-p", "nonsense", "1"]) == 3
    assert "nonsense" in capsys.readouterr().err

"""The command line as a script uses it: words in, text and exit code out."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import tqdm

import workbench as wb
from tests.builders import event, trail
from workbench.cli import main
from workbench.cli.investigating import find_notebook
from workbench.cli.words import progress_bar
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
    assert "truncated-gzip: 1 file set aside" in capsys.readouterr().out


def test_salvage_keeps_what_stands_before_the_cut(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event())
    evidence.write_bytes(evidence.read_bytes()[:-8])
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 1
    assert main(["load", "--salvage", str(tmp_path / "case"), str(evidence)]) == 0
    assert "1 event, 1 new" in capsys.readouterr().out


def test_verify_hash_sees_what_size_and_time_do_not_say(tmp_path: Path, capsys: Capture) -> None:
    evidence = trail(tmp_path / "evidence", event(eventName="ListUsers"))
    words = ["load", str(tmp_path / "case"), str(evidence), "--json"]
    assert main(words) == 0
    time = evidence.stat().st_mtime_ns
    evidence.write_bytes(evidence.read_bytes()[:4] + b"\1\0\0\0" + evidence.read_bytes()[8:])
    os.utime(evidence, ns=(time, time))
    capsys.readouterr()
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["files_unchanged"] == 1
    assert main([*words, "--verify-hash"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["files_unchanged"], report["files_loaded"], report["duplicates"]) == (0, 1, 1)
    assert [warning["kind"] for warning in report["warnings"]] == ["changed"]


class Terminal(io.StringIO):
    """What a command writes to a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_shows_files_events_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(tqdm, "tqdm", partial(tqdm.tqdm, mininterval=0, miniters=1, ncols=80))
    with progress_bar("files", "events") as show:
        show(1, 4, 1_200)
        show(3, 4, 5_600)
    shown = terminal.getvalue()
    assert re.search(r" 75%\|.* 3/4 files, 5,600 events, [\d,]+/s \[", shown)
    assert max(map(len, shown.split("\r"))) <= 80


def test_progress_is_for_terminals(capsys: Capture) -> None:
    with progress_bar("files", "events") as show:
        show(1, 1, 1)
    assert capsys.readouterr().err == ""


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
    assert "1 event, 0 new" in capsys.readouterr().out


def test_a_hostile_path_cannot_steer_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    evidence = tmp_path / "evidence"
    trail(evidence, event())
    (evidence / "a\x1b[31mred\nline.json").write_text("not json")
    assert main(["load", str(tmp_path / "case"), str(evidence)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[31mred\nline" in out


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A case of two events, one of them `e-1`."""
    records = [event(eventID="e-1", userAgent="a\u009bb\u202ec"), event()]
    evidence = tmp_path / "evidence" / "a.json"
    evidence.parent.mkdir()
    evidence.write_text(json.dumps({"Records": records}, ensure_ascii=False))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence)
    con.disconnect()
    return tmp_path / "case"


def test_raw_prints_the_bytes_and_tells_where_they_are_from(
    loaded: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    log = loaded.parent / "evidence" / "a.json"
    assert main(["raw", str(loaded), "e-1"]) == 0
    printed, told = capsysbinary.readouterr()
    assert json.loads(printed)["eventID"] == "e-1"
    assert printed in log.read_bytes()
    assert f"{log}, record 0 (records)".encode() in told
    assert hashlib.sha256(log.read_bytes()).hexdigest().encode() in told


def test_raw_on_a_terminal_is_only_text(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["raw", str(loaded), "e-1"]) == 0
    assert r"a\x9bb\u202ec" in terminal.getvalue()
    assert terminal.getvalue().isascii()


def test_raw_of_no_such_event_ends_with_1(loaded: Path, capsys: Capture) -> None:
    assert main(["raw", str(loaded), "e-\x1b2"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.startswith(r"workbench: no event e-\x1b2 in")) == ("", True)


def test_raw_of_evidence_that_was_moved(loaded: Path, capsys: Capture) -> None:
    elsewhere = shutil.move(loaded.parent / "evidence", loaded.parent / "elsewhere")
    assert main(["raw", str(loaded), "e-1"]) == 3
    assert "there is no" in capsys.readouterr().err
    assert main(["raw", str(loaded), "e-1", "--evidence", str(elsewhere)]) == 0


def test_raw_of_an_id_that_two_accounts_have(tmp_path: Path, capsys: Capture) -> None:
    both = [event(eventID="e-1", recipientAccountId=account) for account in ("111122223333", "444455556666")]
    assert main(["load", str(tmp_path / "case"), str(trail(tmp_path / "evidence", *both))]) == 0
    assert main(["raw", str(tmp_path / "case"), "e-1"]) == 3
    assert "1: account 444455556666" in capsys.readouterr().err
    for choice in (["--account", "444455556666"], ["--place", "1"]):
        assert main(["raw", str(tmp_path / "case"), "e-1", *choice]) == 0
        assert "444455556666" in capsys.readouterr().out


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

"""What lies outside of the evidence: lists, places and findings beside the rules, and files in the case."""

import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event
from tests.detections.asking import no_rules, rule, rules
from tests.detections.mmdb import database
from workbench.cli import main
from workbench.detections import examine, load_suppressions
from workbench.detections.reading import folders
from workbench.errors import ParameterError

BERLIN, SINGAPORE = "198.51.100.0/24", "203.0.113.0/24"
PLACES = {
    BERLIN: {"location": {"latitude": 52.5, "longitude": 13.4}, "city": {"names": {"en": "Berlin"}}},
    SINGAPORE: {"location": {"latitude": 1.3, "longitude": 103.8}, "city": {"names": {"en": "Singapore"}}},
}
FINDING = {
    "id": "f1",
    "type": "Recon:IAMUser/MaliciousIPCaller",
    "title": "Reconnaissance",
    "severity": 8,
    "resource": {"accessKeyDetails": {"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}},
    "service": {"eventFirstSeen": "2026-09-02T05:00:00Z", "eventLastSeen": "2026-09-02T06:30:00Z"},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case of one call at home and one far away two hours later, and no built-in rule."""
    home = event(eventID="home", eventTime="2026-09-02T04:00:00Z")
    away = event(eventID="away", eventTime="2026-09-02T06:00:00Z", sourceIPAddress="203.0.113.9")
    case(tmp_path, home, away).disconnect()
    monkeypatch.setattr(folders, "BUILT_IN", no_rules(tmp_path / "built-in"))
    return tmp_path / "case"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    written = {
        "--threat-list": ("bad.txt", b"203.0.113.0/24 ; scanner\n"),
        "--places": ("places.mmdb", database(PLACES)),
        "--guardduty": ("findings.json", json.dumps([FINDING]).encode()),
    }
    for name, data in written.values():
        (tmp_path / name).write_bytes(data)
    return {option: tmp_path / name for option, (name, _) in written.items()}


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["detect", *map(str, words)])
    told = capsys.readouterr()
    return code, told.out, told.err


def found(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, tuple[str | None, str, str]]:
    code, out, err = answer(capsys, *words, "--format", "json")
    assert (code, err) == (0, "")
    return {row["rule_id"]: (row["eventID"], row["severity"], row["reason"]) for row in json.loads(out)}


EXPECTED = {
    "--threat-list": {
        "threat-list-address": (
            "away", "high", "203.0.113.9 called ListUsers; LIST lists 203.0.113.0/24: scanner"
        )
    },
    "--places": {
        "impossible-travel": (
            "away", "medium",
            "203.0.113.9 (Singapore) 120 minutes after 198.51.100.7 (Berlin): 9920 km at 4960 km/h;"
            " 1 such journey",
        )
    },
    "--guardduty": {
        "Recon:IAMUser/MaliciousIPCaller": (
            "away", "high", "GuardDuty finding f1: Reconnaissance; 1 event by access key"
        )
    },
}  # fmt: skip
IN_CASE = {"--threat-list": "threats.txt", "--places": "places.mmdb", "--guardduty": "guardduty.json"}


def expected(option: str, name: str) -> dict[str, tuple[str, str, str]]:
    told = EXPECTED[option].items()
    return {rule: (event, worth, why.replace("LIST", name)) for rule, (event, worth, why) in told}


@pytest.mark.parametrize("option", EXPECTED)
def test_a_file_is_an_option_or_lies_in_the_case(
    option: str, folder: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(capsys, folder) == {}
    assert found(capsys, folder, option, files[option]) == expected(option, files[option].name)
    own = folder / IN_CASE[option]
    files[option].rename(own)
    assert found(capsys, folder) == expected(option, own.name)
    assert found(capsys, folder, option, own) == expected(option, own.name)  # read once


def test_all_of_them_are_in_the_alerts_the_report_and_the_layer(
    folder: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [word for pair in files.items() for word in pair]
    report, layer = tmp_path / "report.json", tmp_path / "layer.json"
    code, out, _ = answer(
        capsys, folder, *named, "--alerts", "--format", "json", "--report", report, "--navigator", layer
    )
    assert code == 0
    assert [(row["rule_id"], row["hits"]) for row in json.loads(out)] == [
        ("Recon:IAMUser/MaliciousIPCaller", 1), ("threat-list-address", 1), ("impossible-travel", 1),
    ]  # fmt: skip
    told = [
        (row["rule_id"], row["path"], row["status"], row["reason"], row["hits"])
        for row in json.loads(report.read_text())["rules"]
    ]
    assert told == [
        ("instance-credentials-elsewhere", "", "ran", None, 0),
        ("threat-list-address", str(files["--threat-list"]), "ran", None, 1),
        ("impossible-travel", str(files["--places"]), "ran", None, 1),
        ("Recon:IAMUser/MaliciousIPCaller", str(files["--guardduty"]), "ran", None, 1),
    ]
    assert [(one["techniqueID"], one["score"]) for one in json.loads(layer.read_text())["techniques"]] == [
        ("T1078.004", 2)
    ]


def test_several_lists_are_asked_together_and_the_narrowest_entry_tells(
    folder: Path, files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.txt"
    more.write_text("203.0.113.9 # seen before\n198.51.100.7\n", encoding="utf-8")
    code, out, _ = answer(
        capsys, folder, "--threat-list", files["--threat-list"], "--threat-list", more, "--format", "json"
    )
    assert code == 0
    assert [row["reason"].partition("; ")[2] for row in json.loads(out)] == [
        "more.txt lists 198.51.100.7", "more.txt lists 203.0.113.9: seen before",
    ]  # fmt: skip


def test_what_is_suppressed_stays_and_says_why(
    folder: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = "- {rule: threat-list-address, sourceIPAddress: 203.0.113.0/24, why: our scanner}"
    (folder / "suppressions.yml").write_text(expected, encoding="utf-8")
    told = found(capsys, folder, "--threat-list", files["--threat-list"])["threat-list-address"]
    assert told[1] == "informational"
    assert told[2].endswith("; suppressed: our scanner; informational instead of high")


EMPTY = {
    "--suppress": (["", "# none yet\n", "---\n...\n", "[]", "\ufeff~"], "suppression", "suppressions.yml"),
    "--threat-list": (["", "\r\n# none\r\n", "\ufeff"], "address", "threats.txt"),
    "--guardduty": (["", "[]", '{"Findings": []}'], "finding", "guardduty.json"),
}


@pytest.mark.parametrize(
    ("option", "text"), [(option, text) for option in EMPTY for text in EMPTY[option][0]]
)
def test_a_file_that_holds_nothing_is_told_and_stops_nothing(
    option: str, text: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, what, known = EMPTY[option]
    for path, words in ((tmp_path / "empty", [option, tmp_path / "empty"]), (folder / known, [])):
        path.write_text(text, encoding="utf-8", newline="")
        code, _, err = answer(capsys, folder, *words)
        assert (code, err) == (0, f"empty {path}: no {what} in it. Fill it, or leave it out\n")
    code, _, err = answer(capsys, folder, option, folder / known)  # the case's own: once
    assert (code, err.count("\n")) == (0, 1)


def test_what_holds_nothing_is_told_in_notebooks_too(folder: Path) -> None:
    (folder / "threats.txt").write_text("# none", encoding="utf-8")
    (folder / "suppressions.yml").write_text("[]", encoding="utf-8")
    con = wb.open_case(folder, read_only=True)
    outcome = examine(wb.events(con), [], instances=True)
    assert [told.partition(":")[0] for told in outcome.empty] == [
        str(folder / "suppressions.yml"), str(folder / "threats.txt"),
    ]  # fmt: skip
    (said,) = wb.detections.told(outcome).told.execute()
    con.disconnect()
    assert f"Empty {folder / 'threats.txt'}: no address in it. Fill it, or leave it out." in said


BROKEN = {
    "--threat-list": [b"not an address\n", b"\xff\xfe\x00", b"0.0.0.0/0\n"],
    "--places": [b"no database", b""],
    "--guardduty": [b'{"Records": []}', b"[1]", b"{", b'[{"id": "f", "type": "t", "severity": "x"}]'],
}


@pytest.mark.parametrize(
    ("option", "data"), [(option, data) for option, bad in BROKEN.items() for data in bad]
)
def test_a_file_that_cannot_be_read_is_a_wrong_call(
    option: str, data: bytes, folder: Path, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = files[option]
    path.write_bytes(data)
    code, out, err = answer(capsys, folder, option, path)
    assert (code, out) == (3, "")
    assert str(path) in err
    assert "Traceback" not in err


@pytest.mark.parametrize("option", [*EXPECTED, "--suppress"])
def test_a_file_that_is_not_there_or_a_folder_is_a_wrong_call(
    option: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (tmp_path / "none", tmp_path):
        code, out, err = answer(capsys, folder, option, path)
        assert (code, out) == (3, "")
        assert str(path) in err


@pytest.mark.parametrize("name", ["suppressions.yml", "organization.json", "threats.txt", "guardduty.json"])
def test_a_link_in_the_case_that_leads_nowhere_is_said(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).symlink_to("nowhere")
    code, _, err = answer(capsys, folder)
    assert code == 3
    assert name in err


SHARE = {"eventName": "Share", "requestParameters": {"with": "999900001111"}}


@pytest.fixture
def shared(tmp_path: Path) -> tuple[Any, list[Any], Path]:
    """A case in which something is shared, the rule that looks for it, and the case's folder."""
    con = case(tmp_path, event(**SHARE))
    (tmp_path / "rules").mkdir()
    document = rule({"s": {"eventName": "Share"}}, custom={"foreign": "requestParameters.with"})
    return con, rules(tmp_path / "rules", {"share": document}), tmp_path / "case"


def test_the_organization_of_the_case_folder_is_ours(shared: tuple[Any, list[Any], Path]) -> None:
    con, known, folder = shared
    assert examine(wb.events(con), known).rules[0].hits == 1
    other = {"Accounts": [{"Id": "444455556666"}]}
    (folder / "organization.json").write_text(json.dumps(other), encoding="utf-8")
    assert examine(wb.events(con), known).rules[0].hits == 1
    assert examine(wb.events(con), known, organization="999900001111").rules[0].hits == 0  # both are ours
    ours = {"Accounts": [{"Id": "999900001111"}]}
    (folder / "organization.json").write_text(json.dumps(ours), encoding="utf-8")
    assert examine(wb.events(con), known).rules[0].hits == 0
    assert wb.detections.run(wb.events(con), known).count().execute() == 0
    (folder / "organization.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ParameterError, match="does not list the accounts"):
        wb.detections.run(wb.events(con), known)
    con.disconnect()


def test_suppressions_of_the_case_folder_count_in_python_too(
    shared: tuple[Any, list[Any], Path], tmp_path: Path
) -> None:
    con, known, folder = shared
    (folder / "suppressions.yml").write_text("- {rule: share, why: known}", encoding="utf-8")
    (row,) = wb.detections.run(wb.events(con), known).to_pyarrow().to_pylist()
    assert row["severity"] == "informational"
    more = tmp_path / "more.yml"
    more.write_text("- {rule: share, why: twice}", encoding="utf-8")
    hits = wb.detections.run(wb.events(con), known, suppressions=load_suppressions(more))
    assert "suppressed: twice; suppressed: known" in hits.reason.execute()[0]
    own = folder / "suppressions.yml"
    for paths, twice in ((more, 1), ([str(more), own], 1), (own, 0)):
        (reason,) = wb.detections.run(wb.events(con), known, suppressions=paths).reason.execute()
        assert (reason.count("twice"), reason.count("known")) == (twice, 1)
    con.disconnect()


def test_lists_of_the_case_are_asked_with_the_built_in_rules_only(folder: Path) -> None:
    (folder / "threats.txt").write_text("203.0.113.9", encoding="utf-8")
    con = wb.open_case(folder, read_only=True)
    assert [one.rule_id for one in examine(wb.events(con), []).rules] == []
    asked = [one.rule_id for one in examine(wb.events(con)).rules]
    assert asked == ["instance-credentials-elsewhere", "threat-list-address"]
    named = examine(wb.events(con), [], threat_lists=folder / "threats.txt").rules
    assert [(one.rule_id, one.hits) for one in named] == [("threat-list-address", 1)]
    con.disconnect()

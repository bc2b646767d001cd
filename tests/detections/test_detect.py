"""`workbench detect`: hits on standard output, refusals on standard error, files where one asks for them."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.builders import case, event, role_event
from tests.detections.asking import rule
from workbench.cli import main
from workbench.detections import alerts, load_rules, per_day, run
from workbench.detections.reading import folders

OFF = rule(
    {"s": {"eventName": "StopLogging"}},
    title="Trail stopped",
    level="high",
    tags=["attack.defense_evasion", "attack.t1562.008"],
    custom={"explain": "{principal} stopped {requestParameters.name}"},
)


@pytest.fixture
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "built-in"
    folder.mkdir()
    (folder / "off.yml").write_text(json.dumps(OFF), encoding="utf-8")
    quiet = rule({"s": {"eventName": "*"}}, title="Any", level="informational")
    (folder / "any.yml").write_text(json.dumps(quiet), encoding="utf-8")
    monkeypatch.setattr(folders, "BUILT_IN", folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stop: dict[str, Any] = {"eventName": "StopLogging", "requestParameters": {"name": "trail\x1b[31m"}}
    con = case(
        tmp_path,
        event(**stop, eventID="one", eventTime="2026-09-02T04:00:00Z"),
        event(**stop, eventID="two", eventTime="2026-09-02T04:59:59Z"),
        role_event(**stop, eventID="three", eventTime="2026-09-04T04:00:00Z"),
        event(eventID="other", eventTime="2026-09-02T04:30:00Z"),
    )
    con.disconnect()
    return tmp_path / "case"


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["detect", *map(str, words)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_table_shows_low_and_worse_and_nothing_that_steers(
    folder: Path, built_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(capsys, folder)
    assert (code, err) == (0, "")
    assert out.count("Trail stopped") == 3
    assert "Any" not in out
    assert "trail\\x1b[31m" in out


def test_json_has_every_severity_and_every_column(
    folder: Path, built_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = answer(capsys, folder, "--format", "json")
    rows = json.loads(out)
    assert [row["rule_id"] for row in rows].count("any") == 4
    assert rows[0].keys() >= {"rule_id", "title", "severity", "eventID", "eventTime", "principal", "reason"}
    assert rows[-1]["eventTime"] == "2026-09-04 04:00:00.000"
    _, out, _ = answer(capsys, folder, "--format", "json", "--min-severity", "critical")
    assert json.loads(out) == []


def test_rules_are_added_and_what_is_refused_is_told(
    folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more" / "deep"
    more.mkdir(parents=True)
    (more / "bad.yaml").write_text(json.dumps(rule({"s": {"host": "x"}})), encoding="utf-8")
    (more / "good.yml").write_text(json.dumps(rule({"s": {"eventName": "List*"}})), encoding="utf-8")
    report = tmp_path / "report.json"
    pattern = "{ $.eventName = ListUsers }"
    code, out, err = answer(
        capsys, folder, "--rules", more.parent, "--pattern", pattern, "--report", report, "--format", "json"
    )
    assert code == 0
    assert err == f"refused bad {more / 'bad.yaml'}: unknown field host\n"
    assert {row["rule_id"] for row in json.loads(out)} == {"any", "good", "off", "pattern-1"}
    told = {row["rule_id"]: row for row in json.loads(report.read_text())["rules"]}
    assert list(told["bad"]) == ["rule_id", "title", "path", "status", "reason", "hits", "seconds"]
    assert (told["bad"]["status"], told["bad"]["reason"]) == ("refused", "unknown field host")
    assert (told["off"]["status"], told["off"]["hits"]) == ("ran", 3)


def test_folders_are_added_to_each_other_and_an_id_that_stands_twice_runs_twice(
    folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = {
        "type": "event_count", "rules": ["off"], "timespan": "1h", "condition": {"gte": 1}, "generate": True,
    }  # fmt: skip
    written = {
        "a/off.yml": rule({"s": {"eventName": "List*"}}, id="off", level="low"),  # the id of a built-in one
        "a/bad.yml": rule({"s": {"host": "x"}}),
        "b/twin.yml": rule({"s": {"eventName": "ListUsers"}}, id="twin"),
        "b/other.yml": rule({"s": {"eventName": "StopLogging"}}, id="twin"),
        "b/deep/bad.yml": rule({"s": {"eventName|near": "x"}}),
        "b/pair.yml": {"correlation": counted},
        "a/lists.yml": {"correlation": counted},
    }  # fmt: skip
    for name, document in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(document), encoding="utf-8")
    report = tmp_path / "report.json"
    words = [
        "--rules",
        tmp_path / "a",
        "--rules",
        tmp_path / "b",
        "--rules",
        tmp_path / "a",
        "--report",
        report,
    ]
    code, out, err = answer(capsys, folder, *words, "--format", "json", "--min-severity", "low")
    assert code == 0
    told = [
        (row["rule_id"], Path(row["path"]).parent.name, row["status"], row["hits"]) for row in _rows(report)
    ]
    assert told == [
        ("any", "built-in", "ran", 4), ("off", "built-in", "ran", 3),
        ("bad", "a", "refused", 0), ("lists", "a", "ran", 1), ("off", "a", "ran", 1),
        ("bad", "deep", "refused", 0), ("twin", "b", "ran", 3), ("pair", "b", "refused", 0),
        ("twin", "b", "ran", 1),
        ("instance-credentials-elsewhere", "", "ran", 0),
    ]  # fmt: skip
    assert err.splitlines() == [
        f"refused bad {tmp_path / 'a/bad.yml'}: unknown field host",
        f"refused bad {tmp_path / 'b/deep/bad.yml'}: unknown modifier near",
        f"refused pair {tmp_path / 'b/pair.yml'}: several rules are called off",
    ]
    files = {(row["rule_id"], Path(row["rule_file"]).name) for row in json.loads(out)}
    assert files >= {("twin", "twin.yml"), ("twin", "other.yml"), ("off", "off.yml"), ("lists", "lists.yml")}
    _, lint, _ = answer(capsys, folder, *words[:-2], "--lint")
    assert f"id off is also that of a rule in {built_in / 'off.yml'}" in lint
    assert f"id twin is also that of a rule in {tmp_path / 'b/other.yml'}" in lint


def _rows(report: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["rules"]
    names = ["rule_id", "title", "path", "status", "reason", "hits", "seconds"]
    assert all(list(row) == names for row in rows)
    assert all((row["status"] == "refused") == (row["reason"] is not None) for row in rows)
    assert all(isinstance(row["seconds"], float) for row in rows)
    return rows


def test_a_report_is_whole_where_the_hits_are_not(
    folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    report = tmp_path / "report.json"
    with Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full:
        monkeypatch.setattr("sys.stdout", full)
        code, _, err = answer(capsys, folder, "--report", report)
        with suppress(OSError):
            full.close()
    assert code == 3
    assert err.startswith("workbench: standard output cannot be written: No space left on device.")
    assert {row["rule_id"] for row in _rows(report)} >= {"any", "off"}


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.parametrize("view", [[], ["--alerts"], ["--dry-run"]])
def test_standard_output_is_the_hits_and_nothing_else_in_every_format(
    form: str, view: list[str], folder: Path, built_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (built_in / "bad.yml").write_text("title: x", encoding="utf-8")
    code, out, err = answer(capsys, folder, "--format", form, *view)
    assert (code, err) == (0, f"refused bad {built_in / 'bad.yml'}: no detection\n")
    assert "refused" not in out
    assert "\x1b" not in out or form == "csv"  # which is for programs
    code, none, _ = answer(capsys, folder, "--format", form, *view, "--min-severity", "critical")
    assert code == 0
    assert len(none.splitlines()) < len(out.splitlines()) or form == "json"
    if form == "json":
        assert isinstance(json.loads(out), list)
        assert json.loads(none) == []


def test_alerts_are_a_rule_an_origin_and_an_hour(
    folder: Path, built_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = answer(capsys, folder, "--alerts", "--format", "json", "--min-severity", "low")
    rows = [(row["hour"], row["hits"], row["eventIDs"]) for row in json.loads(out)]
    assert rows == [("2026-09-02 04:00:00.000", 2, ["one", "two"]), ("2026-09-04 04:00:00.000", 1, ["three"])]


def test_a_dry_run_counts_alerts_per_day(
    folder: Path, built_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = answer(capsys, folder, "--dry-run", "--format", "json", "--min-severity", "low")
    (row,) = json.loads(out)
    assert (row["hits"], row["alerts"], row["days"], row["alerts_per_day"]) == (3, 2, 2.0, 1.0)


def test_suppressions_of_the_case_and_of_the_call(
    folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "suppressions.yml").write_text("- {rule: off, principal: '*:user/alice'}", encoding="utf-8")
    _, out, _ = answer(capsys, folder)
    assert out.count("Trail stopped") == 1
    more = tmp_path / "more.yml"
    more.write_text("- {rule: off, principal: '*:role/Deploy', why: nightly}", encoding="utf-8")
    _, out, err = answer(capsys, folder, "--suppress", more, "--min-severity", "informational")
    assert "suppressed: nightly; informational instead of high" in out
    assert err == ""


def test_a_suppression_that_fits_nothing_is_told(
    folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.yml"
    more.write_text("- {rule: off, principal: '*:user/bob'}\n- {rule: off}", encoding="utf-8")
    code, _, err = answer(capsys, folder, "--suppress", more)
    assert (code, err) == (
        0,
        f"unused suppression {more}: {{rule: 'off', principal: '*:user/bob'}} fits no hit\n",
    )


def test_lint_runs_no_rule(built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = answer(capsys, tmp_path / "no case", "--lint")
    assert code == 0
    assert out == f"{built_in / 'any.yml'}: any: eventName: * means any value; write |exists: true\n"


HIT = {"expect": "hit", "event": {"eventName": "StopLogging"}}
TRIED = {
    "good": ([HIT | {"severity": "high"}, {"expect": "miss", "event": {}}], []),
    "wrong": (
        [{"expect": "miss", "why": "near miss", "event": HIT["event"]}, {"expect": "hit", "event": {}}],
        ["wrong test 1: miss expected, hit (near miss)", "wrong test 2: hit expected, miss"],
    ),
    "milder": ([HIT | {"severity": "low"}], ["milder test 1: hit expected, hit of severity high, not low"]),
    "odd": (
        [{"expect": "yes", "event": {}}, {"expect": "hit"}, {"expect": "hit", "events": [{"repeat": "x"}]}],
        [
            "odd test 1: yes expected, no test: write expect (hit or miss), and event or events",
            "odd test 2: hit expected, no test: write expect (hit or miss), and event or events",
            "odd test 3: hit expected, no test: write expect (hit or miss), and event or events",
        ],
    ),
    "endless": (
        [{"expect": "hit", "events": [{"repeat": 10**12, "event": {}}]}],
        ["endless test 1: hit expected, no test: more than 100,000 events"],
    ),
}


@pytest.mark.parametrize("name", TRIED)
def test_the_tests_inside_rules_are_run(
    name: str, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests, said = TRIED[name]
    own = tmp_path / "own"
    own.mkdir()
    document = rule({"s": {"eventName": "StopLogging"}}, id=name, level="high", custom={"tests": tests})
    (own / "x.yml").write_text(json.dumps(document), encoding="utf-8")
    code, out, err = answer(capsys, tmp_path / "no case", "--rules", own, "--test")
    passed = len(tests) - len(said)
    assert out.splitlines() == [*said, f"{passed} of {len(tests)} tests passed, of 1 rules; 0 refused"]
    assert (code, err) == (bool(said), "")


@pytest.mark.parametrize(("view", "words"), [("--test", ["--pattern", "{}"]), ("--lint", [])])
def test_options_that_would_be_passed_over_are_a_wrong_call(
    view: str, words: list[str], built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    words += ["--report", str(report), "--attack", "v18"]
    code, out, err = answer(capsys, tmp_path / "no case", *words, view)
    idle = ", ".join(word for word in words if word.startswith("--"))
    assert (code, out, report.exists()) == (3, "", False)
    assert err.endswith(f"Error: {view} has no use for {idle}: leave it or them out\n")


def test_a_refused_rule_fails_its_tests(
    built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    bad = rule({"s": {"host": "x"}}, custom={"tests": [HIT]})
    (own / "bad.yml").write_text(json.dumps(bad), encoding="utf-8")
    (own / "worse.yml").write_text("title: x", encoding="utf-8")
    code, out, _ = answer(capsys, tmp_path / "no case", "--rules", own, "--test")
    assert code == 1
    assert out.splitlines() == [
        "bad test 1: hit expected, refused: unknown field host",
        "worse: refused: no detection",
        "0 of 1 tests passed, of 1 rules; 2 refused",
    ]


@pytest.mark.parametrize(("version", "technique"), [("v18", "T1562.008"), ("v19", "T1685.002")])
def test_a_layer_for_the_navigator(
    version: str,
    technique: str,
    folder: Path,
    built_in: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "layer.json"
    assert answer(capsys, folder, "--navigator", path, "--attack", version)[0] == 0
    layer = json.loads(path.read_text())
    assert layer["versions"]["attack"] == version[1:]
    assert [(one["techniqueID"], one["score"]) for one in layer["techniques"]] == [(technique, 3)]
    assert layer["techniques"][0]["comment"] == "Trail stopped: 3"


@pytest.mark.parametrize(
    "words",
    [
        ["no-case"],
        ["CASE", "--rules", "no-folder"],
        ["CASE", "--min-severity", "urgent"],
        ["CASE", "--suppress", "SUPPRESS"],
        ["CASE", "--alerts", "--dry-run"],
        ["CASE", "--lint", "--test"],
        ["CASE", "--test", "--pattern", "{ $.eventName = x }"],
        ["CASE", "--test", "--min-severity", "low"],
        ["CASE", "--lint", "--format", "table"],
        ["CASE", "--report", "no-folder/report.json"],
        ["CASE", "--navigator", "."],
        ["CASE", "--organization", "SUPPRESS"],
        ["CASE", "--organization", "12345"],
        ["CASE", "--format", "xml"],
        ["CASE", "more"],
        [],
    ],
)
def test_a_wrong_call_is_3(
    words: list[str], folder: Path, built_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("rule: off", encoding="utf-8")
    named = {"CASE": str(folder), "SUPPRESS": str(bad)}
    code, out, err = answer(capsys, *[named.get(word, word) for word in words])
    assert (code, out) == (3, "")
    assert err


def test_the_same_in_python(folder: Path, built_in: Path) -> None:
    import workbench as wb

    con = wb.open_case(folder, read_only=True)
    try:
        events = wb.events(con)
        found = run(events, load_rules(), "low")
        assert (
            found.count().execute()
            == run(events.filter(events.eventID != "none"), None, "low").count().execute()
            == 3
        )
        assert alerts(found).count().execute() == 2
        assert per_day(found, events).alerts.execute().tolist() == [2]
    finally:
        con.disconnect()

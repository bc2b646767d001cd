"""`workbench sql` as a script uses it: text in, rows and exit code out."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import case, event
from workbench.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("sql-command")
    con = case(
        place,
        event(eventID="first", eventTime="2024-05-08T07:06:05Z", userAgent="=cmd|' /C calc'!A0"),
        event(
            eventID="second",
            eventTime="2024-05-09T00:00:00Z",
            userAgent="a\x1b[31mb",
            requestParameters={"a": 1},
        ),
    )
    con.disconnect()
    return str(place / "case")


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(["sql", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


QUERY = "SELECT eventID, eventTime, requestParameters, 1 / 2 FROM $EDS_ID ORDER BY eventTime"


def test_json(folder: str, capsys: Capture) -> None:
    code, out, err = run(capsys, folder, QUERY, "--format", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {"eventID": "first", "eventTime": "2024-05-08 07:06:05.000", "requestParameters": None, "_col3": 0},
        {
            "eventID": "second",
            "eventTime": "2024-05-09 00:00:00.000",
            "requestParameters": {"a": "1"},
            "_col3": 0,
        },
    ]


def test_no_rows(folder: str, capsys: Capture) -> None:
    assert run(capsys, folder, "SELECT 1 FROM $EDS_ID WHERE false", "--format", "json") == (0, "[]\n", "")


def test_csv_is_safe_for_spreadsheets(folder: str, capsys: Capture) -> None:
    code, out, _ = run(
        capsys, folder, "SELECT userAgent, -5 FROM $EDS_ID ORDER BY eventID", "--format", "csv"
    )
    assert code == 0
    assert list(csv.reader(io.StringIO(out)))[:2] == [["userAgent", "_col1"], ["'=cmd|' /C calc'!A0", "-5"]]


def test_a_table_steers_no_terminal(folder: str, capsys: Capture) -> None:
    code, out, _ = run(capsys, folder, "SELECT userAgent FROM $EDS_ID WHERE eventID = 'second'")
    assert code == 0
    assert out.splitlines()[-1] == r"a\x1b[31mb"


def test_limit_file_dialect_and_store(folder: str, capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text("SELECT eventtime FROM payroll ORDER BY 1", encoding="utf-8")
    words = ("--file", str(file), "--dialect", "athena", "--store", "payroll=cloudtrail", "--limit", "1")
    code, out, _ = run(capsys, folder, *words, "--format", "csv")
    assert (code, out.split()) == (0, ["eventtime", "2024-05-08T07:06:05Z"])


@pytest.mark.parametrize(
    "query",
    ["DROP TABLE events", "SELECT", "SELECT * FROM payroll", "SELECT 1 / 0", "SELECT CAST('x' AS bigint)"],
)
def test_refused_or_failed_ends_with_1_and_one_line(folder: str, capsys: Capture, query: str) -> None:
    code, out, err = run(capsys, folder, query)
    assert (code, out) == (1, "")
    assert err.startswith("workbench: ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "",
        "SELECT+1 --file q.sql",
        "SELECT+1 --store x",
        "SELECT+1 --store x=logs",
        "SELECT+1 --dialect spark",
        "SELECT+1 --limit -1",
        "--file no/such/file",
    ],
)
def test_a_wrong_call_ends_with_3(folder: str, capsys: Capture, words: str) -> None:
    assert run(capsys, folder, *(word.replace("+", " ") for word in words.split()))[0] == 3


def test_no_case_ends_with_3(capsys: Capture) -> None:
    assert run(capsys, "no/such/case", "SELECT 1")[0] == 3


def test_a_query_without_an_end_ends_at_the_time_limit(folder: str, capsys: Capture) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    code, out, err = run(capsys, folder, endless, "--timeout", "0.5")
    assert (code, out) == (1, "")
    assert "time limit" in err


def test_help_imports_no_engine() -> None:
    code = "import sys; from workbench.cli import main; main(['sql', '--help'])"
    code += "; print({'ibis', 'duckdb'} & {*sys.modules})"
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.endswith("set()\n")


def test_a_query_is_noted_in_the_journal(tmp_path: Path) -> None:
    con = case(tmp_path, event())
    con.disconnect()
    query = "SELECT count(*) FROM $EDS_ID"
    assert main(["sql", str(tmp_path / "case"), query]) == 0
    last = json.loads((tmp_path / "case/custody.jsonl").read_text().splitlines()[-1])
    assert (last["action"], last["parameters"]["sql"]) == ("query", query)

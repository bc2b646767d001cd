"""A query ends in time, in bounds, without a trace; and reads or writes nothing but its answer."""

import csv
import json
import os
import resource
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import workbench as wb
from tests.builders import case, event
from workbench.cli import main
from workbench.cli.limits import memory_limit
from workbench.queries.aws_sql import lock, locking, run_sql


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("limits")
    case(place, event(eventID="one", userAgent="=1+1"), event(eventID="two")).disconnect()
    return place / "case"


def contents(folder: Path) -> dict[str, str]:
    """What lies in a case, but for its journal."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "custody.jsonl"]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


MANY = (
    "SELECT x, lpad(CAST(x AS varchar), 90, 'a') AS p FROM UNNEST(sequence(1, 600000)) t(x) ORDER BY p DESC"
)


def test_what_does_not_fit_into_memory_goes_into_the_case_and_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "memory", lambda: 80 << 20)
    con = wb.open_case(folder, read_only=True)
    lock(con)
    before = set(folder.iterdir())
    cursor = con.raw_sql(con.compile(run_sql(con, MANY)))
    first = cursor.fetchmany(1)
    spilled = set(folder.iterdir()) - before
    assert [path.name for path in spilled] == [f"case.duckdb.{os.getpid()}.tmp"]
    assert any(path.iterdir() for path in spilled)
    assert first[0][0] == 9
    con.disconnect()
    assert set(folder.iterdir()) == before


def test_what_needs_more_memory_than_there_is_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locking, "memory", lambda: 1 << 30)
    assert main(["sql", str(folder), "SELECT sequence(1, 2000000000)"]) == 1
    assert capsys.readouterr().err.startswith("workbench: the query needs more memory than it may have")


def test_a_limit_on_memory_is_taken_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with memory_limit(8 << 30):
        assert 8 << 30 < resource.getrlimit(resource.RLIMIT_DATA)[0] < 64 << 30
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


HOLDS_MUCH = """
import mmap, resource
from workbench.cli.limits import memory_limit
held = mmap.mmap(-1, 600 << 20, flags=mmap.MAP_PRIVATE)
with memory_limit(200 << 20):
    bytearray(100 << 20)
    try:
        bytearray(400 << 20)
    except MemoryError:
        print("the limit holds")
"""


def test_a_limit_counts_what_the_query_takes_not_what_the_process_had() -> None:
    done = subprocess.run([sys.executable, "-c", HOLDS_MUCH], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("the limit holds\n", "")


STOPPED = {
    "without an end": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "many rows": "SELECT x FROM UNNEST(sequence(1,1000000)) a(x) CROSS JOIN UNNEST(sequence(1,900000)) b(y)"
    " WHERE x * y = -1",
    "the parser does not answer": "SELECT " + "+".join(["1"] * 100_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("query", STOPPED.values(), ids=STOPPED)
def test_the_time_limit_holds_whatever_the_engine_does(folder: Path, tmp_path: Path, query: str) -> None:
    file = tmp_path / "q.sql"
    file.write_text(query)
    words = [sys.executable, "-m", "workbench", "sql", str(folder), "--file", str(file), "--timeout", "2"]
    before = contents(folder)
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "workbench: the time limit ended the query. Narrow it, or raise --timeout"
    ]
    assert contents(folder) == before


def deep(start: str, inner: str, end: str, times: int = 20_000) -> str:
    return "SELECT " + start * times + inner + end * times


HOSTILE = {
    "parentheses": deep("(", "1", ")"),
    "calls": deep("abs(", "1", ")"),
    "lists": deep("ARRAY[", "1", "]", 15_000),
    "cases": deep("CASE WHEN true THEN ", "1", " END", 8000),
    "nots": deep("NOT ", "true", ""),
    "signs": deep("- ", "1", ""),
    "casts": deep("CAST(", "1", " AS bigint)", 9000),
    "lambdas": deep("transform(ARRAY[1], x -> ", "1", ")", 5000),
    "dots": "SELECT a" + ".a" * 50_000 + " FROM $EDS_ID",
    "sub-queries": "SELECT * FROM " + "(SELECT * FROM " * 5000 + "$EDS_ID" + ")" * 5000,
    "types": "SELECT CAST(NULL AS " + "ARRAY(" * 5000 + "bigint" + ")" * 5000 + ")",
    "open comments": "SELECT 1 " + "/* " * 80_000,
    "quotation marks": "SELECT " + "'" * 200_001,
    "blanks in a time": "SELECT CAST('x" + " " * 200_000 + "1a1' AS timestamp)",
    "a long name": "SELECT " + "w" * 200_000 + " FROM $EDS_ID",
    "a long function": "SELECT " + "w" * 200_000 + "()",
    "a giant pattern": "SELECT regexp_like('a', '((((a{1,100}){1,100}){1,100}){1,100})')",
    "a giant list": "SELECT cardinality(sequence(1, 9000000000000000000))",
    "all groupings": "SELECT count(*) FROM $EDS_ID GROUP BY CUBE(" + ",".join(["eventID"] * 30) + ")",
    "a zone that is a path": "SELECT at_timezone(eventTime, '../../etc/passwd') FROM $EDS_ID",
    "a file as a table": "SELECT * FROM 'file:///etc/passwd'",
    "a Python variable as a table": "SELECT * FROM folder",
    "full-width letters": "SELECT * FROM \uff52ead_text('/etc/passwd')",
    "blanks that are none": "SELECT\u00a0*\u00a0FROM read_text('/etc/passwd')",
    "signs that turn the text": "SELECT * FROM \u202e$EDS_ID",
    "a comment that hides a call": "SELECT/**/*/**/FROM/**/read_text/**/('/etc/passwd')",
    "a name that ends a text": 'SELECT * FROM "x""; COPY (SELECT 1) TO \'x.csv\'; --"',
    "a macro of ours": "SELECT lake_ready()",
    "a view of ours": 'SELECT * FROM "lake cloudtrail"',
    "another schema": 'SELECT * FROM temp.main."lake cloudtrail"',
    "columns of the engine": "SELECT COLUMNS('.*') FROM $EDS_ID",
    "a file's rows": "SELECT file_row_number FROM parquet_scan('x')",
    "secrets": "SELECT * FROM duckdb_secrets()",
    "a pragma as a function": "SELECT * FROM pragma_database_list()",
    "a sequence of the catalog": "SELECT nextval('x')",
    "a query in a function": "SELECT * FROM query_table('events')",
    "a write in a WITH": "WITH x AS (COPY events TO 'x.csv') SELECT 1",
    "a second statement": "SELECT 1; COPY (SELECT 1) TO 'x.csv'",
    "a table function in a lambda": "SELECT transform(ARRAY[1], x -> (SELECT count(*) FROM glob('/*')))",
    "a table function in UNNEST": "SELECT * FROM UNNEST((SELECT list(x) FROM glob('/*') t(x)))",
    "a table function in VALUES": "SELECT * FROM (VALUES ((SELECT content FROM read_text('x')))) t(x)",
    "the environment in a filter": "SELECT count(*) FILTER (WHERE getenv('HOME') = '') FROM $EDS_ID",
    "a function of PostgreSQL": "SELECT pg_read_file('/etc/passwd')",
    "sleep": "SELECT pg_sleep(100)",
    "a log": "SELECT write_log('x')",
    "an error": "SELECT error('x')",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
def test_hostile_queries_end_with_one_line_and_touch_no_file(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    query: str,
) -> None:
    file = tmp_path / "q.sql"
    file.write_text(query, encoding="utf-8")
    empty = tmp_path / "here"
    empty.mkdir()
    monkeypatch.chdir(empty)
    before = contents(folder)
    code = main(["sql", str(folder), "--file", str(file)])
    shown = capsys.readouterr()
    assert (code, shown.out) == (1, "")
    assert len(shown.err.splitlines()) == 1
    assert len(shown.err) < 1000
    assert "root:" not in shown.err
    assert contents(folder) == before
    assert not list(empty.iterdir())


ROWS = "SELECT eventID, userAgent, 1.50 AS price, eventTime FROM $EDS_ID ORDER BY eventID"


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_an_answer_is_exported_and_its_hash_noted(folder: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"rows.{kind}"
    assert main(["sql", str(folder), ROWS, "--output", str(file)]) == 0
    line = json.loads((folder / "custody.jsonl").read_text().splitlines()[-1])
    told = {
        "file": str(file),
        "rows": 2,
        "size": file.stat().st_size,
        "sha256": sha256(file.read_bytes()).hexdigest(),
    }
    assert line["result"] == told
    assert line["parameters"]["sql_sha256"] == sha256(ROWS.encode()).hexdigest()
    if kind == "csv":
        with file.open(newline="") as lines:
            assert next(csv.DictReader(lines))["userAgent"] == "'=1+1"
    elif kind == "json":
        assert [row["eventID"] for row in json.loads(file.read_text())] == ["one", "two"]
    else:
        assert pq.read_table(file).column_names == ["eventID", "userAgent", "price", "eventTime"]


def test_a_file_without_a_known_name_or_place_is_a_wrong_call(folder: Path, tmp_path: Path) -> None:
    assert main(["sql", str(folder), ROWS, "--output", str(tmp_path / "rows.xlsx")]) == 3
    assert main(["sql", str(folder), ROWS, "--output", str(tmp_path / "no" / "rows.csv")]) == 3


def test_a_query_that_fails_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    failing = "SELECT 1 / (x - 3) FROM UNNEST(sequence(1, 5)) t(x)"
    assert main(["sql", str(folder), failing, "--output", str(tmp_path / "rows.csv")]) == 1
    assert not list(tmp_path.iterdir())

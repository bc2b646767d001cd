"""A case folder: private, one writer, clean words for every wrong call."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import ibis
import pytest

import workbench as wb
from tests.builders import case, event, trail
from workbench.errors import CaseError
from workbench.events import case_folder, columns


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_case_is_for_its_owner_only(tmp_path: Path) -> None:
    con = case(tmp_path, event())
    files = list((tmp_path / "case").rglob("*"))
    assert mode(tmp_path / "case") == 0o700
    assert files
    assert {mode(path) for path in files if path.is_file()} == {0o600}
    con.disconnect()
    assert {mode(path) for path in (tmp_path / "case").rglob("*.*")} == {0o600}


def test_the_umask_is_given_back(tmp_path: Path) -> None:
    before = os.umask(0o022)
    case(tmp_path, event())
    assert os.umask(before) == 0o022


def test_a_case_is_a_plain_ibis_connection_in_utc(tmp_path: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    assert isinstance(con, ibis.backends.duckdb.Backend)
    assert con.con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
    assert case_folder(con) == tmp_path / "case"


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    table = wb.events(case(tmp_path, event()))
    assert list(table.columns) == columns.EVENTS.names
    assert str(table.schema()["requestParameters"]) == "map<string, string>"
    assert str(table.schema()["eventTime"]) == "timestamp(6)"
    assert table.userIdentity["sessionContext"]["sessionIssuer"]["arn"].execute().isna().all()


def test_readers_share_a_case_and_cannot_write(tmp_path: Path) -> None:
    case(tmp_path, event()).disconnect()
    one = wb.open_case(tmp_path / "case", read_only=True)
    other = wb.open_case(tmp_path / "case", read_only=True)
    assert wb.events(one).count().execute() == wb.events(other).count().execute() == 1
    with pytest.raises(duckdb.Error):
        one.con.execute("DELETE FROM event_parts")


def test_before_anything_is_loaded(tmp_path: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    with pytest.raises(CaseError, match=r"no events in .*case. Load a trail first: workbench load .*case F"):
        wb.events(con)
    assert wb.evidence_files(con).count().execute() == 0


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_is_no_case(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "case").write_text("x")
    with pytest.raises(CaseError, match="is a file"):
        wb.open_case(tmp_path / "case", read_only=read_only)


def test_evidence_is_not_taken_for_a_case(tmp_path: Path) -> None:
    trail(tmp_path, event())
    before = mode(tmp_path)
    with pytest.raises(CaseError, match="holds evidence"):
        wb.open_case(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["AWSLogs"]
    assert mode(tmp_path) == before


def test_a_missing_case_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="Make one: workbench load"):
        wb.open_case(tmp_path / "case", read_only=True)
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_broken_database(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.duckdb").write_bytes(b"no database" * 5000)
    with pytest.raises(CaseError, match="cannot be opened"):
        wb.open_case(tmp_path / "case", read_only=read_only)


@pytest.mark.parametrize("read_only", [True, False])
def test_somebody_elses_database_is_left_alone(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "case").mkdir()
    with duckdb.connect(tmp_path / "case" / "case.duckdb") as other:
        other.execute("CREATE TABLE payroll AS SELECT 1 AS a")
    with pytest.raises(CaseError, match="is a database, but not a case"):
        wb.open_case(tmp_path / "case", read_only=read_only)
    with duckdb.connect(tmp_path / "case" / "case.duckdb") as other:
        assert other.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("payroll",)]


def test_a_case_of_another_layout(tmp_path: Path) -> None:
    con = case(tmp_path, event())
    con.con.execute("UPDATE workbench_case SET version = '0'")
    con.disconnect()
    with pytest.raises(CaseError, match="another version"):
        wb.open_case(tmp_path / "case")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseError, match="cannot make the case folder"):
        wb.open_case(tmp_path / "file" / "case")


@pytest.mark.parametrize("read_only", [True, False])
def test_a_case_held_by_another_process_names_it(tmp_path: Path, read_only: bool) -> None:
    con = case(tmp_path, event())
    script = (
        "import sys, workbench as wb\n"
        "from workbench.errors import CaseError\n"
        "try: wb.open_case(sys.argv[1], read_only=sys.argv[2] == 'True')\n"
        "except CaseError as error: print(error)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "case"), str(read_only)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"is in use by process {os.getpid()}" in told
    con.disconnect()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_other_connections_are_no_case(tmp_path: Path) -> None:
    for con in (ibis.duckdb.connect(), ibis.duckdb.connect(tmp_path / "other.duckdb")):
        for call in (wb.events, wb.evidence_files, wb.set_aside, lambda con: wb.load(con, tmp_path)):
            with pytest.raises(CaseError, match="to no case"):
                call(con)


def test_a_closed_connection(tmp_path: Path) -> None:
    con = case(tmp_path, event())
    con.disconnect()
    with pytest.raises(CaseError, match="or closed"):
        wb.events(con)


def test_what_a_killed_load_left_is_removed(tmp_path: Path) -> None:
    case(tmp_path, event()).disconnect()
    spill = tmp_path / "case" / "case.duckdb.tmp"
    spill.mkdir()
    (spill / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    wb.open_case(tmp_path / "case")
    assert not spill.exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_process_cannot_read_and_write_a_case_at_once(tmp_path: Path, read_only: bool) -> None:
    case(tmp_path, event()).disconnect()
    first = wb.open_case(tmp_path / "case", read_only=not read_only)
    with pytest.raises(CaseError, match=r"already open in this process.*Disconnect the other") as told:
        wb.open_case(tmp_path / "case", read_only=read_only)
    assert "Move it away" not in str(told.value)
    first.disconnect()
    again = wb.open_case(tmp_path / "case", read_only=read_only)
    assert wb.events(again).count().execute() == 1

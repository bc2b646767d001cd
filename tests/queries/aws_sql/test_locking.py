"""A locked connection reads its case, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import workbench as wb
from tests.builders import case, event
from workbench.queries.aws_sql import lock, run_sql


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Any]:
    case(tmp_path, event(), event()).disconnect()
    con = wb.open_case(tmp_path / "case", read_only=True)
    lock(con)
    yield con
    con.disconnect()


def test_queries_run(locked: Any) -> None:
    assert run_sql(locked, "SELECT count(*) AS n FROM $EDS_ID").to_pyarrow().to_pylist() == [{"n": 2}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "CREATE TABLE x (a INTEGER)",
        "SELECT * FROM locked",
    ],
)
def test_nothing_else_does(locked: Any, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        locked.con.execute(statement)

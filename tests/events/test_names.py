"""Names of files and of case folders: none has a meaning, whatever it looks like."""

import json
from pathlib import Path
from typing import Any

import workbench as wb
from tests.builders import event


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def test_a_folder_above_the_case_is_no_column(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(records(event(awsRegion="us-east-1")))
    con = wb.open_case(tmp_path / "awsRegion=mars" / "eventName=5" / "case")
    wb.load(con, tmp_path / "a.json")
    rows = con.con.execute("SELECT awsRegion, eventName FROM events").fetchall()
    assert rows == [("us-east-1", "ListUsers")]

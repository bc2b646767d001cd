"""`workbench stores`: what can be asked, and by which name."""

import json
from pathlib import Path

import pytest

from tests.builders import case, event
from workbench.cli import main
from workbench.events.columns import AWS

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("listing")
    case(place, event(eventTime="2026-09-02T04:20:00Z"), event(recipientAccountId=None)).disconnect()
    return str(place / "case")


def test_as_json(folder: str, capsys: Capture) -> None:
    assert main(["stores", folder, "--json"]) == 0
    events, config, *others = json.loads(capsys.readouterr().out)
    assert (events["kind"], events["rows"], events["accounts"]) == ("cloudtrail", 2, ["111122223333"])
    assert list(events["columns"]) == AWS.names
    assert events["columns"]["readOnly"] == "boolean"
    assert events["columns"]["requestParameters"] == "map<string,string>"
    assert (config["rows"], config["first"]) == (0, None)
    assert config["columns"]["eventData"].startswith("struct<configurationItemVersion:string,")
    assert [store["kind"] for store in others] == ["insights", "activity", "evidence", "tagged"]
    assert "baselineAverage:double" in others[0]["columns"]["insightContext"]


def test_on_a_terminal(folder: str, capsys: Capture) -> None:
    assert main(["stores", folder]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cloudtrail: 2 rows, 2026-09-02 04:")
    assert "activity: 0 rows" in lines
    assert lines[lines.index("activity: 0 rows") + 1] == "  names     any, with --store NAME=activity"


def test_athenas_types(folder: str, capsys: Capture) -> None:
    assert main(["stores", folder, "--dialect", "athena", "--json"]) == 0
    events, config, *_ = json.loads(capsys.readouterr().out)
    assert (events["columns"]["eventTime"], events["columns"]["requestParameters"]) == ("string", "string")
    assert list(config["columns"]) == ["fileversion", "configsnapshotid", "configurationitems", "$path"]
    assert "configurationStateId:bigint" in config["columns"]["configurationitems"]


def test_no_case(capsys: Capture, tmp_path: Path) -> None:
    assert main(["stores", str(tmp_path / "none")]) == 3
    assert "no case in" in capsys.readouterr().err

"""Configuration items, tags and what else is no event, through the real loader."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load
from tests.events.items.builders import ARN, item, lake_item, snapshot, tag_export
from workbench.events import config_items

COUNTS = "SELECT count(*), count(DISTINCT eventID) FROM config_items"


def sheet(*records: dict[str, Any]) -> bytes:
    """Write Lake's rows as its CSV export."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["eventID", "eventJson"])
    writer.writerows([record.get("eventID", ""), json.dumps(record)] for record in records)
    return text.getvalue().encode()


def ask(loaded: Any, query: str) -> list[tuple[Any, ...]]:
    return loaded.con.con.execute(query).fetchall()


def test_a_snapshot_is_loaded_in_lakes_shape(load_files: Load) -> None:
    given = item(configuration={"name": "logs", "n": 1.5}, tags={"team": "blue"})
    loaded = load_files({"snapshot.json.gz": gzip.compress(snapshot(given))})
    (row,) = ask(loaded, "SELECT * EXCLUDE (eventJson, source_file) FROM config_items")
    (columns,) = ask(loaded, "SELECT eventJson, source_file FROM config_items")
    kept = json.loads(columns[0])
    assert kept["eventTime"] == "2026-09-02 04:20:00.000"
    assert kept["eventData"]["arn"] == ARN
    assert kept["eventData"]["configurationItemStateId"] == "1"
    assert kept["eventData"]["configuration"] == given["configuration"]
    assert row[1:3] == ("ConfigurationItem", "AwsConfigurationItem")
    data = row[8]
    assert data["configuration"] == {"name": "logs", "n": "1.5"}
    assert (data["accountId"], data["configurationItemStateId"]) == ("111122223333", "1")
    assert columns[1].endswith("snapshot.json.gz")
    assert loaded.report.items == {"config": {"in_case": 1, "new": 1, "duplicates": 0}}
    assert loaded.report.files_other == [{"path": columns[1], "kind": "config"}]
    assert (loaded.report.records, loaded.report.events) == (0, 0)


def test_an_item_in_snapshot_history_and_lake_is_one_row(load_files: Load) -> None:
    given = item()
    files = {
        "a.json": snapshot(given),
        "b.json": snapshot(given, item(configurationStateId=2)),
        "c.csv": sheet(lake_item(eventID="i-1")),
    }
    loaded = load_files(files)
    assert ask(loaded, COUNTS) == [(2, 2)]
    assert loaded.report.items["config"] == {"in_case": 2, "new": 2, "duplicates": 2}
    places = "SELECT parse_filename(source_file), source_index FROM item_places ORDER BY ALL"
    assert ask(loaded, places) == [("b.json", 0), ("c.csv", 0)]
    again = load_files({})
    assert again.report.items["config"] == {"in_case": 2, "new": 0, "duplicates": 0}
    assert again.report.files_unchanged == 3


def test_one_identity_that_says_two_things_is_two_rows(load_files: Load) -> None:
    other = item(configuration={"name": "forged"})
    loaded = load_files({"a.json": snapshot(item()), "b.json": snapshot(other)})
    assert ask(loaded, "SELECT flags FROM config_items") == [(["eventid-conflict"],)] * 2


def test_lakes_own_id_and_events_beside_it(load_files: Load) -> None:
    loaded = load_files({"lake.csv": sheet(lake_item(eventID="i-1"), event(eventID="e-1"))})
    assert ask(loaded, "SELECT eventID, source_index FROM config_items") == [("i-1", 0)]
    assert ask(loaded, "SELECT eventID, source_index FROM events") == [("e-1", 1)]
    assert (loaded.report.records, loaded.report.files_loaded) == (1, 1)


def test_a_file_of_lakes_items_alone_is_no_file_of_events(load_files: Load) -> None:
    loaded = load_files({"lake.csv.gz": gzip.compress(sheet(lake_item()))})
    assert ask(loaded, "SELECT status, kind, records, items FROM evidence_files") == [
        ("loaded", "config", 0, 1)
    ]


@pytest.mark.parametrize(
    ("category", "table"), [("ActivityAuditLog", "activity_items"), ("Evidence", "evidence_items")]
)
def test_other_stores(load_files: Load, category: str, table: str) -> None:
    record = {
        "eventCategory": category,
        "eventID": "x-1",
        "eventTime": "2026-09-02 04:20:00.000",
        "eventData": {"eventName": "SignIn", "unknown": 1},
    }
    loaded = load_files({"lake.csv": sheet(record)})
    assert ask(loaded, f"SELECT eventData.eventName, extra FROM {table}") == [
        ("SignIn", '{"eventData":{"unknown":1}}')
    ]
    assert ask(loaded, "SELECT count(*) FROM events") == [(0,)]


def test_tags_of_each_export_stay(load_files: Load) -> None:
    mapping = {"ResourceARN": ARN, "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "empty", "Value": ""}]}
    bare = {"ResourceARN": f"{ARN}-bare", "Tags": []}
    loaded = load_files({"one.json": tag_export(mapping, bare), "two.json": tag_export(mapping)})
    tags = "SELECT key, value, parse_filename(source_file) FROM resource_tags ORDER BY 3, arn, 1"
    assert ask(loaded, tags) == [
        ("empty", "", "one.json"),
        ("team", "blue", "one.json"),
        (None, None, "one.json"),
        ("empty", "", "two.json"),
        ("team", "blue", "two.json"),
    ]
    assert ask(loaded, "SELECT bool_and(exported IS NOT NULL) FROM resource_tags") == [(True,)]
    assert load_files({}).report.items["tags"] == {"in_case": 3, "new": 0, "duplicates": 0}


def test_another_span_of_time_reads_no_item_twice(load_files: Load) -> None:
    files = {"a.json": snapshot(item()), "tags.json": tag_export({"ResourceARN": ARN, "Tags": []})}
    span = ("2026-09-02T00:00:00Z", "2026-09-03T00:00:00Z")
    assert load_files(files, between=span).report.items["config"]["new"] == 1
    loaded = load_files({})
    assert loaded.report.items["config"] == {"in_case": 1, "new": 0, "duplicates": 0}
    assert loaded.report.items["tags"] == {"in_case": 1, "new": 0, "duplicates": 0}


def test_a_case_that_was_moved_shows_its_items(load_files: Load, tmp_path: Path) -> None:
    loaded = load_files({"a.json": snapshot(item())})
    loaded.con.disconnect()
    (tmp_path / "case").rename(tmp_path / "moved")
    con = wb.open_case(tmp_path / "moved", read_only=True)
    assert config_items(con).eventData.arn.execute().tolist() == [ARN]
    assert wb.run_sql(con, "SELECT count(*) AS n FROM $CONFIG_EDS_ID").n.execute().tolist() == [1]
    con.disconnect()


def test_two_workers_load_the_same(load_files: Load, team: None) -> None:
    files = {f"{number}.json": snapshot(item(), item(configurationStateId=number)) for number in range(9)}
    loaded = load_files(files)
    assert ask(loaded, COUNTS) == [(9, 9)]
    assert loaded.report.items["config"] == {"in_case": 9, "new": 9, "duplicates": 9}

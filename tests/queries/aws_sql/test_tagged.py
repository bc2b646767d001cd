"""Queries on `eventContext.tagContext`, answered from recorded and from rebuilt tags."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, trail, user
from workbench.queries.aws_sql.locking import lock
from workbench.queries.catalogue import fill, query

BUCKET = "arn:aws:s3:::acme"
TAGS = {"TagSet": {"Tag": [{"Key": "class", "Value": "secret"}]}}
CONTEXT = {
    "requestContext": {"aws:RequestedRegion": "eu-west-1"},
    "tagContext": {"resourceTags": [{"arn": BUCKET, "tags": {"class": "recorded", "other": "1"}}]},
}


def s3(minute: int, name: str, **fields: Any) -> dict[str, Any]:
    named = {"eventSource": "s3.amazonaws.com", "eventName": name, "readOnly": name.startswith("Get")}
    asked = {"requestParameters": {"bucketName": "acme"}}
    return event(**(named | asked | {"eventTime": f"2026-09-02T04:{minute:02}:00Z"} | fields))


TAG_USER = event(
    eventSource="iam.amazonaws.com", eventName="TagUser", eventTime="2026-09-02T04:02:00Z",
    requestParameters={"userName": "eve", "tags": [{"key": "team", "value": "red"}]},
)  # fmt: skip
STORY = [
    s3(1, "GetObject", eventID="before"),
    s3(2, "PutBucketTagging", requestParameters={"bucketName": "acme", "Tagging": TAGS}, eventID="set"),
    s3(3, "GetObject", eventID="after", userIdentity=user("eve")),
    s3(4, "GetObject", eventID="enriched", eventContext=CONTEXT),
    TAG_USER,
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tagged")
    case(place, *STORY).disconnect()
    return place / "case"


@pytest.fixture(scope="module")
def con(folder: Path) -> Iterator[Any]:
    con = wb.open_case(folder, read_only=True)
    lock(con)
    yield con
    con.disconnect()


def ask(con: Any, sql: str, **options: Any) -> list[dict[str, Any]]:
    return wb.run_sql(con, sql, **options).to_pyarrow().to_pylist()


TAGGED = fill(query("tagged_resource_access"), {"tag_key": "class"})


def test_without_the_store_only_what_was_recorded(con: Any) -> None:
    assert [(row["eventID"], row["tag_value"]) for row in ask(con, TAGGED)] == [("enriched", "recorded")]


def test_with_the_store_what_is_rebuilt_too(con: Any) -> None:
    rows = ask(con, TAGGED, stores={"$EDS_ID": "tagged"})
    found = [(row["eventID"], row["arn"], row["tag_value"]) for row in rows]
    assert found == [("set", BUCKET, "secret"), ("after", BUCKET, "secret"), ("enriched", BUCKET, "recorded")]


def test_recorded_and_rebuilt_stand_together(con: Any) -> None:
    sql = "SELECT eventContext AS c FROM rebuilt_tags WHERE eventID = 'enriched'"
    (row,) = ask(con, sql)
    assert row["c"]["requestContext"] == [("aws:RequestedRegion", "eu-west-1")]
    (entry,) = row["c"]["tagContext"]["resourceTags"]
    assert dict(entry["tags"]) == {"class": "recorded", "other": "1"}


def test_principals_have_tags(con: Any) -> None:
    is_red = "element_at(eventContext.tagContext.principalTags, 'team') = 'red'"
    assert ask(con, f"SELECT eventID FROM $REBUILT_TAGS WHERE {is_red}") == [{"eventID": "after"}]


def test_what_is_not_known_is_null(con: Any) -> None:
    sql = "SELECT eventContext AS c FROM rebuilt_tags WHERE eventID = 'before'"
    assert ask(con, sql) == [{"c": None}]


def test_every_event_is_there_once_with_its_columns(con: Any) -> None:
    counted = [
        ask(con, f"SELECT count(*) AS n FROM {store}")[0]["n"] for store in ("rebuilt_tags", "$EDS_ID")
    ]
    assert counted == [len(STORY), len(STORY)]
    assert (
        wb.run_sql(con, "SELECT * FROM rebuilt_tags").schema()
        == wb.run_sql(con, "SELECT * FROM $EDS_ID").schema()
    )


def test_athena_has_the_store_with_its_own_types(con: Any) -> None:
    sql = "SELECT eventtime FROM logs.rebuilt_tags WHERE eventid = 'after'"
    assert ask(con, sql, dialect="athena") == [{"eventtime": "2026-09-02T04:03:00Z"}]


def test_it_follows_what_is_loaded_later(tmp_path: Path) -> None:
    con = case(tmp_path, STORY[2])
    sql = "SELECT eventID FROM rebuilt_tags WHERE eventContext IS NOT NULL"
    assert ask(con, sql) == []
    wb.load(con, trail(tmp_path / "more", STORY[1], name="EXAMPLE1"))
    assert sorted(row["eventID"] for row in ask(con, sql)) == ["after", "set"]
    con.disconnect()

"""Tags as of each event's time: one story of many resources, asked event by event."""

import json
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

import workbench as wb
from tests.builders import ACCOUNT, REGION, assume_role, event, role_event, table, trail, user
from workbench.events import config_items
from workbench.queries.tags.asof import with_tags

VOLUME, INSTANCE, SNAPSHOT = "vol-0d5b16839de7a472b", "i-0041ecfb4974783a8", "snap-0c082b3b796cc853f"
BUCKET = "arn:aws:s3:::acme"
TEAM = {"key": "team", "value": "blue"}


def at(minute: int, **fields: Any) -> dict[str, Any]:
    return event(**({"eventTime": f"2026-09-02T04:{minute:02}:00Z"} | fields))


def call(
    minute: int, source: str, name: str, asked: Any = None, answer: Any = None, **fields: Any
) -> dict[str, Any]:
    named = {"eventSource": f"{source}.amazonaws.com", "eventName": name, "readOnly": False}
    return at(minute, **(named | {"requestParameters": asked, "responseElements": answer} | fields))


def ec2(minute: int, name: str, resource: str, *tags: dict[str, str], **fields: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {"resourcesSet": {"items": [{"resourceId": resource}]}}
    return call(minute, "ec2", name, asked | ({"tagSet": {"items": list(tags)}} if tags else {}), **fields)


def bucket(minute: int, name: str, *tags: dict[str, str], **fields: Any) -> dict[str, Any]:
    tagging = {"Tagging": {"TagSet": {"Tag": [{"Key": t["key"], "Value": t["value"]} for t in tags]}}}
    return call(minute, "s3", name, {"bucketName": "acme"} | (tagging if tags else {}), **fields)


SPEC = {
    "tagSpecificationSet": {
        "items": [{"resourceType": "snapshot", "tags": [{"key": "kept", "value": "30d"}]}]
    }
}
MADE = {"snapshotId": SNAPSHOT, "volumeId": VOLUME}
CONTEXT = {
    "tagContext": {
        "resourceTags": [{"arn": BUCKET, "tags": {"team": "recorded"}}],
        "principalTags": {"desk": "recorded"},
    }
}
SESSION = {
    "roleArn": f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy", "roleSessionName": "b",
    "tags": [{"key": "project", "value": "session"}], "incomingTransitiveTags": {"boss": "eve"},
}  # fmt: skip

STORY = [
    ec2(1, "StartInstances", INSTANCE, eventID="before"),
    ec2(2, "CreateTags", INSTANCE, TEAM, {"key": "class", "value": "secret"}, eventID="tag"),
    ec2(2, "StopInstances", INSTANCE, eventID="same-second"),
    ec2(
        3, "CreateTags", INSTANCE, {"key": "team", "value": "vain"}, errorCode="Client.UnauthorizedOperation"
    ),
    ec2(4, "StopInstances", INSTANCE, eventID="after-failure"),
    ec2(5, "DeleteTags", INSTANCE, {"key": "team", "value": "another"}, {"key": "class"}),
    ec2(6, "StopInstances", INSTANCE, eventID="one-left"),
    ec2(7, "DeleteTags", INSTANCE, {"key": "team"}),
    ec2(8, "StopInstances", INSTANCE, eventID="none-known"),
    ec2(9, "DeleteTags", INSTANCE),
    ec2(10, "StopInstances", INSTANCE, eventID="none-at-all"),
    call(1, "ec2", "CreateSnapshot", {"volumeId": VOLUME} | SPEC, MADE, eventID="made"),
    call(2, "ec2", "DeleteSnapshot", {"snapshotId": SNAPSHOT}, eventID="deleted"),
    bucket(1, "PutBucketTagging", TEAM, {"key": "old", "value": "1"}),
    bucket(2, "PutBucketTagging", {"key": "team", "value": "red"}),
    bucket(3, "GetObject", eventID="replaced", readOnly=True),
    bucket(3, "GetObject", eventID="both", eventContext=CONTEXT, readOnly=True),
    bucket(4, "DeleteBucketTagging"),
    bucket(5, "GetBucketAcl", eventID="emptied", readOnly=True),
    bucket(6, "PutBucketTagging", TEAM),
    bucket(7, "DeleteBucket"),
    bucket(8, "GetBucketAcl", eventID="another-bucket", readOnly=True),
    call(1, "iam", "TagRole", {"roleName": "Deploy", "tags": [{"key": "project", "value": "role"}, TEAM]}),
    call(1, "iam", "TagUser", {"userName": "alice", "tags": [TEAM]}),
    assume_role(
        user("bob"), "ci/Deploy", key="ASIA1", requestParameters=SESSION, eventTime="2026-09-02T04:02:00Z"
    ),
    role_event("ci/Deploy", key="ASIA1", eventID="session", eventTime="2026-09-02T04:03:00Z"),
    role_event("ci/Deploy", key="ASIA2", eventID="other-session", eventTime="2026-09-02T04:03:00Z"),
    at(0, eventID="alice-early"),
    at(3, eventID="alice"),
]
for untold in STORY:
    untold.setdefault("userIdentity", user("bob"))


@pytest.fixture(scope="module")
def story() -> dict[str, dict[str, Any]]:
    events = table(*STORY)
    rows = with_tags(events).to_pyarrow().to_pylist()
    assert len(rows) == len(STORY), "every event once"
    return {row["eventID"]: row for row in rows}


def pairs(tags: list[dict[str, Any]] | None) -> dict[str | None, str | None] | None:
    return None if tags is None else {tag["key"]: tag["value"] for tag in tags}


@pytest.mark.parametrize(
    ("event_id", "tags"),
    [
        ("before", None),
        ("tag", {"team": "blue", "class": "secret"}),
        ("same-second", {"team": "blue", "class": "secret"}),
        ("after-failure", {"team": "blue", "class": "secret"}),
        ("one-left", {"team": "blue"}),
        ("none-known", None),
        ("none-at-all", {None: None}),
        ("made", {"kept": "30d"}),
        ("deleted", {"kept": "30d"}),
        ("replaced", {"team": "red"}),
        ("emptied", {None: None}),
        ("another-bucket", None),
        ("alice", None),
    ],
)
def test_tags_of_resources(
    story: dict[str, Any], event_id: str, tags: dict[str | None, str | None] | None
) -> None:
    assert pairs(story[event_id]["resource_tags"]) == tags


@pytest.mark.parametrize(
    ("event_id", "tags"),
    [
        ("alice-early", None),
        ("alice", {"team": "blue"}),
        ("session", {"team": "blue", "project": "session", "boss": "eve"}),
        ("other-session", {"team": "blue", "project": "role"}),
    ],
)
def test_tags_of_principals(story: dict[str, Any], event_id: str, tags: dict[str, str] | None) -> None:
    assert pairs(story[event_id]["principal_tags"]) == tags


def test_what_was_recorded_stands_before_what_is_rebuilt(story: dict[str, Any]) -> None:
    found = story["both"]
    assert found["resource_tags"] == [
        {
            "arn": BUCKET, "key": "team", "value": "recorded", "how": "recorded", "told_by": "event",
            "source": "both", "confidence": "certain",
        }
    ]  # fmt: skip
    told = {tag["key"]: (tag["value"], tag["how"]) for tag in found["principal_tags"]}
    assert told == {"desk": ("recorded", "recorded"), "team": ("blue", "rebuilt")}


def test_a_rebuilt_tag_names_its_source(story: dict[str, Any]) -> None:
    (tag,) = [tag for tag in story["one-left"]["resource_tags"] if tag["key"] == "team"]
    assert tag == {
        "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}", "key": "team", "value": "blue",
        "how": "rebuilt", "told_by": "call", "source": "tag", "confidence": "high",
    }  # fmt: skip


def test_session_tags_say_so(story: dict[str, Any]) -> None:
    told = {tag["key"]: tag["told_by"] for tag in story["session"]["principal_tags"]}
    assert told == {"team": "call", "project": "session", "boss": "session"}


ITEM = pa.struct([
    ("arn", pa.string()),
    ("configurationItemStatus", pa.string()),
    ("tags", pa.map_(pa.string(), pa.string())),
])  # fmt: skip
ITEMS = pa.schema([("eventTime", pa.timestamp("us")), ("eventID", pa.string()), ("eventData", ITEM)])
EXPORTS = pa.schema([
    ("arn", pa.string()), ("key", pa.string()), ("value", pa.string()), ("exported", pa.timestamp("us")),
    ("source_file", pa.string()),
])  # fmt: skip


def items(*rows: tuple[int, str, str, dict[str, str] | None]) -> Any:
    made = [
        {
            "eventTime": f"2026-09-02T04:{minute:02}:00", "eventID": f"item-{minute}",
            "eventData": {"arn": arn, "configurationItemStatus": status, "tags": tags and list(tags.items())},
        }
        for minute, arn, status, tags in rows
    ]  # fmt: skip
    for row in made:
        row["eventTime"] = pa.scalar(row["eventTime"]).cast(pa.timestamp("us")).as_py()
        data = row["eventData"]
        assert isinstance(data, dict)
        data["tags"] = [] if data["tags"] == {} else data["tags"]
    return ibis.memtable(pa.Table.from_pylist(made, schema=ITEMS))


def exports(*rows: tuple[str, str | None, str | None]) -> Any:
    made = [
        {"arn": arn, "key": key, "value": value, "exported": None, "source_file": "tags.json"}
        for arn, key, value in rows
    ]
    return ibis.memtable(pa.Table.from_pylist(made, schema=EXPORTS))


@pytest.fixture(scope="module")
def buckets() -> Any:
    """One bucket, untagged at 3, tagged with b at 5, read each minute."""
    reads = [
        bucket(minute, "GetBucketAcl", eventID=f"read-{minute}", readOnly=True) for minute in range(1, 9)
    ]
    untag = call(3, "s3", "UntagResource", {"resourceArn": BUCKET, "tagKeys": ["a"]})
    tag = call(5, "s3", "TagResource", {"resourceArn": BUCKET, "tags": {"b": "2"}})
    return table(*reads, untag, tag)


def read_by_minute(events: Any, **others: Any) -> list[dict[str | None, str | None] | None]:
    rows = with_tags(events, **others)
    reads = rows.filter(rows.eventName == "GetBucketAcl").order_by("eventTime")
    return [pairs(tags) for tags in reads.resource_tags.to_pyarrow().to_pylist()]


def test_items_tell_all_tags_from_their_capture_on(buckets: Any) -> None:
    told = items((2, BUCKET, "OK", {"a": "1", "c": "3"}), (7, BUCKET, "OK", {"b": "2"}))
    assert read_by_minute(buckets, items=told) == [
        None, {"a": "1", "c": "3"}, {"c": "3"}, {"c": "3"}, {"b": "2", "c": "3"}, {"b": "2", "c": "3"},
        {"b": "2"}, {"b": "2"},
    ]  # fmt: skip


def test_an_item_may_tell_that_there_are_none_or_that_it_is_gone(buckets: Any) -> None:
    told = items((1, BUCKET, "OK", {}), (7, BUCKET, "ResourceDeleted", None))
    assert read_by_minute(buckets, items=told) == [
        *[{None: None}] * 4, {"b": "2"}, {"b": "2"}, None, None,
    ]  # fmt: skip


def test_an_export_tells_what_no_call_names(buckets: Any) -> None:
    told = exports((BUCKET, "a", "as exported"), (BUCKET, "b", "as exported"), (BUCKET, "z", "as exported"))
    assert read_by_minute(buckets, exports=told) == [
        *[{"z": "as exported"}] * 4,
        *[{"b": "2", "z": "as exported"}] * 4,
    ]


def test_an_export_is_not_sure(buckets: Any) -> None:
    rows = with_tags(buckets, exports=exports((BUCKET, "z", "9")))
    (tag,) = rows.filter(rows.eventID == "read-1").resource_tags.to_pyarrow().to_pylist()[0]
    assert (tag["told_by"], tag["source"], tag["confidence"]) == ("export", "tags.json", "low")


def test_an_export_is_silent_where_items_speak(buckets: Any) -> None:
    told = {"items": items((2, BUCKET, "OK", {"a": "1"})), "exports": exports((BUCKET, "z", "9"))}
    assert read_by_minute(buckets, **told)[0] is None
    assert read_by_minute(buckets, **told)[7] == {"b": "2"}


def test_items_and_exports_of_the_same_case_are_found(tmp_path: Path) -> None:
    item = {
        "ARN": BUCKET, "configurationItemCaptureTime": "2026-09-02T04:02:00.000Z", "tags": {"a": "1"},
        "configurationItemStatus": "OK", "configurationStateId": 7,
    }  # fmt: skip
    export = {"ResourceARN": "arn:aws:s3:::other", "Tags": [{"Key": "team", "Value": "blue"}]}
    folder = tmp_path / "evidence"
    trail(folder, bucket(3, "GetBucketAcl"), call(3, "s3", "GetBucketPolicy", {"bucketName": "other"}))
    (folder / "snapshot.json").write_text(json.dumps({"configurationItems": [item]}))
    (folder / "tags.json").write_text(json.dumps({"ResourceTagMappingList": [export]}))
    con = wb.open_case(tmp_path / "case")
    wb.load(con, folder)
    rows = wb.with_tags(wb.events(con)).order_by("eventName").to_pyarrow().to_pylist()
    told = [[(tag["key"], tag["told_by"], tag["source"]) for tag in row["resource_tags"]] for row in rows]
    item_id = config_items(con).eventID.execute()[0]
    con.disconnect()
    assert told == [[("a", "config item", item_id)], [("team", "export", str(folder / "tags.json"))]]


def test_a_case_without_any_tag_knows_nothing() -> None:
    found = wb.with_tags(table(event(), event())).select("resource_tags", "principal_tags")
    assert found.to_pyarrow().to_pylist() == [{"resource_tags": None, "principal_tags": None}] * 2

"""What some events did: taken, made, removed, tried in vain; ordinary reading is none of it."""

from typing import Any

import pytest

from tests.builders import event, table
from workbench.queries import damage


def told(*events: Any) -> list[tuple[str, str, str]]:
    rows = damage(table(*events)).to_pyarrow().to_pylist()
    return [(row["effect"], row["eventName"], row["told"]) for row in rows]


def s3(key: str, **fields: Any) -> dict[str, Any]:
    asked = {"bucketName": "exports", "key": key}
    return event(eventName="GetObject", eventSource="s3.amazonaws.com", requestParameters=asked, **fields)


def test_objects_are_counted_and_their_bucket_is_named() -> None:
    (row,) = damage(table(s3("a"), s3("b"), s3("b"))).to_pyarrow().to_pylist()
    assert (row["effect"], row["told"]) == ("taken", "2 objects of exports")
    assert (row["calls"], row["things"], row["what"]) == (3, 2, ["exports"])
    assert len(row["eventIDs"]) == 3


def test_secrets_are_named_without_the_beginning_of_their_arn() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-aB3dEf"
    read = event(eventName="GetSecretValue", requestParameters={"secretId": arn})
    assert told(read) == [("taken", "GetSecretValue", "1 secret: prod/db-aB3dEf")]


@pytest.mark.parametrize(
    ("name", "asked", "effect", "what"),
    [
        ("CreateAccessKey", {"userName": "eve"}, "made or changed", "eve"),
        ("UpdateFunctionCode20150331v2", {"functionName": "f"}, "made or changed", "f"),
        ("DeleteAccessKey", {"userName": "eve"}, "removed or switched off", "eve"),
        ("TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}},
         "removed or switched off", "i-0123456789abcdef0"),
        ("CreateUser", None, "made or changed", "unnamed"),
    ],
)  # fmt: skip
def test_writes_that_worked(name: str, asked: Any, effect: str, what: str) -> None:
    assert told(event(eventName=name, requestParameters=asked, readOnly=False)) == [(effect, name, what)]


def test_sensitive_calls_that_failed_were_tried_in_vain() -> None:
    stop = {"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "readOnly": False}
    asked = {"name": "arn:aws:cloudtrail:us-east-1:111122223333:trail/org"}
    vain = event(**stop, errorCode="AccessDenied", requestParameters=asked)
    assert told(vain) == [("tried in vain", "StopLogging", "trail/org")]
    assert told(event(errorCode="AccessDenied")) == [], "a refused list is no damage"


def test_reading_signing_in_and_taking_on_roles_are_no_damage() -> None:
    signed = event(eventName="ConsoleLogin", eventSource="signin.amazonaws.com", readOnly=False)
    role = event(eventName="AssumeRole", eventSource="sts.amazonaws.com", readOnly=True)
    assert told(signed, role, event(eventName="ListUsers"), {"eventName": "Odd", "eventID": "e-1"}) == []


def test_more_names_than_are_spelled_out_are_counted() -> None:
    made = [event(eventName="CreateUser", requestParameters={"userName": f"u{n}"}) for n in range(6)]
    assert told(*made) == [("made or changed", "CreateUser", "u0, u1, u2, u3 and 2 more")]

"""What an event names, and that engine and Python give it the same name."""

import re
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import ACCOUNT, REGION, event, table
from workbench.queries.tags.names import PARAMETERS, as_arn, plain_name, plain_names, touched

PART = st.sampled_from(
    ["arn", "aws", "aws-cn", "ec2", "iam", "lambda", "function", "role", "f-AbC123", "i-00112233", ""]
)
ARNS = st.lists(PART, min_size=3, max_size=9).flatmap(
    lambda parts: st.lists(st.sampled_from(":/"), min_size=len(parts), max_size=len(parts)).map(
        lambda signs: "".join(map("".join, zip(parts, signs, strict=True)))
    )
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ARNS, min_size=1, max_size=20))
def test_engine_and_python_give_the_same_names(arns: list[str]) -> None:
    rows = ibis.memtable({"arn": arns}, schema={"arn": "string"})
    found = rows.select(name=plain_names(rows.arn)).to_pyarrow()["name"].to_pylist()
    assert sorted(found) == sorted(map(plain_name, arns))


@pytest.fixture(scope="module")
def named() -> dict[str, list[str]]:
    records = [
        event(
            eventID=known.name + known.service,
            eventSource=f"{known.service}.amazonaws.com",
            requestParameters={known.name: value_of(known.name)},
        )
        for known in PARAMETERS
    ]
    ids = {"instancesSet": {"items": [{"instanceId": "i-00112233"}]}}
    records += [
        event(
            eventID="ec2",
            eventSource="ec2.amazonaws.com",
            requestParameters=ids,
            responseElements={"v": "vol-00112233"},
        ),
        event(eventID="not-ec2", requestParameters=ids),
        event(eventID="listed", resources=[{"ARN": "arn:aws:s3:::b"}, {"type": "x"}]),
        event(eventID="arn", requestParameters={"topicArn": "arn:aws:sns:r:1:t", "x": "not:arn:aws"}),
        event(eventID="nothing"),
    ]
    rows = table(*records)
    told = (
        rows.select(
            "eventID", names=touched(rows, [*(template_of(known) for known in PARAMETERS), "i-00112233"])
        )
        .to_pyarrow()
        .to_pylist()
    )
    return {row["eventID"]: sorted(name for name in set(row["names"]) if is_name(name)) for row in told}


def is_name(text: str | None) -> bool:
    """Other values of requests are names of nothing."""
    return bool(text) and bool(re.match(r"arn:|[a-z]+-[0-9a-f]{8}", str(text)))


def template_of(known: Any) -> str:
    return str(known.template).format(a=ACCOUNT, r=REGION, v="x")


def value_of(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/x" if name == "queueUrl" else "x"


@pytest.mark.parametrize("known", PARAMETERS, ids=[f"{known.service}-{known.name}" for known in PARAMETERS])
def test_requests_name_as_tag_calls_do(named: dict[str, list[str]], known: Any) -> None:
    told = as_arn(value_of(known.name), known.template, ACCOUNT, REGION)
    assert named[known.name + known.service] == [told]


@pytest.mark.parametrize(
    ("event_id", "names"),
    [
        ("ec2", ["i-00112233", "vol-00112233"]),
        ("not-ec2", []),
        ("listed", ["arn:aws:s3:::b"]),
        ("arn", ["arn:aws:sns:r:1:t"]),
        ("nothing", []),
    ],
)
def test_other_ways_to_name(named: dict[str, list[str]], event_id: str, names: list[str]) -> None:
    assert named[event_id] == names

"""The Config files have AWS's layout, and show the trust policy opened and closed again."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]
PLACE = re.compile(
    r"AWSLogs/(\d{12})/Config/([a-z0-9-]+)/2026/3/[2-9]/(ConfigSnapshot|ConfigHistory)/"
    r"\1_Config_\2_\3_(AWS::[A-Za-z0-9:]+_\d{8}T\d{6}Z_)?\d{8}T\d{6}Z_([0-9a-f-]{36}|\d)\.json\.gz"
)
FIELDS = {
    "configurationItemVersion",
    "configurationItemCaptureTime",
    "configurationItemStatus",
    "configurationStateId",
    "awsAccountId",
    "resourceType",
    "resourceId",
    "resourceName",
    "ARN",
    "awsRegion",
    "availabilityZone",
    "configurationStateMd5Hash",
    "resourceCreationTime",
    "configuration",
    "supplementaryConfiguration",
    "relatedEvents",
    "relationships",
    "tags",
}


@pytest.fixture(scope="module")
def files(sample: Path) -> dict[str, Json]:
    folder = sample / "config"
    return {
        path.relative_to(folder).as_posix(): json.loads(gzip.decompress(path.read_bytes()))
        for path in sorted(folder.rglob("*.json.gz"))
    }


def test_names_are_as_config_writes_them(files: dict[str, Json]) -> None:
    assert files
    assert [name for name in files if not PLACE.fullmatch(name)] == []


def test_every_item_is_complete_and_lies_with_its_account(files: dict[str, Json]) -> None:
    for name, content in files.items():
        assert content["fileVersion"] == "1.0"
        assert content["configurationItems"]
        for item in content["configurationItems"]:
            assert set(item) == FIELDS
            assert item["awsAccountId"] == name.split("/")[1]
            assert re.fullmatch(r"2026-03-0\d+T\d\d:\d\d:\d\d\.\d{3}Z", item["configurationItemCaptureTime"])


def test_the_resources_are_those_of_the_trail(files: dict[str, Json], records: list[Json]) -> None:
    arns = {item["ARN"] for content in files.values() for item in content["configurationItems"]}
    text = str(records)
    secrets = {arn for arn in arns if ":secret:" in arn}
    assert len(secrets) == 12
    assert all(arn in text for arn in secrets)
    assert "arn:aws:cloudtrail:us-east-1:111122223333:trail/org-trail" in arns


def test_the_history_shows_the_opened_trust_and_its_end(files: dict[str, Json], truth: Json) -> None:
    versions = sorted(
        (item["configurationItemCaptureTime"], str(item["configuration"]["assumeRolePolicyDocument"]))
        for content in files.values()
        for item in content["configurationItems"]
        if item["resourceId"] == "support-readonly"
    )
    assert ["999988887777" in document for _, document in versions] == [False, True, False]
    opened, closed = (step["time"] for step in truth["intrusion"]["steps"] if step["step"] in (11, 17))
    assert versions[0][0] < opened < versions[1][0] < closed < versions[2][0]

"""The rare situations: they come besides the everyday, in records as AWS writes them, each with its truth."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.conftest import inflated, records_of
from workbench.simulation import write_sample
from workbench.simulation.situations import SITUATIONS

Json = dict[str, Any]
PARTITIONS = {"cn-north-1": "arn:aws-cn:", "us-gov-west-1": "arn:aws-us-gov:"}


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich") / "new"
    write_sample(folder, days=3, situations=True)
    return folder


@pytest.fixture(scope="module")
def delivered(rich: Path) -> list[Json]:
    kinds = ("CloudTrail", "CloudTrail-Insight", "CloudTrail-Aggregated")
    contents = [content for kind in kinds for content in of_kind(rich, kind).values()]
    return [record for content in contents for record in json.loads(content)["Records"]]


@pytest.fixture(scope="module")
def told(rich: Path) -> list[Json]:
    lines = (rich / "truth-events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def of_kind(folder: Path, kind: str) -> dict[str, bytes]:
    """Content of the objects of a kind: below the organization's folder, and of accounts with their own."""
    return inflated(folder, kind) | inflated(folder, f"../{kind}")


def name_of(record: Json) -> str:
    return record.get("eventID") or record["eventId"]


def test_each_event_has_one_truth(delivered: list[Json], told: list[Json]) -> None:
    named = [event for row in told for event in row["events"]]
    assert len(named) == len(set(named))
    assert {name_of(record) for record in delivered} == set(named)


def test_each_situation_has_its_events_and_says_what_can_be_known(told: list[Json]) -> None:
    scenes = Counter(row["scene"] for row in told)
    assert [one.name for one in SITUATIONS if one.name not in scenes] == []
    planned = {one.name for one in SITUATIONS}
    rows = [row for row in told if row["scene"] in planned]
    assert all({"origin", "not_provable", "claims"} & row.keys() for row in rows)
    assert {row.get("not_provable") for row in told} >= {
        None, "FIELD_HIDDEN", "CONTRADICTION", "AMBIGUOUS", "ACCOUNT_NOT_COLLECTED", "FEDERATION_OUTSIDE",
        "BEFORE_COVERAGE", "REGION_NOT_COLLECTED", "SERVICE_INTERNAL",
    }  # fmt: skip


def test_the_everyday_stays_as_it_is(tmp_path: Path, delivered: list[Json], told: list[Json]) -> None:
    """Only how much traffic fills the hours depends on what else there is."""
    write_sample(tmp_path / "plain", days=3)
    assert not (tmp_path / "plain" / "truth-events.jsonl").exists()
    plain = {record["eventID"]: record for record in records_of(tmp_path / "plain")}
    planned = {one.name for one in SITUATIONS}
    everyday = {event for row in told for event in row["events"]
                if row["scene"] not in planned and not row["scene"].startswith("traffic")}  # fmt: skip
    rich = {name_of(record): record for record in delivered}
    assert len(everyday) > 1500
    assert [event for event in everyday if plain.get(event) != rich[event]] == []


def test_large_organizations_have_them_and_small_ones_on_demand(tmp_path: Path) -> None:
    for accounts, situations, expected in ((9, None, False), (10, None, True), (10, False, False)):
        folder = tmp_path / f"{accounts} {situations}"
        write_sample(folder, accounts=accounts, days=3, events=1, situations=situations)
        assert (folder / "truth-events.jsonl").exists() == expected


def test_a_sample_with_situations_is_replaced_as_any_other(tmp_path: Path) -> None:
    write_sample(tmp_path / "new", days=3, events=1, situations=True)
    write_sample(tmp_path / "new", days=3, events=1)
    assert not (tmp_path / "new" / "truth-events.jsonl").exists()
    assert not list(tmp_path.glob("new/AWSLogs/555566667777/**/*"))


@pytest.mark.parametrize("region", PARTITIONS)
def test_accounts_of_other_partitions_have_trails_of_their_own(
    rich: Path, delivered: list[Json], region: str
) -> None:
    there = [record for record in delivered if record["awsRegion"] == region]
    assert there
    (account,) = {record["recipientAccountId"] for record in there}
    assert list(rich.glob(f"AWSLogs/{account}/CloudTrail-Digest/{region}/**/*.json.gz"))
    for record in there:
        arn = record["userIdentity"].get("arn", "")
        assert not arn or arn.startswith(PARTITIONS[region])
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        host = record.get("tlsDetails", {}).get("clientProvidedHostHeader")
        assert host is None or host.endswith(f"{region}.{domain}")


def test_a_token_is_asked_for_in_one_partition_and_used_in_another(delivered: list[Json]) -> None:
    asked = {record["responseElements"]["webIdentityTokenId"]: record for record in delivered
             if record.get("eventName") == "GetWebIdentityToken"}  # fmt: skip
    used = {record["requestParameters"]["webIdentityTokenId"]: record for record in delivered
            if "webIdentityTokenId" in (record.get("requestParameters") or {})}  # fmt: skip
    assert len(asked) == 3
    assert asked.keys() < used.keys()
    for token, request in asked.items():
        crossed = used[token]["additionalEventData"]["crossPartitionData"]
        assert crossed["sourceRegion"] == request["awsRegion"] != used[token]["awsRegion"]
        assert crossed["sourcePrincipalArn"] == used[token]["userIdentity"]["userName"]


@pytest.mark.parametrize(("kind", "field"), [("Insight", "insightDetails"), ("Aggregated", "timeWindow")])
def test_records_without_a_caller_lie_in_folders_of_their_own(rich: Path, kind: str, field: str) -> None:
    contents = of_kind(rich, f"CloudTrail-{kind}")
    records = [record for content in contents.values() for record in json.loads(content)["Records"]]
    assert records
    assert all(f"_CloudTrail-{kind}_" in name for name in contents)
    assert all(record["eventCategory"] == kind and record[field] for record in records)
    assert all("userIdentity" not in record for record in records)

"""A tampered sample is tampered with exactly as its truth says."""

import gzip
import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.conftest import inflated, records_of
from tests.simulation.test_sample import contents
from workbench.cli import main
from workbench.simulation import write_sample

Json = dict[str, Any]


@pytest.fixture(scope="module")
def truth(tampered: Path) -> Json:
    return json.loads((tampered / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def done(truth: Json) -> dict[str, Json]:
    """The row of each kind but the calls, of which there are many."""
    return {row["kind"]: row for row in truth["tampering"] if row["kind"] != "call"}


@pytest.fixture(scope="module")
def digests(tampered: Path) -> dict[str, Json]:
    return {key: json.loads(content) for key, content in inflated(tampered, "CloudTrail-Digest").items()}


@pytest.fixture(scope="module")
def listed(digests: dict[str, Json]) -> dict[str, str]:
    """Hash of each log that a digest lists."""
    return {log["s3Object"]: log["hashValue"] for digest in digests.values() for log in digest["logFiles"]}


@pytest.fixture(scope="module")
def by_id(tampered: Path) -> dict[str, Json]:
    return {record["eventID"]: record for record in records_of(tampered)}


def chain(digests: dict[str, Json], account: str, region: str) -> list[Json]:
    own = [d for key, d in digests.items() if d["awsAccountId"] == account and f"/{region}/" in key]
    return sorted(own, key=lambda digest: digest["digestEndTime"])


def test_nothing_else_differs_from_what_the_digests_say(
    tampered: Path, done: dict[str, Json], listed: dict[str, str]
) -> None:
    logs = inflated(tampered, "CloudTrail")
    found = {key: hashlib.sha256(content).hexdigest() for key, content in logs.items()}
    changed = {key for key in found if key in listed and found[key] != listed[key]}
    assert set(listed) - set(found) == {done["log-deleted"]["path"]}
    assert changed == {done["log-modified"]["path"]}
    unlisted = {done["log-planted"]["path"], *done["newest-digests-deleted"]["logs"]}
    assert set(found) - set(listed) == unlisted


def test_the_hidden_events_are_gone_and_the_invented_ones_are_there(
    done: dict[str, Json], by_id: dict[str, Json]
) -> None:
    for kind in ("log-deleted", "log-modified", "logging-stopped"):
        assert done[kind]["events"]
        assert not set(done[kind]["events"]) & set(by_id)
    assert {by_id[event]["eventName"] for event in done["log-planted"]["events"]} == {
        "ListAccessKeys", "CreateAccessKey",
    }


def test_a_changed_log_keeps_its_other_events(tampered: Path, done: dict[str, Json]) -> None:
    kept = json.loads(gzip.decompress((tampered / done["log-modified"]["path"]).read_bytes()))["Records"]
    assert kept
    assert "CreateAccessKey" not in {record["eventName"] for record in kept}


def test_between_stop_and_start_nothing_is_delivered(done: dict[str, Json], by_id: dict[str, Json]) -> None:
    stopped = done["logging-stopped"]
    within = [e for e in by_id.values() if stopped["from"] < e["eventTime"] < stopped["to"]]
    assert within == []
    worked = {(e["eventName"], e["eventTime"]): e for e in by_id.values() if "errorCode" not in e}
    stop, start = worked["StopLogging", stopped["from"]], worked["StartLogging", stopped["to"]]
    assert stop["userIdentity"]["accessKeyId"] == start["userIdentity"]["accessKeyId"]


def test_each_chain_ends_and_begins_anew(done: dict[str, Json], digests: dict[str, Json]) -> None:
    for row in done["logging-stopped"]["chains"]:
        own = chain(digests, row["account"], row["region"])
        anew = [digest for digest in own[1:] if digest["previousDigestSignature"] is None]
        assert [digest["digestS3Object"] for digest in anew] == [row["path"]]
        before = own[own.index(anew[0]) - 1]
        assert before["digestEndTime"] == row["last"]
        assert anew[0]["digestStartTime"] == done["logging-stopped"]["to"]
        breaks = [b for a, b in pairwise(own) if a["digestEndTime"] != b["digestStartTime"]]
        assert breaks == anew


def test_the_newest_digests_leave_no_line_of_metadata(
    tampered: Path, done: dict[str, Json], digests: dict[str, Json]
) -> None:
    row = done["newest-digests-deleted"]
    lines = [json.loads(line) for line in (tampered / "meta.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["HeadAt"] for line in lines} == {"2026-03-09T01:30:00Z"}
    assert {line["Key"] for line in lines} == set(digests)
    assert len(row["digests"]) == 4
    assert not any((tampered / key).exists() for key in row["digests"])
    assert row["logs"]
    newest = chain(digests, row["account"], row["region"])[-1]
    assert (newest["digestS3Object"], newest["digestEndTime"]) == (row["path"], row["from"])
    assert row["from"] < "2026-03-08T23:30:00Z"


def test_every_call_that_blinds_is_in_the_trail(truth: Json, by_id: dict[str, Json]) -> None:
    calls = [row for row in truth["tampering"] if row["kind"] == "call"]
    for row in calls:
        (event,) = (by_id[name] for name in row["events"])
        service = event["eventSource"].removesuffix(".amazonaws.com")
        assert f"{service}:{event['eventName']}" == row["call"]
        assert (event["eventTime"], event["recipientAccountId"]) == (row["time"], row["account"])
        assert ("errorCode" in event) == (row["outcome"] == "refused")
    assert {row["as"] for row in calls} == {
        "bucket-policy", "bucket-lifecycle", "detector-off", "recorder-off", "narrowed", "key-disabled",
        "stopped", "resumed", "widened",
    }


def test_sessions_that_began_meanwhile_cannot_be_proved(truth: Json, done: dict[str, Json]) -> None:
    stopped = done["logging-stopped"]
    meanwhile = [s for s in truth["sessions"] if stopped["from"] < s["started_at"] < stopped["to"]]
    assert meanwhile
    assert {row.get("not_provable") for row in meanwhile} == {"REGION_NOT_COLLECTED"}
    assert not any("issuance" in row for row in meanwhile)


def test_verify_says_what_the_truth_says(
    tampered: Path, done: dict[str, Json], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tampered), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    newest, chains = done["newest-digests-deleted"], done["logging-stopped"]["chains"]
    expected = {row["path"]: row["verify"]["verdict"] for row in done.values() if "verdict" in row["verify"]}
    expected |= dict.fromkeys(newest["logs"], newest["verify"]["logs"])
    assert {row["path"]: row["verdict"] for row in said["logs"] if row["verdict"] != "valid"} == expected
    assert {row["verdict"] for row in said["digests"]} == {"valid"}
    assert sorted((row["kind"], row["path"]) for row in said["findings"]) == sorted([
        ("open-end", newest["path"]), *(("gap-logging-stopped", chain["path"]) for chain in chains),
    ])


def test_it_says_how_to_make_it_again(tampered: Path, truth: Json, tmp_path: Path) -> None:
    write_sample(tmp_path / "again", **truth["parameters"])
    assert contents(tmp_path / "again") == contents(tampered)


@pytest.mark.parametrize(("days", "seed"), [(3, 7), (8, 11)])
def test_other_lengths_and_seeds_are_tampered_with_too(tmp_path: Path, days: int, seed: int) -> None:
    write_sample(tmp_path / "new", days=days, events=500, seed=seed, tamper=True)
    told = json.loads((tmp_path / "new" / "truth.json").read_text(encoding="utf-8"))["tampering"]
    assert len({row["kind"] for row in told}) == 6

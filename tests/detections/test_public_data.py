"""What the built-in rules find in public attack data, and what they say of ordinary work beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.detections import publicdata
from tests.detections.publicdata import MEDIUM, Hit, hits_of
from workbench import simulation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stratus_hits(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Hit]:
    records, _ = publicdata.stratus(shared_data)
    return hits_of(publicdata.case_of(tmp_path_factory.mktemp("stratus"), records))


def techniques(hits: list[Hit], shared_data: Path, severities: tuple[str, ...]) -> set[str]:
    _, truth = publicdata.stratus(shared_data)
    events = {hit.event for hit in hits if hit.severity in severities}
    return {technique for technique, keys in truth.items() if events & set(keys)}


def test_every_technique_is_found_by_a_key_event(stratus_hits: list[Hit], shared_data: Path) -> None:
    assert len(techniques(stratus_hits, shared_data, ("low", *MEDIUM))) == 18


def test_techniques_are_worth_a_look(stratus_hits: list[Hit], shared_data: Path) -> None:
    assert len(techniques(stratus_hits, shared_data, MEDIUM)) >= 17


def test_an_account_under_attack(shared_data: Path, tmp_path: Path) -> None:
    records = publicdata.invictus(shared_data)
    hits = hits_of(publicdata.case_of(tmp_path, records))
    attacks = publicdata.attacks(records)
    flagged = {hit.event for hit in hits if hit.severity in MEDIUM}
    stolen = {
        one["eventID"]
        for one in records
        if "/i-" in one["userIdentity"].get("arn", "")
        and one["eventName"] in ("GetCallerIdentity", "DescribeInstances")
    }
    assert len(stolen) == 2
    assert stolen <= flagged
    assert len(flagged - attacks - stolen) <= 40
    kinds = {one["eventName"] for one in records if one["eventID"] in flagged & attacks}
    assert {"ModifySnapshotAttribute", "UpdateAssumeRolePolicy", "PutEventSelectors", "SendCommand"} <= kinds


def test_labelled_events_and_their_near_misses(shared_data: Path, tmp_path: Path) -> None:
    rows = publicdata.rule_tests(shared_data)
    table = publicdata.case_of(tmp_path, [row["event"] for row in rows])
    flagged = {hit.event for hit in hits_of(table) if hit.severity in MEDIUM}
    positives = [row for row in rows if row["expected"]]
    negatives = [row for row in rows if not row["expected"]]
    assert sum(row["event"]["eventID"] in flagged for row in positives) >= 0.75 * len(positives)
    assert sum(row["event"]["eventID"] in flagged for row in negatives) <= 0.15 * len(negatives)


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Hit], dict[str, Any]]:
    """Hits in two weeks of an organization, about 31,000 events, and the planted intrusion's truth."""
    folder = tmp_path_factory.mktemp("weeks")
    simulation.write_sample(folder / "trail", days=14, events=31_000, seed=11)
    con = wb.open_case(folder / "case")
    wb.load(con, folder / "trail")
    return hits_of(wb.events(con)), json.loads((folder / "trail" / "truth.json").read_text())


def test_weeks_of_ordinary_work_are_quiet(weeks: tuple[list[Hit], dict[str, Any]]) -> None:
    hits, truth = weeks
    planted = {event for step in truth["intrusion"]["steps"] for event in step["events"]}
    noise = {hit.event for hit in hits if hit.severity in MEDIUM and hit.rule != "root-activity"} - planted
    assert len(noise) < 0.001 * truth["counts"]["events"]


def test_the_planted_intrusion_is_found(weeks: tuple[list[Hit], dict[str, Any]]) -> None:
    hits, truth = weeks
    flagged = {hit.event for hit in hits if hit.severity in MEDIUM}
    seen = [step["what"] for step in truth["intrusion"]["steps"] if flagged & set(step["events"])]
    assert len(seen) >= 14

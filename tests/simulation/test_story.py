"""data/README.md tells what the sample holds; when one changes, the other must."""

from pathlib import Path
from typing import Any

import pytest

from workbench.simulation.situations import SITUATIONS

Json = dict[str, Any]
WEEKDAYS = {"2026-03-06": "Fri", "2026-03-07": "Sat"}


@pytest.fixture(scope="module")
def story(root: Path) -> str:
    return (root / "data" / "README.md").read_text(encoding="utf-8")


def test_the_table_of_steps_is_the_truth(story: str, truth: Json) -> None:
    for step in truth["intrusion"]["steps"]:
        at = f"{WEEKDAYS[step['time'][:10]]} {step['time'][11:16]}"
        row = f"| {step['step']} | {at} | {step['what']} | {step['tactic']}, {step['technique']} |"
        assert row in story


def test_the_numbers_are_the_truths(story: str, truth: Json) -> None:
    counts = truth["counts"]
    assert f"{counts['log_files']} log files, {counts['events']:,} events" in story
    assert f"{counts['duplicates']} of them delivered twice" in story
    assert f"{counts['digests']:,} signed digests" in story


def test_every_account_and_person_is_introduced(story: str, truth: Json, records: list[Json]) -> None:
    accounts = {record["recipientAccountId"] for record in records}
    callers = {record["userIdentity"].get("accountId", "anonymous") for record in records} - {"anonymous"}
    assert [account for account in accounts | callers if account not in story] == []
    users = {row["principal"].rsplit("/", 1)[1].split(".")[0] for row in truth["long_term_keys"]}
    assert [user for user in users if user not in story.lower()] == []


def test_every_reason_why_something_cannot_be_proved_is_explained(story: str, truth: Json) -> None:
    reasons = {session["not_provable"] for session in truth["sessions"] if "not_provable" in session}
    assert [reason for reason in reasons if reason not in story] == []


def test_every_situation_is_told_in_the_words_of_its_code(story: str) -> None:
    for one in SITUATIONS:
        told = " ".join((one.play.__doc__ or "").split("References")[0].split())
        assert f"| {one.name} | {one.tests} | {told} |" in story

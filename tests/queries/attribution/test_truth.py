"""Attribution against the truth of a simulated organization: nothing wrong, nearly all found, and why not."""

import datetime as dt
import json
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.queries.attribution.judging import (
    LESS_SURE,
    MISSED,
    OTHER_REASON,
    REASON,
    RIGHT,
    WRONG,
    Judgement,
    counted,
    judged,
)
from workbench.queries.attribution import role_sessions, with_origin
from workbench.simulation import write_sample

Json = dict[str, Any]
PROVEN = ("certain", "high")
LEAKED = "arn:aws:iam::444455556666:user/ci-artifact-uploader"


def loaded(folder: Path, evidence: Path) -> Any:
    con = wb.open_case(folder)
    wb.load(con, evidence)
    return wb.events(con)


def sessions_of(evidence: Path) -> list[Json]:
    sessions: list[Json] = json.loads((evidence / "truth.json").read_text())["sessions"]
    return sessions


def paired(events: Any, truth: Iterable[Json]) -> list[tuple[Json, Json]]:
    """Put each session of the truth beside the ledger's row of it; sessions without a row are left out."""
    rows: defaultdict[tuple[str, dt.datetime], list[Json]] = defaultdict(list)
    for row in role_sessions(events).to_pyarrow().to_pylist():
        rows[row["session_arn"], row["started_at"]].append(row)
    found = []
    for session in truth:
        begun = dt.datetime.strptime(session["started_at"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007
        twins = rows[session["session_arn"], begun]
        same_key = [row for row in twins if row["access_key_id"] == session.get("access_key")]
        found += [(session, row) for row in (same_key or twins)[:1]]
    return found


def is_right(session: Json, row: Json) -> bool:
    unique = session.get("origin_id", session.get("origin"))
    told = row["origin_principal"], row["origin_kind"]
    return told == (session.get("origin"), session["kind"]) and row["origin_id"] in (None, unique)


def wrong(pairs: Iterable[tuple[Json, Json]]) -> list[tuple[Json, Json]]:
    return [pair for pair in pairs if pair[1]["origin_confidence"] in PROVEN and not is_right(*pair)]


def without(evidence: Path, folder: Path, *parts: str) -> Path:
    """Copy evidence and leave out whatever folder or file has one of these parts in its path."""

    def skipped(where: str, names: list[str]) -> list[str]:
        return [name for name in names if any(part in f"{where}/{name}".replace(str(evidence), "")
                                              for part in parts)]  # fmt: skip

    return Path(shutil.copytree(evidence, folder, ignore=skipped))


def test_the_sample_is_resolved_as_its_truth_says(sample: Path, sample_case: Path) -> None:
    events = wb.events(wb.open_case(sample_case, read_only=True))
    truth = sessions_of(sample)
    pairs = paired(events, truth)
    assert len(pairs) == len(truth)
    assert wrong(pairs) == []
    reasons = Counter((session.get("not_provable"), row["origin_reason"]) for session, row in pairs)
    assert [pair for pair in reasons if pair[0] != pair[1]] == []


@pytest.fixture(scope="module", params=[1, 20, 333])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A large sample, and the events of a case of it."""
    folder = tmp_path_factory.mktemp("large")
    write_sample(folder / "sample", accounts=12, events=60_000, seed=request.param)
    return folder / "sample", loaded(folder / "case", folder / "sample")


@pytest.mark.slow
def test_large_samples_are_resolved_as_their_truth_says(large: tuple[Path, Any]) -> None:
    evidence, events = large
    truth, each = sessions_of(evidence), judged(events, evidence)
    verdicts = counted(each)
    assert [one for one in each if one.verdict == WRONG] == []
    assert verdicts[RIGHT] >= 0.99 * (verdicts[RIGHT] + verdicts[MISSED] + verdicts[LESS_SURE]) > 50_000
    assert verdicts[REASON] >= 0.95 * (verdicts[REASON] + verdicts[OTHER_REASON]) > 150
    pairs = paired(events, truth)
    assert wrong(pairs) == []
    provable = [session for session in truth if "not_provable" not in session]
    right = [pair for pair in pairs if "not_provable" not in pair[0] and is_right(*pair)]
    assert len(right) >= 0.99 * len(provable) > 1000
    broken = [(session, row) for session, row in pairs if "not_provable" in session]
    reasons = [row["origin_reason"] == session["not_provable"] for session, row in broken]
    assert sum(reasons) >= 0.95 * len(reasons) > 10
    assert events_that_are_wrong(events, truth) == []


@pytest.mark.slow
@pytest.mark.parametrize("large", [333], indirect=True)
def test_a_large_sample_in_another_order_and_without_parts_of_it(
    large: tuple[Path, Any], tmp_path: Path
) -> None:
    """Shuffled files tell the same; without accounts, regions or first days nothing becomes wrong."""
    evidence = large[0]
    whole = judged(large[1], evidence)
    events = loaded(tmp_path / "shuffled", shuffled(evidence, tmp_path / "files", random.Random(4)))
    assert sorted(whole, key=lambda one: one.told["eventID"]) == sorted(
        judged(events, evidence), key=lambda one: one.told["eventID"]
    )
    accounts = sorted(account for account in events.recipientAccountId.to_pyarrow().unique().to_pylist())
    for parts in (accounts[::2], accounts[1::3]):
        assert wrong_ones(events.filter(events.recipientAccountId.notin(parts)), evidence) == []
    for region in ("eu-west-1", "us-east-1"):
        assert wrong_ones(events.filter(events.awsRegion != region), evidence) == []
    for day in (3, 4):
        since = dt.datetime(2026, 3, day)  # noqa: DTZ001 (naive UTC by contract)
        assert wrong_ones(events.filter(events.eventTime >= since), evidence) == []


def wrong_ones(events: Any, evidence: Path) -> list[Judgement]:
    return [one for one in judged(events, evidence) if one.verdict == WRONG]


def shuffled(evidence: Path, folder: Path, dice: random.Random) -> Path:
    """Copy the log files of a sample flat, under names in an order of their own."""
    folder.mkdir()
    files = sorted((evidence / "AWSLogs").glob("**/CloudTrail*/**/*.json.gz"))
    files = [file for file in files if "CloudTrail-Digest" not in file.name]
    for number, file in enumerate(dice.sample(files, len(files))):
        shutil.copy(file, folder / f"{number:05}_{file.name}")
    return folder


def events_that_are_wrong(events: Any, truth: Iterable[Json]) -> list[Json]:
    """Give the events that are proven to be somebody's, and are of somebody else by the key they used."""
    owners: defaultdict[str, set[str | None]] = defaultdict(set)
    for session in truth:  # nothing may be proven of a session without an origin
        for key in {session.get("access_key"), *session.get("access_keys", [])} - {None}:
            owners[str(key)].add(session.get("origin"))
    rows = with_origin(events).filter(lambda t: t.origin_confidence.isin(PROVEN) & t.access_key_id.notnull())
    told = rows.select("eventID", "access_key_id", "origin_principal").to_pyarrow().to_pylist()
    return [
        row for row in told
        if row["access_key_id"] in owners and row["origin_principal"] not in owners[row["access_key_id"]]
    ]  # fmt: skip


@pytest.mark.parametrize(("missing", "reason"), [
    (("AWSLogs/o-n4kq7w2zx1/444455556666",), "ACCOUNT_NOT_COLLECTED"),
    (("/eu-west-1/",), "REGION_NOT_COLLECTED"),
    (("/2026/03/02", "20260302T", "/2026/03/03", "20260303T"), "BEFORE_COVERAGE"),
])  # fmt: skip
def test_what_is_taken_away_changes_the_reason_and_makes_nothing_wrong(
    sample: Path, tmp_path: Path, missing: tuple[str, ...], reason: str
) -> None:
    less = without(sample, tmp_path / "less", *missing)
    events = loaded(tmp_path / "case", less)
    truth = sessions_of(sample)
    pairs = paired(events, truth)
    assert wrong(pairs) == []
    assert events_that_are_wrong(events, truth) == []
    lost = Counter(row["origin_reason"] for session, row in pairs
                   if "not_provable" not in session and row["origin_confidence"] not in PROVEN)  # fmt: skip
    assert set(lost) == {reason}

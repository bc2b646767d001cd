"""Hours without an event: each kind of silence, and what is not silence."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case
from tests.evidence.digests.signed import at, signed, signed_case
from tests.evidence.digests.trails import ACCOUNT, HOUR, REGION, START, Evidence, Trail

FULL = [[at(hour)] for hour in range(6)]
QUIET = [*FULL[:2], [], *FULL[3:]]


def silences(con: Any) -> list[tuple[int, str]]:
    silent = wb.coverage(con).filter(lambda t: t.events == 0)
    return [(row["hour"].hour, row["silence"]) for row in silent.to_pyarrow().to_pylist()]


def test_events_in_every_hour_leave_no_silence(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *FULL)
    assert silences(con) == []
    assert wb.gaps(con).count().execute() == 0


def test_an_hour_that_a_digest_proves_empty(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *QUIET)
    assert silences(con) == [(2, "no-activity")]
    (gap,) = wb.gaps(con).to_pyarrow().to_pylist()
    assert (gap["account"], gap["region"], gap["hours"], gap["kind"]) == (ACCOUNT, REGION, 1, "no-activity")
    assert gap["detail"].startswith("no event for 1 h; usually in 83 % of the hours; within an unbroken run")


def test_the_same_hour_without_a_digest_is_unknown(tmp_path: Path) -> None:
    con = case(tmp_path, *(one for hour in QUIET for one in hour))
    assert silences(con) == [], "no digest speaks of it"
    (gap,) = wb.gaps(con).to_pyarrow().to_pylist()
    assert (gap["kind"], gap["pattern"]) == ("unknown", "no-event-account")


def test_a_lost_log_is_no_silence(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *FULL, change=lambda evidence: evidence.files.pop(evidence.log(2)))
    assert silences(con) == [(2, "log-missing")]


def test_a_lost_digest_leaves_its_hour_open(tmp_path: Path) -> None:
    """Logs come up to a quarter of an hour late: the hour before may have some in the lost digest, too."""
    hours = [[at(0)], [], [], [], [at(4)], [at(5)]]
    con = signed_case(tmp_path, *hours, change=lambda evidence: evidence.remove(2))
    assert silences(con) == [(1, "digest-missing"), (2, "digest-missing"), (3, "no-activity")]


def test_lost_newest_digests_leave_the_end_open(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *FULL[:3], [], [], [], change=lambda evidence: evidence.remove(3, 4, 5))
    assert silences(con) == [(hour, "digest-missing") for hour in (3, 4, 5)]


def test_a_lost_oldest_digest_leaves_the_beginning_open(tmp_path: Path) -> None:
    """What was collected of another region shows that the account did something before."""
    evidence = signed(*FULL)
    evidence.remove(0, 1, logs=True)
    early = wb_case(tmp_path, evidence, at(0, awsRegion="us-east-1"))
    assert silences(early) == [(hour, "not-collected") for hour in (0, 1)]


def wb_case(folder: Path, evidence: Evidence, *others: dict[str, Any]) -> Any:
    """Load signed evidence and, from a file beside it, events that no digest lists."""
    from tests.builders import trail

    (folder / "evidence").mkdir()
    con = wb.open_case(folder / "case")
    wb.load(con, evidence.write(folder / "evidence"), trail(folder / "other", *others, region="us-east-1"))
    return con


def test_a_trail_that_began_later_did_not_log_yet(tmp_path: Path) -> None:
    con = wb_case(tmp_path, Evidence([Trail(3, 0, start=START + 3 * HOUR)]), at(1, awsRegion="us-east-1"))
    assert silences(con)[:2] == [(1, "not-yet-logging"), (2, "not-yet-logging")]


def test_what_comes_after_the_newest_digest_is_not_yet_delivered(tmp_path: Path) -> None:
    con = wb_case(tmp_path, signed(*FULL[:3]), at(5, awsRegion="us-east-1"))
    assert silences(con) == [(hour, "not-yet-delivered") for hour in (3, 4, 5)]


def test_a_stopped_trail(tmp_path: Path) -> None:
    evidence = signed([at(0)], [])
    evidence.trails[0].digests.clear()  # the next digest names none before it
    again = evidence.trails[0].add(START + 4 * HOUR, START + 5 * HOUR, 0)
    evidence.take(again)
    con = wb_case(tmp_path, evidence, at(0, awsRegion="us-east-1"))
    stopped = [hour for hour, kind in silences(con) if kind == "logging-stopped"]
    assert stopped == [1, 2, 3], "a stopped trail still digests its last hour"
    assert dict(silences(con))[4] == "not-yet-delivered", "logs of a chain's last hour may be on their way"


def test_a_region_of_which_only_another_account_has_digests_was_not_collected(tmp_path: Path) -> None:
    evidence = signed(*FULL[:2])
    other = Evidence([Trail(2, 0, region="us-east-1", home=REGION)])
    for digest in other.trails[0].digests:  # the same trail, delivered for another account
        digest.key = digest.key.replace(ACCOUNT, "444455556666")
        digest.document |= {"digestS3Object": digest.key, "awsAccountId": "444455556666"}
    other.trails[0].digests[1].document |= {
        "previousDigestS3Bucket": None, "previousDigestS3Object": None, "previousDigestSignature": None,
        "previousDigestHashValue": None,
    }  # fmt: skip
    evidence.keys |= other.keys
    for digest in other.trails[0].digests:
        digest.sign()
        evidence.take(digest)
    con = wb_case(tmp_path, evidence, at(0, awsRegion="us-east-1"))
    silent = wb.coverage(con).filter(lambda t: t.events == 0).to_pyarrow().to_pylist()
    kinds = {(row["account"], row["region"]): row["silence"] for row in silent if row["hour"].hour == 1}
    assert kinds[("444455556666", REGION)] == "not-collected"
    assert kinds[(ACCOUNT, "us-east-1")] == "unknown", "it has events, so something was collected"


def test_hours_outside_the_loaded_window_are_not_spoken_of(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    folder = signed(*QUIET).write(tmp_path / "evidence")
    con = wb.open_case(tmp_path / "case")
    wb.load(con, folder, between=("2026-03-01T00:00:00Z", "2026-03-01T02:00:00Z"))
    assert silences(con) == []


@pytest.mark.parametrize("hours", [6])
def test_gaps_list_the_gravest_first(tmp_path: Path, hours: int) -> None:
    con = signed_case(
        tmp_path, [at(0)], [], [at(2)], [], *[[at(hour)] for hour in range(4, hours)],
        change=lambda evidence: evidence.remove(3),
    )  # fmt: skip
    kinds = wb.gaps(con).kind.execute().tolist()
    assert kinds == ["digest-missing", "no-activity"]


def test_an_account_without_digests_keeps_its_own_gaps(tmp_path: Path) -> None:
    others = [at(hour, recipientAccountId="444455556666") for hour in (0, 2)]
    con = wb_case(tmp_path, signed(*QUIET), *others)
    told = {(row["account"], row["kind"], row["pattern"]) for row in wb.gaps(con).to_pyarrow().to_pylist()}
    assert (ACCOUNT, "no-activity", None) in told
    assert ("444455556666", "unknown", "no-event-account") in told
    assert ("444455556666", "unknown", "ends-early") in told

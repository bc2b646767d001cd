"""Times that the evidence cannot speak of, and the calls that may have brought them about."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, trail
from tests.evidence.digests.signed import at, signed, signed_case
from tests.evidence.digests.trails import ACCOUNT, HOUR, REGION, START, pack

HOURS = [[at(hour)] for hour in range(6)]
TRAIL: dict[str, Any] = {"eventSource": "cloudtrail.amazonaws.com", "requestParameters": {"name": "main"}}


def windows(con: Any) -> list[dict[str, Any]]:
    return wb.queries.blind_windows(con).to_pyarrow().to_pylist()


def told(con: Any) -> list[tuple[str, int, int]]:
    return [(row["kind"], row["start"].hour, row["end"].hour) for row in windows(con)]


def test_a_whole_chain_has_none(tmp_path: Path) -> None:
    assert windows(signed_case(tmp_path, *HOURS)) == []


def test_without_digests_and_calls_none_is_known(tmp_path: Path) -> None:
    assert windows(case(tmp_path, event())) == []


def test_lost_digests(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS, change=lambda evidence: evidence.remove(2, 3))
    assert told(con) == [("digest-missing", 2, 4)]


def test_a_lost_log_and_a_changed_one(tmp_path: Path) -> None:
    def change(evidence: Any) -> None:
        del evidence.files[evidence.log(1)]
        evidence.files[evidence.log(3)] = pack(b'{"Records":[]}')

    con = signed_case(tmp_path, *HOURS, change=change)
    assert told(con) == [("log-missing", 1, 2), ("log-changed", 3, 4)]
    assert [row["principal"] for row in windows(con)] == [None, None]
    assert [row["eventIDs"] for row in windows(con)] == [[], []]


@pytest.fixture
def stopped(tmp_path: Path) -> Any:
    """A trail that records its own end at 01:30, and begins anew at 04:00; another call is of no concern."""
    stop = at(1, **TRAIL, eventName="StopLogging", eventID="stop")
    refused = at(1, **TRAIL, eventName="DeleteTrail", eventID="no", errorCode="AccessDenied")
    evidence = signed([at(0)], [at(1), stop, refused])
    evidence.trails[0].digests.clear()
    evidence.take(evidence.trails[0].add(START + 4 * HOUR, START + 5 * HOUR, 0))
    (tmp_path / "evidence").mkdir()
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence.write(tmp_path / "evidence"))
    return con


def test_a_stopped_trail_names_who_stopped_it(stopped: Any) -> None:
    (window,) = windows(stopped)
    assert (window["kind"], window["account"], window["region"]) == ("logging-stopped", ACCOUNT, REGION)
    assert window["principal"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert window["eventIDs"] == ["stop"], "what was refused brought nothing about"
    assert (window["start"].hour, window["start"].minute, window["end"].hour) == (1, 10, 4)


def test_a_call_long_before_is_no_cause(tmp_path: Path) -> None:
    stop = at(0, **TRAIL, eventName="StopLogging", eventID="stop")
    con = signed_case(tmp_path, [stop], *HOURS[1:], change=lambda evidence: evidence.remove(4))
    (window,) = windows(con)
    assert (window["start"].hour, window["eventIDs"]) == (4, [])


def test_calls_alone_tell_where_no_digest_speaks(tmp_path: Path) -> None:
    stop = event(**TRAIL, eventName="StopLogging", eventTime="2026-09-02T04:00:00Z", eventID="stop")
    con = case(tmp_path, stop, event(eventTime="2026-09-02T05:00:00Z"))
    (window,) = windows(con)
    assert (window["kind"], window["region"], window["end"]) == ("trail-off", None, None)
    assert window["eventIDs"] == ["stop"]


def test_a_gap_that_another_trail_covers_is_none(tmp_path: Path) -> None:
    evidence = signed(*HOURS)
    evidence.remove(2)
    other = signed(*[[] for _ in HOURS])
    for digest in other.digests:
        digest.key = digest.key.replace("_main_", "_second_")
        digest.document |= {"digestS3Object": digest.key}
    for earlier, later in zip(other.digests, other.digests[1:], strict=False):
        later.document |= {"previousDigestS3Object": earlier.key}
    parent = None
    for digest in other.digests:
        if parent:
            digest.document |= {"previousDigestSignature": parent}
        parent = digest.sign()
        evidence.take(digest)
    (tmp_path / "evidence").mkdir()
    con = wb.open_case(tmp_path / "case")
    wb.load(con, evidence.write(tmp_path / "evidence"), trail(tmp_path / "other", event()))
    assert "digest-missing" not in [kind for kind, _, _ in told(con)]

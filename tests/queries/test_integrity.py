"""Every log and digest with its verdict, and what was found beside."""

from pathlib import Path
from typing import Any

from tests.builders import case, event
from tests.evidence.digests.signed import at, signed_case
from tests.evidence.digests.trails import ACCOUNT, REGION, wrong_crc
from workbench.queries import integrity, integrity_findings

HOURS = [[at(hour)] for hour in range(3)]


def rows(con: Any, what: str) -> list[dict[str, Any]]:
    return [row for row in integrity(con).to_pyarrow().to_pylist() if row["object"] == what]


def test_a_whole_chain(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS)
    assert [row["verdict"] for row in rows(con, "log")] == ["valid"] * 3
    assert [(row["start"].hour, row["end"].hour) for row in rows(con, "digest")] == [(0, 1), (1, 2), (2, 3)]
    assert sum(row["events"] for row in rows(con, "log")) == 3
    assert integrity_findings(con).count().execute() == 0


def test_what_is_not_valid_comes_first_and_says_what_it_means(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS, change=lambda evidence: evidence.files.pop(evidence.log(1)))
    first = integrity(con).limit(1).to_pyarrow().to_pylist()[0]
    assert (first["object"], first["verdict"], first["events"]) == ("log", "missing", 0)
    assert (first["account"], first["region"], first["start"].hour) == (ACCOUNT, REGION, 1)
    assert first["meaning"] == "AWS delivered it, and it is not here."


def test_a_log_that_was_set_aside_is_listed_with_its_reason(tmp_path: Path) -> None:
    def damage(evidence: Any) -> None:
        evidence.files[evidence.log(0)] = wrong_crc(evidence.files[evidence.log(0)])

    con = signed_case(tmp_path, *HOURS, change=damage)
    (bad,) = [row for row in rows(con, "log") if row["verdict"] != "valid"]
    assert (bad["verdict"], bad["detail"]) == ("invalid-format", "bad-checksum")


def test_findings_say_what_they_mean(tmp_path: Path) -> None:
    con = signed_case(tmp_path, *HOURS, change=lambda evidence: evidence.remove(1))
    (found,) = integrity_findings(con).to_pyarrow().to_pylist()
    assert found["kind"] == "gap-digests-absent"
    assert found["meaning"].startswith("For this time no valid digest speaks")
    assert [row["verdict"] for row in rows(con, "digest")] == ["missing", "valid", "valid"]


def test_without_digests_every_log_is_not_verified(tmp_path: Path) -> None:
    con = case(tmp_path, event())
    assert [(row["object"], row["verdict"]) for row in integrity(con).to_pyarrow().to_pylist()] == [
        ("log", "not-verified")
    ]

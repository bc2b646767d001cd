"""What digests say of what is loaded: the same as `verify` says, on every file and every event."""

import hashlib
import json
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.evidence.digests.cases import CASES, Case
from tests.evidence.digests.trails import ACCOUNT, BUCKET, REGION, Evidence, base, pack
from workbench.cli import main
from workbench.errors import CaseError
from workbench.events import LoadReport
from workbench.evidence.digests import verify

WITHOUT_MAP = [case for case in CASES if not case.make().bucket_map]
UNREAD = "unverifiable-digest-not-valid"


def loaded(folder: Path, evidence: Path) -> tuple[Any, LoadReport]:
    con = wb.open_case(folder / "case")
    return con, wb.load(con, evidence)


def rows(con: Any, query: str) -> list[tuple[Any, ...]]:
    return con.con.execute(query).fetchall()


def written(folder: Path, evidence: Evidence) -> Path:
    (folder / "evidence").mkdir()
    return evidence.write(folder / "evidence")


def is_there(evidence: Path, path: str) -> bool:
    """A log that no valid digest lists and that is not there says nothing of any time."""
    root = Path(str(evidence).partition("/AWSLogs")[0])
    return (root / path).exists()


_ELSEWHERE = """
SELECT integrity, count(*) FROM evidence_files
WHERE kind = 'events' AND path NOT LIKE '%/CloudTrail/%' GROUP BY 1
"""


@pytest.mark.parametrize("case", WITHOUT_MAP, ids=lambda case: case.id)
def test_a_load_says_what_verify_says(case: Case, tmp_path: Path) -> None:
    evidence = written(tmp_path, case.make()) / case.below
    proven = verify(evidence)
    con, report = loaded(tmp_path, evidence)
    logs = Counter(verdict for _, verdict in proven.logs)
    if not [digest for digest in proven.digests if digest.verdict != "missing"]:
        assert set(report.integrity) == {"not-verified"}
        return
    unread = [path for path, word in proven.logs if word == UNREAD]
    absent = sum(not is_there(evidence, path) for path in unread)
    said = Counter(report.integrity) - Counter(dict(rows(con, _ELSEWHERE)))
    assert said == logs - Counter({UNREAD: absent})
    assert dict(rows(con, "SELECT verdict, count(*) FROM digest_files GROUP BY 1")) == Counter(
        digest.verdict for digest in proven.digests
    )
    assert report.findings == dict(sorted(Counter(finding.kind for finding in proven.findings).items()))
    files = dict(rows(con, "SELECT path, integrity FROM evidence_files"))
    for path, word in rows(con, "SELECT DISTINCT source_file, integrity FROM events"):
        assert files[path] == word


def test_forged_events_in_a_second_member_are_in_the_case_and_never_valid(tmp_path: Path) -> None:
    evidence = base()
    forged = {"Records": [{"eventName": "Forged", "eventVersion": "1.11", "eventID": "f"}]}
    evidence.files[evidence.log(2)] += pack(json.dumps(forged).encode())
    con, _ = loaded(tmp_path, written(tmp_path, evidence))
    assert rows(con, "SELECT DISTINCT integrity FROM events WHERE \"eventName\" = 'Forged'") == [
        ("invalid-trailing-data",)
    ]
    assert rows(con, "SELECT count(*) FROM events WHERE integrity = 'valid'") == [(11 * 9,)]


def test_a_log_becomes_valid_when_its_digest_arrives(tmp_path: Path) -> None:
    """The last hour of a trail has no digest yet; the next load brings it."""
    evidence = base()
    late = evidence.digest(5)
    folder = written(tmp_path, evidence)
    digest, metadata = (folder / late).read_bytes(), (folder / "meta.jsonl").read_bytes()
    (folder / late).unlink()
    con, report = loaded(tmp_path, folder)
    assert report.integrity == {"not-in-any-digest": 2, "valid": 10}
    assert rows(con, "SELECT integrity, count(*) FROM events GROUP BY 1 ORDER BY 1") == [
        ("not-in-any-digest", 18), ("valid", 90),
    ]  # fmt: skip
    (folder / late).write_bytes(digest)
    (folder / "meta.jsonl").write_bytes(metadata)
    again = wb.load(con, folder)
    assert (again.events_new, again.integrity) == (0, {"valid": 12})
    assert rows(con, "SELECT DISTINCT integrity FROM events") == [("valid",)]
    assert rows(con, "SELECT count(*) FROM events") == [(108,)]


def test_what_an_interrupted_load_took_is_judged_by_the_next(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    con, _ = loaded(tmp_path, folder)
    con.con.execute("UPDATE evidence_folders SET is_told = false")
    con.con.execute("UPDATE file_rows SET integrity = 'not-verified'")
    con.con.execute("DELETE FROM trail_spans")
    report = wb.load(con, folder)
    assert (report.files_loaded, report.integrity) == (0, {"valid": 12})
    assert rows(con, "SELECT kind FROM trail_spans") == [("covered",)]


def test_a_folder_loaded_in_parts_is_told_once(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    con = wb.open_case(tmp_path / "case")
    inner = folder / BUCKET / "AWSLogs" / ACCOUNT
    wb.load(con, inner / "CloudTrail")
    assert rows(con, "SELECT DISTINCT integrity FROM events") == [("not-verified",)], "no digest was named"
    wb.load(con, folder)
    wb.load(con, inner)
    assert rows(con, "SELECT count(*) FROM digest_files") == [(6,)]
    assert rows(con, "SELECT DISTINCT integrity FROM events") == [("valid",)]


def test_a_change_in_place_keeps_what_was_valid(tmp_path: Path) -> None:
    evidence = base()
    folder = written(tmp_path, evidence)
    con, _ = loaded(tmp_path, folder)
    changed = {"Records": [{"eventName": "Changed", "eventVersion": "1.11", "eventID": "c"}]}
    (folder / evidence.log(0)).write_bytes(pack(json.dumps(changed).encode()))
    report = wb.load(con, folder)
    assert rows(con, 'SELECT "eventName", integrity, count(*) FROM events GROUP BY ALL ORDER BY 3') == [
        ("Changed", "modified", 1), ("ListUsers", "valid", 108),
    ]  # fmt: skip
    assert report.warnings[0]["kind"] == "changed"


def test_a_missing_log_says_of_which_time_it_spoke(tmp_path: Path) -> None:
    evidence = base()
    del evidence.files[evidence.log(3)]
    con, report = loaded(tmp_path, written(tmp_path, evidence))
    assert report.integrity["missing"] == 1
    (row,) = rows(con, "SELECT verdict, account, region, oldest::VARCHAR, newest::VARCHAR FROM doubtful_logs")
    assert row == ("missing", ACCOUNT, REGION, "2026-03-01 03:00:00", "2026-03-01 04:00:00")


def test_keys_that_cannot_be_used_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    (folder / f"public-keys-{REGION}.json").write_text("no JSON")
    _, report = loaded(tmp_path, folder)
    assert (report.events, report.integrity) == (108, {"not-verified": 12})
    (warning,) = report.warnings
    assert warning["kind"] == "not-verified"
    assert f"public-keys-{REGION}.json" in warning["detail"]


def test_an_export_beside_a_trail_is_not_verified(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    record = {"eventName": "ListUsers", "eventVersion": "1.11", "eventID": "x"}
    (folder / "export.json").write_text(json.dumps({"Records": [record]}))
    con, report = loaded(tmp_path, folder)
    assert report.integrity == {"not-verified": 1, "valid": 12}
    assert rows(con, "SELECT integrity FROM events WHERE \"eventID\" = 'x'") == [("not-verified",)]


def test_members_of_an_archive_are_not_verified(tmp_path: Path) -> None:
    """They bear the names of logs, and lie nowhere; a content that a digest lists is proven all the same."""
    folder = written(tmp_path, base())
    log = folder / base().log(3)
    forged = {"Records": [{"eventName": "Forged", "eventVersion": "1.11", "eventID": "f"}]}
    with zipfile.ZipFile(folder / "part.zip", "w") as archive:
        archive.write(log, log.relative_to(folder))
        archive.writestr(f"{log.relative_to(folder).parent}/more.json.gz", pack(json.dumps(forged).encode()))
    log.unlink()
    con, report = loaded(tmp_path, folder)
    assert report.integrity == {"not-verified": 1, "valid": 12}
    assert rows(con, "SELECT \"eventName\" FROM events WHERE integrity = 'not-verified'") == [("Forged",)]


def test_a_copy_without_digests_is_proven_by_those_that_come_later(tmp_path: Path) -> None:
    """First somebody sends logs, then the trail is acquired."""
    evidence = base()
    folder = written(tmp_path, evidence)
    changed = {"Records": [{"eventName": "Changed", "eventVersion": "1.11", "eventID": "c"}]}
    sent = tmp_path / "sent"
    sent.mkdir()
    for number in range(6):
        shutil.copy(folder / evidence.log(number), sent / f"{number}.json.gz")
    (sent / "0.json.gz").write_bytes(pack(json.dumps(changed).encode()))
    longer = (folder / evidence.log(1)).read_bytes() + pack(json.dumps(changed).encode())
    (sent / "1.json.gz").write_bytes(longer)
    con, report = loaded(tmp_path, sent)
    assert report.integrity == {"not-verified": 6}
    wb.load(con, folder)
    of_sent = "SELECT integrity, count(*) FROM evidence_files WHERE path LIKE '%/sent/%'"
    assert rows(con, f"{of_sent} GROUP BY 1 ORDER BY 1") == [("not-verified", 2), ("valid", 4)]
    forged = "SELECT DISTINCT integrity FROM events WHERE \"eventName\" = 'Changed'"
    assert rows(con, forged) == [("not-verified",)]
    files = dict(rows(con, "SELECT path, integrity FROM evidence_files"))
    for path, word in rows(con, "SELECT DISTINCT source_file, integrity FROM events"):
        assert files[path] == word


def test_a_file_loaded_by_name_is_judged_by_the_digests_of_its_folder(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    con, _ = loaded(tmp_path, folder)
    planted = (folder / base().log(3)).parent / "planted.json.gz"
    record = {"eventName": "ListUsers", "eventVersion": "1.11", "eventID": "p"}
    planted.write_bytes(pack(json.dumps({"Records": [record]}).encode()))
    assert wb.load(con, planted).integrity == {"not-in-any-digest": 1, "valid": 12}
    assert rows(con, "SELECT integrity FROM events WHERE \"eventID\" = 'p'") == [("not-in-any-digest",)]


def test_digests_that_are_gone_are_no_logs(tmp_path: Path) -> None:
    folder = written(tmp_path, base())
    con, _ = loaded(tmp_path, folder)
    for number in (0, 1):
        (folder / base().digest(number)).unlink()
    (folder / "notes.txt").write_text("a file more, so that there is something to read")
    report = wb.load(con, folder)
    assert report.integrity == {"not-in-any-digest": 4, "valid": 8}
    assert sum(verdict != "not-verified" for _, verdict in rows(con, _JUDGED)) == 12 + 5
    told = wb.integrity(con).execute().groupby(["object", "verdict"]).size().to_dict()
    assert told == {
        ("digest", "missing"): 1,
        ("digest", "valid"): 4,
        ("log", "not-in-any-digest"): 4,
        ("log", "valid"): 8,
    }


_JUDGED = "SELECT path, integrity FROM evidence_files"


def test_a_moved_case_still_knows(tmp_path: Path) -> None:
    con, _ = loaded(tmp_path, written(tmp_path, base()))
    con.disconnect()
    shutil.move(tmp_path / "case", tmp_path / "moved")
    con = wb.open_case(tmp_path / "moved", read_only=True)
    assert rows(con, "SELECT DISTINCT integrity FROM events") == [("valid",)]


def test_a_file_that_is_set_aside_has_its_hash_all_the_same(tmp_path: Path) -> None:
    evidence = base()
    cut = evidence.files[evidence.log(2)][:60]
    evidence.files[evidence.log(2)] = cut
    con, _ = loaded(tmp_path, written(tmp_path, evidence))
    (row,) = rows(con, "SELECT sha256, integrity FROM evidence_files WHERE status = 'set-aside'")
    assert row == (hashlib.sha256(cut).hexdigest(), "modified")


def test_verifying_a_case_is_noted_in_its_journal(tmp_path: Path) -> None:
    con, _ = loaded(tmp_path, written(tmp_path, base()))
    con.disconnect()
    assert main(["verify", str(tmp_path / "case")]) == 0
    last = json.loads((tmp_path / "case/custody.jsonl").read_text().splitlines()[-1])
    assert (last["action"], last["result"]["logs"]) == ("verify", {"valid": 12})


def test_a_case_that_cannot_be_written_is_verified_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    con, _ = loaded(tmp_path, written(tmp_path, base()))
    con.disconnect()

    def refuse(*_: object) -> None:
        raise CaseError("no room")

    monkeypatch.setattr("workbench.evidence.custody.note", refuse)
    assert main(["verify", str(tmp_path / "case")]) == 0
    assert "not noted in the journal: no room" in capsys.readouterr().err


def test_a_missing_log_that_is_found_elsewhere_is_missed_no_longer(tmp_path: Path) -> None:
    evidence = base()
    path = evidence.log(3)
    lost = evidence.files.pop(path)
    folder = written(tmp_path, evidence)
    con, _ = loaded(tmp_path, folder)
    assert rows(con, "SELECT verdict FROM doubtful_logs") == [("missing",)]
    (tmp_path / "fetched").mkdir()
    (tmp_path / "fetched/log.json.gz").write_bytes(lost)
    wb.load(con, tmp_path / "fetched")
    assert rows(con, "SELECT verdict FROM doubtful_logs") == []
    assert wb.queries.blind_windows(con).count().execute() == 0


def test_logs_that_lose_their_digest_are_told(tmp_path: Path) -> None:
    evidence = base()
    folder = written(tmp_path, evidence)
    con, _ = loaded(tmp_path, folder)
    (folder / evidence.digest(5)).unlink()
    (folder / "new.json").write_text('{"Records":[]}')
    report = wb.load(con, folder)
    assert {warning["kind"] for warning in report.warnings} == {"no-longer-valid"}
    assert sorted(warning["path"] for warning in report.warnings) == [
        str(folder / evidence.log(5, number)) for number in (0, 1)
    ]

"""Acquisition from S3: what arrives, what is refused, what is seen to have changed."""

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, Calls, files, manifest, refusal
from workbench.errors import EvidenceError, ParameterError
from workbench.evidence.acquisition import acquire
from workbench.simulation import write_sample

READING = {"ListObjectVersions", "ListObjectsV2", "GetObject", "ListPublicKeys", "GetCallerIdentity"}


def adds_up(report: Any) -> bool:
    rest = report.outside + report.versions_left + len(report.not_acquired)
    return report.listed == report.acquired + report.unchanged + rest


def kinds(report: Any) -> set[str]:
    return {row["kind"] for row in report.warnings}


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("organization") / "sample"
    write_sample(folder, days=3, events=300)
    return folder


@pytest.fixture
def trail(organization: Path, bucket: Bucket, calls: Calls) -> Path:
    """The sample's trail in the bucket, with the signatures of its digests, and its keys at CloudTrail."""
    heads = {}
    for line in (organization / "meta.jsonl").read_text().splitlines():
        head = json.loads(line)
        heads[head["Key"]] = head["Metadata"]
    for path in sorted((organization / "AWSLogs").rglob("*.gz")):
        key = path.relative_to(organization).as_posix()
        bucket.put(key, path.read_bytes(), **heads.get(key, {}))
    calls.answer(
        "ListPublicKeys", lambda params: (200, {"PublicKeyList": printed_keys(organization, params)})
    )
    return organization


def printed_keys(folder: Path, params: dict[str, Any]) -> list[dict[str, Any]]:
    import base64
    import datetime as dt

    text = (folder / f"public-keys-{params['region']}.json").read_text()
    return [
        {
            "Value": base64.b64decode(key["Value"]),
            "ValidityStartTime": dt.datetime.fromisoformat(key["ValidityStartTime"]),
            "ValidityEndTime": dt.datetime.fromisoformat(key["ValidityEndTime"]),
            "Fingerprint": key["Fingerprint"],
        }
        for key in json.loads(text)["PublicKeyList"]
    ]


def loaded(case: Path, evidence: Path) -> tuple[Any, set[tuple[str, str]]]:
    con = wb.open_case(case)
    report = wb.load(con, evidence)
    rows = wb.events(con).select("eventID", "eventJson").to_pyarrow().to_pylist()
    con.disconnect()
    return report, {(row["eventID"], row["eventJson"]) for row in rows}


def test_an_organization_trail_gives_the_same_events_as_its_folder(
    trail: Path, calls: Calls, tmp_path: Path
) -> None:
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert adds_up(report)
    assert (report.not_acquired, report.warnings) == ([], [])
    assert set(calls.counts()) == READING - {"ListObjectsV2"}
    direct, events = loaded(tmp_path / "direct", trail / "AWSLogs")
    through, acquired = loaded(tmp_path / "through", tmp_path / "evidence")
    assert acquired == events
    assert through.files_set_aside == []
    assert through.files_loaded == direct.files_loaded


def test_the_evidence_is_what_verification_needs(trail: Path, calls: Calls, tmp_path: Path) -> None:
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    here = files(tmp_path / "evidence")
    assert here == {f"{BUCKET}/{name}": data for name, data in files(trail).items() if name.startswith("AWS")}
    lines = [json.loads(line) for line in (tmp_path / "evidence/meta.jsonl").read_text().splitlines()]
    given = [json.loads(line) for line in (trail / "meta.jsonl").read_text().splitlines()]
    heads = {line["Key"]: line["Metadata"] for line in lines}
    assert {line["Key"]: heads[line["Key"]] for line in given} == {x["Key"]: x["Metadata"] for x in given}
    for path in trail.glob("public-keys-*.json"):
        wanted = {key["Fingerprint"]: key["Value"] for key in json.loads(path.read_text())["PublicKeyList"]}
        got = json.loads((tmp_path / "evidence" / path.name).read_text())["PublicKeyList"]
        assert {key["Fingerprint"]: key["Value"] for key in got} == wanted


def test_the_manifest_tells_every_object_and_one_root(trail: Path, calls: Calls, tmp_path: Path) -> None:
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session, workers=3)
    said = manifest(tmp_path / "evidence")
    assert said["complete"]
    assert said["schema"] == "ctw-manifest/1"
    assert {row["path"]: row["sha256"] for row in said["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files(tmp_path / "evidence").items()
    }
    assert all(row["etag_is_md5"] for row in said["files"])
    assert {row["kind"] for row in said["files"]} == {"log", "digest"}
    lines = "".join(sorted(f"{row['sha256']}  {row['path']}\n" for row in said["files"]))
    assert said["root_sha256"] == report.root_sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert said["acquired"]["aws_identity_arn"] == report.identity
    assert abs(said["acquired"]["clock_offset_s"]) < 3600
    assert {row["region"] for row in said["public_keys"]} == {"us-east-1", "eu-west-1", "af-south-1"}
    again = acquire(SOURCE, tmp_path / "other", session=calls.session, workers=1)
    assert again.root_sha256 == report.root_sha256


def test_only_reading_calls_are_made_with_every_option(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.keep_versions()
    bucket.put("a")
    bucket.put("a", b"[]")
    options = {"all_versions": True, "requester_pays": True, "between": ("2026-01-01", "2026-01-02")}
    acquire(SOURCE, tmp_path / "evidence", session=calls.session, **options)
    calls.refuse("ListObjectVersions", "AccessDenied")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert set(calls.counts()) <= READING
    paying = [params for name, params in calls.asked if name == "GetObject"]
    assert {params["RequestPayer"] for params in paying} == {"requester"}


def test_a_second_run_fetches_nothing(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    for name in "abc":
        bucket.put(name)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    again = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert calls.counts()["GetObject"] == 3
    assert (again.acquired, again.unchanged, again.bytes) == (0, 3, 0)
    assert len(manifest(tmp_path / "evidence")["sources"]) == 2


def test_a_grown_bucket_gives_what_is_new(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a", b"1")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    bucket.put("b", b"2")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert (report.acquired, report.unchanged) == (1, 1)
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a": b"1", f"{BUCKET}/b": b"2"}


def test_a_file_that_was_touched_is_fetched_again_and_named(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    for name in ("absent", "edited", "sound"):
        bucket.put(name, b"as delivered")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    here = tmp_path / "evidence" / BUCKET
    (here / "absent").unlink()
    (here / "edited").chmod(0o600)
    (here / "edited").write_bytes(b"as forgery!!")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert (report.acquired, report.unchanged) == (2, 1)
    assert [(row["path"], row["kind"]) for row in report.warnings] == [
        (f"{BUCKET}/absent", "changed-on-disk"),
        (f"{BUCKET}/edited", "changed-on-disk"),
    ]
    assert set(files(tmp_path / "evidence").values()) == {b"as delivered"}


def test_a_denied_object_is_a_row_and_the_others_come(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    for name in "abc":
        bucket.put(name)
    bucket.deny("b")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert adds_up(report)
    assert [(row["key"], row["reason"]) for row in report.not_acquired] == [("b", "access-denied")]
    assert list(files(tmp_path / "evidence")) == [f"{BUCKET}/a", f"{BUCKET}/c"]
    assert [row["key"] for row in manifest(tmp_path / "evidence")["not_acquired"]] == ["b"]


def test_what_was_denied_stays_in_the_manifest_until_it_comes(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("a/1")
    bucket.put("b/1")
    bucket.deny("a/1")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    acquire(f"{SOURCE}/b/", tmp_path / "evidence", session=calls.session)
    assert [row["key"] for row in manifest(tmp_path / "evidence")["not_acquired"]] == ["a/1"]
    bucket.deny("nothing")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert manifest(tmp_path / "evidence")["not_acquired"] == []


@pytest.mark.parametrize(("reason", "body"), [("vanished", None), ("changed", b"forged")])
def test_an_object_that_is_not_what_was_listed(
    reason: str, body: bytes | None, bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("a", b"one")
    bucket.put("b", b"two")

    def meddle(params: dict[str, Any]) -> None:
        if params["Key"] == "b":
            bucket.put("b", body) if body else bucket.delete("b")

    calls.answer("GetObject", meddle)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert adds_up(report)
    assert [(row["key"], row["reason"]) for row in report.not_acquired] == [("b", reason)]
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a": b"one"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [("InvalidObjectState", "archived"), ("SlowDown", "throttled"), ("KMS.DisabledException", "refused")],
)
def test_other_refusals_of_one_object(
    code: str, reason: str, bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("a")
    bucket.put("b")
    calls.answer("GetObject", lambda params: refusal(code) if params["Key"] == "a" else None)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert [(row["key"], row["reason"]) for row in report.not_acquired] == [("a", reason)]
    assert code in report.not_acquired[0]["detail"]
    assert report.acquired == 1


def test_what_the_bucket_changed_since_is_kept_twice(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a", b"as delivered")
    bucket.put("gone", b"soon")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    bucket.put("a", b"forged")
    bucket.delete("gone")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert [row["kind"] for row in report.warnings] == ["changed-in-bucket", "gone-from-bucket", "other-name"]
    assert files(tmp_path / "evidence") == {
        f"{BUCKET}/a": b"as delivered",
        f"{BUCKET}/gone": b"soon",
        f"{BUCKET}~other/a": b"forged",
    }
    assert acquire(SOURCE, tmp_path / "evidence", session=calls.session).unchanged == 1


def test_the_same_bytes_put_again_are_another_version(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.keep_versions()
    for _ in range(2):
        bucket.put("a", b"same")
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    rows = manifest(tmp_path / "evidence")["files"]
    assert [row["path"] for row in rows] == [f"{BUCKET}/a", f"{BUCKET}~other/a"]
    assert len({row["version_id"] for row in rows}) == 2


def test_a_signature_is_never_taken_for_that_of_another_version(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.keep_versions()
    bucket.put("digest", b"one", signature="first")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    bucket.put("digest", b"two", signature="second")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert (report.acquired, report.unchanged, report.versions_left) == (1, 1, 0)
    (head,) = map(json.loads, (tmp_path / "evidence/meta.jsonl").read_text().splitlines())
    assert (head["path"], head["Metadata"]) == (f"{BUCKET}/digest", {"signature": "first"})
    (other,) = map(json.loads, (tmp_path / "evidence/meta-other.jsonl").read_text().splitlines())
    assert other["Metadata"] == {"signature": "second"}
    assert manifest(tmp_path / "evidence")["versions"] == []


def test_deleted_and_overwritten_objects_are_told(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    versioned(bucket)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert adds_up(report)
    assert (report.acquired, report.versions_left) == (1, 3)
    assert kinds(report) == {"deleted", "older-versions"}
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a": b"second"}
    said = manifest(tmp_path / "evidence")
    states = sorted((row["key"], row["state"]) for row in said["versions"])
    assert states == [("a", "older"), ("b", "deleted"), ("b", "older")]
    assert [row["key"] for row in said["delete_markers"]] == ["b"]


def versioned(bucket: Bucket) -> None:
    bucket.keep_versions()
    bucket.put("a", b"first")
    bucket.put("a", b"second")
    bucket.put("b", b"elder")
    bucket.put("b", b"deleted")
    bucket.delete("b")


def test_all_versions_bring_back_what_was_deleted(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    versioned(bucket)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session, all_versions=True)
    assert (report.acquired, report.unchanged, report.versions_left) == (3, 1, 0)
    here = files(tmp_path / "evidence")
    assert here.pop(f"{BUCKET}/a") == b"second"
    assert here.pop(f"{BUCKET}/b") == b"deleted"
    assert sorted(here.values()) == [b"elder", b"first"]
    said = manifest(tmp_path / "evidence")
    assert said["versions"] == []
    assert sorted(row["state"] for row in said["files"]) == ["current", "deleted", "older", "older"]
    assert len({row["version_id"] for row in said["files"]}) == 4
    again = acquire(SOURCE, tmp_path / "evidence", session=calls.session, all_versions=True)
    assert (again.acquired, again.unchanged) == (0, 4)


def test_without_the_permission_to_list_versions(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    calls.refuse("ListObjectVersions", "AccessDenied")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert report.acquired == 1
    assert kinds(report) == {"versions-not-listed"}
    with pytest.raises(EvidenceError, match="s3:ListBucketVersions"):
        acquire(SOURCE, tmp_path / "all", session=calls.session, all_versions=True)
    assert not (tmp_path / "all").exists()


def test_a_listing_of_several_pages_and_a_span_of_time(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    for number in range(1203):
        bucket.put(f"111122223333_CloudTrail_eu-west-1_20260105T1200Z_{number}.json.gz")
    for day in ("20251231", "20260101", "20260102"):
        bucket.put(f"111122223333_CloudTrail_eu-west-1_{day}T0000Z_x.json.gz")
    bucket.put("notes.txt")
    between = ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00")
    with pytest.raises(ParameterError, match="no span of time"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session, between=between)
    between = ("2026-01-02T06:00:00Z", "2026-01-03")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session, between=between)
    assert adds_up(report)
    assert calls.counts()["ListObjectVersions"] == 2
    assert (report.listed, report.acquired, report.outside) == (1207, 2, 1205)
    assert sorted(calls.keys())[-1] == "notes.txt"


def test_two_buckets_in_one_folder(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a", b"1")
    Bucket("second-trail", beside=True).put("a", b"2")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    report = acquire("s3://second-trail", tmp_path / "evidence", session=calls.session)
    assert report.acquired == 1
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a": b"1", "second-trail/a": b"2"}
    assert [row["bucket"] for row in manifest(tmp_path / "evidence")["sources"]] == [BUCKET, "second-trail"]


def test_bytes_arrive_as_they_are_stored(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    import gzip

    data = gzip.compress(b'{"Records": []}')
    bucket.put("a.json.gz", data)
    stored = bucket.backend.get_object(BUCKET, "a.json.gz")
    stored.set_metadata({"Content-Encoding": "gzip"})
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a.json.gz": data}
    head = json.loads((tmp_path / "evidence/meta.jsonl").read_text())
    assert (head["ContentEncoding"], head["ContentLength"]) == ("gzip", len(data))


def test_evidence_is_for_its_owner_only_and_not_to_be_written(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("deep/down/a")
    before = os.umask(0)
    try:
        acquire(SOURCE, tmp_path / "new" / "evidence", session=calls.session)
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} <= {0o600, 0o400}
    assert modes[tmp_path / "new/evidence" / BUCKET / "deep/down/a"] == 0o400


def test_progress_is_told_object_by_object(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a", b"12")
    bucket.put("b", b"345")
    told: list[tuple[int, int, int]] = []
    acquire(SOURCE, tmp_path / "e", session=calls.session, progress=lambda *now: told.append(now))
    assert [done for done, _, _ in told] == [1, 2]
    assert told[-1] == (2, 2, 5)


def test_the_face_has_it(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    assert wb.acquire(SOURCE, tmp_path / "evidence", session=calls.session).as_dict()["acquired"] == 1

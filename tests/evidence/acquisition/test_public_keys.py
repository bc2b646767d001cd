"""Public keys and the caller's name: good to have, never a reason to fail."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.acquisition.moto_bucket import SOURCE, Bucket, Calls, manifest, refusal
from workbench.errors import EvidenceError
from workbench.evidence.acquisition import acquire

DIGEST = "111122223333_CloudTrail-Digest_{}_main_us-east-1_{}T010008Z.json.gz"
WHEN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def public_key(number: int) -> dict[str, Any]:
    value = b"key %d" % number
    fingerprint = hashlib.md5(value).hexdigest()
    return {"Value": value, "Fingerprint": fingerprint, "ValidityStartTime": WHEN, "ValidityEndTime": WHEN}


def fingerprints(folder: Path, region: str) -> list[str]:
    document = json.loads((folder / f"public-keys-{region}.json").read_text())
    return [key["Fingerprint"] for key in document["PublicKeyList"]]


def asked(calls: Calls) -> list[dict[str, Any]]:
    return [params for name, params in calls.asked if name == "ListPublicKeys"]


def test_each_region_is_asked_for_the_time_of_its_digests(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    for day in ("20260302", "20260309"):
        bucket.put(DIGEST.format("eu-west-1", day))
    bucket.put("111122223333_CloudTrail_us-west-2_20260302T0100Z_x.json.gz")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    (params,) = asked(calls)
    assert params["StartTime"] == dt.datetime(2026, 3, 1, 1, 0, tzinfo=dt.UTC)
    assert params["EndTime"] == dt.datetime(2026, 3, 10, 1, 0, tzinfo=dt.UTC)
    (row,) = manifest(tmp_path / "evidence")["public_keys"]
    data = (tmp_path / "evidence/public-keys-eu-west-1.json").read_bytes()
    assert row == {
        "region": "eu-west-1",
        "file": "public-keys-eu-west-1.json",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def test_all_pages_are_read_and_written_as_the_aws_cli_prints_them(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put(DIGEST.format("eu-west-1", "20260302"))

    def pages(params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        number = int(params.get("NextToken", 0))
        return 200, {"PublicKeyList": [public_key(number)]} | (
            {"NextToken": str(number + 1)} if number < 2 else {}
        )

    calls.answer("ListPublicKeys", pages)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    document = json.loads((tmp_path / "evidence/public-keys-eu-west-1.json").read_text())
    assert len(document["PublicKeyList"]) == 3
    assert document["PublicKeyList"][0] == {
        "Value": "a2V5IDA=",
        "Fingerprint": hashlib.md5(b"key 0").hexdigest(),
        "ValidityStartTime": "2026-03-01T00:00:00Z",
        "ValidityEndTime": "2026-03-01T00:00:00Z",
    }


def test_keys_of_an_earlier_run_are_never_lost(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put(DIGEST.format("eu-west-1", "20260302"))
    for number in (1, 2):
        answer = {"PublicKeyList": [public_key(number)]}
        calls.answer("ListPublicKeys", lambda params, answer=answer: (200, answer))
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    wanted = [public_key(number)["Fingerprint"] for number in (1, 2)]
    assert fingerprints(tmp_path / "evidence", "eu-west-1") == wanted


def test_a_file_of_keys_that_holds_none_is_not_overwritten(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put(DIGEST.format("eu-west-1", "20260302"))
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    mine = tmp_path / "evidence" / "public-keys-eu-west-1.json"
    mine.write_text('{"mine": []}')
    with pytest.raises(EvidenceError, match="holds no public keys"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert mine.read_text() == '{"mine": []}'


def test_a_region_that_refuses_is_a_warning(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    for region in ("eu-west-1", "af-south-1"):
        bucket.put(DIGEST.format(region, "20260302"))

    def answer(params: dict[str, Any]) -> Any:
        africa = params["region"] == "af-south-1"
        return refusal("AccessDeniedException", 400) if africa else (200, {"PublicKeyList": [public_key(1)]})

    calls.answer("ListPublicKeys", answer)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert report.acquired == 2
    (warning,) = report.warnings
    assert (warning["path"], warning["kind"]) == ("public-keys-af-south-1.json", "no-public-keys")
    assert "AccessDeniedException" in warning["detail"]
    assert manifest(tmp_path / "evidence")["warnings"] == [warning]
    assert len(fingerprints(tmp_path / "evidence", "eu-west-1")) == 1


def test_keys_are_not_asked_for_when_told_so(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put(DIGEST.format("eu-west-1", "20260302"))
    acquire(SOURCE, tmp_path / "evidence", session=calls.session, public_keys=False)
    assert asked(calls) == []


def test_logs_without_digests_are_a_warning(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("111122223333_CloudTrail_us-west-2_20260302T0100Z_x.json.gz")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert [row["kind"] for row in report.warnings] == ["no-digests"]


def test_an_unknown_caller_is_null(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    calls.refuse("GetCallerIdentity", "AccessDenied")
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert report.identity is None
    assert [row["kind"] for row in report.warnings] == ["no-identity"]
    assert manifest(tmp_path / "evidence")["acquired"]["aws_identity_arn"] is None

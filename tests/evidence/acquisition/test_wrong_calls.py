"""What ends an acquisition before it begins: a fact, a place, a remedy, and no folder."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.acquisition.moto_bucket import SOURCE, Bucket, Calls
from workbench.errors import EvidenceError, ParameterError
from workbench.evidence.acquisition import acquire, aws_session


def test_without_boto3_the_remedy_is_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] in {"boto3", "botocore"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return original(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        EvidenceError, match=r'No module named .boto3.*pip install "cloudtrail-workbench\[aws\]"'
    ):
        acquire(SOURCE, tmp_path / "evidence")
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(
    "source", ["acme-trail", "s3://", "s3:///key", "https://acme", "s3:/acme", "s3://a$b/c"]
)
def test_no_s3_address(source: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no S3 address"):
        acquire(source, tmp_path / "evidence")


@pytest.mark.parametrize("between", [("x", "y"), ("2026-01-02", "2026-01-01"), ("2026-01-01", "2026-01-01")])
def test_no_span_of_time(between: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no span of time"):
        acquire(SOURCE, tmp_path / "evidence", between=between)


def test_no_worker(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="workers=0"):
        acquire(SOURCE, tmp_path / "evidence", workers=0)


def test_no_endpoint(aws: None, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="Invalid endpoint: nonsense"):
        acquire(SOURCE, tmp_path / "evidence", endpoint_url="nonsense")


def test_no_such_profile(aws: None) -> None:
    with pytest.raises(EvidenceError, match="Name a profile"):
        aws_session("absent")


def test_no_credentials(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(EvidenceError, match=r"credentials.*Sign in, or name a profile"):
        acquire(SOURCE, tmp_path / "evidence")


def test_no_such_bucket(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cannot list s3://absent-trail/.*Check the name"):
        acquire("s3://absent-trail", tmp_path / "evidence", session=calls.session)
    assert not (tmp_path / "evidence").exists()


def test_no_object_under_the_prefix(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("AWSLogs/a")
    with pytest.raises(EvidenceError, match="no objects under s3://acme-trail/awslogs"):
        acquire(f"{SOURCE}/awslogs", tmp_path / "evidence", session=calls.session)
    assert not (tmp_path / "evidence").exists()


def test_listing_is_denied(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    calls.refuse("ListObjectVersions", "AccessDenied")
    calls.refuse("ListObjectsV2", "AccessDenied")
    with pytest.raises(EvidenceError, match=r"AccessDenied.*s3:ListBucket"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)


def test_credentials_that_expired_before(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    calls.refuse("ListObjectVersions", "ExpiredToken", 400)
    with pytest.raises(EvidenceError, match="Renew the credentials"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session, all_versions=True)


def test_nobody_answers(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    from botocore.exceptions import EndpointConnectionError

    def silent(params: dict[str, Any]) -> Any:
        raise EndpointConnectionError(endpoint_url="https://s3.example")

    calls.answer("ListObjectVersions", silent)
    with pytest.raises(EvidenceError, match="Check network, region and endpoint"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)


@pytest.mark.parametrize("present", [["notes.txt"], ["AWSLogs"], ["case.duckdb", "manifest.json"]])
def test_a_folder_that_holds_something_else_is_not_written_to(
    present: list[str], bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("a")
    for name in present:
        (tmp_path / name).write_text("mine")
    with pytest.raises(EvidenceError, match="holds something else"):
        acquire(SOURCE, tmp_path, session=calls.session)
    assert sorted(path.name for path in tmp_path.iterdir()) == present
    with pytest.raises(EvidenceError, match="is no folder"):
        acquire(SOURCE, tmp_path / present[0], session=calls.session)


@pytest.mark.parametrize(
    "text", ["not JSON", "[]", '{"schema": "ctw-manifest/1", "files": []}', '{"complete": 1}']
)
def test_a_manifest_of_something_else(text: str, bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(EvidenceError, match="no manifest of an acquisition"):
        acquire(SOURCE, tmp_path, session=calls.session)
    assert (tmp_path / "manifest.json").read_text() == text

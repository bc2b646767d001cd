"""The bytes of one object on their way: in pieces, hashed, asked for again when they stop."""

import datetime as dt
import hashlib
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, Calls, files, manifest, refusal
from workbench.errors import EvidenceError
from workbench.evidence.acquisition import acquire
from workbench.evidence.acquisition.fetching import ATTEMPTS, PIECE

WHEN = dt.datetime(2026, 9, 2, 4, 20, tzinfo=dt.UTC)


class Zeros:
    """A body of so many zeros that never lie in memory at once; it may break off."""

    def __init__(self, size: int, stops_at: int | None = None) -> None:
        self.left, self.stops_at, self.given = size, stops_at, 0

    def read(self, most: int) -> bytes:
        assert most <= PIECE
        if self.stops_at is not None and self.given >= self.stops_at:
            raise ReadTimeoutError(endpoint_url="https://acme-trail.s3.amazonaws.com")
        piece = bytes(min(most, self.left))
        self.left -= len(piece)
        self.given += len(piece)
        return piece

    def close(self) -> None:
        self.left = 0


def serve(calls: Calls, body: Callable[[], Zeros], **head: Any) -> None:
    """Answer GetObject with a body of one's own."""

    def answer(params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        given = body()
        return 200, {
            "Body": given,
            "ContentLength": given.left,
            "LastModified": WHEN,
            "ETag": '"x-2"',
            **head,
        }

    calls.answer("GetObject", answer)


def test_a_large_object_never_lies_in_memory(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")

    def peak(size: int) -> int:
        serve(calls, lambda: Zeros(size))
        tracemalloc.start()
        report = acquire(SOURCE, tmp_path / str(size), session=calls.session)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report.bytes == size == (tmp_path / str(size) / BUCKET / "a").stat().st_size
        return most

    size = 64 * PIECE + 3
    peak(5)
    assert peak(size) < peak(6) + 8 * PIECE
    (row,) = manifest(tmp_path / str(size))["files"]
    assert row["sha256"] == hashlib.sha256(bytes(size)).hexdigest()


def test_a_connection_that_breaks_is_asked_again(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    bodies = [Zeros(2 * PIECE, stops_at=PIECE), Zeros(2 * PIECE)]
    serve(calls, lambda: bodies.pop(0))
    assert acquire(SOURCE, tmp_path / "evidence", session=calls.session).acquired == 1
    assert files(tmp_path / "evidence") == {f"{BUCKET}/a": bytes(2 * PIECE)}


def test_a_connection_that_always_breaks_is_a_row(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("a")
    serve(calls, lambda: Zeros(2 * PIECE, stops_at=PIECE))
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert [(row["key"], row["reason"]) for row in report.not_acquired] == [("a", "broken-off")]
    assert len(calls.keys()) == ATTEMPTS
    assert files(tmp_path / "evidence") == {}


def test_an_error_for_all_stops_a_body_in_the_middle(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    for key in ("a", "b"):
        bucket.put(key)
    body, begun = Zeros(256 * PIECE), threading.Event()

    def answer(params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if params["Key"] == "a":
            begun.set()
            return 200, {"Body": body, "ContentLength": body.left, "LastModified": WHEN, "ETag": '"x-2"'}
        begun.wait()
        return refusal("ExpiredToken", 400)

    calls.answer("GetObject", answer)
    with pytest.raises(EvidenceError, match="ExpiredToken"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert body.given < 256 * PIECE
    assert files(tmp_path / "evidence") == {}


ZEROS_MD5 = hashlib.md5(bytes(5)).hexdigest()


@pytest.mark.parametrize(
    ("head", "checked"),
    [
        ({"ETag": f'"{ZEROS_MD5}"'}, True),
        ({"ETag": f'"{"0" * 32}"'}, False),
        ({"ETag": f'"{ZEROS_MD5}-2"'}, None),
        ({"ETag": f'"{"0" * 32}"', "ServerSideEncryption": "aws:kms"}, None),
        ({"ETag": f'"{"0" * 32}"', "ServerSideEncryption": "aws:kms:dsse"}, None),
        ({"ETag": f'"{"0" * 32}"', "SSECustomerAlgorithm": "AES256"}, None),
        ({"ETag": f'"{ZEROS_MD5}"', "ServerSideEncryption": "AES256"}, True),
    ],
)
def test_an_etag_is_compared_where_it_is_an_md5(
    head: dict[str, str], checked: bool | None, bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bucket.put("a")
    serve(calls, lambda: Zeros(5), **head)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert manifest(tmp_path / "evidence")["files"][0]["etag_is_md5"] is checked
    assert [row["kind"] for row in report.warnings] == (["etag-mismatch"] if checked is False else [])


def test_the_line_of_an_object_has_the_fields_of_head_object(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    import json

    bucket.put("a")
    dated = {"HTTPHeaders": {"date": "Wed, 02 Sep 2026 04:21:00 GMT"}}
    serve(calls, lambda: Zeros(5), Metadata={"signature": "00ff"}, VersionId="v1", ResponseMetadata=dated)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert json.loads((tmp_path / "evidence/meta.jsonl").read_text()) == {
        "Bucket": BUCKET,
        "Key": "a",
        "VersionId": "v1",
        "ETag": '"x-2"',
        "ContentLength": 5,
        "LastModified": "2026-09-02T04:20:00Z",
        "Metadata": {"signature": "00ff"},
        "HeadAt": "2026-09-02T04:21:00Z",
        "path": f"{BUCKET}/a",
        "sha256": hashlib.sha256(bytes(5)).hexdigest(),
        "etag_is_md5": None,
        "state": "current",
    }

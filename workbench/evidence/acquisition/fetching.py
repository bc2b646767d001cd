"""One object from S3 to disk: in pieces, hashed while it arrives, in its place only when it is complete.

References
----------
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html (when an ETag is an MD5)
"""

import datetime as dt
import errno
import hashlib
import os
import re
import tempfile
import threading
from contextlib import closing, suppress
from typing import Any

from workbench.evidence.acquisition.aws import Store, answered_at, concerns_all, error_code
from workbench.evidence.acquisition.folder import Folder
from workbench.evidence.acquisition.listing import Listed, iso

PIECE = 1 << 20
ATTEMPTS = 4
_REASONS = {
    "403": "access-denied",
    "AccessDenied": "access-denied",
    "AllAccessDisabled": "access-denied",
    "404": "vanished",
    "NoSuchKey": "vanished",
    "NoSuchVersion": "vanished",
    "412": "changed",
    "PreconditionFailed": "changed",
    "InvalidObjectState": "archived",
    "SlowDown": "throttled",
    "503": "throttled",
}
_ADVICE = {
    "archived": "Restore it from its storage class first",
    "changed": "it is no longer what was listed; the next run acquires what is there now",
    "throttled": "the next run tries again",
}
_UNNAMEABLE = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}
_HEAD = (
    "VersionId",
    "ETag",
    "ContentLength",
    "ContentType",
    "ContentEncoding",
    "ServerSideEncryption",
    "SSEKMSKeyId",
    "StorageClass",
    "ReplicationStatus",
    "ObjectLockMode",
)


class Refused(Exception):  # noqa: N818 (a row of the report, not an error of ours)
    """One object could not be acquired; the others can."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Stopped(Exception):  # noqa: N818 (somebody else failed; this thread only ends)
    """The acquisition ends; what was not complete is dropped."""


def fetch(store: Store, folder: Folder, item: Listed, path: str, stop: threading.Event) -> dict[str, Any]:
    """Bring one object to its place; return its line of `meta.jsonl`.

    Raises
    ------
    Refused
        This object cannot be had, or cannot be stored under any name here.
    """
    from botocore.exceptions import ClientError

    handle, temporary = tempfile.mkstemp(dir=folder.partial)
    try:
        entry = _whole(store, item, handle, stop)
        os.fchmod(handle, 0o400)
        os.fsync(handle)
        folder.put(temporary, path)
    except ClientError as error:
        if concerns_all(error):
            raise
        raise _refusal(error) from error
    except OSError as error:
        if error.errno not in _UNNAMEABLE:
            raise
        raise Refused("cannot-be-stored", f"{error.strerror}: {path}") from error
    finally:
        os.close(handle)
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    return {"Bucket": store.bucket, "Key": item.key, **entry, "path": path, "state": item.state}


def _refusal(error: Exception) -> Refused:
    code = error_code(error)
    reason = _REASONS.get(code, "refused")
    message = str(getattr(error, "response", {}).get("Error", {}).get("Message") or "")
    parts = (code, message.rstrip("."), _ADVICE.get(reason, ""))
    return Refused(reason, ". ".join(part for part in parts if part))


def _whole(store: Store, item: Listed, handle: int, stop: threading.Event) -> dict[str, Any]:
    """Receive all bytes; a connection that breaks in between is asked again."""
    from botocore.exceptions import BotoCoreError

    version = item.version_id if item.state != "current" else None
    for attempt in range(1, ATTEMPTS + 1):
        answer = store.get(item.key, item.etag, version)
        try:
            return _received(answer, handle, stop)
        except BotoCoreError as error:
            if attempt == ATTEMPTS:
                told = f"the bytes stopped {ATTEMPTS} times before the end: {error}"
                raise Refused("broken-off", told) from error
    raise AssertionError("unreachable")


def _received(answer: dict[str, Any], handle: int, stop: threading.Event) -> dict[str, Any]:
    """Write the body from the beginning of the file; botocore sees to it that none is missing."""
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with closing(answer["Body"]) as body:
        while piece := body.read(PIECE):
            if stop.is_set():
                raise Stopped
            sha256.update(piece)
            md5.update(piece)
            _write(handle, piece)
    head = {name: answer[name] for name in _HEAD if answer.get(name) is not None}
    return {
        **head,
        "Metadata": answer.get("Metadata", {}),
        "LastModified": iso(answer["LastModified"]),
        "HeadAt": iso(answered_at(answer) or dt.datetime.now(dt.UTC)),
        "sha256": sha256.hexdigest(),
        "etag_is_md5": _etag_is_md5(answer, md5.hexdigest()),
    }


def _write(handle: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view) :]


def _etag_is_md5(answer: dict[str, Any], md5: str) -> bool | None:
    """Compare where AWS says that the ETag is the MD5: one part, and no key of KMS or of the customer."""
    etag = answer["ETag"].strip('"')
    by_kms = str(answer.get("ServerSideEncryption")).startswith("aws:kms")
    keyed = by_kms or "SSECustomerAlgorithm" in answer
    return None if keyed or not re.fullmatch("[0-9a-f]{32}", etag) else etag == md5

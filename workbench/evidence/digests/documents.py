"""One digest file: inflated with a bound, parsed from exactly the bytes that were hashed.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

import datetime as dt
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from isal import isal_zlib

from workbench.evidence.digests.decoding import read_object, text_of
from workbench.evidence.digests.logs import GZIP_ERROR
from workbench.evidence.digests.names import DigestName, read_name
from workbench.evidence.digests.places import Refused, Root, Unreadable
from workbench.evidence.digests.times import read_time
from workbench.evidence.files import path_to_text
from workbench.evidence.inflate import drain, has_unknown_flags

INFLATED_CAP = 64 << 20
"""Inflated bytes of one digest: about 150,000 log files in one hour."""
_PIECE = 1 << 20


class LogEntry(NamedTuple):
    """What a digest says of one log file, as it stands in the JSON."""

    s3_bucket: str
    s3_object: str
    hash_value: str
    oldest_event_time: Any
    newest_event_time: Any


class Document(NamedTuple):
    """The fields of a digest that verification needs, as they stand in the JSON."""

    digest_public_key_fingerprint: str
    digest_s3_bucket: str
    digest_s3_object: str
    digest_start_time: str
    digest_end_time: str
    previous_digest_signature: str | None
    previous_digest_s3_bucket: Any
    previous_digest_s3_object: Any
    previous_digest_hash_value: Any
    log_files: list[LogEntry]


_FIELDS = (
    "digestPublicKeyFingerprint",
    "digestS3Bucket",
    "digestS3Object",
    "digestStartTime",
    "digestEndTime",
)


def read_document(text: bytes) -> Document:
    """Read the content of a digest.

    Raises
    ------
    ValueError
        It is no JSON object, or a required field is absent or of a wrong type.
    """
    said = read_object(text)
    fingerprint, bucket, key, start, end = (text_of(said, name) for name in _FIELDS)
    if said.get("previousDigestSignature", 0) is not None:  # null is a value, absence is not
        text_of(said, "previousDigestSignature")
    entries = said.get("logFiles")
    if not isinstance(entries, list):
        raise ValueError("logFiles is absent or no list")
    return Document(
        fingerprint,
        bucket,
        key,
        start,
        end,
        said["previousDigestSignature"],
        said.get("previousDigestS3Bucket"),
        said.get("previousDigestS3Object"),
        said.get("previousDigestHashValue"),
        [_log(entry) for entry in entries],
    )


def _log(entry: Any) -> LogEntry:
    if not isinstance(entry, dict):
        raise ValueError("an entry of logFiles is no object")
    bucket, key, hash_value = (text_of(entry, name) for name in ("s3Bucket", "s3Object", "hashValue"))
    return LogEntry(bucket, key, hash_value, entry.get("oldestEventTime"), entry.get("newestEventTime"))


@dataclass(eq=False)
class Digest:
    """One digest file as it was read. `fault` says why nothing could be made of its content.

    `path` is its own place and `parent` that of the digest it names, both below the root; `stated` is where
    it says it is. `is_refused` is set for a link.
    """

    path: str
    name: DigestName
    fault: str = ""
    is_refused: bool = False
    size: int | None = None
    sha256: str | None = None
    content_sha256: str | None = None
    has_trailing: bool = False
    document: Document | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    stated: str | None = None
    parent: str | None = None
    verdict: str = ""
    detail: str = ""
    finding_kinds: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The path as it is written into reports."""
        return path_to_text(self.path)

    @property
    def names_parent(self) -> bool:
        """Tell whether it names a digest before it."""
        said = self.document
        return said is not None and bool(said.previous_digest_s3_bucket and said.previous_digest_s3_object)

    def signed_text(self) -> bytes:
        """Give the four lines that AWS signs; bucket and key are always the original ones.

        References
        ----------
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
        """
        said = self.document
        if said is None:
            return b""
        parent = "null" if said.previous_digest_signature is None else said.previous_digest_signature
        place = f"{said.digest_s3_bucket}/{said.digest_s3_object}"
        text = f"{said.digest_end_time}\n{place}\n{self.content_sha256}\n{parent}"
        return text.encode("utf-8", "surrogatepass")


def read_digest(root: Root, path: str) -> Digest:
    """Read one digest below the root; whatever is wrong with it stands in `fault`."""
    digest = Digest(path, read_name(path))
    try:
        content = _content(digest, root)
        digest.document = said = read_document(content)
    except Refused as refusal:
        digest.fault, digest.is_refused = str(refusal), True
        return digest
    except (Unreadable, FileNotFoundError, OSError) as error:
        digest.fault = f"not readable: {error}"
        return digest
    except EOFError:
        digest.fault = "its gzip stream stops before its end"
        return digest
    except (ValueError, GZIP_ERROR) as error:
        digest.fault = str(error)
        return digest
    _place(digest, said, root)
    return digest


def _place(digest: Digest, said: Document, root: Root) -> None:
    digest.start, digest.end = read_time(said.digest_start_time), read_time(said.digest_end_time)
    if not digest.start or not digest.end:
        digest.fault, digest.document = "digestStartTime or digestEndTime is no time", None
    digest.stated = root.place(said.digest_s3_bucket, said.digest_s3_object)
    if digest.stated == digest.path:
        digest.name = read_name(said.digest_s3_object)  # the path may begin with the bucket's folder
    bucket, key = said.previous_digest_s3_bucket, said.previous_digest_s3_object
    if isinstance(bucket, str) and isinstance(key, str):
        digest.parent = root.place(bucket, key)


def _content(digest: Digest, root: Root) -> bytes:
    """Inflate and hash the first gzip member, and hash the file, of which all is read whatever is in it."""
    outside = hashlib.sha256()

    def hashed(file: io.FileIO) -> Iterator[bytes]:
        while piece := file.read(_PIECE):
            outside.update(piece)
            yield piece

    with os.fdopen(root.open(digest.path), "rb", buffering=0) as file:
        digest.size = os.fstat(file.fileno()).st_size
        pieces = hashed(file)
        try:
            content, digest.has_trailing = _first_member(pieces)
        finally:
            for _ in pieces:
                pass
            digest.sha256 = outside.hexdigest()
    digest.content_sha256 = hashlib.sha256(content).hexdigest()
    return content


def _first_member(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Inflate the first gzip member; tell whether anything follows it."""
    first = next(pieces, b"")
    if has_unknown_flags(first):
        raise ValueError("no gzip header: it has unknown flags")
    stream, inflated, size = isal_zlib.decompressobj(wbits=31), [], 0
    for piece in drain(stream, first, pieces):
        inflated.append(piece)
        size += len(piece)
        if size > INFLATED_CAP:
            raise ValueError(f"inflates to more than {INFLATED_CAP:,} bytes")
    return b"".join(inflated), bool(stream.unused_data) or bool(next(pieces, b""))

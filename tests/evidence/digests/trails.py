"""Trails with digests, small enough to read: signed as AWS signs, ready to be tampered with.

`base()` is six hours of one trail, two logs an hour, all valid. A case changes `files`, `heads` or `keys` of
it (all by the path `BUCKET/KEY`) and is written into a folder. What must be signed into a digest is given to
`Trail(edit=...)`, which is called with the hour and the digest before it is signed.
"""

import copy
import datetime as dt
import gzip
import hashlib
import json
import os
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ACCOUNT, BUCKET, REGION, OTHER_REGION = "111122223333", "acme-logs", "eu-west-1", "us-east-1"
START = dt.datetime(2026, 3, 1)  # noqa: DTZ001 (naive UTC)
HOUR = dt.timedelta(hours=1)
LIKE_AWS = serialization.PublicFormat.PKCS1
TRUE, NEWER, ATTACKER = "true", "newer", "attacker"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """One key of each name for all tests: making them takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_der(name: str, form: serialization.PublicFormat = LIKE_AWS) -> bytes:
    return private_key(name).public_key().public_bytes(serialization.Encoding.DER, form)


def fingerprint(name: str, form: serialization.PublicFormat = LIKE_AWS) -> str:
    return hashlib.md5(public_der(name, form)).hexdigest()


def key_entry(name: str, form: serialization.PublicFormat = LIKE_AWS, **fields: Any) -> dict[str, Any]:
    return {
        "Value": b64encode(public_der(name, form)).decode(),
        "ValidityStartTime": "2026-01-01T00:00:00+00:00",
        "ValidityEndTime": 1783036800.0,  # CLI v1 writes seconds
        "Fingerprint": fingerprint(name, form),
    } | fields


def iso(time: dt.datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def wrong_crc(packed: bytes) -> bytes:
    return packed[:-8] + bytes(byte ^ 0xFF for byte in packed[-8:-4]) + packed[-4:]


@dataclass
class Digest:
    """One digest while it is made, and afterwards."""

    bucket: str
    key: str
    document: dict[str, Any]
    logs: dict[str, bytes]
    signer: str = TRUE
    metadata: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def path(self) -> str:
        return f"{self.bucket}/{self.key}"

    def sign(self) -> str:
        """Sign what the document says now; return the signature."""
        self.content = json.dumps(self.document).encode()
        parent = self.document["previousDigestSignature"] or "null"
        place = f"{self.document['digestS3Bucket']}/{self.document['digestS3Object']}"
        text = f"{self.document['digestEndTime']}\n{place}\n{sha256(self.content)}\n{parent}"
        signature = private_key(self.signer).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
        self.metadata |= {"signature": signature, "signature-algorithm": "SHA256withRSA"}
        return signature

    def list_log(self, key: str, content: bytes, bucket: str | None = None) -> None:
        """List a log file and put it there."""
        bucket = bucket or self.bucket
        self.logs[f"{bucket}/{key}"] = pack(content)
        self.list_only(bucket, key, sha256(content))

    def list_only(self, bucket: str, key: str, hash_value: str) -> None:
        """List a log file without having it."""
        self.document["logFiles"].append({
            "s3Bucket": bucket, "s3Object": key, "hashValue": hash_value, "hashAlgorithm": "SHA-256",
            "newestEventTime": self.document["digestEndTime"],
            "oldestEventTime": self.document["digestStartTime"],
        })  # fmt: skip


Edit = Callable[[int, Digest], None]


class Trail:
    """The digests and logs of one trail in one region, `hours` of them."""

    def __init__(
        self,
        hours: int = 6,
        logs: int = 2,
        *,
        bucket: str = BUCKET,
        prefix: str = "",
        organization: str = "",
        region: str = REGION,
        home: str = REGION,
        name: str = "main",
        start: dt.datetime = START,
        edit: Edit | None = None,
    ) -> None:
        self.bucket, self.region, self.home, self.name, self.edit = bucket, region, home, name, edit
        self.top = f"{prefix and prefix + '/'}AWSLogs/{organization and organization + '/'}{ACCOUNT}"
        self.digests: list[Digest] = []
        for hour in range(hours):
            self.add(start + hour * HOUR, start + (hour + 1) * HOUR, logs)

    def digest_key(self, end: dt.datetime, more: str = "") -> str:
        name = f"{ACCOUNT}_CloudTrail-Digest_{self.region}_{self.name}_{self.home}_{end:%Y%m%dT%H%M%SZ}{more}"
        return f"{self.top}/CloudTrail-Digest/{self.region}/{end:%Y/%m/%d}/{name}.json.gz"

    def log_key(self, time: dt.datetime, number: int) -> str:
        name = f"{ACCOUNT}_CloudTrail_{self.region}_{time:%Y%m%dT%H%MZ}_{self.name}{number:04}.json.gz"
        return f"{self.top}/CloudTrail/{self.region}/{time:%Y/%m/%d}/{name}"

    def add(
        self,
        start: dt.datetime,
        end: dt.datetime,
        logs: int = 2,
        *,
        parent: Digest | None = None,
        more: str = "",
    ) -> Digest:
        """Make the next digest, whose parent is the last one unless another is given."""
        key = self.digest_key(end, more)
        document = {
            "awsAccountId": ACCOUNT, "digestStartTime": iso(start), "digestEndTime": iso(end),
            "digestS3Bucket": self.bucket, "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint(TRUE), "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": iso(end), "oldestEventTime": iso(start), **follows(parent or self._last()),
            "logFiles": [],
        }  # fmt: skip
        digest = Digest(self.bucket, key, document, {})
        for number in range(logs):
            digest.list_log(self.log_key(start, number), log_content(f"{self.name} {iso(start)} {number}"))
        if self.edit:
            self.edit(len(self.digests), digest)
        digest.sign()
        self.digests.append(digest)
        return digest

    def _last(self) -> Digest | None:
        return self.digests[-1] if self.digests else None


def follows(parent: Digest | None) -> dict[str, Any]:
    """The five fields that name the digest before."""
    if parent is None:
        names = ("S3Bucket", "S3Object", "HashValue", "HashAlgorithm", "Signature")
        return {f"previousDigest{name}": None for name in names}
    return {
        "previousDigestS3Bucket": parent.bucket, "previousDigestS3Object": parent.key,
        "previousDigestHashValue": sha256(parent.content), "previousDigestHashAlgorithm": "SHA-256",
        "previousDigestSignature": parent.metadata["signature"],
    }  # fmt: skip


def log_content(text: str) -> bytes:
    records = [{"eventName": "ListUsers", "eventVersion": "1.11", "eventID": f"{text} {n}"} for n in range(9)]
    return json.dumps({"Records": records}).encode()


@dataclass
class Evidence:
    """What is written into a folder: files and heads by `BUCKET/KEY`, documents of keys by file name."""

    trails: list[Trail]
    files: dict[str, bytes] = field(default_factory=dict)
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    bucket_map: dict[str, str] = field(default_factory=dict)
    acquired: dt.datetime = START
    beside: str = ""

    def __post_init__(self) -> None:
        for trail in self.trails:
            self.keys[f"public-keys-{trail.region}.json"] = [{"PublicKeyList": [key_entry(TRUE)]}]
            self.acquired = max(self.acquired, *(read(d.document["digestEndTime"]) for d in trail.digests))
        self.acquired += dt.timedelta(minutes=35)
        for trail in self.trails:
            for digest in trail.digests:
                self.take(digest)

    def take(self, digest: Digest, path: str | None = None) -> None:
        """Put a digest as it is now into the evidence, with its logs."""
        bucket, key = (path or digest.path).split("/", 1)
        self.files |= digest.logs | {f"{bucket}/{key}": pack(digest.content)}
        self.heads[f"{bucket}/{key}"] = {
            "Bucket": bucket, "Key": key, "Metadata": copy.copy(digest.metadata),
            "HeadAt": iso(self.acquired),
        }  # fmt: skip

    @property
    def digests(self) -> list[Digest]:
        return self.trails[0].digests

    def digest(self, hour: int) -> str:
        return self.digests[hour].path

    def log(self, hour: int, number: int = 0) -> str:
        return list(self.digests[hour].logs)[number]

    def remove(self, *hours: int, logs: bool = False) -> None:
        """Delete digests, their logs too if asked; what S3 said of them is gone as well."""
        for hour in hours:
            del self.files[self.digest(hour)], self.heads[self.digest(hour)]
            for log in self.digests[hour].logs if logs else ():
                del self.files[log]

    def lose_signature(self, *hours: int) -> None:
        for hour in hours:
            del self.heads[self.digest(hour)]["Metadata"]["signature"]

    def write(self, folder: Path) -> Path:
        for path, content in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for path, target in self.links.items():
            (folder / path).symlink_to(target)
        for path in self.unreadable:
            make_unreadable(folder / path)
        lines = [json.dumps(head).encode() for head in self.heads.values()] + self.lines
        if lines:
            (folder / self.beside / "meta.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        for name, documents in self.keys.items():
            text = "\n".join(json.dumps(document, indent=1) for document in documents)
            (folder / self.beside / name).write_text(text)
        return folder


def make_unreadable(path: Path) -> None:
    """Take the right to read; the superuser reads all the same, so it finds a folder there."""
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.unlink()
        path.mkdir()


def read(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(time).replace(tzinfo=None)


def base(hours: int = 6, **options: Any) -> Evidence:
    return Evidence([Trail(hours, **options)])


def unpack(packed: bytes) -> bytes:
    return zlib.decompressobj(31).decompress(packed)

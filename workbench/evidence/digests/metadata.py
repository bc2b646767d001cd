"""`meta.jsonl`: what S3 said of each digest when it was acquired, above all its signature.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader

from workbench.errors import EvidenceError
from workbench.evidence.digests.answers import Finding
from workbench.evidence.digests.decoding import read_object, text_of
from workbench.evidence.digests.times import read_time
from workbench.evidence.files import path_to_text

_DIGEST = "CloudTrail-Digest"  # an acquisition notes logs too: what is said of them matters nothing here
_LINE_CAP = 1 << 20
_SHOWN = 10


@dataclass(frozen=True)
class Head:
    """What one line says: the signature as hex in lower case, when a backfill was made, when it was asked."""

    signature: str | None
    generated: dt.datetime | None
    head_at: dt.datetime | None


@dataclass
class Metadata:
    """The lines of a metadata file by bucket and key; of one object there may be several (versions)."""

    file: str | None = None
    heads: dict[tuple[str, str], list[Head]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def of(self, key: str, *buckets: str) -> list[Head]:
        """Give all that is said of an object, under its bucket's name or its copy's."""
        return [head for bucket in buckets for head in self.heads.get((bucket, key), ())]


def read_metadata(file: str | os.PathLike[str]) -> Metadata:
    """Read a metadata file; lines that cannot be used are one finding.

    Raises
    ------
    EvidenceError
        There is no such file, or it cannot be read.
    """
    metadata = Metadata(os.fspath(file))
    wrong = []
    try:
        with open(file, "rb") as lines:
            for number, line in enumerate(_lines(lines), 1):
                if line.strip() and not _take(metadata, line):
                    wrong.append(number)
    except OSError as error:
        told = f"{os.fspath(file)}: {error.strerror or error}"
        raise EvidenceError(f"{told}. Name a readable metadata file (one line for each digest)") from error
    if wrong:
        shown = ", ".join(map(str, wrong[:_SHOWN])) + (" ..." if len(wrong) > _SHOWN else "")
        detail = f"{len(wrong):,} lines that are no metadata of an object: {shown}"
        metadata.findings = (Finding("metadata-unreadable", path_to_text(file), detail),)
    return metadata


def metadata_beside(folders: list[str]) -> Metadata:
    """Read the `meta.jsonl` in the first of the folders that has one; without any there is no metadata.

    One that is a symbolic link or cannot be read is a finding: it lies in the evidence.
    """
    for folder in folders:
        path = os.path.join(folder, "meta.jsonl")
        if os.path.islink(path):
            return _unread(path, "a symbolic link; links are never followed")
        if os.path.lexists(path):
            try:
                return read_metadata(path)
            except EvidenceError as error:
                return _unread(path, str(error))
    return Metadata()


def _unread(path: str, detail: str) -> Metadata:
    return Metadata(path, findings=(Finding("metadata-unreadable", path_to_text(path), detail),))


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """Give the lines, of one that is longer than any metadata only the beginning."""
    while line := file.readline(_LINE_CAP):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(_LINE_CAP)):
            pass


def _take(metadata: Metadata, line: bytes) -> bool:
    try:
        said = read_object(line.removeprefix(b"\xef\xbb\xbf"))
        place = text_of(said, "Bucket"), text_of(said, "Key")
        names = {name.lower().removeprefix("x-amz-meta-"): text for name, text in said["Metadata"].items()}
        signature = None if names.get("signature") is None else text_of(names, "signature").lower()
    except (ValueError, KeyError, AttributeError):
        return False
    generated = read_time(names.get("backfill-generation-timestamp"))
    if _DIGEST not in place[1]:
        return True
    head = Head(signature, generated, read_time(said.get("HeadAt")))
    metadata.heads.setdefault(place, []).append(head)
    return True

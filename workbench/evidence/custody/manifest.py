r"""`manifest.json`: of which files the events of a case come, and one hash over all of them.

The schema is that of the manifest which an acquisition writes into its evidence folder. Paths count from
`folder`, the deepest folder that holds all files, so that the same evidence in another place has the same
`root_sha256`; it is the one that a briefing shows beside its list of files. What is not known is null.
"""

import errno
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import CaseError
from workbench.evidence.archives import BETWEEN
from workbench.evidence.files import path_to_text
from workbench.evidence.keys import parse_key

MANIFEST = "manifest.json"
SCHEMA = "ctw-manifest/1"
_KINDS = {
    "CloudTrail": "log",
    "CloudTrail-NetworkActivity": "log",
    "CloudTrail-Aggregated": "log",
    "CloudTrail-Digest": "digest",
    "CloudTrail-Insight": "insight",
    "Config": "config",
}

Row = dict[str, Any]


class File(msgspec.Struct):
    """One file of the evidence, as the last load that read it saw it.

    `path` counts from the manifest's `folder` and is spelled by `path_to_text`; the member of an archive is
    `ARCHIVE!/MEMBER`. `mtime_ns` is the file's time. From `bucket` to `last_modified` it is what the
    acquisition says of a file with the same SHA-256. `replaced` marks what a path held before: a later load
    read other content there, and the events of both are in the case.
    """

    path: str
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    size: int = 0
    mtime_ns: int = 0
    sha256: str | None = None
    sha256_uncompressed: str | None = None
    kind: str = "other"
    events: int | None = None
    verdict: str | None = None
    replaced: bool = False


class Head(msgspec.Struct):
    """How many lines the journal had at a time, and the hash of the last one."""

    lines: int
    head_sha256: str


class Manifest(msgspec.Struct):
    """What the manifest of a case says.

    `journal` is the state of the journal when it was written: its lines, and its head. `not_as_acquired`
    lists files that are not what the manifest of their acquisition says.
    """

    schema: str
    case_id: str | None
    tool_version: str
    journal: Head
    acquired: Row | None
    acquisitions: list[Row]
    sources: list[Row]
    evidence: list[str]
    folder: str
    public_keys: list[Row]
    not_as_acquired: list[Row]
    totals: Row
    root_sha256: str
    files: list[File]

    def path_of(self, file: File) -> str:
        """Give the absolute path of a file, as text."""
        return os.path.join(self.folder, file.path)


def root_of(pairs: Iterable[tuple[str | None, str]]) -> str:
    r"""Hash the sorted lines `sha256, two spaces, path, newline`; what has no hash has no line.

    Examples
    --------
    >>> one = hashlib.sha256(b"00ff  acme/a\n").hexdigest()
    >>> root_of([("00ff", "acme/a"), (None, "acme/pipe")]) == one
    True
    """
    lines = sorted(f"{sha256}  {path}\n".encode() for sha256, path in pairs if sha256)
    return hashlib.sha256(b"".join(lines)).hexdigest()


def kind_of_key(key: str) -> str:
    """Tell what an object is by its key: log, digest, insight, config or other.

    Examples
    --------
    >>> kind_of_key("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/02/x.json.gz")
    'log'
    >>> kind_of_key("notes.txt")
    'other'
    """
    said = parse_key(key)
    return _KINDS.get(said.kind or "", "other") if said else "other"


def manifest_text(fields: Mapping[str, Any], files: Iterable[bytes]) -> Iterator[bytes]:
    """Write a line per field and a line per file, so that two manifests can be compared."""
    yield b"{\n"
    for name, value in fields.items():
        yield f"{json.dumps(name)}: {json.dumps(value)},\n".encode()
    yield b'"files": [\n'
    yield b",\n".join(files)
    yield b"\n]\n}\n"


def folder_of(paths: Iterable[str]) -> str:
    """Give the deepest folder that holds all files, of which the absolute paths are given.

    Examples
    --------
    >>> folder_of(["/e/acme/a.json", "/e/acme/b/c.json"])
    '/e/acme'
    """
    known = list(paths)
    ends = [min(known), max(known)] if known else []  # what these two share, all between them share
    return os.path.commonpath(map(os.path.dirname, ends)) if ends else os.sep


def members_of(files: Sequence[File]) -> dict[str, str]:
    """Give the archive of each path that is a member of one; a folder may be called `x!` as well.

    Examples
    --------
    >>> members_of([File("a.zip"), File("a.zip!/b.json"), File("x!/c.json")])
    {'a.zip!/b.json': 'a.zip'}
    """
    paths = {file.path for file in files}
    found = {}
    for path in (path for path in paths if BETWEEN in path):
        pieces = path.split(BETWEEN)
        tops = (BETWEEN.join(pieces[:end]) for end in range(1, len(pieces)))
        archive = next((top for top in tops if top in paths), None)
        if archive:
            found[path] = archive
    return found


def totals_of(files: Sequence[File]) -> Row:
    """Count files, bytes on disk, kinds, events and verdicts."""
    members = members_of(files)
    on_disk = (file.size for file in files if not file.replaced and file.path not in members)
    verdicts = Counter(file.verdict for file in files if file.verdict)
    return {
        "files": len(files),
        "bytes": sum(on_disk),
        "kinds": dict(sorted(Counter(file.kind for file in files).items())),
        "events": sum(file.events or 0 for file in files),
        "verdicts": dict(sorted(verdicts.items())),
    }


def case_name(case: Path) -> str:
    """Give the name by which a case is known: that of its folder."""
    return path_to_text(case.resolve().name)


def read_manifest(case: str | os.PathLike[str]) -> tuple[Manifest, str] | None:
    """Read the manifest of a case and its SHA-256; None where there is none.

    Raises
    ------
    CaseError
        It is there and cannot be read, or is no manifest of a case.
    """
    path = Path(case) / MANIFEST
    try:
        if path.is_fifo():
            raise OSError(errno.EINVAL, "it is a pipe, no file")
        text = path.read_bytes()
        return msgspec.json.decode(text, type=Manifest), hashlib.sha256(text).hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CaseError(f"cannot read {path}: {error.strerror}. See to its permissions") from error
    except (ValueError, RecursionError) as error:
        raise CaseError(
            f"{path} is not what a load wrote: {error}. Keep it, and load the evidence into a new case"
        ) from error


def write_manifest(case: str | os.PathLike[str], manifest: Manifest) -> tuple[str, str | None]:
    """Write the manifest of a case, whole or not at all; one that says the same stays as it is.

    Returns
    -------
    tuple of str, str or None
        The SHA-256 of the file, and of the one that was there before.

    Raises
    ------
    CaseError
        It cannot be written.
    """
    path = Path(case) / MANIFEST
    encode = msgspec.json.Encoder().encode
    lines = [encode(file) for file in manifest.files]
    try:
        before = path.read_bytes() if path.exists() and not path.is_fifo() else None
        text = _text(manifest, _journal_of(before) or manifest.journal, lines)
        if text != before:
            text = _text(manifest, manifest.journal, lines)
            _replace(path, text)
    except OSError as error:
        raise CaseError(
            f"cannot write {path}: {error.strerror or error}. The events are in the case: mend the cause, and"
            " load again"
        ) from error
    earlier = None if before is None else hashlib.sha256(before).hexdigest()
    return hashlib.sha256(text).hexdigest(), earlier


def _text(manifest: Manifest, journal: Head, lines: list[bytes]) -> bytes:
    fields = {name: getattr(manifest, name) for name in manifest.__struct_fields__ if name != "files"}
    return b"".join(manifest_text(fields | {"journal": msgspec.structs.asdict(journal)}, lines))


class _Written(msgspec.Struct):
    journal: Head


def _journal_of(text: bytes | None) -> Head | None:
    """Tell which state of the journal a manifest names, if it is one."""
    try:
        return msgspec.json.decode(text, type=_Written).journal if text else None
    except (ValueError, RecursionError):  # another takes its place, and the journal says so
        return None


def _replace(path: Path, text: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".manifest-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

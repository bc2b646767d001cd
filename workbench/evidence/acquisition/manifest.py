"""`manifest.json`: what was acquired, by whom and when, the hash of each object, and what was not."""

import json
import os
import pwd
import socket
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from workbench.errors import EvidenceError
from workbench.evidence.acquisition.folder import MANIFEST, Folder
from workbench.evidence.acquisition.journal import NAMES, Held
from workbench.evidence.custody.manifest import SCHEMA, Row, kind_of_key, manifest_text, root_of
from workbench.version import __version__


class Record(msgspec.Struct):
    """What goes on from one acquisition to the next into the same folder.

    `complete` is false while one runs; `sources` has an entry for each that was begun.
    """

    complete: bool
    sources: list[Row]
    not_acquired: list[Row]
    versions: list[Row]
    delete_markers: list[Row]


def read_manifest(folder: Folder) -> Record:
    """Read the record of the folder; an empty one where there is none yet.

    Raises
    ------
    EvidenceError
        It is no manifest of an acquisition.
    """
    path = folder.path / MANIFEST
    if not path.exists():
        return Record(False, [], [], [], [])
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(
            f"{path} is no manifest of an acquisition: {error}. Acquire into a new folder"
        ) from error


def write_manifest(folder: Folder, record: Record, acquired: Row, warnings: list[Row]) -> str:
    """Write the manifest as a whole; return the root hash over the objects.

    Parameters
    ----------
    record
        Earlier acquisitions as well as this one, and what is not acquired by now.
    acquired
        Who acquired, when and with what.
    warnings
        What deserves a look.
    """
    held = {entry.path: entry for entry in folder.journal.held}  # the last line of a path counts
    entries = [held[path] for path in sorted(held)]
    root = root_of((entry.sha256, entry.path) for entry in entries)
    rest = {
        "schema": SCHEMA,
        "case_id": None,
        "complete": record.complete,
        "acquired": acquired,
        "sources": record.sources,
        "public_keys": list(_public_keys(folder)),
        "metadata": [{"file": name, "sha256": folder.sha256(name)} for name in NAMES],
        "totals": _totals(entries, record),
        "root_sha256": root,
        "warnings": warnings,
        "delete_markers": record.delete_markers,
        "versions": record.versions,
        "not_acquired": record.not_acquired,
    }
    folder.write(MANIFEST, manifest_text(rest, (json.dumps(_file(entry)).encode() for entry in entries)))
    return root


def _file(entry: Held) -> Row:
    """Give the row of one object; what only the loader will know is null."""
    return {
        "path": entry.path,
        "bucket": entry.bucket,
        "key": entry.key,
        "version_id": entry.version_id,
        "etag": entry.etag.strip('"'),
        "etag_is_md5": entry.etag_is_md5,
        "last_modified": entry.last_modified,
        "acquired_at": entry.head_at,
        "state": entry.state,
        "size": entry.size,
        "sha256": entry.sha256,
        "sha256_uncompressed": None,
        "kind": kind_of_key(entry.key),
        "events": None,
        "verdict": None,
    }


def carried(rows: list[Row], seen: set[tuple[str, str]], bucket: str, now: Iterable[Row]) -> list[Row]:
    """Keep the rows of objects that were not looked at again, and add those of now.

    Examples
    --------
    >>> carried([{"bucket": "b", "key": "x"}, {"bucket": "b", "key": "y"}], {("b", "x")}, "b", [{"key": "x"}])
    [{'bucket': 'b', 'key': 'y'}, {'bucket': 'b', 'key': 'x'}]
    """
    kept = [row for row in rows if (row["bucket"], row["key"]) not in seen]
    return kept + [{"bucket": bucket, **row} for row in now]


def _public_keys(folder: Folder) -> Iterator[Row]:
    for path in sorted(folder.path.glob("public-keys-*.json")):
        region = path.stem.removeprefix("public-keys-")
        yield {"region": region, "file": path.name, "sha256": folder.sha256(path.name)}


def _totals(entries: list[Held], record: Record) -> Row:
    kinds = Counter(kind_of_key(entry.key) for entry in entries)
    return {
        "files": len(entries),
        "bytes": sum(entry.size for entry in entries),
        "kinds": dict(sorted(kinds.items())),
        "not_acquired": len(record.not_acquired),
        "versions": len(record.versions),
        "delete_markers": len(record.delete_markers),
    }


def acquired_by(identity: str | None, clock_offset_s: float | None, started: str) -> Row:
    """Say who acquires, where and with what; what is not known is null."""
    return {
        "by": _user(),
        "at_utc": started,
        "host": socket.gethostname(),
        "tool": "cloudtrail-workbench",
        "tool_version": __version__,
        "command": None,
        "aws_identity_arn": identity,
        "clock_offset_s": clock_offset_s,
    }


def _user() -> str | None:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container without a user of this number
        return None

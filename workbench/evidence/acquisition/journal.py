"""`meta.jsonl`: the metadata of each object, one line when its file is complete; what is written, counts.

The fields are those of head-object under AWS's names. Ours stand beside them in lower case: the path below
the evidence folder, the SHA-256 of the bytes, and what was compared.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

NAME = "meta.jsonl"
_AWS_NAMES = {
    "bucket": "Bucket",
    "key": "Key",
    "version_id": "VersionId",
    "etag": "ETag",
    "last_modified": "LastModified",
    "size": "ContentLength",
    "head_at": "HeadAt",
}


class Held(msgspec.Struct, frozen=True, rename=_AWS_NAMES.get):
    """One object of which the folder holds the bytes."""

    bucket: str
    key: str
    etag: str
    last_modified: str
    size: int
    head_at: str
    path: str
    sha256: str
    version_id: str | None = None
    state: str = "current"
    etag_is_md5: bool | None = None


_LINE = msgspec.json.Decoder(Held)


class Journal:
    """The lines of `meta.jsonl`, read when it is opened and added to while objects arrive.

    Parameters
    ----------
    path
        The file; made with the first line. A last line that was cut is taken away: its object comes again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.held: list[Held] = []
        self.unreadable = 0
        self._handle: int | None = None
        self._read()

    def _read(self) -> None:
        if not self._path.exists():
            return
        whole = 0
        with self._path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    whole += len(line)
                    self._take(line)
        if whole < self._path.stat().st_size:
            os.truncate(self._path, whole)

    def _take(self, line: bytes) -> None:
        try:
            self.held.append(_LINE.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1

    def add(self, entry: dict[str, Any]) -> None:
        """Append the line of one object; the caller sees to it that one thread does so at a time."""
        if self._handle is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            self._handle = os.open(self._path, flags, 0o600)
        line = msgspec.json.encode(entry) + b"\n"
        while line:
            line = line[os.write(self._handle, line) :]
        self.held.append(msgspec.convert(entry, Held))

    def close(self) -> None:
        """Wait until all lines are on disk."""
        if self._handle is not None:
            os.fsync(self._handle)
            os.close(self._handle)

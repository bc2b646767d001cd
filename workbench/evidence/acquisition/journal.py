"""`meta.jsonl`: the metadata of each object, one line when its file is complete; what is written, counts.

The fields are those of head-object under AWS's names. Ours stand beside them in lower case: the path below
the evidence folder, the SHA-256 of the bytes, and what was compared.

Objects that do not lie under their key have a file of their own, `meta-other.jsonl`: verification looks up
the signature of a digest by bucket and key, and must not meet that of another version.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from workbench.evidence.acquisition.places import OTHER

NAMES = ("meta.jsonl", "meta-other.jsonl")
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

    @property
    def lies_elsewhere(self) -> bool:
        """Whether the object could not lie under its key."""
        return self.path.startswith(f"{self.bucket}{OTHER}/")


_LINE = msgspec.json.Decoder(Held)


class Journal:
    """The metadata files of a folder, read when they are opened and added to while objects arrive.

    Parameters
    ----------
    folder
        A file is made with its first line. A last line that was cut is taken away: its object comes again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handles: dict[str, int] = {}
        self.held: list[Held] = []
        self.unreadable = 0
        for name in NAMES:
            if (folder / name).exists():
                self._read(folder / name)

    def _read(self, path: Path) -> None:
        whole = 0
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    whole += len(line)
                    self._take(line)
        if whole < path.stat().st_size:
            os.truncate(path, whole)

    def _take(self, line: bytes) -> None:
        try:
            self.held.append(_LINE.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unreadable += 1

    def add(self, entry: dict[str, Any]) -> None:
        """Append the line of one object; the caller sees to it that one thread does so at a time."""
        held = msgspec.convert(entry, Held)
        handle = self._open(NAMES[held.lies_elsewhere])
        line = msgspec.json.encode(entry) + b"\n"
        while line:
            line = line[os.write(handle, line) :]
        self.held.append(held)

    def _open(self, name: str) -> int:
        if name not in self._handles:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            self._handles[name] = os.open(self._folder / name, flags, 0o600)
        return self._handles[name]

    def close(self) -> None:
        """Wait until all lines are on disk."""
        for handle in self._handles.values():
            os.fsync(handle)
            os.close(handle)

r"""Which files an evidence argument holds, and how a path is written down.

A path on disk is bytes; a table holds text. `path_to_text` spells each byte that is not UTF-8 as `\xNN`, and
nothing else, so that ordinary paths stay as they are and every path can be read back with `path_from_text`.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import EvidenceError
from workbench.evidence.faults import EvidenceFault

_BYTE = re.compile("[\udc80-\udcff]")
_LOOKS_ESCAPED = re.compile(r"\\(?=x(?:5c|[89a-f][0-9a-f]))")
_ESCAPED = re.compile(r"\\x(5c|[89a-f][0-9a-f])")


def path_to_text(path: str | os.PathLike[str]) -> str:
    r"""Write a path as text that any table, page and terminal can hold.

    Examples
    --------
    >>> path_to_text("logs/caf\udce9.json")
    'logs/caf\\xe9.json'
    >>> path_from_text(path_to_text("logs/caf\udce9.json")) == "logs/caf\udce9.json"
    True
    """
    text = os.fspath(path)
    if text.isascii() and "\\" not in text:
        return text
    guarded = _LOOKS_ESCAPED.sub(r"\\x5c", text)
    return _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", guarded)


def path_from_text(text: str) -> str:
    r"""Read back what `path_to_text` wrote, as a path that `open` takes.

    Examples
    --------
    >>> path_from_text("logs/a b.json")
    'logs/a b.json'
    """
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "5c" else chr(0xDC00 + int(found[1], 16)), text)


@dataclass(frozen=True)
class FoundFile:
    """One entry below an evidence argument, as it was found.

    `path` starts with the argument as it was given; `absolute` tells the same file again from anywhere.
    `named_link` is set for an argument that is a link itself: you named it, so it is followed. `fault` is
    set for what is no plain file or cannot be reached: such an entry is never opened. `mtime` is in
    nanoseconds. `member` is set for a member of an archive (see `archives`): its path is `ARCHIVE!/MEMBER`,
    its size the one it has when unpacked, its mtime the archive's.
    """

    path: str
    absolute: str
    size: int
    mtime: int
    fault: EvidenceFault | None = None
    named_link: bool = False
    member: "Member | None" = None

    @property
    def text(self) -> str:
        """The path as it is written into tables and reports."""
        return path_to_text(self.path)


@dataclass(frozen=True)
class Member:
    """Where the bytes of an archive's member lie: after the header at `offset` stand `stored` bytes."""

    archive: FoundFile
    offset: int
    stored: int
    method: int
    crc: int


def find_files(*evidence: str | os.PathLike[str]) -> list[FoundFile]:
    """List every file below the arguments, ordered by path; none is opened, no link below is followed.

    Parameters
    ----------
    evidence
        Files and folders. An argument may itself be a link: you named it. One file named twice counts once.

    Raises
    ------
    EvidenceError
        An argument does not exist.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "b.json").write_text("{}"), (folder / "a.json").write_text("[]")
    >>> [(Path(found.path).name, found.size) for found in find_files(folder)]
    [('a.json', 2), ('b.json', 2)]
    """
    found: dict[str, FoundFile] = {}
    for argument in evidence:
        path = os.fspath(Path(argument))
        if not os.path.lexists(path):
            raise EvidenceError(f"no such evidence: {path}. Name a file or folder that exists")
        for entry in _walk(path):
            found.setdefault(entry.absolute, entry)
    return sorted(found.values(), key=lambda entry: entry.text)


def _walk(top: str) -> Iterator[FoundFile]:
    """Go through folders with an explicit stack: a tree may be deeper than Python recurses."""
    if not os.path.isdir(top):
        yield _entry(top, follow=True)
        return
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            yield _unreachable(folder, error)
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                yield _entry(entry.path)


def _entry(path: str, *, follow: bool = False) -> FoundFile:
    try:
        found = os.stat(path, follow_symlinks=follow)
    except OSError as error:
        return _unreachable(path, error)
    fault = None if stat.S_ISREG(found.st_mode) else EvidenceFault("not-a-file", _what(found.st_mode))
    named_link = follow and os.path.islink(path)
    return FoundFile(path, os.path.abspath(path), found.st_size, found.st_mtime_ns, fault, named_link)


def _unreachable(path: str, error: OSError) -> FoundFile:
    fault = EvidenceFault("unreadable", error.strerror or str(error))
    return FoundFile(path, os.path.abspath(path), 0, 0, fault)


def _what(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a symbolic link, not followed",
        stat.S_IFIFO: "a named pipe, not opened",
        stat.S_IFSOCK: "a socket, not opened",
        stat.S_IFBLK: "a block device, not opened",
        stat.S_IFCHR: "a character device, not opened",
    }
    return kinds.get(stat.S_IFMT(mode), "no plain file, not opened")

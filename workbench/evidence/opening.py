"""Opening a file that was found: the same plain file before and after, never a pipe, never a link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile

PIECE = 128 << 10
"""Bytes that are read at a time."""
_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)  # a file that became a pipe must not hang the load


@contextmanager
def opened(found: FoundFile) -> Iterator[BufferedReader]:
    """Open a file that `find_files` listed, and see at the end that it is still what was found.

    Raises
    ------
    EvidenceFault
        `not-a-file`, `unreadable` or `changed-while-reading`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from workbench.evidence.files import find_files
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_bytes(b"[]")
    >>> with opened(find_files(path)[0]) as file:
    ...     file.read()
    b'[]'
    """
    try:
        flags = os.O_RDONLY | _NOT_WAITING | (0 if found.named_link else _NOT_FOLLOWED)
        with open(os.open(found.path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise EvidenceFault("not-a-file", "it became something else than a plain file")
            _see_unchanged(found, file)
            try:
                yield file
            except EvidenceFault:
                _see_unchanged(found, file)  # a file that is being written looks damaged
                raise
            _see_unchanged(found, file)
    except FileNotFoundError as error:
        raise EvidenceFault("changed-while-reading", "the file vanished; load again") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise EvidenceFault("not-a-file", "it became a symbolic link, not followed") from error
        raise EvidenceFault("unreadable", error.strerror or str(error)) from error


def _see_unchanged(found: FoundFile, file: BufferedReader) -> None:
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (found.size, found.mtime):
        raise EvidenceFault("changed-while-reading", "size or time changed; load again when it rests")

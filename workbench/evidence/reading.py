"""One delivered file: its bytes as they lie on disk, hashed, inflated in pieces, hashed again.

What is hashed is what is loaded. A stream whose checksum or length is wrong is never loaded, not in part
either. The content of a large file is not kept: it is read again by whoever wants its records, and compared
piece by piece with what was hashed.

Limits, whatever a file's size: a file that inflates to more than 512 MiB at more than 200 to 1 is a bomb
(`inflate`); a record has 64 MiB, 250,000 values and 256 levels of brackets at most (`checks`); lines of which
none within the first 64 MiB is a record hold none (`shapes.lines`). Records, lists, answers, documents, lines
and CSV of any size are read in windows of 8 MiB (`feed`).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from workbench.evidence import inflate
from workbench.evidence.archives import ZIP_MAGIC, member_pieces
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile
from workbench.evidence.opening import PIECE, opened

HELD = 32 << 20
"""Bytes of content that are kept in memory; more is read again."""

_UNREAD_MAGIC = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x1f\x9d": "compress (.Z)",
    b"Rar!": "RAR",
}


@dataclass(frozen=True)
class Delivered:
    """The content of one file.

    `data` is inflated, `sha256` is of the bytes on disk and `sha256_uncompressed` of the inflated ones (hex).
    `members` counts the streams of a compressed file; 0 means that the file was plain. `cut` is set where
    such a stream stops before its end, which only `salvage` lets pass. `size` is that of the inflated bytes.

    Of a file above `HELD` nothing is in `data` but the beginning, and `is_held` is false: take `pieces`.

    Of a zip archive only the first bytes are in `data`; the hashes are of the whole archive, and
    `archive_members` lists what to read.
    """

    data: bytes
    sha256: str
    sha256_uncompressed: str
    members: int
    cut: EvidenceFault | None = None
    size: int = 0
    again: Callable[[], Iterator[bytes]] | None = field(default=None, compare=False, repr=False)

    @property
    def is_archive(self) -> bool:
        """Tell whether this is a zip archive: its members are the files to read."""
        return self.again is None and self.data.startswith(ZIP_MAGIC)

    @property
    def is_held(self) -> bool:
        """Tell whether `data` is all of it."""
        return self.again is None

    def pieces(self) -> Iterator[bytes]:
        """Give the inflated bytes in pieces, from the beginning; a large file is read again.

        Raises
        ------
        EvidenceFault
            `changed-while-reading`: what is read now is not what was hashed.
        """
        return self.again() if self.again else iter((self.data,))


def read_file(found: FoundFile, *, salvage: bool = False) -> Delivered:
    """Read, hash and inflate one file that `find_files` or `archive_members` listed.

    Parameters
    ----------
    found
        The file, or the member of an archive.
    salvage
        Give what stands before the cut of a truncated stream, with the fault in `cut`.

    Raises
    ------
    EvidenceFault
        `not-a-file`, `unreadable`, `changed-while-reading`, `too-large`, `truncated-gzip`, `bad-checksum`,
        `trailing-data`, `bad-archive` or `unsupported-compression`.

    Examples
    --------
    >>> import gzip, pathlib, tempfile
    >>> from workbench.evidence.files import find_files
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.json.gz"
    >>> _ = path.write_bytes(gzip.compress(b'{"Records":[]}', mtime=0))
    >>> delivered = read_file(find_files(path)[0])
    >>> delivered.data, delivered.members
    (b'{"Records":[]}', 1)
    """
    if found.fault:
        raise found.fault
    content = _Content(found, salvage)
    pieces: list[bytes] = []
    marks: list[bytes] = []
    for piece in content:
        marks.append(content.mark())
        if content.size <= HELD:
            pieces.append(piece)
        else:
            del pieces[1:]
    again = None if content.size <= HELD else lambda: _read_again(found, salvage, marks)
    outside, inside = content.outside.hexdigest(), content.inside.hexdigest()
    return Delivered(b"".join(pieces), outside, inside, content.members, content.cut, content.size, again)


def sha256_of(found: FoundFile) -> str | None:
    """Hash the bytes of a file as they lie there, whatever they are; None where they cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from workbench.evidence.files import find_files
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "cut.json.gz"
    >>> _ = path.write_bytes(b"")
    >>> sha256_of(find_files(path)[0])[:16]
    'e3b0c44298fc1c14'
    """
    if found.fault:
        return None
    outside = hashlib.sha256()
    try:
        for piece in member_pieces(found) if found.member else _file_pieces(found):
            outside.update(piece)
    except EvidenceFault:
        return None
    return outside.hexdigest()


def _read_again(found: FoundFile, salvage: bool, marks: list[bytes]) -> Iterator[bytes]:
    """Read a file as it was read before, and see that it is the same."""
    content = _Content(found, salvage)
    changed = EvidenceFault("changed-while-reading", "its content is no longer what was hashed; load again")
    try:
        for piece, mark in zip_longest(content, marks):
            if piece is None or mark != content.mark():
                raise changed
            yield piece
    except EvidenceFault as fault:
        if fault.reason in ("changed-while-reading", "unreadable"):
            raise
        raise changed from fault  # it was sound before


class _Content:
    """The inflated content of a file, in pieces, hashed on both sides on the way."""

    def __init__(self, found: FoundFile, salvage: bool) -> None:
        self._found, self._salvage = found, salvage
        self.outside = self.inside = hashlib.sha256()
        self.size = self.members = 0
        self.cut: EvidenceFault | None = None

    def mark(self) -> bytes:
        """Sum up what was given so far."""
        return self.inside.copy().digest()

    def __iter__(self) -> Iterator[bytes]:
        raw = self._raw()
        first = next(raw, b"")
        if first.startswith(ZIP_MAGIC):
            self.size = len(ZIP_MAGIC[0])
            yield first[: self.size]
            sum(map(len, raw))  # the archive is hashed whole, its members are read one by one
        elif inflate.is_compressed(first):
            yield from self._inflated(chain([first], raw))
        else:
            _refuse_other_compression(first)
            for piece in chain([first], raw) if first else ():
                self.size += len(piece)
                yield piece

    def _raw(self) -> Iterator[bytes]:
        for piece in member_pieces(self._found) if self._found.member else _file_pieces(self._found):
            self.outside.update(piece)
            yield piece

    def _inflated(self, raw: Iterator[bytes]) -> Iterator[bytes]:
        stored = self._found.member.stored if self._found.member else self._found.size
        inflating = inflate.Inflating(raw, stored, salvage=self._salvage)
        self.inside = hashlib.sha256()
        for piece in inflating:
            self.inside.update(piece)
            self.size += len(piece)
            yield piece
        self.members, self.cut = inflating.members, inflating.cut


def _file_pieces(found: FoundFile) -> Iterator[bytes]:
    left = found.size
    with opened(found) as file:
        while piece := file.read(PIECE):
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left:
            raise EvidenceFault("changed-while-reading", "size or time changed; load again when it rests")


def _refuse_other_compression(raw: bytes) -> None:
    for magic, name in _UNREAD_MAGIC.items():
        if raw.startswith(magic):
            raise EvidenceFault("unsupported-compression", f"{name} data; unpack it and load the result")
    refuse_tar(raw)


def refuse_tar(start: bytes) -> None:
    """Raise `unsupported-compression` where a tar archive begins."""
    if start[257:262] == b"ustar":
        raise EvidenceFault("unsupported-compression", "a tar archive; unpack it and load the folder")

"""One delivered file: its bytes as they lie on disk, hashed, inflated under a cap, hashed again.

What is hashed is what is loaded. A stream whose checksum or length is wrong is never loaded, not in part
either; isal checks both, for stored blocks too.

References
----------
https://www.rfc-editor.org/rfc/rfc1952 (members, trailer)
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass

from isal import isal_zlib

from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile

INFLATED_CAP = 512 << 20
RATIO_CAP = 200
_PIECE = 16 << 20
_GZIP_FRAME = 31  # window bits that make isal expect a gzip header and check the trailer
_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)  # a file that became a pipe must not hang the load

_OTHER_MAGIC = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x1f\x9d": "compress (.Z)",
    b"Rar!": "RAR",
}


@dataclass(frozen=True)
class Delivered:
    """The content of one file.

    `data` is inflated, `sha256` is of the bytes on disk and `sha256_uncompressed` of `data` (hex).
    `members` counts gzip members; 0 means that the file was plain.
    """

    data: bytes
    sha256: str
    sha256_uncompressed: str
    members: int


def read_file(found: FoundFile) -> Delivered:
    """Read, hash and inflate one file that `find_files` listed.

    Raises
    ------
    EvidenceFault
        `not-a-file`, `unreadable`, `changed-while-reading`, `too-large`, `truncated-gzip`, `bad-checksum`,
        `trailing-data` or `unsupported-compression`.

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
    raw = _read(found)
    digest = hashlib.sha256(raw).hexdigest()
    if not raw.startswith(b"\x1f\x8b"):
        _refuse_other_compression(raw)
        return Delivered(raw, digest, digest, 0)
    data, members = inflate(raw)
    return Delivered(data, digest, hashlib.sha256(data).hexdigest(), members)


def _read(found: FoundFile) -> bytes:
    """Read all bytes, and see that the file was the same one before and after."""
    try:
        flags = os.O_RDONLY | _NOT_WAITING | (0 if found.named_link else _NOT_FOLLOWED)
        with open(os.open(found.path, flags), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise EvidenceFault("not-a-file", "it became something else than a plain file")
            if before.st_size > INFLATED_CAP:
                raise EvidenceFault("too-large", f"{before.st_size:,} bytes, more than {INFLATED_CAP:,}")
            raw = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise EvidenceFault("changed-while-reading", "the file vanished; load again") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise EvidenceFault("not-a-file", "it became a symbolic link, not followed") from error
        raise EvidenceFault("unreadable", error.strerror or str(error)) from error
    sizes = {found.size, before.st_size, after.st_size, len(raw)}
    if len(sizes) > 1 or len({found.mtime, before.st_mtime_ns, after.st_mtime_ns}) > 1:
        raise EvidenceFault("changed-while-reading", "size or time changed; load again when it rests")
    return raw


def _refuse_other_compression(raw: bytes) -> None:
    for magic, name in _OTHER_MAGIC.items():
        if raw.startswith(magic):
            raise EvidenceFault("unsupported-compression", f"{name} data; unpack it and load the result")
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise EvidenceFault("unsupported-compression", "a zip archive; unpack it and load the folder")
    if raw[257:262] == b"ustar":
        raise EvidenceFault("unsupported-compression", "a tar archive; unpack it and load the folder")


def inflate(raw: bytes) -> tuple[bytes, int]:
    """Inflate every member of a gzip file, all of it or nothing, and count the members.

    Raises
    ------
    EvidenceFault
        `truncated-gzip`, `bad-checksum`, `trailing-data` or `too-large`.

    Examples
    --------
    >>> import gzip
    >>> inflate(gzip.compress(b"one") + gzip.compress(b"two"))
    (b'onetwo', 2)
    """
    pieces: list[bytes] = []
    size = members = 0
    rest = raw
    while rest:
        if not rest.startswith(b"\x1f\x8b"):
            raise EvidenceFault("trailing-data", f"{len(rest):,} bytes follow the gzip stream")
        size, rest = _inflate_member(rest, len(raw), size, pieces)
        members += 1
    return (pieces[0] if len(pieces) == 1 else b"".join(pieces)), members


def _inflate_member(member: bytes, delivered: int, size: int, pieces: list[bytes]) -> tuple[int, bytes]:
    """Append the member's text to `pieces`; return the size so far and what follows the member."""
    stream = isal_zlib.decompressobj(wbits=_GZIP_FRAME)
    waiting = member
    try:
        while not stream.eof:
            piece = stream.decompress(waiting, _PIECE)
            waiting = stream.unconsumed_tail
            if piece:
                pieces.append(piece)
                size += len(piece)
            elif not waiting and not stream.eof:
                raise EvidenceFault("truncated-gzip", f"the stream stops after {size:,} inflated bytes")
            _refuse_bomb(size, delivered)
    except isal_zlib.error as error:  # type: ignore[misc]  # isal's stubs give it no class
        raise EvidenceFault("bad-checksum", f"damaged gzip data: {error}") from error
    return size, stream.unused_data


def _refuse_bomb(size: int, delivered: int) -> None:
    if size > INFLATED_CAP:
        ratio = size // delivered
        told = f" at more than {ratio} to 1, which real trails never reach" if ratio > RATIO_CAP else ""
        raise EvidenceFault("too-large", f"inflates to more than {INFLATED_CAP:,} bytes{told}")

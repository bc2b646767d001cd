"""One delivered file: its bytes as they lie on disk, hashed, inflated under a cap, hashed again.

What is hashed is what is loaded. A stream whose checksum or length is wrong is never loaded, not in part
either.
"""

import hashlib
from dataclasses import dataclass

from workbench.evidence import inflate
from workbench.evidence.archives import ZIP_MAGIC, read_member
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile
from workbench.evidence.opening import opened

_UNREAD_MAGIC = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\x1f\x9d": "compress (.Z)",
    b"Rar!": "RAR",
}


@dataclass(frozen=True)
class Delivered:
    """The content of one file.

    `data` is inflated, `sha256` is of the bytes on disk and `sha256_uncompressed` of `data` (hex).
    `members` counts the streams of a compressed file; 0 means that the file was plain. `cut` is set where
    such a stream stops before its end, which only `salvage` lets pass.

    Of a zip archive only the first bytes are in `data`; the hashes are of the whole archive, and
    `archive_members` lists what to read.
    """

    data: bytes
    sha256: str
    sha256_uncompressed: str
    members: int
    cut: EvidenceFault | None = None

    @property
    def is_archive(self) -> bool:
        """Tell whether this is a zip archive: its members are the files to read."""
        return self.data.startswith(ZIP_MAGIC)


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
    raw, digest = (read_member(found), None) if found.member else _read(found)
    digest = digest or hashlib.sha256(raw).hexdigest()
    if not inflate.is_compressed(raw):
        _refuse_other_compression(raw)
        return Delivered(raw, digest, digest, 0)
    inflated = inflate.inflate(raw, salvage=salvage)
    inside = hashlib.sha256(inflated.data).hexdigest()
    return Delivered(inflated.data, digest, inside, inflated.members, inflated.cut)


def _read(found: FoundFile) -> tuple[bytes, str | None]:
    """Read all bytes of a file; an archive, whose members are read one by one, is only hashed."""
    with opened(found) as file:
        if file.peek(4).startswith(ZIP_MAGIC):
            return file.peek(4)[:4], hashlib.file_digest(file, "sha256").hexdigest()
        if found.size > inflate.INFLATED_CAP:
            raise EvidenceFault("too-large", f"{found.size:,} bytes, more than {inflate.INFLATED_CAP:,}")
        raw = file.read(found.size + 1)
    if len(raw) != found.size:
        raise EvidenceFault("changed-while-reading", "size or time changed; load again when it rests")
    return raw, None


def _refuse_other_compression(raw: bytes) -> None:
    for magic, name in _UNREAD_MAGIC.items():
        if raw.startswith(magic):
            raise EvidenceFault("unsupported-compression", f"{name} data; unpack it and load the result")
    if raw[257:262] == b"ustar":
        raise EvidenceFault("unsupported-compression", "a tar archive; unpack it and load the folder")

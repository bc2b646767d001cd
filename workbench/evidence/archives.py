"""Zip archives: their members are read one by one where they lie, and never unpacked to disk.

A member is a `FoundFile` like any other: `read_file` gives its bytes, hashed, checked against the archive's
checksum and inflated under the same caps as a file's. Its name is a name and nothing else, so `../` or an
absolute path in it leads nowhere. Archives are read one level deep: a zip in a zip is set aside.

References
----------
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (the local header, the methods)
"""

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from io import BufferedReader

from isal import isal_zlib

from workbench.evidence import inflate
from workbench.evidence.faults import EvidenceFault
from workbench.evidence.files import FoundFile, Member, find_files
from workbench.evidence.opening import PIECE, opened
from workbench.evidence.text import distinct

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
BETWEEN = "!/"

_DIRECTORY_CAP = 64 << 20  # some 300,000 members of a trail; a hostile directory must not fill the memory
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz"}
_RAW_DEFLATE = -15  # window bits that make isal expect no header
_OF_OTHER_USE = {"[Content_Types].xml": "an Office document", "META-INF/MANIFEST.MF": "a Java archive"}


def archive_members(found: FoundFile) -> list[FoundFile]:
    """List the files in a zip archive, in the archive's order; none is read.

    Parameters
    ----------
    found
        A file that turned out to be an archive: `read_file(found).is_archive`.

    Returns
    -------
    list of FoundFile
        `fault` is set for a member that cannot be read: encrypted, too large, an unknown method, a link.
        Folders are left out.

    Raises
    ------
    EvidenceFault
        `bad-archive`: the list of members is damaged, or hostile; `not-cloudtrail`: an Office document.

    Examples
    --------
    >>> import pathlib, tempfile, zipfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "trail.zip"
    >>> with zipfile.ZipFile(path, "w") as archive:
    ...     archive.writestr("AWSLogs/a.json", '{"Records":[]}')
    >>> [member] = archive_members(find_files(path)[0])
    >>> member.path.removeprefix(str(path)), member.size
    ('!/AWSLogs/a.json', 14)
    """
    if found.member:
        raise EvidenceFault("bad-archive", "a zip archive within an archive; unpack the outer one")
    with opened(found) as file:
        entries = _entries(file)
    for name, what in _OF_OTHER_USE.items():
        if any(entry.filename == name for entry in entries):
            raise EvidenceFault("not-cloudtrail", f"{what}, which is a zip archive inside")
    _refuse_overlap(entries, found.size)
    files = [entry for entry in entries if not (entry.is_dir() and entry.file_size == 0)]
    names = distinct(entry.filename for entry in files)
    return [_member(found, name, entry) for name, entry in zip(names, files, strict=True)]


def find_again(path: str) -> FoundFile:
    """Find one file, or one member of an archive, by the path that `find_files` gave it.

    Raises
    ------
    EvidenceError
        There is no such file.
    EvidenceFault
        `bad-archive`: the archive has no such member now.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = path.write_text("[]")
    >>> find_again(str(path)).size
    2
    """
    archive, between, _ = path.partition(BETWEEN)
    while between and not (os.path.isfile(archive) and not os.path.lexists(path)):
        more, between, _ = path[len(archive) + len(BETWEEN) :].partition(BETWEEN)
        archive = f"{archive}{BETWEEN}{more}"
    if not between:
        return find_files(path)[0]
    for member in archive_members(find_files(archive)[0]):
        if member.path == path:
            return member
    raise EvidenceFault("bad-archive", "the archive has no such member now")


def member_pieces(found: FoundFile) -> Iterator[bytes]:
    """Read the bytes of one member in pieces, and see at the end that they are what the archive was made of.

    Raises
    ------
    EvidenceFault
        `bad-archive`, `too-large`, or what `opened` says of the archive.
    """
    member = found.member
    if member is None:
        raise ValueError(f"{found.text} is no member of an archive: read it with read_file")
    size = crc = 0
    with opened(member.archive) as file:
        for piece in _unpacked(file, member):
            size, crc = size + len(piece), isal_zlib.crc32(piece, crc)
            if size > found.size:
                break
            yield piece
        if size != found.size or crc != member.crc:
            raise EvidenceFault("bad-archive", "the member is not what the archive's checksum and length say")


def _unpacked(file: BufferedReader, member: Member) -> Iterator[bytes]:
    stored = _stored(file, member)
    if member.method == _STORED:
        yield from stored
        return
    bound = inflate.Bound(member.stored)
    try:
        for piece in inflate.drain(isal_zlib.decompressobj(wbits=_RAW_DEFLATE), b"", stored):
            bound.take(len(piece))
            yield piece
    except (isal_zlib.error, EOFError) as error:  # type: ignore[misc]  # isal's stubs give it no class
        raise EvidenceFault("bad-archive", f"damaged zip data: {error}") from error


def _stored(file: BufferedReader, member: Member) -> Iterator[bytes]:
    file.seek(member.offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(ZIP_MAGIC[0]):
        raise EvidenceFault("bad-archive", "no member starts where the archive's list says")
    _, name, extra = _LOCAL_HEADER.unpack(header)
    file.seek(name + extra, os.SEEK_CUR)
    left = member.stored
    while left and (piece := file.read(min(left, PIECE))):
        left -= len(piece)
        yield piece


def _entries(file: BufferedReader) -> list[zipfile.ZipInfo]:
    """Read the archive's list of members, unless it is larger than any honest one."""
    try:
        _refuse_large_directory(file)
        return zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as error:
        raise EvidenceFault("bad-archive", f"a broken zip archive: {error}") from error


def _refuse_large_directory(file: BufferedReader) -> None:
    """Look at the end of the archive, where the size of the list is written."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - (1 << 16) - 100))
    tail = file.read()
    sizes = [
        struct.unpack_from(code, tail, place + at)[0]
        for magic, at, code in ((b"PK\x05\x06", 12, "<I"), (b"PK\x06\x06", 40, "<Q"))
        if (place := tail.rfind(magic)) >= 0
    ]
    known = [size for size in sizes if size != 0xFFFFFFFF]  # the old field refers to the new one
    if max(known, default=0) > _DIRECTORY_CAP:
        raise EvidenceFault("bad-archive", f"its list of members alone has {max(known):,} bytes")


def _refuse_overlap(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Members that share bytes are how a small archive claims to hold petabytes."""
    spans = sorted((entry.header_offset, entry.compress_size + _LOCAL_HEADER.size) for entry in entries)
    ends = [start + length for start, length in spans]
    starts = [start for start, _ in spans[1:]]
    if any(end > start for end, start in zip(ends, [*starts, size], strict=False)):
        raise EvidenceFault("bad-archive", "members overlap or lie beyond the archive's end")


def _member(archive: FoundFile, name: str, entry: zipfile.ZipInfo) -> FoundFile:
    where = Member(archive, entry.header_offset, entry.compress_size, entry.compress_type, entry.CRC)
    return FoundFile(
        path=f"{archive.path}{BETWEEN}{name}",
        absolute=f"{archive.absolute}{BETWEEN}{name}",
        size=entry.file_size,
        mtime=archive.mtime,
        fault=_fault(entry),
        member=where,
    )


def _fault(entry: zipfile.ZipInfo) -> EvidenceFault | None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return EvidenceFault("not-a-file", "a symbolic link, not followed")
    if entry.flag_bits & 1:
        return EvidenceFault("bad-archive", "an encrypted member; unpack the archive with its password")
    if entry.compress_type not in (_STORED, _DEFLATED):
        method = _METHODS.get(entry.compress_type, f"method {entry.compress_type}")
        return EvidenceFault("bad-archive", f"a member compressed by {method}; unpack the archive")
    if inflate.is_bomb(entry.compress_size, entry.file_size):
        return EvidenceFault("too-large", f"{entry.file_size:,} bytes out of {entry.compress_size:,}")
    return None

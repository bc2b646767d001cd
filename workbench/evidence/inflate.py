"""Compressed streams: all of one or nothing of it, under a cap, every checksum checked.

gzip goes through isal, which checks CRC and length of stored blocks too and costs half of zlib; bzip2 and xz
are as rare in evidence as they are slow, and the standard library reads them.

References
----------
https://www.rfc-editor.org/rfc/rfc1952 (gzip: members, trailer)
"""

import bz2
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

from workbench.evidence.faults import EvidenceFault

INFLATED_CAP = 512 << 20
RATIO_CAP = 200
_PIECE = 16 << 20
_XZ_MEMORY = 256 << 20  # a header may ask for gigabytes of dictionary


@dataclass(frozen=True)
class _Format:
    """How streams of one format begin, what reads one, and the reasons when one is cut or damaged."""

    name: str
    magic: bytes
    reader: Callable[[], Any]
    errors: tuple[type[Exception], ...]
    if_cut: str = "bad-archive"
    if_damaged: str = "bad-archive"


_GZIP_FRAME = 31  # window bits that make isal expect a gzip header and check the trailer

_ISAL: Any = (isal_zlib.error,)  # isal's stubs give it no class


def _gzip() -> Any:
    return isal_zlib.decompressobj(wbits=_GZIP_FRAME)


def _xz() -> Any:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)


_FORMATS = (
    _Format("gzip", b"\x1f\x8b", _gzip, _ISAL, "truncated-gzip", "bad-checksum"),
    _Format("bzip2", b"BZh", bz2.BZ2Decompressor, (OSError,)),
    _Format("xz", b"\xfd7zXZ\x00", _xz, (lzma.LZMAError,)),
)


@dataclass
class Inflated:
    """What came out of a compressed file.

    `members` counts its streams. `cut` is set where the last one stops before its end: only `salvage` gives
    such data, and no checksum speaks for it.
    """

    data: bytes
    members: int
    cut: EvidenceFault | None = None


def is_compressed(raw: bytes) -> bool:
    r"""Tell whether a file begins as a stream that `inflate` reads.

    Examples
    --------
    >>> is_compressed(b"\x1f\x8b\x08"), is_compressed(b"{}")
    (True, False)
    """
    return any(raw.startswith(known.magic) for known in _FORMATS)


def inflate(raw: bytes, *, salvage: bool = False) -> Inflated:
    """Inflate every stream of a gzip, bzip2 or xz file, all of it or nothing, and count them.

    Parameters
    ----------
    raw
        The bytes on disk.
    salvage
        Give what stands before the cut of a stream that stops too early.

    Raises
    ------
    EvidenceFault
        `truncated-gzip` or `bad-checksum` (for bzip2 and xz `bad-archive`), `trailing-data` or `too-large`.

    Examples
    --------
    >>> import gzip
    >>> two = gzip.compress(b"one") + gzip.compress(b"two")
    >>> inflate(two)
    Inflated(data=b'onetwo', members=2, cut=None)
    >>> inflate(two[:-4], salvage=True).data
    b'onetwo'
    """
    known = next(known for known in _FORMATS if raw.startswith(known.magic))
    bound = Bound(len(raw))
    members, rest, cut = 0, raw, None
    while rest and not cut:
        if not rest.startswith(known.magic):
            raise EvidenceFault("trailing-data", f"{len(rest):,} bytes follow the {known.name} stream")
        rest, cut = _inflate_member(known, rest, bound, salvage)
        members += 1
    return Inflated(bound.joined(), members, cut)


def _inflate_member(
    known: _Format, member: bytes, bound: "Bound", salvage: bool
) -> tuple[bytes, EvidenceFault | None]:
    """Inflate one member; return what follows it, and the fault of a member that is cut."""
    try:
        stream = known.reader()
        drain(stream, member, bound)
    except known.errors as error:
        raise EvidenceFault(known.if_damaged, f"damaged {known.name} data: {error}") from error
    if stream.eof:
        return stream.unused_data, None
    told = f"the {known.name} stream stops after {bound.size:,} inflated bytes"
    cut = EvidenceFault(known.if_cut, told)
    if not salvage:
        raise cut
    return b"", cut


def drain(stream: Any, waiting: bytes, bound: "Bound") -> None:
    """Read a stream in pieces until it ends, or until nothing more comes out of it.

    isal hands back what it has not read yet, the standard library keeps it.
    """
    while not stream.eof:
        piece = stream.decompress(waiting, _PIECE)
        waiting = getattr(stream, "unconsumed_tail", b"")
        if not piece and not waiting and not stream.eof:
            return
        bound.take(piece)


class Bound:
    """The pieces inflated so far, refused as soon as they are more than a file may hold."""

    def __init__(self, delivered: int, cap: int | None = None) -> None:
        self._delivered, self._cap = delivered, INFLATED_CAP if cap is None else cap
        self._pieces: list[bytes] = []
        self.size = 0

    def take(self, piece: bytes) -> None:
        """Keep a piece, or raise `too-large`."""
        self._pieces.append(piece)
        self.size += len(piece)
        if self.size > self._cap:
            ratio = self.size // max(self._delivered, 1)
            told = f" at more than {ratio} to 1, which real trails never reach" if ratio > RATIO_CAP else ""
            raise EvidenceFault("too-large", f"inflates to more than {self._cap:,} bytes{told}")

    def joined(self) -> bytes:
        """Give the pieces as one, without a copy where there is only one."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

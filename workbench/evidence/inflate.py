"""Compressed streams, inflated in pieces: bombs are refused early, every checksum is checked.

gzip goes through isal, which checks CRC and length of stored blocks too and costs half of zlib; bzip2 and xz
are as rare in evidence as they are slow, and the standard library reads them.

References
----------
https://www.rfc-editor.org/rfc/rfc1952 (gzip: members, trailer)
"""

import bz2
import lzma
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from isal import isal_zlib

from workbench.evidence.faults import EvidenceFault

INFLATED_CAP = 512 << 20
RATIO_CAP = 200
_PIECE = 4 << 20
_XZ_MEMORY = 80 << 20  # enough for all levels of xz; a header may ask for gigabytes of dictionary


@dataclass(frozen=True)
class _Format:
    """How streams of one format begin, what reads one, and the reasons when one is cut or damaged."""

    name: str
    magic: bytes
    reader: Callable[[], Any]
    errors: tuple[type[Exception], ...]
    if_cut: str = "bad-archive"
    if_damaged: str = "bad-archive"


FLAGS, _UNKNOWN_FLAGS = 3, 0b1110_0000
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

_LONGEST_MAGIC = max(len(known.magic) for known in _FORMATS)


def is_compressed(raw: bytes) -> bool:
    r"""Tell whether a file begins as a stream that `inflate` reads.

    Examples
    --------
    >>> is_compressed(b"\x1f\x8b\x08"), is_compressed(b"{}")
    (True, False)
    """
    return any(raw.startswith(known.magic) for known in _FORMATS)


def has_unknown_flags(start: bytes) -> bool:
    """Tell whether a gzip header has flags that every reader must refuse; isal does not.

    References
    ----------
    https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1.2
    """
    return len(start) > FLAGS and start[FLAGS] & _UNKNOWN_FLAGS != 0


class Inflating:
    """The inflated bytes of a gzip, bzip2 or xz file in pieces, all of its streams one after the other.

    Parameters
    ----------
    raw
        The bytes on disk, in pieces.
    size
        How many there are.
    salvage
        Take a last stream that stops too early for its end.

    Attributes
    ----------
    members : int
        The streams so far.
    cut : EvidenceFault or None
        Set where the last one stops before its end: only `salvage` lets that pass, and no checksum speaks
        for such data.

    Raises
    ------
    EvidenceFault
        `truncated-gzip` or `bad-checksum` (for bzip2 and xz `bad-archive`), `trailing-data` or `too-large`.

    Examples
    --------
    >>> import gzip
    >>> two = gzip.compress(b"one") + gzip.compress(b"two")
    >>> inflating = Inflating([two[:30], two[30:]], len(two))
    >>> b"".join(inflating), inflating.members
    (b'onetwo', 2)
    >>> b"".join(Inflating([two[:-4]], len(two) - 4, salvage=True))
    b'onetwo'
    """

    def __init__(self, raw: Iterable[bytes], size: int, *, salvage: bool = False) -> None:
        self._raw, self._bound, self._salvage = iter(raw), Bound(size), salvage
        self._rest = b""
        self.members = 0
        self.cut: EvidenceFault | None = None

    def __iter__(self) -> Iterator[bytes]:
        known = None
        while self._has(_LONGEST_MAGIC) and not self.cut:
            known = known or next(known for known in _FORMATS if self._rest.startswith(known.magic))
            if not self._rest.startswith(known.magic):
                left = len(self._rest) + sum(map(len, self._raw))
                raise EvidenceFault("trailing-data", f"{left:,} bytes follow the {known.name} stream")
            if known.name == "gzip" and self._has_unknown_flags():
                raise EvidenceFault(known.if_damaged, "damaged gzip data: a header with reserved flags")
            self.members += 1
            yield from self._member(known)

    def _has(self, size: int) -> bool:
        """Take more of the raw bytes, until there are so many; False where there are none."""
        while len(self._rest) < size and (piece := next(self._raw, b"")):
            self._rest += piece
        return bool(self._rest)

    def _has_unknown_flags(self) -> bool:
        return self._has(4) and has_unknown_flags(self._rest)

    def _member(self, known: _Format) -> Iterator[bytes]:
        try:
            yield from self._drain(known.reader())
        except known.errors as error:
            raise EvidenceFault(known.if_damaged, f"damaged {known.name} data: {error}") from error
        except EOFError:
            told = f"the {known.name} stream stops after {self._bound.size:,} inflated bytes"
            self.cut = EvidenceFault(known.if_cut, told)
            if not self._salvage:
                raise self.cut from None

    def _drain(self, stream: Any) -> Iterator[bytes]:
        for piece in drain(stream, self._rest, self._raw):
            self._bound.take(len(piece))
            yield piece
        self._rest = stream.unused_data


def drain(stream: Any, waiting: bytes, raw: Iterator[bytes], size: int = _PIECE) -> Iterator[bytes]:
    """Read one stream in pieces of so many bytes at most.

    isal hands back what it has not read yet, the standard library keeps it.

    Raises
    ------
    EOFError
        The raw bytes stop before the stream does.
    """
    while not stream.eof:
        piece = stream.decompress(waiting, size)
        waiting = getattr(stream, "unconsumed_tail", b"")
        if piece:
            yield piece
        elif not waiting and not stream.eof:
            waiting = next(raw, b"")
            if not waiting:
                raise EOFError


class Bound:
    """Counts what was inflated, and refuses a bomb: a trail never inflates to so much at such a ratio.

    Examples
    --------
    >>> Bound(1000).take(INFLATED_CAP + 1)
    Traceback (most recent call last):
    workbench.evidence.faults.EvidenceFault: too-large: inflates to more than 536,870,912 bytes at more than
    200 to 1, which real trails never reach
    """

    def __init__(self, delivered: int) -> None:
        self._delivered, self.size = delivered, 0

    def take(self, size: int) -> None:
        """Count so many bytes more, or raise `too-large`."""
        self.size += size
        if is_bomb(self._delivered, self.size):
            told = f"at more than {RATIO_CAP} to 1, which real trails never reach"
            raise EvidenceFault("too-large", f"inflates to more than {INFLATED_CAP:,} bytes {told}")


def is_bomb(delivered: int, inflated: int) -> bool:
    """Tell whether so many bytes may not come out of so few.

    Examples
    --------
    >>> is_bomb(10 << 20, 3 << 30), is_bomb(200 << 20, 3 << 30), is_bomb(1000, 100 << 20)
    (True, False, False)
    """
    return inflated > INFLATED_CAP and inflated > RATIO_CAP * delivered

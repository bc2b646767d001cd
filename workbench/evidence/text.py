"""Encodings, what a text that is no JSON probably is, and names that must differ."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from workbench.evidence.faults import EvidenceFault

_UTF8_MARK = codecs.BOM_UTF8
_UTF16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_BARE_UTF16 = ((re.compile(rb"[\[{\s]\x00"), "utf-16-le"), (re.compile(rb"\x00[\[{\s]"), "utf-16-be"))

_HINTS = (
    (re.compile(rb"version account-id interface-id|2 \d{12} eni-"), "a VPC flow log"),
    (re.compile(rb"(https?|h2|wss?|grpcs?) \d{4}-\d\d-\d\dT\S+Z app/"), "a load balancer log"),
    (re.compile(rb"[0-9a-f]{64} \S+ \[\d\d/\w{3}/\d{4}:"), "an S3 server access log"),
    (re.compile(rb"#Version: \d|#Fields: "), "a CloudFront log"),
    (re.compile(rb"<\?xml|<!DOCTYPE|<html", re.IGNORECASE), "XML or HTML"),
    (re.compile(rb'"?[A-Za-z][\w -]*"?(,"?[A-Za-z][\w -]*"?){3,}'), "CSV"),
)


def encoding_of(start: bytes) -> tuple[int, str]:
    r"""Tell by the beginning of a text how many bytes of mark it has, and its encoding; empty for UTF-8.

    Raises
    ------
    EvidenceFault
        `unsupported-encoding`: UTF-32.

    Examples
    --------
    >>> encoding_of(b"\xef\xbb\xbf[]"), encoding_of('[]'.encode("utf-16-le")), encoding_of(b"[]")
    ((3, ''), (0, 'utf-16-le'), (0, ''))
    """
    if start.startswith(_UTF8_MARK):
        return len(_UTF8_MARK), ""
    if start.startswith(_UTF32):
        raise EvidenceFault("unsupported-encoding", "UTF-32 text; convert it to UTF-8")
    marked = [(len(mark), codec) for mark, codec in _UTF16 if start.startswith(mark)]
    bare = [(0, codec) for signs, codec in _BARE_UTF16 if signs.match(start)]
    return next(iter(marked or bare), (0, ""))


def to_utf8(pieces: Iterable[bytes], mark: int, codec: str) -> Iterator[bytes]:
    r"""Drop a byte order mark and decode what is not UTF-8; invalid UTF-8 stays: it concerns single records.

    Raises
    ------
    EvidenceFault
        `unsupported-encoding`: UTF-16 that does not decode.

    Examples
    --------
    >>> text = '[1]'.encode("utf-16")
    >>> b"".join(to_utf8([text[:3], text[3:]], *encoding_of(text)))
    b'[1]'
    """
    decoder = codecs.getincrementaldecoder(codec)() if codec else None
    for piece in pieces:
        rest, mark = piece[mark:], max(0, mark - len(piece))
        yield _decoded(decoder, rest) if decoder else rest
    if decoder:
        yield _decoded(decoder, b"", final=True)


def _decoded(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(piece, final).encode()
    except UnicodeError as error:
        raise EvidenceFault("unsupported-encoding", f"looks like UTF-16, but: {error}") from error


def hint(text: bytes) -> str:
    """Say what a text that is no JSON looks like, as far as its beginning tells.

    Examples
    --------
    >>> hint(b"2 111122223333 eni-0a1b 10.0.0.1 10.0.0.2 443 49152 6 20 4249 1 2 ACCEPT OK")
    'looks like a VPC flow log'
    """
    start = text[:400].lstrip()
    for pattern, name in _HINTS:
        if pattern.match(start):
            return f"looks like {name}"
    return "no JSON text" if not re.search(rb"[\x00-\x08\x0e-\x1f]", start) else "binary or unknown data"


def distinct(names: Iterable[str]) -> list[str]:
    """Number the second and later of equal names, so that each names one thing.

    Examples
    --------
    >>> distinct(["a", "b", "a", "a (2)"])
    ['a', 'b', 'a (3)', 'a (2)']
    """
    given = list(names)
    taken = set(given)
    counts: Counter[str] = Counter()
    numbered = []
    for name in given:
        counts[name] += 1
        unique = name
        while unique in taken and counts[name] > 1:
            unique = f"{name} ({counts[name]})"
            counts[name] += unique in taken
        taken.add(unique)
        numbered.append(unique)
    return numbered

"""One log file: what reading it tells, and the verdict that follows from what digests say of it."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from isal import isal_zlib

from workbench.evidence.digests.answers import Finding, Listing, LogFacts, LogVerdict
from workbench.evidence.digests.places import Root, Unreadable
from workbench.evidence.inflate import FLAGS, drain, has_unknown_flags

_PIECE = 1 << 20
_INFLATED = 64 << 10  # what is hashed at once stays in the processor's cache
_MAGIC = b"\x1f\x8b"
GZIP_ERROR: Any = isal_zlib.error  # isal's stubs give it no class


def read_facts(root: Root, place: str) -> LogFacts:
    """Read a log file below the root, hash the first gzip member, and look whether anything follows it.

    Raises
    ------
    Refused
        A symbolic link is it, or stands on the way.
    FileNotFoundError
        It is not there.
    """
    try:
        file = root.open(place)
        try:
            return facts_of(iter(partial(os.read, file, _PIECE), b""))
        finally:
            os.close(file)
    except Unreadable as error:
        return LogFacts(error=str(error))
    except FileNotFoundError:
        raise
    except OSError as error:
        return LogFacts(error=error.strerror or str(error))


def facts_of(pieces: Iterator[bytes]) -> LogFacts:
    """Tell what the bytes of a log file are, given in pieces.

    Examples
    --------
    >>> import gzip
    >>> facts = facts_of(iter([gzip.compress(b"{}") + b"more"]))
    >>> facts.sha256 == hashlib.sha256(b"{}").hexdigest(), facts.has_trailing
    (True, True)
    """
    first = next(pieces, b"")
    while len(first) <= FLAGS and (piece := next(pieces, b"")):
        first += piece
    inside = hashlib.sha256()
    if not _MAGIC.startswith(first[:2]):
        for piece in chain([first], pieces):
            inside.update(piece)
        return LogFacts(inside.hexdigest(), is_gzip=False)
    return _inflated(first, pieces, inside)


def _inflated(first: bytes, pieces: Iterator[bytes], inside: Any) -> LogFacts:
    if has_unknown_flags(first):
        return LogFacts(is_damaged=True)
    stream = isal_zlib.decompressobj(wbits=31)
    is_cut = is_damaged = has_trailing = False
    try:
        for piece in drain(stream, first, pieces, _INFLATED):
            inside.update(piece)
        has_trailing = bool(stream.unused_data) or bool(next(pieces, b""))
    except EOFError:
        is_cut = True
    except GZIP_ERROR:
        is_damaged = True
    return LogFacts(inside.hexdigest(), True, is_cut, is_damaged, has_trailing)



def judge(listings: Sequence[Listing], facts: LogFacts) -> LogVerdict:
    """Give the verdict of a log file from what digests say of it and what reading it told.

    Parameters
    ----------
    listings
        From `Proof.listings`.
    facts
        What was read; without listings it does not matter.

    Examples
    --------
    >>> listing = Listing("a.json.gz", "5e88", "digest.json.gz", is_valid=True)
    >>> judge([listing], LogFacts("5e88")).verdict, judge([listing], LogFacts("6b3a")).verdict
    ('valid', 'modified')
    >>> judge([], LogFacts("5e88")).verdict
    'not-in-any-digest'
    """
    trusted = [listing for listing in listings if listing.is_valid]
    if listings and listings[0].is_uncompressed:
        return _judge_uncompressed(listings, trusted, facts)
    if not trusted:
        return LogVerdict("unverifiable-digest-not-valid" if listings else "not-in-any-digest")
    verdict = _word(trusted, facts)
    findings = told_twice(trusted)
    if verdict == "valid" and facts.is_cut:
        detail = "the gzip trailer is cut off; the hash of the content fits"
        findings += (Finding("log-truncated", trusted[0].path, detail),)
    return LogVerdict(verdict, findings)


def _word(trusted: Sequence[Listing], facts: LogFacts) -> str:
    """Say the first that holds."""
    if facts.error:
        return "unreadable"
    if not facts.is_gzip or facts.is_damaged:
        return "invalid-format"
    if facts.has_trailing:
        return "invalid-trailing-data"
    return "valid" if all(listing.hash_value == facts.sha256 for listing in trusted) else "modified"


def told_twice(trusted: Sequence[Listing]) -> tuple[Finding, ...]:
    """Find a log that two valid digests list."""
    digests = sorted({listing.digest for listing in trusted})
    if len(digests) < 2:
        return ()
    detail = f"listed by {len(digests)} valid digests: {', '.join(digests)}"
    return (Finding("log-in-two-digests", trusted[0].path, detail),)


def _judge_uncompressed(
    listings: Sequence[Listing], trusted: Sequence[Listing], facts: LogFacts
) -> LogVerdict:
    """Judge `X.json` where `X.json.gz` is listed: only the right content makes it the same object."""
    is_plain = not (facts.is_gzip or facts.error)
    if not trusted:
        return LogVerdict("unverifiable-digest-not-valid")
    if not is_plain or any(listing.hash_value != facts.sha256 for listing in trusted):
        return LogVerdict("not-in-any-digest")
    detail = "stored uncompressed; the listed object of this name with .gz is not there, its content is"
    found = (Finding("log-uncompressed", listings[0].path, detail),)
    return LogVerdict("valid", told_twice(trusted) + found)

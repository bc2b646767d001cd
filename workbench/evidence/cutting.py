"""A list into its entries, a window of text at a time, as exact bytes.

Where a list may be cut is guessed, and the fast parser tells: the text between two commas, put in brackets,
decodes only when both stand between entries. Where no guess is right, and one bad entry is enough for that,
entries are followed one by one until the text is sound again.
"""

import re
from collections.abc import Iterator

import msgspec

from workbench.evidence import feed as feeds
from workbench.evidence.checks import oversize
from workbench.evidence.feed import Feed
from workbench.evidence.slices import BLANK
from workbench.evidence.small import Run, SmallEntries

MOST_ENTRIES = 500_000  # at a time: each costs 70 bytes beside its text
_FEWEST_BYTES = 16 << 10
_TRIES, _NEAR = 4, 64
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_START = re.compile(rb'\{\s*+"[^"\\]{1,40}+"')
_SMALL = SmallEntries(b",")


class Cutter:
    """The entries of the list that opens at a feed's place: many that the fast parser took, one, or faults.

    Attributes
    ----------
    is_whole : bool
        Whether the list was closed; known at the end.

    Examples
    --------
    >>> cutter = Cutter(Feed([b'[{"a": 1}, {"a": 2}, {"a": NaN}, {"a": 3}] tail']))
    >>> [some if isinstance(some, bytes) else list(map(bytes, some)) for some in cutter], cutter.is_whole
    ([[b'{"a": 1}', b'{"a": 2}'], b'{"a": NaN}', b'{"a": 3}'], True)
    """

    def __init__(self, feed: Feed) -> None:
        self._feed, self._size = feed, feeds.WINDOW
        self.is_whole = False

    def __iter__(self) -> Iterator[list[msgspec.Raw] | bytes | Run]:
        feed = self._feed
        feed.at += 1
        is_first, goes_on = True, True
        while goes_on:
            feed.ahead(feeds.WINDOW // 2)
            feed.at, runs = _SMALL.match(feed.text, feed.at)
            some = None if runs else self._many()
            yield from runs
            if some:
                yield some
            elif not runs:
                entry, sign = self._one()
                goes_on, self.is_whole = sign == b",", bool(sign)
                # An empty list has no entry, and after a last comma nothing may be cut off.
                if entry or goes_on or (sign and not is_first):
                    yield entry
            is_first = False

    def _many(self) -> list[msgspec.Raw] | None:
        """Cut as many entries as a window holds; None where the fast parser takes no guess."""
        feed, text, at = self._feed, self._feed.text, self._feed.at
        stop = min(len(text), at + self._size)
        commas = text.count(b",", at, stop)
        stop = at + (stop - at) * min(MOST_ENTRIES, commas) // max(commas, 1)
        for cut in _guesses(text, at, stop):
            try:
                entries = _LIST.decode(b"".join((b"[", memoryview(text)[at:cut], b"]")))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if entries:
                feed.at, self._size = cut + 1, min(feeds.WINDOW, self._size * 4)
                return entries
        self._size = max(self._size // 8, _FEWEST_BYTES)
        return None

    def _one(self) -> tuple[bytes | Run, bytes]:
        """Follow one entry to its end; give what ends it too."""
        self._feed.sign()
        text, size, is_whole = self._feed.value()
        sign = self._feed.sign() if is_whole else b""
        self._feed.at += len(sign)
        return (Run(1, oversize(size)) if text is None else text.strip(BLANK)), sign


def _guesses(text: bytes, at: int, stop: int) -> Iterator[int]:
    """Give places of commas that may stand between two entries, the likely ones first."""
    start = _START.match(text, at, stop)
    if start:  # entries begin with the same key
        place = stop
        for _ in range(_TRIES):
            place = text.rfind(start[0], at + 1, place)
            before = text[max(place - _NEAR, at) : max(place, at)].rstrip(BLANK)
            if before.endswith(b","):
                yield max(place - _NEAR, at) + len(before) - 1
    for sign in (b"},", b","):
        place = stop
        for _ in range(_TRIES):
            place = text.rfind(sign, at, place)
            if place >= 0:
                yield place + len(sign) - 1

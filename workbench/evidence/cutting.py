"""A list into its entries, an object into its members, a window of text at a time, as exact bytes.

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
from workbench.evidence.slices import BLANK, KEY, Scan
from workbench.evidence.small import Run, SmallEntries

MOST_ENTRIES = 500_000  # at a time: each costs 70 bytes beside its text
_FEWEST_BYTES = 16 << 10
_MOST_FOLLOWED = 64  # one by one, where every entry is odd, before the next guess
_TRIES, _NEAR = 4, 64
_MOST_MEMBERS, _KEY_ROOM = 1000, 64 << 10
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
        self._failed = self._to_follow = 0
        self.is_whole = False

    def __iter__(self) -> Iterator[list[msgspec.Raw] | bytes | Run]:
        feed = self._feed
        feed.at += 1
        is_first, goes_on = True, True
        while goes_on:
            feed.ahead(feeds.WINDOW // 2)
            feed.at, runs = _SMALL.match(feed.text, feed.at)
            some = None if runs or self._to_follow else self._many()
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
                self._failed = 0
                return entries
        self._size = max(self._size // 8, _FEWEST_BYTES)
        self._failed += self._size == _FEWEST_BYTES
        self._to_follow = min(2**self._failed, _MOST_FOLLOWED)
        return None

    def _one(self) -> tuple[bytes | Run, bytes]:
        """Follow one entry to its end; give what ends it too."""
        self._to_follow -= self._to_follow > 0
        self._feed.sign()
        text, size, is_whole = self._feed.value()
        sign = self._feed.sign() if is_whole else b""
        self._feed.at += len(sign)
        return (Run(1, oversize(size)) if text is None else text.strip(BLANK)), sign


class Members:
    """The members of the object that opens at a feed's place: key with quotes, and the place of the value.

    The feed stands at each member, and what the caller leaves of it is passed. After the first thousand the
    rest is passed as one: no answer of AWS's has so many.

    Examples
    --------
    >>> members = Members(Feed([b'{"a": 1, "b": [2]} tail']))
    >>> list(members), members.is_whole
    ([(b'"a"', 6), (b'"b"', 14)], True)
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.is_whole = False

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        feed = self._feed
        for _ in range(_MOST_MEMBERS):
            feed.at += 1
            feed.sign()
            feed.ahead(_KEY_ROOM)
            key = KEY.match(feed.text, feed.at)
            if key:
                yield key[1], key.end()
            if not feed.scan(Scan()):
                return
            if feed.text[feed.at : feed.at + 1] != b",":
                feed.at, self.is_whole = feed.at + 1, True
                return
        self.is_whole = feed.scan(Scan(to_close=True, depth=1))


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

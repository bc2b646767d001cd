"""A text that arrives in pieces: what of it is at hand, and a place in it.

Whoever reads moves `at` on; `more` fetches the next pieces and drops what was passed. A value that is needed
as a whole is held, up to the size that a record may have.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from workbench.evidence import checks
from workbench.evidence.slices import Scan

WINDOW = 8 << 20  # what is looked at as one; the records of a window are in memory at the same time
_BLANKS = re.compile(rb"[ \t\r\n]*+")


class Value(NamedTuple):
    """A value or a line that was passed: its text if not too large, its size, and whether it has an end."""

    text: bytes | None
    size: int
    is_whole: bool


class Feed:
    """A text in pieces.

    Parameters
    ----------
    pieces
        The text; pieces end anywhere.

    Attributes
    ----------
    text : bytes
        What is at hand.
    at : int
        The place in it: all before it was passed.
    held : int or None
        The place in `text` from where on nothing is dropped.
    is_over : bool
        Whether all of the text is at hand.

    Examples
    --------
    >>> feed = Feed([b'[1, {"a"', b": 2}]"])
    >>> feed.sign(), feed.ahead(9), feed.text
    (b'[', True, b'[1, {"a": 2}]')
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._dropped, self.is_over = 0, False
        self.text, self.at = b"", 0
        self.held: int | None = None
        self.more()

    @property
    def passed(self) -> int:
        """How many bytes of the text were passed."""
        return self._dropped + self.at

    def more(self) -> bool:
        """Fetch as much again as is at hand, a window at least; False at the end of the text."""
        if self.is_over:
            return False
        start = self.at if self.held is None else self.held
        parts = [self.text[start:]]
        wanted = max(WINDOW, min(len(parts[0]), checks.RECORD_CAP - len(parts[0])))
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            wanted -= len(piece)
        self.is_over = wanted > 0
        self._dropped, self.at = self._dropped + start, self.at - start
        self.held = None if self.held is None else 0
        self.text = b"".join(parts)
        return len(parts) > 1

    def ahead(self, size: int) -> bool:
        """See to it that so much is at hand from the place on; False where the text ends before."""
        while len(self.text) - self.at < size:
            if not self.more():
                return False
        return True

    def sign(self) -> bytes:
        """Go to the next byte that is not blank and give it, without passing it; empty at the text's end."""
        while True:
            found = _BLANKS.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def drain(self) -> int:
        """Pass all that is left of the text; give its size."""
        before = self.passed
        self.at = len(self.text)
        while self.more():
            self.at = len(self.text)
        return self.passed - before

    def line(self) -> Value:
        """Pass what is left of a line and its end, and give it unless it is larger than a record may be."""
        start, self.held = self.passed, self.at
        end = -1
        while end < 0:
            end = self.text.find(b"\n", self.at)
            self.at = end + 1 or len(self.text)
            if end < 0 and self.at - (self.held or 0) > checks.RECORD_CAP:
                self.held = None
            if end < 0 and not self.more():
                break
        return self._let_go(start, end >= 0)

    def scan(self, scan: Scan) -> bool:
        """Pass a value, or what is left of it; False where the text ends first.

        A value that is held is let go when it is larger than a record may be.
        """
        while True:
            self.at, is_end = scan.go(self.text, self.at)
            if is_end:
                return True
            if self.held is not None and self.at - self.held > checks.RECORD_CAP:
                self.held = None
            if not self.more():
                self.at = len(self.text)
                return False

    def value(self, *, to_close: bool = False) -> Value:
        """Pass a value, and give it unless it is larger than a record may be."""
        start, self.held = self.passed, self.at
        return self._let_go(start, self.scan(Scan(to_close=to_close)))

    def _let_go(self, start: int, is_whole: bool) -> Value:
        text = None if self.held is None else self.text[self.held : self.at]
        self.held = None
        return Value(text, self.passed - start, is_whole)

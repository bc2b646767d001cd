"""Runs of entries that are obviously no records, by the thousand: numbers, words, empty brackets, nothing.

A file may hold a hundred million of them. They are told apart and counted by the text, not one by one.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from workbench.evidence.faults import EvidenceFault

_LEAST = 4 << 10  # bytes from which on a run is taken as one; in a shorter one each entry gets its place
_BLOCK, _MOST, _LONGEST = 64 << 10, 4 << 20, 64
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+"
_KINDS = (  # why it is no record, what it looks like, and what of it is counted how many times
    ("not-an-object", rb'"[^"\\\x00-\x1f]*+"', b'"', 2),
    ("not-an-object", rb"\[ \]", b"[", 1),
    ("empty-record", rb"\{ \}", b"{", 1),
    ("not-an-object", rb"(?:%b|null|true|false|NaN|-?Infinity)" % _NUMBER, b"", 1),
)


class Run(NamedTuple):
    """Entries that are no records, for one reason; the detail is that of the first one."""

    number: int
    fault: EvidenceFault


class SmallEntries:
    """Finds runs of entries that end with the same separator: a comma, or the end of the line.

    Examples
    --------
    >>> runs = SmallEntries(b",")
    >>> end, found = runs.match(b"null," * 5000 + b"{}," * 7 + b'{"a": 1}', 0)
    >>> end, [(run.number, run.fault.reason) for run in found]
    (25021, [(7, 'empty-record'), (5000, 'not-an-object')])
    """

    def __init__(self, separator: bytes) -> None:
        self._separator = separator
        blank = rb"[ \t\r]*+" if separator == b"\n" else rb"[ \t\r\n]*+"
        kinds = [(reason, value.replace(b" ", blank), sign, times) for reason, value, sign, times in _KINDS]
        structured = b"|".join(value for _, value, sign, _ in kinds if sign)
        self._run = re.compile(
            rb'(?:[^"\[\]{}]*%b|%b(?:%b)%b%b)++' % (separator, blank, structured, blank, separator)
        )
        self._kinds = [
            (
                reason,
                re.compile(rb"(?<![^%b])(?:%b%b%b%b)++" % (separator, blank, value, blank, separator)),
                re.compile(value),
                sign or separator,
                times,
            )
            for reason, value, sign, times in kinds
        ]

    def match(self, text: bytes, at: int) -> tuple[int, list[Run]]:
        """Give the place after the run that begins at a place, and what it holds; a short one is left."""
        unit = text[at : text.find(self._separator, at, at + _LONGEST) + 1]
        end = repeated(text, at, unit) if self._run.fullmatch(unit) else at
        if end - at >= _LEAST:
            times = (end - at) // len(unit)
            return end, [Run(run.number * times, run.fault) for run in self._told(unit)]
        found = self._run.match(text, at, at + _MOST)
        if not found or found.end() - at < _LEAST:
            return at, []
        return found.end(), list(self._told(found[0]))

    def _told(self, run: bytes) -> Iterator[Run]:
        for reason, kind, value, sign, times in self._kinds:
            first = kind.search(run) if sign in run else None
            if first:
                left = kind.sub(b"", run)
                found = value.search(first[0])
                count = (run.count(sign) - left.count(sign)) // times
                yield Run(count, _fault(reason, found[0] if found else b""))
                run = left
        words = run.split(self._separator)[:-1]
        if self._separator == b"\n":
            words = [word for word in words if word.strip()]  # an empty line is no entry
        if words:
            yield Run(len(words), _fault("invalid-json", words[0].strip()))


def repeated(text: bytes, at: int, unit: bytes) -> int:
    """Give the place after a short text that stands there again and again, a block at a time.

    No hostile text is larger, or plainer.

    Examples
    --------
    >>> repeated(b"0," * 100_000, 0, b"0,") // 2 > 90_000, repeated(b"0,1,", 0, b"0,")
    (True, 0)
    """
    block = unit * (_BLOCK // len(unit)) if 0 < len(unit) <= _LONGEST else text
    while len(block) < len(text) and text.startswith(block, at):
        at += len(block)
    return at


def _fault(reason: str, value: bytes) -> EvidenceFault:
    shown = value[:20].decode("utf-8", "replace") or "nothing"
    told = "an object without a key" if reason == "empty-record" else f"{shown} where a record belongs"
    return EvidenceFault(reason, told)

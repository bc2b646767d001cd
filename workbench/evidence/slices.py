"""The patient cutter: records of a text that the fast parser refuses, as exact bytes.

The fast parser gives up on a whole file for one lone surrogate, one NaN or one record nested a thousand deep.
This one only follows strings and brackets, without recursion, so that the other records are kept and the bad
one can be named. It needs no more of a text at a time than there is at hand.
"""

import re
import sys
from collections.abc import Iterator

# Possessive throughout, and nothing is tried twice: hostile text costs linear time too.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NESTED = rb""
for _ in range(3):  # values so deep are passed at once: a user identity has three levels
    _NESTED = rb'|[\[{](?:[^"\[\]{}]++|%b%b)*+[\]}]' % (_STRING, _NESTED)
_TO_COMMA = re.compile(rb'(?:[^"\[\]{},]++|%b)*+' % _STRING, re.DOTALL)
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|%b%b)*+' % (_STRING, _NESTED), re.DOTALL)
_TO_QUOTE = re.compile(rb"(?:[^\"\\]++|\\.)*+", re.DOTALL)
_OPENING, _CLOSING = re.compile(rb"[\[{]++"), re.compile(rb"[\]}]++")
_DEEP, _BLOCK = 256, 64 << 10
_WHOLE_STRINGS = re.compile(rb'(?:[^"]++|%b)*+' % _STRING, re.DOTALL)
_QUOTED = re.compile(_STRING, re.DOTALL)
_TURN = re.compile(rb'(?:[^"\[\]{}]++|%b)*+([\[{]++|[\]}]++)' % _STRING, re.DOTALL)
KEY = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+', re.DOTALL)
_OPEN = b"[{"
BLANK = b" \t\r\n"

# All that may stand before an escape of half a character, and the backslash of such an escape. It matches at
# every place, the end included, so that hostile text is gone through once.
_HALF = re.compile(
    rb"((?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*+)(\\(?=u[dD][89a-fA-F][0-9a-fA-F]{2}))?+",
    re.DOTALL,
)
_ODD = rb"-?(?:NaN|Infinity)(?![\w.+-])"
_ODD_NUMBER = re.compile(
    rb'((?:[^"\w.+-]++|"(?:[^"\\]++|\\.)*+(?:"|\Z)|(?!%b)[\w.+-]++)*+)(%b)?+' % (_ODD, _ODD), re.DOTALL
)


class Scan:
    r"""Finds the end of one value, in a text that may arrive in pieces.

    A value ends before the comma or the bracket that follows it; with `to_close` a list or an object ends
    after its closing bracket, whatever follows. `depth` counts brackets that are open already.

    Examples
    --------
    >>> Scan().go(b'{"a": [1, 2]}, {"b', 0), Scan(to_close=True).go(b'{"a": [1, 2]} {"b', 0)
    ((13, True), (13, True))
    >>> scan = Scan()
    >>> scan.go(b'{"a": "x', 0), scan.go(b'y"} ]', 0)
    ((8, False), (4, True))
    """

    def __init__(self, *, to_close: bool = False, depth: int = 0) -> None:
        self._to_close, self._depth, self._quoted = to_close, depth, False

    def go(self, text: bytes, at: int, stop: int = sys.maxsize) -> tuple[int, bool]:
        """Go on from a place, not beyond `stop`; give the place reached, and whether it is the end.

        Where the text stops first, what follows the place is to be given again, with more behind it.
        """
        counted = at
        while True:
            if self._depth > _DEEP and at >= counted and not self._quoted:
                at, counted = self._count(text, at, stop)
            if self._quoted:
                at = end_of(_TO_QUOTE, text, at, stop)
                if text[at : at + 1] != b'"':
                    return at, False
                self._quoted, at = False, at + 1
            at = end_of(_TO_BRACKET if self._depth else _TO_COMMA, text, at, stop)
            sign = text[at : at + 1]
            if not sign or at >= stop:
                return at, False
            if sign == b'"':
                self._quoted, at = True, at + 1
            elif sign in _OPEN:
                end = end_of(_OPENING, text, at)
                self._depth, at = self._depth + end - at, end
            elif not self._depth:
                return at, True
            else:
                closed = min(end_of(_CLOSING, text, at) - at, self._depth)
                self._depth, at = self._depth - closed, at + closed
                if self._to_close and not self._depth:
                    return at, True


    def _count(self, text: bytes, at: int, stop: int) -> tuple[int, int]:
        """Pass deep text in blocks, as long as none closes all; give the place, and the block's end there."""
        while True:
            end = end_of(_WHOLE_STRINGS, text, at, min(stop, at + _BLOCK))
            bare = _QUOTED.sub(b"", text[at:end])
            closing = bare.count(b"]") + bare.count(b"}")
            if closing >= self._depth or not bare:
                return at, end
            self._depth += bare.count(b"[") + bare.count(b"{") - closing
            at = end


def end_of(pattern: re.Pattern[bytes], text: bytes, at: int, stop: int = sys.maxsize) -> int:
    """Give the place after what matches there, or the same place.

    Examples
    --------
    >>> end_of(re.compile(b"a+"), b"baab", 1), end_of(re.compile(b"a+"), b"baab", 0)
    (3, 0)
    """
    found = pattern.match(text, at, stop)
    return found.end() if found else at


def elements(text: bytes) -> Iterator[bytes]:
    """Cut a list or an object into its top-level parts (of an object: `"key": value` texts), without blanks.

    Examples
    --------
    >>> list(elements(b'[1, {"a": [2, 3]}, "x,y"] tail'))
    [b'1', b'{"a": [2, 3]}', b'"x,y"']
    """
    at = 1
    while True:
        end, is_end = Scan().go(text, at)
        part = text[at : end if is_end else len(text)].strip(BLANK)
        goes_on = is_end and text[end : end + 1] == b","
        if part or goes_on or at > 1:  # an empty list has no part; an empty part elsewhere is a fault
            yield part
        if not goes_on:
            return
        at = end + 1


def members(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the keys (with quotes) and value texts of an object, repeated keys included.

    Examples
    --------
    >>> list(members(b'{"a": 1, "a": [2]}'))
    [(b'"a"', b'1'), (b'"a"', b'[2]')]
    """
    for part in elements(text):
        key = KEY.match(part)
        if key:
            yield key[1], part[key.end() :]


def is_deeper(text: bytes, cap: int) -> bool:
    """Tell whether the brackets of `text` nest deeper than `cap`, without recursion.

    Examples
    --------
    >>> is_deeper(b'{"a": [[1], "[["]}', 2), is_deeper(b'{"a": [[1], "[["]}', 3)
    (True, False)
    """
    depth = 0
    for turn in _TURN.finditer(text):
        brackets = turn[1]
        depth += len(brackets) if brackets[:1] in _OPEN else -len(brackets)
        if depth > cap:
            return True
    return False


def spell_lone_surrogates(text: bytes) -> bytes:
    r"""Turn each escape of half a character into the six letters it is written with.

    Parsers refuse such text because no character stands for it. The letters keep what was delivered.

    Examples
    --------
    >>> print(spell_lone_surrogates(rb'["\ud800", "\ud83d\ude00", "\\ud800"]').decode())
    ["\\ud800", "\ud83d\ude00", "\\ud800"]
    """
    spelled = bytearray()  # and no list of all that was found: there may be millions
    for found in _HALF.finditer(text):
        spelled += found[1] + b"\\\\" if found[2] else found[1]
    return bytes(spelled)


def spell_odd_numbers(text: bytes) -> bytes:
    """Turn the numbers that JSON does not know into texts: NaN, Infinity, -Infinity.

    Examples
    --------
    >>> spell_odd_numbers(b'{"a": NaN, "b": [-Infinity, "NaN"]}')
    b'{"a": "NaN", "b": ["-Infinity", "NaN"]}'
    """
    spelled = bytearray()
    for found in _ODD_NUMBER.finditer(text):
        spelled += b'%b"%b"' % found.groups() if found[2] else found[1]
    return bytes(spelled)

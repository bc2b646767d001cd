"""The patient cutter: records of a text that the fast parser refuses, as exact bytes.

The fast parser gives up on a whole file for one lone surrogate, one NaN or one record nested a thousand deep.
This one only follows strings and brackets, without recursion, so that the other records are kept and the bad
one can be named.
"""

import re
from collections.abc import Iterator

# Possessive, and a string without an end runs to the end of the text: hostile text costs linear time too.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_KEY = re.compile(rb'\s*+("(?:[^"\\]++|\\.)*+")\s*+:\s*+', re.DOTALL)
_OPEN, _CLOSE = b"[{", b"]}"
_BLANK = b" \t\r\n"

# All that may stand before an escape of half a character, and the backslash of such an escape. It matches at
# every place, the end included, so that hostile text is gone through once.
_HALF = re.compile(
    rb"((?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*+)(\\(?=u[dD][89a-fA-F][0-9a-fA-F]{2}))?+",
    re.DOTALL,
)
_ODD_NUMBER = re.compile(
    rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|(?<![\w.+-])(-?(?:NaN|Infinity))(?![\w.+-])', re.DOTALL
)


def elements(text: bytes, start: int) -> tuple[list[bytes], int]:
    """Cut the list or object that opens at `start` into its top-level parts.

    Returns
    -------
    parts, end
        The parts without surrounding blanks (for an object: `"key": value` texts), and the place after the
        closing bracket. `end` is -1 when the text stops before it closes; the last part is then cut.

    Examples
    --------
    >>> elements(b'[1, {"a": [2, 3]}, "x,y"] tail', 0)
    ([b'1', b'{"a": [2, 3]}', b'"x,y"'], 25)
    >>> elements(b'[1, [2', 0)[1]
    -1
    """
    parts: list[bytes] = []
    depth, begin = 0, start + 1
    for token in _TOKEN.finditer(text, start):
        sign = text[token.start()]
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE:
            depth -= 1
            if depth == 0:
                _add(parts, text[begin : token.start()], last=True)
                return parts, token.end()
        elif depth == 1 and sign == 0x2C:
            _add(parts, text[begin : token.start()])
            begin = token.end()
    _add(parts, text[begin:], last=True)
    return parts, -1


def _add(parts: list[bytes], text: bytes, *, last: bool = False) -> None:
    part = text.strip(_BLANK)
    if part or parts or not last:  # an empty list has no part; an empty part elsewhere is a fault to report
        parts.append(part)


def members(text: bytes, start: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Give the keys (with quotes) and value texts of the object at `start`, repeated keys included.

    Examples
    --------
    >>> list(members(b'{"a": 1, "a": [2]}'))
    [(b'"a"', b'1'), (b'"a"', b'[2]')]
    """
    for part in elements(text, start)[0]:
        key = _KEY.match(part)
        if key:
            yield key[1], part[key.end() :]


def depth_of(text: bytes) -> int:
    """Count how deep the brackets of `text` nest, without recursion.

    Examples
    --------
    >>> depth_of(b'{"a": [[1], "[["]}')
    3
    """
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        sign = text[token.start()]
        depth += (sign in _OPEN) - (sign in _CLOSE)
        deepest = max(deepest, depth)
    return deepest


def spell_lone_surrogates(text: bytes) -> bytes:
    r"""Turn each escape of half a character into the six letters it is written with.

    Parsers refuse such text because no character stands for it. The letters keep what was delivered.

    Examples
    --------
    >>> print(spell_lone_surrogates(rb'["\ud800", "\ud83d\ude00", "\\ud800"]').decode())
    ["\\ud800", "\ud83d\ude00", "\\ud800"]
    """
    return _HALF.sub(lambda found: found[1] + b"\\\\" if found[2] else found[1], text)


def spell_odd_numbers(text: bytes) -> bytes:
    """Turn the numbers that JSON does not know into texts: NaN, Infinity, -Infinity.

    Examples
    --------
    >>> spell_odd_numbers(b'{"a": NaN, "b": [-Infinity, "NaN"]}')
    b'{"a": "NaN", "b": ["-Infinity", "NaN"]}'
    """
    return _ODD_NUMBER.sub(lambda found: b'"%b"' % found[1] if found[1] else found[0], text)

"""Objects into map columns, a whole batch at a time.

A map holds texts: strings as they are, null as NULL, everything else as compact JSON with the digits and
escapes of the record. Done value by value in Python this would be half of the work of a load; here the
values of a batch lie in one buffer, and NumPy takes quotes and nulls out of all of them at once.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from workbench.events.columns import MAP, TEXT
from workbench.events.jsontext import map_text

_QUOTE, _BACKSLASH, _LAST_BLANK = 0x22, 0x5C, 0x20
_NULL_LENGTH, _NULL_START = 4, ord("n")

Object = Mapping[str, msgspec.Raw]


def map_array(objects: Sequence[Object | None]) -> pa.MapArray:
    """Build a map column; what is None is a NULL map, an empty object an empty one.

    Parameters
    ----------
    objects
        Keys and the JSON texts of their values.

    Examples
    --------
    >>> parse = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    >>> map_array([parse(b'{"a":"x","b":1.50,"c":{"d": [1]},"e":null}'), None, {}]).to_pylist()
    [[('a', 'x'), ('b', '1.50'), ('c', '{"d":[1]}'), ('e', None)], None, []]
    """
    keys: list[str] = []
    values: list[msgspec.Raw] = []
    ends: list[int] = [0]
    for entry in objects:
        if entry:
            keys.extend(entry)
            values.extend(entry.values())
        ends.append(len(keys))
    absent = np.fromiter((entry is None for entry in objects), bool, len(objects))
    return pa.MapArray.from_arrays(
        pa.array(ends, pa.int32()),
        pa.array(keys, TEXT),
        text_array(values),
        type=MAP,
        mask=pa.array(absent) if absent.any() else None,
    )


def text_array(values: Sequence[msgspec.Raw | bytes]) -> pa.StringArray:
    r"""Turn JSON values into the texts that a map holds.

    Examples
    --------
    >>> text_array([b'"caf\\u00e9"', b"1e5", b"null", b'[1, "a b"]', b'""']).to_pylist()
    ['café', '1e5', None, '[1,"a b"]', '']
    """
    if not values:
        return pa.array([], TEXT)
    buffer, ends = _joined(values)
    odd = _odd_values(buffer, ends)
    if len(odd):
        values = list(values)
        for place in odd:
            values[place] = (map_text(bytes(values[place])) or "").encode()
        buffer, ends = _joined(values)
    return _unquoted(buffer, ends, odd)


def _joined(values: Sequence[msgspec.Raw | bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Lay all values into one buffer; give it and the end of each value."""
    buffer = np.frombuffer(b"".join(values), np.uint8)
    return buffer, np.cumsum(np.fromiter(map(len, values), np.int64, len(values)))


def _odd_values(buffer: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Find the few values that need care: strings with escapes, nested JSON with blanks in it."""
    first = buffer[np.concatenate(([0], ends[:-1]))]
    escaped = np.unique(np.searchsorted(ends, np.flatnonzero(buffer == _BACKSLASH), side="right"))
    blank = np.unique(np.searchsorted(ends, np.flatnonzero(buffer <= _LAST_BLANK), side="right"))
    return np.union1d(escaped[first[escaped] == _QUOTE], blank[first[blank] != _QUOTE])


def _unquoted(buffer: np.ndarray, ends: np.ndarray, done: np.ndarray) -> pa.StringArray:
    """Take quotes and nulls out of the buffer; the values in `done` are final already."""
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends - starts
    open_ = np.ones(len(ends), bool)
    open_[done] = False
    first = np.where(open_ & (lengths > 0), buffer[np.minimum(starts, max(len(buffer) - 1, 0))], 0)
    quoted = first == _QUOTE
    null = (first == _NULL_START) & (lengths == _NULL_LENGTH)
    kept = np.ones(len(buffer), bool)
    kept[starts[quoted]] = False
    kept[ends[quoted] - 1] = False
    for place in range(_NULL_LENGTH):
        kept[starts[null] + place] = False
    lengths = lengths - 2 * quoted - _NULL_LENGTH * null
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    valid = pa.array(~null).buffers()[1] if null.any() else None
    return pa.StringArray.from_buffers(
        len(ends), pa.py_buffer(offsets), pa.py_buffer(buffer[kept]), valid
    )

"""Objects into map columns, a whole batch at a time.

A map holds texts: strings as they are, null as NULL, everything else as compact JSON with the digits and
escapes of the record. Done value by value in Python this would be half of the work of a load; here the
values of a batch lie in one buffer, and NumPy takes quotes and nulls out of all of them at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress

import msgspec
import numpy as np
import pyarrow as pa

from workbench.events.batches.regular import MOST_FLAT, is_deep
from workbench.events.columns import MAP, TEXT
from workbench.events.rows.jsontext import map_text

_QUOTE, _BACKSLASH, _LAST_BLANK = 0x22, 0x5C, 0x20
_NULL_LENGTH, _NULL_START = 4, ord("n")

Object = Mapping[str, msgspec.Raw]


@dataclass(frozen=True)
class Objects:
    """The objects of one column, with all their keys in one list and all their values in another.

    `is_there` tells which rows have an object, `sizes` how many members each row has, and `lengths` how many
    bytes each value.
    """

    is_there: np.ndarray
    sizes: np.ndarray
    keys: list[str]
    values: list[msgspec.Raw]
    lengths: np.ndarray

    @classmethod
    def of(cls, objects: Sequence[Object | object]) -> "Objects":
        """Take objects of keys and JSON texts; what is no dict is a NULL map, an empty one an empty map.

        Examples
        --------
        >>> parse = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        >>> Objects.of([parse(b'{"a":"x","b":1.50,"c":{"d": [1]},"e":null}'), None, {}]).array().to_pylist()
        [[('a', 'x'), ('b', '1.50'), ('c', '{"d":[1]}'), ('e', None)], None, []]
        """
        present = [entry for entry in objects if entry.__class__ is dict]
        is_there = np.zeros(len(objects), bool)
        if present:
            is_there[:] = [entry.__class__ is dict for entry in objects]
        sizes = np.zeros(len(objects), np.int32)
        sizes[is_there] = list(map(len, present))
        keys: list[str] = list(chain.from_iterable(present))
        values: list[msgspec.Raw] = list(chain.from_iterable([entry.values() for entry in present]))
        return cls(is_there, sizes, keys, values, _lengths(values))

    def deep(self) -> set[int]:
        """Give the places of objects that may nest deeper than any record should."""
        long = [at for at in np.flatnonzero(self.lengths > MOST_FLAT) if is_deep(bytes(self.values[at]))]
        return set(np.searchsorted(np.cumsum(self.sizes), long, side="right").tolist())

    def chosen(self, kept: np.ndarray) -> "Objects":
        """Give the rows that are kept."""
        if kept.all() or not self.keys:
            return replace(self, is_there=self.is_there[kept], sizes=self.sizes[kept])
        members = np.repeat(kept, self.sizes)
        mask = members.tolist()
        keys, values = list(compress(self.keys, mask)), list(compress(self.values, mask))
        return Objects(self.is_there[kept], self.sizes[kept], keys, values, self.lengths[members])

    def array(self) -> pa.MapArray:
        """Build the column."""
        if not self.is_there.any():
            return pa.nulls(len(self.is_there), MAP)
        ends = np.concatenate((np.zeros(1, np.int32), np.cumsum(self.sizes, dtype=np.int32)))
        return pa.MapArray.from_arrays(
            pa.array(ends),
            pa.array(self.keys, TEXT),
            text_array(self.values, self.lengths),
            type=MAP,
            mask=None if self.is_there.all() else pa.array(~self.is_there),
        )


def text_array(values: Sequence[msgspec.Raw | bytes], lengths: np.ndarray | None = None) -> pa.StringArray:
    r"""Turn JSON values into the texts that a map holds.

    Parameters
    ----------
    values, lengths
        The JSON texts, and how many bytes each has, where that is known already.

    Examples
    --------
    >>> text_array([b'"caf\\u00e9"', b"1e5", b"null", b'[1, "a b"]', b'""']).to_pylist()
    ['café', '1e5', None, '[1,"a b"]', '']
    """
    if not values:
        return pa.array([], TEXT)
    if lengths is None:
        lengths = _lengths(values)
    buffer, ends = np.frombuffer(b"".join(values), np.uint8), np.cumsum(lengths)
    odd = _odd_values(buffer, ends)
    if len(odd):
        values = list(values)
        for place in odd:
            values[place] = (map_text(bytes(values[place])) or "").encode()
        buffer, ends = np.frombuffer(b"".join(values), np.uint8), np.cumsum(_lengths(values))
    return _unquoted(buffer, ends, odd)


def _lengths(values: Sequence[msgspec.Raw | bytes]) -> np.ndarray:
    return np.fromiter(map(len, values), np.int64, len(values))


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

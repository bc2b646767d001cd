"""Structures that stand in thousands of records with the same text: read once."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from workbench.events import columns, identity
from workbench.events.batches.regular import is_deep
from workbench.events.batches.structs import parser_of, struct_array
from workbench.events.rows.holds import HOLDS

_MOST = 50_000  # distinct texts that are remembered; about 40 MB for userIdentity


class Repeated:
    """One column of structures, by the distinct texts that occur in a load.

    Parameters
    ----------
    name
        `userIdentity`, `tlsDetails` or `eventContext`.

    Attributes
    ----------
    values : pyarrow.Array
        The values so far, by number.
    left : dict
        What the column does not hold of a value, by number.

    Examples
    --------
    >>> column = Repeated("tlsDetails")
    >>> numbers = column.numbers([b'{"tlsVersion":"TLSv1.3"}', b"", b'{"tlsVersion":"TLSv1.3"}', b'"?"'])
    >>> numbers, [value and value["tlsVersion"] for value in column.values.to_pylist()]
    ([0, 1, 0, None], ['TLSv1.3', None])
    """

    def __init__(self, name: str) -> None:
        self.name, self._kind = name, columns.AWS.field(name).type
        self._parse, self._hold = parser_of(name, self._kind), HOLDS[name]
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._numbers: dict[bytes, int | None] = {}
        self.values: pa.Array = pa.array([], self._kind)
        self.left: dict[int, bytes] = {}

    def is_full(self) -> bool:
        """Tell whether it remembers so many texts that it should forget them before the next batch."""
        return len(self._numbers) > _MOST

    def numbers(self, texts: Sequence[bytes]) -> list[int | None]:
        """Give the number of the value that each text says; an absent structure has empty text.

        None stands for a structure that has something unusual in it, whose flags must be kept.
        """
        found = list(map(self._numbers.get, texts))
        if None in found:
            new = {text for text, number in zip(texts, found, strict=True) if number is None}
            self._read(sorted(new - self._numbers.keys()))
            found = [self._numbers[text] for text in texts]
        return found

    def _read(self, texts: Sequence[bytes]) -> None:
        """Read texts that were not seen before: those of the usual shape together, the others with care."""
        parsed = {text: self._parse(text) for text in texts if not self._is_odd(text)}
        usual = [text for text, value in parsed.items() if value is not None]
        array = struct_array([parsed[text] for text in usual], self._kind)
        if array is None:
            usual = []
        else:
            self._add(usual, array, [msgspec.json.decode(text) for text in usual])
        self._read_with_care([text for text in texts if text not in self._numbers])

    def _read_with_care(self, texts: Sequence[bytes]) -> None:
        held: list[bytes] = []
        values: list[Any] = []
        for text in texts:
            marks: set[str] = {"deep"} if is_deep(text) or self._is_odd(text) else set()
            value, left = self._hold(text or b"null", marks) if not marks else (None, None)
            if marks:
                self._numbers[text] = None
                continue
            if left is not None:
                self.left[len(self.values) + len(held)] = left
            held.append(text)
            values.append(value)
        self._add(held, pa.array(values, self._kind), values)

    def _add(self, texts: Sequence[bytes], array: pa.Array, values: Sequence[Any]) -> None:
        start = len(self.values)
        self._numbers.update(zip(texts, range(start, start + len(texts)), strict=True))
        self.values = pa.concat_arrays([self.values, array])
        self._note(values)

    def _is_odd(self, text: bytes) -> bool:
        """Tell whether a structure cannot be read apart from its record."""
        return False

    def _note(self, values: Sequence[Any]) -> None:
        """Derive from new values what other columns need of them."""


class Identities(Repeated):
    """The column `userIdentity`, and by the same numbers what names the caller (`callers`, a table).

    Examples
    --------
    >>> identities = Identities("userIdentity")
    >>> numbers = identities.numbers([b'{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}'])
    >>> identities.callers.column("principal").to_pylist()
    ['ec2.amazonaws.com']
    """

    def forget(self) -> None:
        """Start anew."""
        super().forget()
        self.callers = pa.table({name: pa.array([], columns.TEXT) for name in identity.Caller._fields})

    def _is_odd(self, text: bytes) -> bool:
        # Without an ARN the record's region tells the partition of a root user; it is not in this text.
        return b'"Root"' in text and b":root" not in text

    def _note(self, values: Sequence[Any]) -> None:
        callers = [identity.caller(value) for value in values]
        parts = zip(*callers, strict=True) if callers else [()] * len(identity.Caller._fields)
        fresh = pa.table([pa.array(part, columns.TEXT) for part in parts], names=identity.Caller._fields)
        self.callers = pa.concat_tables([self.callers, fresh]).combine_chunks()

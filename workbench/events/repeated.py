"""Structures that stand in thousands of records with the same text: read once."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from workbench.events import columns, identity
from workbench.events.holds import HOLDS
from workbench.events.regular import Irregular

_MOST = 50_000  # distinct texts that are remembered; about 40 MB for userIdentity


class Repeated:
    """One column of structures, by the distinct texts that occur in a load.

    Parameters
    ----------
    name
        `userIdentity`, `tlsDetails` or `eventContext`.

    Examples
    --------
    >>> column = Repeated("tlsDetails")
    >>> texts = [b'{"tlsVersion":"TLSv1.3"}', b"", b'{"tlsVersion":"TLSv1.3"}']
    >>> numbers = [column.number(text) for text in texts]
    >>> numbers, [value and value["tlsVersion"] for value in column.array(numbers).to_pylist()]
    ([0, 1, 0], ['TLSv1.3', None, 'TLSv1.3'])
    """

    def __init__(self, name: str) -> None:
        self.name, self._hold = name, HOLDS[name]
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._numbers: dict[bytes, int | None] = {}
        self._new: list[Any] = []
        self._distinct: pa.Array = pa.array([], columns.AWS.field(self.name).type)
        self.left: list[bytes | None] = []

    def is_full(self) -> bool:
        """Tell whether it remembers so many texts that it should forget them before the next batch."""
        return len(self._numbers) > _MOST

    def number(self, text: bytes) -> int:
        """Give the number of the value that `text` says; an absent structure has empty text.

        Raises
        ------
        Irregular
            Something in the structure is unusual and its flags must be kept.
        """
        try:
            number = self._numbers[text]
        except KeyError:
            number = self._numbers[text] = self._read(text)
        if number is None:
            raise Irregular
        return number

    def _read(self, text: bytes) -> int | None:
        marks: set[str] = set()
        value, left = self._hold(text or b"null", marks)
        if marks:
            return None
        self._note(value)
        self._new.append(value)
        self.left.append(left)
        return len(self.left) - 1

    def _note(self, value: Any) -> None:
        """Derive from a new value what other columns need of it."""

    def array(self, numbers: Sequence[int]) -> pa.Array:
        """Build the column from the number of each row's value."""
        if self._new:
            fresh = pa.array(self._new, self._distinct.type)
            self._distinct, self._new = pa.concat_arrays([self._distinct, fresh]), []
        return self._distinct.take(pa.array(numbers, pa.int32()))


class Identities(Repeated):
    """The column `userIdentity`, and the columns that name the caller.

    Examples
    --------
    >>> identities = Identities("userIdentity")
    >>> number = identities.number(b'{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}')
    >>> identities.caller_arrays([number])["principal"].to_pylist()
    ['ec2.amazonaws.com']
    """

    def forget(self) -> None:
        """Start anew."""
        super().forget()
        self._new_callers: list[identity.Caller] = []
        self._callers = pa.table({name: pa.array([], columns.TEXT) for name in identity.Caller._fields})

    def _read(self, text: bytes) -> int | None:
        # Without an ARN the record's region tells the partition of a root user; it is not in this text.
        return None if b'"Root"' in text and b":root" not in text else super()._read(text)

    def _note(self, value: Any) -> None:
        self._new_callers.append(identity.caller(value))

    def caller_arrays(self, numbers: Sequence[int]) -> dict[str, pa.Array]:
        """Build the columns of `identity.COLUMNS` from the number of each row's identity."""
        if self._new_callers:
            fresh = pa.table(
                [pa.array(part, columns.TEXT) for part in zip(*self._new_callers, strict=True)],
                names=identity.Caller._fields,
            )
            self._callers, self._new_callers = pa.concat_tables([self._callers, fresh]).combine_chunks(), []
        rows = self._callers.take(pa.array(numbers, pa.int32()))
        return {name: rows.column(part).combine_chunks() for name, part in identity.COLUMNS.items()}

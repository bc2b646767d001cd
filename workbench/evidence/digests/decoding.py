"""JSON that an attacker may have written, read into a type or refused; never a crash."""

import json
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

Wanted = TypeVar("Wanted")


def decode(text: bytes, wanted: type[Wanted]) -> Wanted:
    r"""Read JSON into a type. Of a key that is repeated the last value counts, as in Python's json.

    Half characters are no reason to refuse: they are read as Python's json reads them.

    Raises
    ------
    ValueError
        It is no JSON, too deep, or not of this type.

    Examples
    --------
    >>> decode(b'{"a": 1, "a": 2}', dict), decode(rb'["\ud800"]', list)
    ({'a': 2}, ['\ud800'])
    """
    try:
        return cast(Wanted, _decoder(cast(Any, wanted)).decode(text))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    except ValueError:  # msgspec's errors are ValueErrors, and so is text that is no UTF-8
        if rb"\ud" not in text.lower():
            raise
    try:
        return msgspec.convert(json.loads(text.decode()), wanted)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


@cache
def _decoder(wanted: Any) -> Any:
    return msgspec.json.Decoder(wanted)

"""JSON that an attacker may have written: an object of known fields, or refused; never a crash.

Python's own json, not msgspec: of a repeated key the last value counts and half characters are text, as for
the AWS CLI, whose answers ours are compared with; and it is loaded already when `workbench verify` starts.
"""

import json
from typing import Any

MOST_VALUES = 2_000_000
"""Values of one document, about 250,000 log files: each costs up to a hundred bytes when it is read."""


def read_object(text: bytes) -> dict[str, Any]:
    r"""Read a JSON object.

    Raises
    ------
    ValueError
        It is no JSON, no object, too deep, or has too many values.

    Examples
    --------
    >>> read_object(b'{"a": 1, "a": 2}'), read_object(rb'{"b": "\ud800"}')
    ({'a': 2}, {'b': '\ud800'})
    >>> read_object(b"[1]")
    Traceback (most recent call last):
    ValueError: no JSON object
    """
    if sum(map(text.count, (b",", b"{", b"["))) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values")
    try:
        found = json.loads(text.decode())
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def text_of(found: dict[str, Any], name: str) -> str:
    """Give a field that must be there and be text.

    Raises
    ------
    ValueError
        It is absent, or something else.

    Examples
    --------
    >>> text_of({"Bucket": "acme"}, "Bucket")
    'acme'
    >>> text_of({"Bucket": None}, "Bucket")
    Traceback (most recent call last):
    ValueError: Bucket is absent or no text
    """
    value = found.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is absent or no text")
    return value

"""When do two texts say the same: keys sorted, numbers exact, repeated keys kept.

Only records that share an event id are ever compared, so this may be slow and has to be right.
"""

import hashlib
import json
from decimal import Decimal
from typing import Any


def digest(text: bytes) -> bytes:
    r"""Return 128 bits of the value that `text` says, whatever its spelling.

    Examples
    --------
    >>> digest(b'{"a": 1.10, "b": "\\u00e9"}') == digest('{"b":"é","a":1.1}'.encode())
    True
    >>> digest(b'{"a":1}') == digest(b'{"a":"1"}'), digest(b'{"a":1}') == digest(b'{"a":2,"a":1}')
    (False, False)
    """
    return hashlib.sha256(repr(_value(text)).encode("utf-8", "surrogatepass")).digest()[:16]


def has_duplicate_keys(text: bytes) -> bool:
    """Tell whether an object anywhere in the text has a key twice.

    Examples
    --------
    >>> has_duplicate_keys(b'{"a":{"b":1,"b":1}}'), has_duplicate_keys(b'{"a":{"b":1},"b":1}')
    (True, False)
    """
    found: list[bool] = []

    def see(pairs: list[tuple[str, Any]]) -> None:
        found.append(len({key for key, _ in pairs}) < len(pairs))

    json.loads(text, object_pairs_hook=see, parse_int=str, parse_float=str)
    return any(found)


def _value(text: bytes) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_int=_number, parse_float=_number)


def _object(pairs: list[tuple[str, Any]]) -> tuple[str, list[tuple[str, str]]]:
    return "object", sorted((key, repr(value)) for key, value in pairs)


def _number(digits: str) -> tuple[str, int, str, int]:
    """Spell a number so that 1.10 and 1.1, 1e5 and 100000 agree, at any length."""
    sign, figures, exponent = Decimal(digits).as_tuple()
    written = "".join(map(str, figures))
    kept = written.rstrip("0")
    if not kept:
        return "number", 0, "0", 0
    return "number", sign, kept.lstrip("0"), int(exponent) + len(written) - len(kept)

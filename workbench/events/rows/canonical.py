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

"""Values of a rule into tests: wildcards and their escapes, expressions, networks, numbers.

References
----------
https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html
https://github.com/google/re2/wiki/Syntax
"""

import re
from functools import cache

from workbench.detections.reading.documents import Refused
from workbench.detections.reading.ip import Address, network_at, parsed
from workbench.detections.reading.tree import ANY, ONE, Network, Number, Pattern, Regex, Wildcard

DECIMAL = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
"""What reads as a decimal number: the whole text."""

_LONGEST = 10_000  # what is much longer the engine takes for no expression

_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def pattern(text: str) -> Pattern:
    r"""Read `*`, `?` and the escapes of a value; a backslash before anything else is a backslash.

    Examples
    --------
    >>> pattern(r"a*\*b\\c\d")
    ('a', Wildcard(is_one=False), '*b\\c\\d')
    >>> pattern("")
    ()
    """
    parts: list[str | Wildcard] = []
    for sign in re.findall(r"\\[*?\\]|[*?]|\\|[^\\*?]+", text, re.S):
        if sign in ("*", "?"):
            parts.append(ANY if sign == "*" else ONE)
            continue
        plain = sign[1] if len(sign) == 2 and sign[0] == "\\" else sign
        if parts and isinstance(parts[-1], str):
            parts[-1] += plain
        else:
            parts.append(plain)
    return tuple(parts)


def placed(parts: Pattern, how: str) -> Pattern:
    """Let a pattern be met anywhere, at the start, or at the end of the text.

    Examples
    --------
    >>> placed(("x",), "startswith")
    ('x', Wildcard(is_one=False))
    """
    before = (ANY,) if how in ("contains", "endswith") and parts[:1] != (ANY,) else ()
    after = (ANY,) if how in ("contains", "startswith") and (before + parts)[-1:] != (ANY,) else ()
    return (*before, *parts, *after)


def checked(parts: Pattern) -> Pattern:
    """Give a pattern that the engine can look for.

    Raises
    ------
    Refused
        There are wildcards in it, and it is too long.

    Examples
    --------
    >>> checked(("x", ANY, "y"))
    ('x', Wildcard(is_one=False), 'y')
    """
    is_within = ONE in parts or ANY in parts[1:-1]
    if is_within and sum(len(part) if isinstance(part, str) else 1 for part in parts) > _LONGEST:
        raise Refused(f"a value of more than {_LONGEST:,} signs with wildcards")
    return parts


def regex(text: str, flags: str) -> Regex:
    """Check an expression as the engine reads it, which looks neither ahead nor back.

    Raises
    ------
    Refused
        RE2 does not take it.

    Examples
    --------
    >>> regex("^a", "i")
    Regex(pattern='(?i)^a')
    >>> regex("(?=a)", "")
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: regular expression not supported: (?=a): invalid perl ...
    """
    import duckdb

    found = f"(?{flags}){text}" if flags else text
    try:
        _engine().execute("SELECT regexp_matches('', ?)", [found]).fetchall()
    except duckdb.Error as error:
        why = str(error).partition(": ")[2].splitlines()[0]
        raise Refused(f"regular expression not supported: {text}: {why}") from error
    return Regex(found)


@cache
def _engine() -> "duckdb.DuckDBPyConnection":  # type: ignore[name-defined]  # noqa: F821 (imported when used)
    import duckdb

    return duckdb.connect(config={"threads": 1})


def sortable(address: str | None) -> str | None:
    """Spell an address so that texts sort as addresses do; None for what is no address.

    Examples
    --------
    >>> sortable("203.0.113.7"), sortable("203.0.113.077"), sortable("ec2.amazonaws.com")
    ('4cb007107', None, None)
    >>> sortable("2001:db8::1"), sortable("::ffff:203.0.113.7")
    ('620010db8000000000000000000000001', '4cb007107')
    """
    found = parsed(address or "")
    return None if found is None else _spelled(found)


def _spelled(address: Address) -> str:
    return f"{address.version}{int(address):0{address.max_prefixlen // 4}x}"


def network(text: str) -> Network:
    """Read a network in CIDR notation; bits of the host do not matter.

    Raises
    ------
    Refused
        It is no network.

    Examples
    --------
    >>> network("10.0.0.0/8")
    Network(first='40a000000', last='40affffff')
    """
    try:
        found = network_at(text)
    except ValueError as error:
        raise Refused(f"not a network: {text}") from error
    return Network(_spelled(found.network_address), _spelled(found.broadcast_address))


def number(modifier: str, text: str) -> Number:
    """Read the number that others are compared with.

    Raises
    ------
    Refused
        It is no decimal number.

    Examples
    --------
    >>> number("gte", "22")
    Number(sign='>=', value='22')
    """
    if not re.fullmatch(DECIMAL, text):
        raise Refused(f"not a number: {text}")
    return Number(_SIGNS[modifier], text)

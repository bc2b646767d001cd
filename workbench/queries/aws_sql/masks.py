"""Patterns inside string literals, translated: date masks, JSON paths, regular expressions.

References
----------
https://trino.io/docs/current/functions/datetime.html
https://trino.io/docs/current/functions/json.html
https://trino.io/docs/current/functions/regexp.html
"""

import re
from collections.abc import Mapping

from workbench.errors import SqlError

_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I", "I": "%I",
    "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p", "r": "%I:%M:%S %p",
    "S": "%S", "s": "%S", "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G", "Y": "%Y", "y": "%y", "%": "%%",
}  # fmt: skip
_JAVA = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d",
    "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "%g", "EEEE": "%A", "EEE": "%a", "E": "%a", "a": "%p", "D": "%-j", "DDD": "%j",
    "e": "%u", "ww": "%V", "xxxx": "%G",
}  # fmt: skip
_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]"]+)|\["(?P<double>[^"]+)"\]|\['(?P<single>[^'"]+)'\]|\[(?P<place>\d+)\]"""
)
_NO_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>)|(?<!\\)(?:\\\\)*\\[1-9]|[*+?}]\+")


def mysql_mask(mask: str) -> str:
    """Translate a mask of `date_format` and `date_parse`.

    Examples
    --------
    >>> mysql_mask("%Y-%m-%e %H:%i, %W %M")
    '%Y-%m-%-d %H:%M, %A %B'
    >>> mysql_mask("%U")
    Traceback (most recent call last):
    workbench.errors.SqlError: the date mask '%U' has %U, which is not supported here
    """
    return re.sub("%(.?)", lambda found: _known(_MYSQL, found[1], found[0], mask), mask, flags=re.DOTALL)


def java_mask(mask: str) -> str:
    """Translate a mask of `format_datetime`.

    Examples
    --------
    >>> java_mask("yyyy-MM-dd'T'HH:mm:ss.SSS")
    '%Y-%m-%dT%H:%M:%S.%g'
    """
    return re.sub(
        r"''|'([^']*)'|([A-Za-z])\2*|%",
        lambda found: _java_part(found, mask),
        mask,
    )


def _java_part(found: re.Match[str], mask: str) -> str:
    if found[0] in ("''", "%"):
        return {"''": "'", "%": "%%"}[found[0]]
    if found[0].startswith("'"):
        return found[1].replace("%", "%%")
    return _known(_JAVA, found[0], found[0], mask)


def _known(table: Mapping[str, str], name: str, shown: str, mask: str) -> str:
    if name not in table:
        raise SqlError(f"the date mask {mask!r} has {shown}, which is not supported here")
    return table[name]


def json_path(path: str) -> str:
    """Translate a JSON path; every key is quoted, for DuckDB cuts bare ones at a colon.

    Examples
    --------
    >>> json_path("$.a.AWS:Item[0]"), json_path('$["aws:x"]')
    ('$."a"."AWS:Item"[0]', '$."aws:x"')
    >>> json_path("$.*")
    Traceback (most recent call last):
    workbench.errors.SqlError: the JSON path '$.*' is not supported here. Use keys and places: $.key["key"][0]
    """
    done, place = "$", 1
    while path.startswith("$") and place < len(path):
        found = _STEP.match(path, place)
        if found is None or found["name"] == "*":
            break
        key = found["name"] or found["double"] or found["single"]
        done += f'."{key}"' if key else f"[{found['place']}]"
        place = found.end()
    else:
        if path.startswith("$"):
            return done
    raise SqlError(f'the JSON path {path!r} is not supported here. Use keys and places: $.key["key"][0]')


def check_pattern(pattern: str) -> None:
    """Refuse a regular expression that DuckDB's engine has no means for.

    Examples
    --------
    >>> check_pattern("^(Get|List).*$")
    >>> check_pattern("a(?=b)")
    Traceback (most recent call last):
    workbench.errors.SqlError: the pattern 'a(?=b)' looks around, refers back or is possessive...
    """
    if _NO_RE2.search(pattern):
        raise SqlError(
            f"the pattern {pattern!r} looks around, refers back or is possessive: not supported here"
        )


def replacement(text: str) -> str:
    r"""Translate what `regexp_replace` puts in: `$1` is a group, a backslash takes the next sign as it is.

    Examples
    --------
    >>> print(replacement("<$1>"), replacement(r"\$1"))
    <\1> $1
    """
    return re.sub(
        r"\\(.)|\$(\d)|\$\{?\w*\}?|\\",
        lambda found: _replaced(found, text),
        text,
        flags=re.DOTALL,
    )


def _replaced(found: re.Match[str], text: str) -> str:
    if found[2]:
        return f"\\{found[2]}"
    if found[1]:
        return found[1].replace("\\", "\\\\")
    raise SqlError(f"the replacement {text!r} names a group that is no number: not supported here")

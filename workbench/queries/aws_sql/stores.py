"""Event data stores: which table of the case a name in FROM stands for.

A store is of a kind, and each dialect shows a kind as a view with the columns AWS gives it.
"""

import re
from collections.abc import Mapping

from workbench.errors import ParameterError, SqlError

KINDS = ("cloudtrail", "config", "insights", "activity", "evidence", "tagged")
"""Kinds of stores a name can be bound to."""

_UUID = r"[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}"
_STORE_WORDS = r"eds|event[ _-]?data[ _-]?store"
_OTHERS = (("config", "config"), ("insight", "insights"), ("rebuilt_tags", "tagged"))
_CLOUDTRAIL = re.compile(f"{_UUID}|.*(?:{_STORE_WORDS}).*", re.IGNORECASE | re.DOTALL)
_PLACED = r"<[a-z][\w -]*> | (?=[\w-]*(?:config|insight)) [a-z_]\w*(?:-\w+)+"
_WRITTEN = re.compile(
    rf"""
      '(?:[^']|'')*' | "(?:[^"]|"")*"                                 # texts and names: kept
    | (?P<comment> --[^\n]* | /\*.*?\*/ ) | /\*.*  # one without an end is kept: the parser tells
    | (?P<uuid> (?<![\w$-]) {_UUID} (?![\w-]) )
    | (?P<dollar> \$\{{\w+\}} | \$\w+ )
    | (?<=\bfrom)\s+(?P<from> {_PLACED} ) | (?<=\bjoin)\s+(?P<join> {_PLACED} )
    | ,\s*(?P<comma> <[a-z][\w -]*> )
    | (?P<bare> (?<![\w$.-]) (?=\w*-) (?=[\w-]*(?:{_STORE_WORDS})) [a-z_]\w*(?:-\w+)+ )
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_FIRST = 0xE000  # private use: no keyword, no operator and no name of anybody's begins with it
_MOST = 6400


def cover(sql: str) -> tuple[str, dict[str, str]]:
    r"""Replace store ids that are no SQL names by names of the same length, and comments by blanks.

    Places in the text stay what they are. A comment may stand between GROUP and BY, which sqlglot reads as
    one word.

    Returns
    -------
    tuple
        The text, and what each new name was written as.

    Raises
    ------
    SqlError
        More ids than any query has.

    Examples
    --------
    >>> text, written = cover("SELECT '$a' FROM $EDS_ID JOIN <EDS ID> b")
    >>> list(written.values()), len(text)
    (['$EDS_ID', '<EDS ID>'], 40)
    """
    names: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind is None:
            return found[0]
        if kind == "comment":
            return re.sub(r"[^\n]", " ", found[0])
        start, end = found.start(kind) - found.start(), found.end(kind) - found.start()
        if len(names) >= _MOST:
            raise SqlError(f"the query names more than {_MOST} stores. Split it")
        sign = chr(_FIRST + len(names))
        name = names.setdefault(found[kind].lower(), sign * (end - start))
        written.setdefault(name, found[kind])
        return found[0][:start] + name + found[0][end:]

    written: dict[str, str] = {}
    return _WRITTEN.sub(replaced, sql), written


def plain(name: str) -> str:
    """Give a store's name without the signs of a placeholder, for comparison.

    Examples
    --------
    >>> plain("${EDS_ID}"), plain("<Event data store id>")
    ('eds_id', 'event data store id')
    """
    return name.strip().removeprefix("$").strip("{}<>").strip().lower()


def bindings(stores: Mapping[str, str] | None) -> dict[str, str]:
    """Check what a caller binds by hand: a kind, or a kind and the accounts whose rows the store holds.

    Raises
    ------
    ParameterError
        There is no such kind, or what should be an account id is none.

    Examples
    --------
    >>> bindings({"$Payroll": "cloudtrail", "prod": "cloudtrail:111122223333,222233334444"})
    {'payroll': 'cloudtrail', 'prod': 'cloudtrail:111122223333,222233334444'}
    >>> bindings({"x": "logs"})
    Traceback (most recent call last):
    workbench.errors.ParameterError: store x is bound to logs, which is no kind. Kinds: cloudtrail, ...
    """
    for name, bound in (stores or {}).items():
        kind, accounts = of_accounts(bound)
        if kind not in KINDS:
            raise ParameterError(
                f"store {name} is bound to {kind}, which is no kind. Kinds: {', '.join(KINDS)}"
            )
        if wrong := [one for one in accounts if not re.fullmatch("[0-9]{12}", one)]:
            raise ParameterError(
                f"store {name}: {wrong[0]!r} is no account id. Write {kind}:111122223333,444455556666"
            )
    return {plain(name): bound for name, bound in (stores or {}).items()}


def binding(text: str) -> tuple[str, str]:
    """Part ID=KIND, at the last sign: an id may hold one.

    Raises
    ------
    ParameterError
        It is none.

    Examples
    --------
    >>> binding("payroll=cloudtrail")
    ('payroll', 'cloudtrail')
    """
    name, sign, kind = text.rpartition("=")
    if not (name and sign and kind):
        raise ParameterError(f"{text} is not ID=KIND, such as payroll=cloudtrail")
    return name, kind


def of_accounts(bound: str) -> tuple[str, list[str]]:
    """Part a kind from the accounts that are named after it; none are named: all.

    Examples
    --------
    >>> of_accounts("config"), of_accounts("config:111122223333")
    (('config', []), ('config', ['111122223333']))
    """
    kind, colon, accounts = bound.partition(":")
    return kind, [one.strip() for one in accounts.split(",")] if colon else []


def kind_of(name: str, qualified: bool, dialect: str, bound: Mapping[str, str]) -> str | None:
    """Tell the kind of the store that `name` stands for; None when it is no store.

    Parameters
    ----------
    name
        As written, without what stands before it.
    qualified
        Whether a catalog or schema stands before it.
    dialect
        `lake` or `athena`.
    bound
        What `bindings` gave.

    Examples
    --------
    >>> kind_of("$EDS_ID", False, "lake", {}), kind_of("cloudtrail_logs", True, "athena", {})
    ('cloudtrail', 'cloudtrail')
    >>> kind_of("$CONFIG_EDS_ID", False, "lake", {}), kind_of("awsconfig", True, "athena", {})
    ('config', 'config')
    >>> kind_of("payroll", False, "lake", {}), kind_of("duckdb_settings", False, "athena", {})
    (None, None)
    """
    if plain(name) in bound and not (qualified and dialect == "lake"):
        return bound[plain(name)]
    if dialect == "athena":
        if name.lower() == "awsconfig":
            return "config"
        if name.lower() == "rebuilt_tags":
            return "tagged"
        return "cloudtrail" if name.lower().startswith("cloudtrail") else None
    if qualified:
        return None
    for word, kind in _OTHERS:
        if word in name.lower():
            return kind
    return "cloudtrail" if _CLOUDTRAIL.fullmatch(plain(name)) else None

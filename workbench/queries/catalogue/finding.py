"""The catalogue: every ready query, one by its name, and those that match some words."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from workbench.errors import ParameterError, visible
from workbench.queries.catalogue.headers import Query, read

_WEIGHTS = {"name": 6, "title": 4, "dialect": 3, "question": 3, "look_for": 1, "columns": 1, "sql": 1}
_WORD = re.compile(r"[a-z0-9]+")


def find(words: str | Sequence[str] = ()) -> list[Query]:
    """List the ready queries that match some words, the best first; all of them without words.

    A word matches the beginning of a word in a query's name, title, question, remarks, columns or text; a
    match in the name or title counts most. Queries that match all of the words leave out the others.

    Parameters
    ----------
    words
        What you are after, in any order: `"console mfa"`.

    Returns
    -------
    list of Query
        In the order of relevance; by name without words.

    Examples
    --------
    >>> [found.name for found in find("console mfa")][0]
    'console_logins_without_mfa'
    >>> len(find()) >= 60
    True
    """
    wanted = _words(words if isinstance(words, str) else " ".join(words))
    ranked = [(_points(entry, wanted), entry) for entry in _catalogue().values()]
    if not wanted:
        return [entry for _, entry in ranked]
    most = max(hits for (hits, _), _ in ranked)
    best = [(points, entry) for (hits, points), entry in ranked if hits == most > 0]
    return [entry for _, entry in sorted(best, key=_rank)]


def query(name: str) -> Query:
    """Give a ready query by its name.

    Raises
    ------
    ParameterError
        There is none of this name; the message names the nearest.

    Examples
    --------
    >>> query("root_activity").title
    'Everything root did'
    >>> query("root_activities")
    Traceback (most recent call last):
    workbench.errors.ParameterError: no ready query root_activities. Nearest: root_activity...
    """
    known = _catalogue()
    if name not in known:
        near = get_close_matches(name, known, cutoff=0.5) or [found.name for found in find(name)[:3]]
        nearest = f"Nearest: {', '.join(near)}" if near else "See them: workbench queries"
        raise ParameterError(f"no ready query {visible(name)}. {nearest}")
    return known[name]


@cache
def _catalogue() -> dict[str, Query]:
    folder = files("workbench.queries.catalogue")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    texts = {name.removesuffix(".sql"): (folder / name).read_text(encoding="utf-8") for name in names}
    return {name: read(name, text) for name, text in texts.items()}


def _rank(found: tuple[int, Query]) -> tuple[int, bool, str]:
    """Of equal matches, Lake's before Athena's, then by name."""
    points, entry = found
    return -points, entry.dialect == "athena", entry.name


def _points(entry: Query, wanted: Sequence[str]) -> tuple[int, int]:
    """Count the words that match, and what the matches are worth."""
    best = [max(_worth(entry, part, word) for part in _WEIGHTS) for word in wanted]
    return sum(worth > 0 for worth in best), sum(best)


def _worth(entry: Query, part: str, word: str) -> int:
    """Twice the weight for the whole word, once for the beginning of one."""
    known = getattr(entry, part)
    found = _words(known if isinstance(known, str) else " ".join(known))
    if word in found:
        return 2 * _WEIGHTS[part]
    return _WEIGHTS[part] if any(other.startswith(word) for other in found) else 0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

"""Selections of a detection into trees: fields with modifiers, keywords, lists of either."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from workbench.detections.reading import values
from workbench.detections.reading.documents import Refused
from workbench.detections.reading.tree import And, Exists, Match, Node, Or, Reference, Test, Text
from workbench.events.columns import AWS

FIELDS = frozenset(AWS.names) - {"eventJson", "eventJsonChecksum"}
"""What a field may begin with: the fields of a CloudTrail record."""

_PLACES = ("contains", "startswith", "endswith")
_NUMBERS = ("lt", "lte", "gt", "gte")
_KINDS = (*_PLACES, *_NUMBERS, "re", "cidr", "exists", "fieldref")
_FLAGS = ("i", "m", "s")
_MODIFIERS = frozenset((*_KINDS, *_FLAGS, "all", "cased", "expand"))
_OF_KEYWORDS = frozenset(("contains", "all", "cased", "expand", "re", *_FLAGS))
_PLACEHOLDER = re.compile(r"%([^%\s]+)%")
_MOST_EXPANDED = 10_000

Placeholders = Mapping[str, Sequence[str]]


def check_field(name: str) -> str:
    """Return the name of a field of CloudTrail's records.

    Raises
    ------
    Refused
        No record has such a field.

    Examples
    --------
    >>> check_field("requestParameters.name")
    'requestParameters.name'
    >>> check_field("host.name")
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: unknown field host.name
    """
    top, *keys = name.split(".")
    if top not in FIELDS or "" in keys:
        raise Refused(f"unknown field {name}")
    return name


def selection(name: str, written: Any, placeholders: Placeholders) -> Node:
    """Read one selection.

    Parameters
    ----------
    name
        Its name, for the reason when it is refused.
    written
        A mapping, a list of mappings and texts, or a text.
    placeholders
        Values for `|expand`.

    Examples
    --------
    >>> selection("s", {"eventName": ["A", "B"]}, {}).tests
    (Text(pattern=('A',), cased=False), Text(pattern=('B',), cased=False))
    """
    if isinstance(written, dict):
        return _all_of(name, written, placeholders)
    entries = written if isinstance(written, list) else [written]
    if not entries:
        raise Refused(f"empty selection {name}")
    maps = [_all_of(name, entry, placeholders) for entry in entries if isinstance(entry, dict)]
    words = [entry for entry in entries if not isinstance(entry, dict)]
    parts = [*([_keywords("", words, placeholders)] if words else []), *maps]
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _all_of(name: str, written: Mapping[str, Any], placeholders: Placeholders) -> Node:
    if not written:
        raise Refused(f"empty selection {name}")
    parts = [_item(key, value, placeholders) for key, value in written.items()]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _item(key: str, written: Any, placeholders: Placeholders) -> Node:
    field, *_ = key.split("|")
    if not field:
        return _keywords(key, written if isinstance(written, list) else [written], placeholders)
    check_field(field)
    modifiers = _modifiers(key)
    texts = list(_values(field, written, modifiers, placeholders))
    tests = tuple(_test(field, text, modifiers) for text in texts)
    return Match(field, tests, every="all" in modifiers)


def _keywords(key: str, words: Sequence[Any], placeholders: Placeholders) -> Node:
    modifiers = _modifiers(key)
    wrong = next((name for name in modifiers if name not in _OF_KEYWORDS), None)
    if wrong:
        raise Refused(f"modifier {wrong} without a field")
    if any(word is None for word in words):
        raise Refused("null among keywords")
    how = modifiers if "re" in modifiers or "contains" in modifiers else (*modifiers, "contains")
    texts = _values("keywords", list(words), modifiers, placeholders)
    return Match(None, tuple(_test("keywords", text, how) for text in texts), every="all" in modifiers)


def _modifiers(key: str) -> tuple[str, ...]:
    modifiers = tuple(key.split("|")[1:])
    for name in modifiers:
        if name not in _MODIFIERS:
            raise Refused(f"unknown modifier {name}")
    kinds = [name for name in modifiers if name in _KINDS]
    together = set(kinds) - ({"fieldref"} if set(kinds) & set(_PLACES) else set())
    if len(together) > 1:
        raise Refused(f"modifiers {' and '.join(kinds)} together")
    flag = next((name for name in modifiers if name in _FLAGS), None)
    if flag and "re" not in modifiers:
        raise Refused(f"modifier {flag} without re")
    return modifiers


def _values(
    field: str, written: Any, modifiers: Sequence[str], placeholders: Placeholders
) -> Iterator[str | None]:
    entries = written if isinstance(written, list) else [written]
    if not entries:
        raise Refused(f"no values for {field}")
    for entry in entries:
        if isinstance(entry, (dict, list)):
            kind = "mapping" if isinstance(entry, dict) else "list"
            raise Refused(f"a {kind} among the values of {field}")
        if entry is None or "expand" not in modifiers:
            yield entry
        else:
            yield from _expanded(entry, placeholders)


def _expanded(text: str, placeholders: Placeholders) -> list[str]:
    texts = [text]
    for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
        if name not in placeholders:
            raise Refused(f"unresolved placeholder %{name}%")
        texts = [one.replace(f"%{name}%", value) for one in texts for value in placeholders[name]]
        if len(texts) > _MOST_EXPANDED:
            raise Refused(f"placeholders give more than {_MOST_EXPANDED:,} values")
    return texts


def _test(field: str, text: str | None, modifiers: Sequence[str]) -> Test:
    kind = next((name for name in modifiers if name in _KINDS and name != "fieldref"), "")
    if text is None:
        if kind or "fieldref" in modifiers:
            raise Refused(f"null with modifier {kind or 'fieldref'} of {field}")
        return Exists(False)
    cased = "cased" in modifiers
    if "fieldref" in modifiers:
        return Reference(check_field(text), kind or "equals", cased)
    if kind in _OTHER:
        return _OTHER[kind](text, modifiers)
    return Text(values.checked(values.placed(values.pattern(text), kind)), cased)


def _regex(text: str, modifiers: Sequence[str]) -> Test:
    return values.regex(text, "".join(flag for flag in _FLAGS if flag in modifiers))


def _network(text: str, modifiers: Sequence[str]) -> Test:
    return values.network(text)


def _exists(text: str, modifiers: Sequence[str]) -> Test:
    wanted = {"true": True, "yes": True, "false": False, "no": False}.get(text.lower())
    if wanted is None:
        raise Refused(f"exists: {text} is neither true nor false")
    return Exists(wanted)


def _number(kind: str) -> Callable[[str, Sequence[str]], Test]:
    return lambda text, modifiers: values.number(kind, text)


_OTHER: dict[str, Callable[[str, Sequence[str]], Test]] = {
    "re": _regex,
    "cidr": _network,
    "exists": _exists,
    **{kind: _number(kind) for kind in _NUMBERS},
}

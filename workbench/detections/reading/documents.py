"""The text of a rule file into plain values: YAML's safe part, read without recursion.

Every scalar stays the text that was written, so that `1.10`, a date and `No` mean what the author sees; only
null is told apart, and `typed` gives numbers and truth values where they are wanted. What a file can do to a
reader (aliases of aliases, deep nesting, tags, two keys of one name) is refused by name.

References
----------
https://yaml.org/spec/1.2.2/#103-core-schema
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

MOST_BYTES = 1 << 20
MOST_DEPTH = 40
MOST_NODES = 50_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = ("", "~", "null", "Null", "NULL")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class Refused(Exception):  # noqa: N818 (not an error of the program: a rule that cannot run, and why)
    """Why a rule cannot run, in words for its author."""


class Plain(str):
    """A scalar without quotes: text, or a number or truth value where one is wanted."""

    __slots__ = ()


def documents(text: str) -> Iterator[Any]:
    r"""Give the documents of a file.

    Raises
    ------
    Refused
        It is no YAML, or does what only hostile YAML does.

    Examples
    --------
    >>> list(documents("id: 010\ndate: 2026-09-02\n---\n- null\n- 'null'"))
    [{'id': '010', 'date': '2026-09-02'}, [None, 'null']]
    >>> list(documents("a: 1\na: 2"))
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: key a stands twice in line 2
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                yield builder.finished()
    except yaml.YAMLError as error:
        raise Refused(f"not YAML: {_told(error)}") from error


def _told(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return f"{problem} in line {mark.line + 1}" if mark else problem


class _Builder:
    """Builds the value of each document from the events of the parser."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._root: Any = None
        self._open: list[tuple[Any, list[Any], str | None]] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0

    def finished(self) -> Any:
        """Give the document's value, and be ready for the next one."""
        root = self._root
        self._start()
        return root

    def take(self, event: Any) -> None:
        """Take one event."""
        if isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event), event, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise Refused(f"alias {event.anchor} names what it is inside of, or nothing")
            value, size = self._anchors[event.anchor]
            self._add(value, event, size, is_alias=True)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._enter(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._leave(event)

    def _enter(self, event: Any) -> None:
        _check_tag(event)
        if len(self._open) >= MOST_DEPTH:
            raise Refused(f"nested more than {MOST_DEPTH} deep")
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._open.append(({} if is_map else [], [self._nodes], event.anchor))

    def _leave(self, event: Any) -> None:
        value, (before, *_), anchor = self._open.pop()
        size = self._nodes - before + 1
        if anchor:
            self._anchors[anchor] = value, size
        self._nodes -= size - 1  # `_add` counts them all again
        self._add(value, event, size)

    def _add(self, value: Any, event: Any, size: int, *, is_alias: bool = False) -> None:
        self._nodes += size
        if self._nodes > MOST_NODES:
            raise Refused(f"more than {MOST_NODES:,} values, aliases counted as what they stand for")
        if isinstance(event, yaml.ScalarEvent) and event.anchor:
            self._anchors[event.anchor] = value, 1
        if not self._open:
            self._root = value
            return
        inside, state, _ = self._open[-1]
        if isinstance(inside, list):
            inside.append(value)
        elif len(state) == 1:
            state.append(_key(value, inside, event))
        else:
            inside[state.pop()] = value


def _key(value: Any, inside: dict[str, Any], event: Any) -> str:
    line = event.start_mark.line + 1
    if not isinstance(value, str):
        raise Refused(f"a key that is no text in line {line}")
    if value == "<<":
        raise Refused(f"merge key << in line {line}")
    if value in inside:
        raise Refused(f"key {value} stands twice in line {line}")
    return str(value)


def _scalar(event: Any) -> str | None:
    _check_tag(event)
    if not is_unicode(event.value):
        raise Refused(f"a text that is no Unicode in line {event.start_mark.line + 1}")
    if not event.implicit[0]:
        return str(event.value)
    return None if event.value in _NULL else Plain(event.value)


def is_unicode(text: str) -> bool:
    r"""Tell a text that can be written from one with half a character in it.

    Examples
    --------
    >>> is_unicode("\U0001f600"), is_unicode("\ud83d")
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_tag(event: Any) -> None:
    if event.tag not in (
        None,
        "!",
        "tag:yaml.org,2002:str",
        "tag:yaml.org,2002:map",
        "tag:yaml.org,2002:seq",
    ):
        raise Refused(f"tag {event.tag} in line {event.start_mark.line + 1}")


def typed(value: Any) -> Any:
    """Give a value with numbers and truth values as such, where they were written without quotes.

    Examples
    --------
    >>> typed({"a": [Plain("5"), Plain("1.5"), Plain("true"), "5", Plain("2026-09-02"), Plain("No")]})
    {'a': [5, 1.5, True, '5', '2026-09-02', 'No']}
    """
    if isinstance(value, dict):
        return {key: typed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [typed(entry) for entry in value]
    if not isinstance(value, Plain):
        return value
    if value in _BOOLEAN:
        return _BOOLEAN[value]
    if _INTEGER.fullmatch(value) and len(value) < 4000:
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else str(value)

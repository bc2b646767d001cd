"""What differs between two states of a resource, path by path.

Lists are aligned before they are compared, so that a statement put first is one addition, and not a change of
all that follow. Policies that a configuration holds as a text, URL-encoded or not, are compared as what they
say.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from urllib.parse import unquote

COMPARED = (
    "configurationItemStatus",
    "resourceName",
    "availabilityZone",
    "configuration",
    "supplementaryConfiguration",
    "relationships",
    "tags",
)
"""Parts of an item that tell of its resource; the others tell of the recording."""

_PLAIN = re.compile(r"[A-Za-z_][\w-]*")
_OPENING = ("{", "[", "%7B", "%5B")
_MOST_ALIGNED = 1000  # aligning takes time that grows with the square


class Difference(NamedTuple):
    """One path, and what stood there: compact JSON, a text as it is; None where there was nothing."""

    path: str
    before: str | None
    after: str | None


def state_of(event_json: str) -> dict[str, Any]:
    """Take what an item says of its resource from its text in Lake's shape.

    Examples
    --------
    >>> state_of('{"eventData": {"configuration": {"n": 1.50}, "configurationItemVersion": "1.3"}}')
    {'configuration': {'n': Decimal('1.50')}}
    """
    event = json.loads(event_json, parse_float=Decimal)
    data = next((value for key, value in event.items() if key.casefold() == "eventdata"), None)
    told = {key.casefold(): value for key, value in data.items()} if isinstance(data, dict) else {}
    state = {name: told[name.casefold()] for name in COMPARED if name.casefold() in told}
    if isinstance(state.get("relationships"), list):  # their order says nothing
        state["relationships"] = sorted(state["relationships"], key=_spelled)
    return state


def differences(before: Any, after: Any) -> Iterator[Difference]:
    """Give the paths at which two states differ, in the order of the later one.

    Examples
    --------
    >>> old = {"policy": '{"Allow": ["a"]}', "tags": {"team": "blue"}}
    >>> for found in differences(old, {"policy": '{"Allow": ["b", "a"]}', "tags": {}}):
    ...     print(*found)
    policy.Allow[0] None b
    tags.team blue None
    """
    waiting: list[tuple[str, Any, Any]] = [("", before, after)]
    while waiting:
        path, old, new = waiting.pop()
        old, new = _opened(old), _opened(new)
        if isinstance(old, dict) and isinstance(new, dict):
            waiting += reversed(list(_members(path, old, new)))
        elif isinstance(old, list) and isinstance(new, list):
            waiting += reversed(list(_entries(path, old, new)))
        elif not _same(old, new):
            yield Difference(path, _told(old), _told(new))


_ABSENT = object()


def _members(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*new, *old)):
        step = f".{key}" if _PLAIN.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
        yield f"{path}{step}".removeprefix("."), old.get(key, _ABSENT), new.get(key, _ABSENT)


def _entries(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Pair the entries of two lists; an index is that of the later one, of what is gone the earlier one."""
    for tag, start, end, new_start, new_end in _aligned(old, new):
        if tag == "equal":
            continue
        pairs = min(end - start, new_end - new_start)
        for step in range(pairs):
            yield f"{path}[{new_start + step}]", old[start + step], new[new_start + step]
        for at in range(start + pairs, end):
            yield f"{path}[{at}]", old[at], _ABSENT
        for at in range(new_start + pairs, new_end):
            yield f"{path}[{at}]", _ABSENT, new[at]


def _aligned(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) > _MOST_ALIGNED:
        return [("replace", 0, len(old), 0, len(new))]
    matcher = SequenceMatcher(None, [_spelled(one) for one in old], [_spelled(one) for one in new], False)
    return list(matcher.get_opcodes())


def _opened(value: Any) -> Any:
    """Read a text that holds JSON, as policies are kept; anything else stays as it is."""
    if not isinstance(value, str) or not value.startswith(_OPENING):
        return value
    text = unquote(value) if value.startswith("%") else value
    try:
        inner = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, (dict, list)) else value


def _same(old: Any, new: Any) -> bool:
    return old is new or (type(old) is type(new) and old == new)


def _told(value: Any) -> str | None:
    if value is _ABSENT:
        return None
    return value if isinstance(value, str) else _spelled(value)


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_number)


def _number(value: Any) -> Any:
    return int(value) if value == value.to_integral_value() else float(value)

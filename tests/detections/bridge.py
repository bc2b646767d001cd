"""An independent reading of event patterns, record by record, after AWS's pages and those of Event Ruler.

A record is a list of leaves, each with its path, its kind, its text and the elements of lists it lies in. A
pattern is met where a leaf can be chosen for everything it asks for, no two of them in different elements of
one list. It shares no code with the engine.
"""

import fnmatch
import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from tests.detections.evaluator import in_network

Lists = tuple[tuple[tuple[str, ...], int], ...]


class Leaf(NamedTuple):
    path: tuple[str, ...]
    value: Any
    lists: Lists


def matches(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    """Tell whether EventBridge would send the event of a record to the targets of a rule."""
    event = {
        "source": "aws." + (record.get("eventSource") or "").removesuffix(".amazonaws.com"),
        "detail-type": {
            "AwsApiCall": "AWS API Call via CloudTrail",
            "AwsServiceEvent": "AWS Service Event via CloudTrail",
            "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
        }.get(record.get("eventType") or "", "?"),
        "account": record.get("recipientAccountId"),
        "region": record.get("awsRegion"),
        "time": record.get("eventTime"),
        "detail": record,
    }
    leaves = list(_leaves(event, (), ()))
    return any(_met(list(asked.items()), leaves, {}) for asked in _flat(pattern, ()))


def _leaves(node: Any, path: tuple[str, ...], lists: Lists, place: int = 0) -> Iterator[Leaf]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key), lists)
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from _leaves(one, path, (*lists, ((*path, f"#{place}"), number)), place + 1)
    else:
        yield Leaf(path, node, lists)


def _flat(pattern: dict[str, Any], path: tuple[str, ...]) -> list[dict[tuple[str, ...], list[Any]]]:
    parts = []
    for key, wanted in pattern.items():
        if key == "$or":
            parts.append([one for way in wanted for one in _flat(way, path)])
        elif isinstance(wanted, dict):
            parts.append(_flat(wanted, (*path, key)))
        else:
            gone = [one for one in wanted if one == {"exists": False}][:1]
            rest = [one for one in wanted if one != {"exists": False}]
            parts.append([{(*path, key): some} for some in (gone, rest) if some])
    return [{path: wanted for part in way for path, wanted in part.items()} for way in product(*parts)]


def _met(asked: list[Any], leaves: list[Leaf], chosen: dict[tuple[str, ...], int]) -> bool:
    asked = sorted(asked, key=lambda one: one[1] == [{"exists": False}])  # what is to be absent comes last
    if not asked:
        return True
    (path, wanted), *rest = asked
    here = [leaf for leaf in leaves if leaf.path == path]
    fit = [leaf for leaf in here if all(chosen.get(place, number) == number for place, number in leaf.lists)]
    if wanted == [{"exists": False}]:
        return not fit and _met(rest, leaves, chosen)
    return any(
        _met(rest, leaves, chosen | dict(leaf.lists))
        for leaf in fit
        if any(_holds(one, leaf.value) for one in wanted)
    )


def _holds(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return _same(wanted, value)
    ((operator, asked),) = wanted.items()
    if operator == "exists":
        return True
    if operator == "anything-but":
        return _is_other(asked, value)
    if operator == "numeric":
        return _in_range(asked, value)
    if not isinstance(value, str):
        return False
    if operator == "cidr":
        return in_network(value, asked)
    if isinstance(asked, dict):
        (asked,), value, operator = [one.lower() for one in asked.values()], value.lower(), operator
    return {
        "prefix": value.startswith(asked),
        "suffix": value.endswith(asked),
        "equals-ignore-case": value.lower() == asked.lower(),
        "wildcard": _like(asked, value),
    }[operator]


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool) or wanted is None or value is None:
        return wanted is value
    return isinstance(wanted, str) == isinstance(value, str) and wanted == value


def _is_other(asked: Any, value: Any) -> bool:
    if not isinstance(asked, dict):
        return not any(_same(one, value) for one in (asked if isinstance(asked, list) else [asked]))
    ((operator, inner),) = asked.items()
    return not any(_holds({operator: one}, value) for one in (inner if isinstance(inner, list) else [inner]))


def _in_range(asked: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    value = float(value)
    signs = {
        "=": value.__eq__, "<": value.__lt__, "<=": value.__le__, ">": value.__gt__, ">=": value.__ge__,
    }  # fmt: skip
    return all(signs[sign](float(bound)) for sign, bound in zip(asked[::2], asked[1::2], strict=True))


def _like(wanted: str, value: str) -> bool:
    plain = re.sub(r"\\(.)", lambda found: f"[{found[1]}]", wanted.replace("[", "\0").replace("?", "\1"))
    return fnmatch.fnmatchcase(value.replace("[", "\0").replace("?", "\1"), plain)


def read(pattern: str) -> dict[str, Any]:
    """Read a pattern."""
    return json.loads(pattern)

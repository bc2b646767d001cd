r"""EventBridge event patterns on what CloudTrail sends to an event bus, as they are written for rules.

`{"source": ["aws.iam"], "detail": {"eventName": ["CreateUser"]}}` becomes the tree that a Sigma detection
becomes. It is not read as one: case matters, `"22"` is not 22, null is a value, and what a pattern asks of an
object within a list is asked of one and the same object. A pattern sees every event of the case, also the
reads that EventBridge leaves out unless a rule asks for all management events.

References
----------
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
https://github.com/aws/event-ruler/blob/main/README.md
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workbench.detections.reading.comparisons import OPERATORS, Digits, Leaf, leaf
from workbench.detections.reading.documents import Refused, is_unicode
from workbench.detections.reading.envelope import PLACES, part_of
from workbench.detections.reading.model import Rule
from workbench.detections.reading.parsing import apis_of
from workbench.detections.reading.selections import check_field
from workbench.detections.reading.sources import TYPED
from workbench.detections.reading.tree import And, Match, Network, Node, Or, Shape, Value
from workbench.events.columns import AWS, BOOLEAN

Path = tuple[str, ...]
Asked = dict[Path, Leaf]
"""What is asked of a record, by place; all of it has to hold."""

_MOST_WAYS = 1_000  # EventBridge's own limit
_MOST_DEPTH = 20
_BOOLEANS = {field.name for field in AWS if field.type == BOOLEAN}
_RESERVED = frozenset((*OPERATORS, "exists", "exact"))


def event_rule(pattern: str, name: str = "pattern", path: str = "", description: str | None = None) -> Rule:
    """Make a rule of an event pattern; one that cannot be asked of CloudTrail is a refused rule.

    Examples
    --------
    >>> rule = event_rule('{"detail": {"eventName": [{"prefix": "Stop"}, "DeleteTrail"]}}', "off")
    >>> rule.id, rule.apis, rule.refused
    ('off', ('DeleteTrail',), None)
    >>> event_rule('{"detail": {"state": ["running"]}}').refused
    'unknown field state'
    >>> event_rule('{"detail-type": ["EC2 Instance State-change Notification"]}').refused
    'detail-type: CloudTrail sends no EC2 Instance State-change Notification'
    """
    rule = Rule(id=name, title=name, path=path, description=description or pattern)
    try:
        detection = _detection(_read(pattern))
    except Refused as reason:
        return replace(rule, refused=str(reason))
    return replace(rule, detection=detection, apis=apis_of(detection))


def _read(pattern: str) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Refused(f"key {next(key for key, _ in pairs if _count(pairs, key) > 1)} stands twice")
        return found

    def no_number(text: str) -> Any:
        raise Refused(f"not a number: {text}")

    try:
        read = json.loads(
            pattern, object_pairs_hook=unique, parse_int=Digits, parse_float=Digits, parse_constant=no_number
        )
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from error
    if not isinstance(read, dict):
        raise Refused("no event pattern: it is no object")
    if not is_unicode(json.dumps(read, ensure_ascii=False)):
        raise Refused("a text that is no Unicode")
    return read


def _count(pairs: list[tuple[str, Any]], key: str) -> int:
    return sum(key == other for other, _ in pairs)


def _detection(pattern: Mapping[str, Any]) -> Node:
    ways = [_way(asked) for asked in _ways(pattern, ())]
    return ways[0] if len(ways) == 1 else Or(tuple(ways))


def _ways(pattern: Mapping[str, Any], path: Path, inside_or: bool = False) -> list[Asked]:
    """List the ways in which a pattern can be met: more where it has `$or`, or that nothing is fine, too."""
    if not pattern:
        raise Refused(f"{'.'.join(path) or 'the pattern'} asks for nothing")
    if len(path) > _MOST_DEPTH:
        raise Refused(f"nested more than {_MOST_DEPTH} deep")
    ways: list[Asked] = [{}]
    for key, wanted in pattern.items():
        _check_key(key, path, inside_or)
        more = _either(wanted, path) if key == "$or" else _of_key(wanted, (*path, key), inside_or)
        ways = [_both(one, other) for one in ways for other in more]
        if len(ways) > _MOST_WAYS:
            raise Refused(f"$or gives more than {_MOST_WAYS:,} combinations")
    return ways


def _check_key(key: str, path: Path, inside_or: bool) -> None:
    if inside_or and key in _RESERVED:
        raise Refused(f"{key} is no field within $or")
    if "." in key:
        raise Refused(f"key with a dot: {key}. Write objects within each other")
    if not path and key not in ("$or", "detail", *PLACES):
        raise Refused(f"{key} of an event on the bus is not in CloudTrail's record")
    if path == ("detail",) and key != "$or":
        check_field(key)


def _either(wanted: Any, path: Path) -> list[Asked]:
    if not isinstance(wanted, list) or len(wanted) < 2 or not all(isinstance(one, dict) for one in wanted):
        raise Refused("$or is no list of two objects or more")
    return [asked for one in wanted for asked in _ways(one, path, inside_or=True)]


def _of_key(wanted: Any, path: Path, inside_or: bool) -> list[Asked]:
    name = ".".join(path[1:] or path)
    if isinstance(wanted, dict) and path[0] == "detail":
        return _ways(wanted, path, inside_or)
    if not isinstance(wanted, list) or path == ("detail",):
        raise Refused(f"{name} is no list of values" + (" and no object" if path[0] == "detail" else ""))
    if not wanted:
        raise Refused(f"no values for {name}")
    return [{path: found} for found in leaf(name, wanted)]


def _both(one: Asked, other: Asked) -> Asked:
    if twice := one.keys() & other.keys():
        raise Refused(f"{'.'.join(min(twice))} stands inside and outside of $or")
    return one | other


def _way(asked: Asked) -> Node:
    """Spell one way: the whole of it as the shape of the record, and first what is quickly told."""
    placed = [part_of(path, wanted) for path, wanted in asked.items()]
    quick = [match for path, wanted in placed for match in _quick(path, wanted)]
    whole = Match(None, (_shape(placed),))
    return And((*quick, whole)) if quick else whole


def _quick(path: Path, wanted: Leaf) -> Iterator[Match]:
    """Spell again what is asked of a field that has a column of its own, or of an address."""
    field = ".".join(path)
    is_plain = field in TYPED and field not in _BOOLEANS
    if wanted is None or not all(one.kinds == ("string",) and one.tests and not one.but for one in wanted):
        return
    tests = tuple(test for one in wanted for test in one.tests)
    if is_plain or any(isinstance(test, Network) for test in tests):
        yield Match(field, tests)


def _shape(parts: list[tuple[Path, Leaf]]) -> Shape:
    """Join what is asked of one object; where all that is asked is absence, it is asked of every object."""
    keys = list(dict.fromkeys(path[0] for path, _ in parts))
    found: list[tuple[Path, Shape | tuple[Value, ...] | None]] = []
    for key in keys:
        inside = [(path[1:], wanted) for path, wanted in parts if path[0] == key]
        found += [((key,), wanted) for path, wanted in inside if not path]
        deeper = [(path, wanted) for path, wanted in inside if path]
        if any(wanted is not None for _, wanted in deeper):
            found.append(((key,), _shape(deeper)))
        else:
            found += [((key, *path), None) for path, _ in deeper]
    return Shape(tuple(found))

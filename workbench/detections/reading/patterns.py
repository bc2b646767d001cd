"""Patterns as they are written for alarms and event buses, out of a text or a file, as rules."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from workbench.detections.reading.cloudwatch import filter_rule
from workbench.detections.reading.documents import MOST_BYTES, Refused, is_unicode
from workbench.detections.reading.envelope import PLACES
from workbench.detections.reading.eventbridge import event_rule
from workbench.detections.reading.model import Rule

_JSON = re.compile(r'\s*(\{\s*["}]|[\["])')  # CloudWatch's begin with { $. or { (
_NAMED = (b'"metricFilters"', b'"EventPattern"', b'"ScheduleExpression"')
_ON_THE_BUS = frozenset(("$or", "detail", "id", "resources", "version", *PLACES))


def pattern_rule(pattern: str, name: str = "pattern", path: str = "") -> Rule:
    """Make a rule of a pattern: of a CloudWatch metric filter, or of EventBridge.

    Parameters
    ----------
    pattern
        `{ ($.eventName = StopLogging) || ... }`, or `{"detail": {"eventName": ["StopLogging"]}}`; see
        `workbench.detections.reading.cloudwatch` and `eventbridge` for what they mean.
    name
        Id and title of the rule.
    path
        The file it is from.

    Returns
    -------
    Rule
        A refused one, where the pattern is none.

    Examples
    --------
    >>> pattern_rule("{ $.eventName = StopLogging }").apis
    ('StopLogging',)
    >>> pattern_rule('{"detail": {"eventName": ["DeleteTrail"]}}').apis
    ('DeleteTrail',)
    >>> pattern_rule("{ $.host = x }").refused, pattern_rule('{"host": ["x"]}').refused
    ('unknown field host', "host of an event on the bus is not in CloudTrail's record")
    """
    if not is_unicode(pattern):  # bytes of a command line that are no UTF-8
        return Rule(name, name, path=path, refused="a pattern that is no Unicode")
    return event_rule(pattern, name, path) if _JSON.match(pattern) else filter_rule(pattern, name, path)


def pattern_rules(path: Path, called: str | None = None) -> list[Rule]:
    """Make rules of a file, `called` what the file's name is in words.

    One pattern of either kind, or what `aws logs describe-metric-filters`, `aws events list-rules` or
    `describe-rule` printed.

    Raises
    ------
    Refused
        There is no pattern in it after all.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "filters.json"
    >>> filters = '{"metricFilters": [{"filterName": "root", "filterPattern": "{ $.eventID = * }"}]}'
    >>> _ = path.write_text(filters)
    >>> [rule.id for rule in pattern_rules(path)]
    ['root']
    """
    text = path.read_text(encoding="utf-8-sig")
    path = Path(called or path)
    if path.suffix.lower() != ".json":
        return [pattern_rule(text.strip(), path.stem, str(path))]
    read = _read(text)
    if "metricFilters" in read:
        return list(_of_filters(read["metricFilters"], path))
    if "EventPattern" in read or "ScheduleExpression" in read:
        return [_of_rule(read, path)]
    if "Rules" in read:
        return [_of_rule(one, path) for one in _listed("Rules", read["Rules"])]
    return [event_rule(text, path.stem, str(path))]


def is_pattern_file(path: Path) -> bool:
    """Tell a file of patterns from others: `*.pattern`, and JSON that holds some."""
    if path.suffix.lower() == ".pattern":
        return True
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as file:  # files of events are large
            data = file.read(MOST_BYTES)
    except OSError:
        return True  # so that it is told why it cannot be read
    return any(name in data for name in _NAMED) or _is_event_pattern(data)


def _is_event_pattern(data: bytes) -> bool:
    """Tell a pattern from an event: where the one has a list, the other has a text."""
    try:
        read = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return False
    if not isinstance(read, dict) or not read or not read.keys() <= _ON_THE_BUS:
        return False
    return all(isinstance(one, list | dict) for one in read.values())


def _read(text: str) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from error
    if not isinstance(read, dict):
        raise Refused("not the output of describe-metric-filters, list-rules or describe-rule")
    return read


def _listed(name: str, entries: Any) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise Refused(f"{name} is no list of objects")
    return entries


def _of_filters(entries: Any, path: Path) -> Iterator[Rule]:
    for one in _listed("metricFilters", entries):
        pattern = one.get("filterPattern")
        name = str(one.get("filterName") or path.stem)
        if isinstance(pattern, str):
            yield filter_rule(pattern, name, str(path))
        else:
            yield Rule(name, name, path=str(path), refused="filterPattern is no text")


def _of_rule(one: Mapping[str, Any], path: Path) -> Rule:
    """Make a rule of one of EventBridge's; what runs by the clock is none."""
    name = str(one.get("Name") or path.stem)
    pattern, told = one.get("EventPattern"), one.get("Description")
    if isinstance(pattern, str):
        return event_rule(pattern, name, str(path), told if isinstance(told, str) else None)
    why = "EventPattern is no text" if pattern else "a rule with a schedule, and no event pattern"
    return Rule(name, name, path=str(path), refused=why)

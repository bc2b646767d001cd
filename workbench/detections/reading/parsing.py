"""One document of a rule file into a `Rule`; what cannot run is a rule with the reason why."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.detections.reading.conditions import condition
from workbench.detections.reading.counting import check_group, correlation_of, threshold_of
from workbench.detections.reading.documents import Refused, typed
from workbench.detections.reading.linting import lint
from workbench.detections.reading.model import SEVERITIES, Known, Rule
from workbench.detections.reading.selections import Placeholders, check_field, selection
from workbench.detections.reading.tree import Match, Node, Or, Text, matches

_NOT_SELECTIONS = ("condition", "timeframe")
_SELECTED = ("known", "own")  # read beside the detection: they are selections


def rule_of(document: Any, path: Path, placeholders: Placeholders) -> Rule:
    """Make a rule of a document.

    Examples
    --------
    >>> logsource = {"product": "aws", "service": "cloudtrail"}
    >>> detection = {"stop": {"eventName": "StopLogging"}, "condition": "stop"}
    >>> rule = rule_of({"detection": detection, "logsource": logsource}, Path("a/off.yml"), {})
    >>> rule.id, rule.level, rule.apis, rule.refused
    ('off', 'medium', ('StopLogging',), None)
    >>> rule_of({"logsource": {"product": "windows"}}, Path("x.yml"), {}).refused
    'not an AWS CloudTrail rule'
    """
    rule = Rule(id=path.stem, title=path.stem, path=str(path))
    if not isinstance(document, dict):
        return replace(rule, refused="not a rule: the document is no mapping")
    rule = _named(rule, document)
    try:
        rule = _described(rule, document)
        rule = _ours(rule, document.get("custom") or {})
        return _with_meaning(rule, document, placeholders)
    except Refused as reason:
        return replace(rule, refused=str(reason))


def _named(rule: Rule, document: Mapping[str, Any]) -> Rule:
    """Take the names first: a refused rule is still called by them."""
    named = {key: document[key] for key in ("id", "title", "name") if isinstance(document.get(key), str)}
    named = {key: str(value) for key, value in named.items() if value}
    return replace(rule, **({"title": named.get("id", rule.title)} | named))


def _described(rule: Rule, document: Mapping[str, Any]) -> Rule:
    for key in ("id", "title", "name"):
        _text(document, key)
    level = _text(document, "level") or "medium"
    if level.lower() not in SEVERITIES:
        raise Refused(f"unknown level {level}")
    return replace(
        rule,
        level=level.lower(),
        status=_text(document, "status"),
        description=_text(document, "description"),
        references=_texts(document, "references"),
        tags=tuple(tag.lower() for tag in _texts(document, "tags")),
        falsepositives=_texts(document, "falsepositives"),
    )


def _with_meaning(rule: Rule, document: Mapping[str, Any], placeholders: Placeholders) -> Rule:
    if "correlation" in document:
        if "detection" in document:
            raise Refused("correlation and detection in one document")
        return replace(rule, correlation=correlation_of(document["correlation"]))
    for key in ("filter", "action"):
        if key in document and "condition" not in document:
            raise Refused(f"documents with {key} are not supported")
    _check_source(document.get("logsource"))
    written = document.get("detection")
    detection, selections = _detection(written, placeholders)
    custom = document.get("custom") or {}
    known, own = (_known(key, custom.get(key), selections) for key in _SELECTED)
    used = {id(leaf) for leaf in (*matches(detection), *_leaves(known), *_leaves(own))}
    unused = [
        f"unused selection {name}"
        for name, node in selections.items()
        if not any(id(leaf) in used for leaf in matches(node))
    ]
    rule = replace(rule, detection=detection, known=known, own=own, apis=rule.apis or apis_of(detection))
    return replace(rule, lint=(*rule.lint, *unused, *lint(detection)))


def _known(key: str, written: Any, selections: Mapping[str, Node]) -> Known | None:
    if written is None:
        return None
    if not isinstance(written, dict) or set(written) != {"selection", "field", "value"}:
        raise Refused(f"{key} has not selection, field and value, and nothing else")
    if written["selection"] not in selections:
        raise Refused(f"unknown selection {written['selection']}")
    names, values = (tuple(map(check_field, _texts(written, name))) for name in ("field", "value"))
    return Known(selections[written["selection"]], names, values)


def _leaves(known: Known | None) -> Iterator[Match]:
    return matches(known.detection) if known else iter(())


def _check_source(source: Any) -> None:
    source = source or {}
    known = {"product": "aws", "service": "cloudtrail"}
    fits = isinstance(source, dict) and "category" not in source
    if not fits or any(str(source.get(key) or value).lower() != value for key, value in known.items()):
        raise Refused("not an AWS CloudTrail rule")


def _detection(written: Any, placeholders: Placeholders) -> tuple[Node, dict[str, Node]]:
    if not isinstance(written, dict):
        raise Refused("no detection")
    conditions = written.get("condition")
    texts: list[Any] = conditions if isinstance(conditions, list) else [conditions]
    texts = [text for text in texts if isinstance(text, str)]
    if not texts or (isinstance(conditions, list) and len(texts) < len(conditions)):
        raise Refused("no condition")
    named = {
        name: selection(name, value, placeholders)
        for name, value in written.items()
        if name not in _NOT_SELECTIONS
    }
    parts = [condition(text, named) for text in texts]
    return parts[0] if len(parts) == 1 else Or(tuple(parts)), named


def apis_of(detection: Node) -> tuple[str, ...]:
    """List the names of APIs that a detection spells out, for the list of what is covered."""
    tests = [test for leaf in matches(detection) if leaf.field == "eventName" for test in leaf.tests]
    patterns = [test.pattern for test in tests if isinstance(test, Text) and len(test.pattern) == 1]
    return tuple(dict.fromkeys(part for (part,) in patterns if isinstance(part, str)))


def _ours(rule: Rule, custom: Any) -> Rule:
    if not isinstance(custom, dict):
        raise Refused("custom is no mapping")
    unknown = [f"unknown key custom.{key}" for key in custom if key not in (*_READ, *_SELECTED)]
    parts: dict[str, Any] = {key: read(custom) for key, read in _READ.items() if key in custom}
    if "api" in parts:
        parts["apis"] = parts.pop("api")
    return replace(rule, lint=(*rule.lint, *unknown), **parts)


def _text(document: Mapping[str, Any], key: str) -> str | None:
    value = document.get(key)
    if value is not None and not isinstance(value, str):
        raise Refused(f"{key} is no text")
    return value


def _texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = document.get(key)
    entries = value if isinstance(value, list) else [value]
    if any(isinstance(entry, (dict, list)) for entry in entries):
        raise Refused(f"{key} is neither text nor a list of texts")
    return tuple(str(entry) for entry in entries if entry is not None)


def _fields(custom: Mapping[str, Any], key: str, check: Callable[[str], str]) -> tuple[str, ...]:
    names = _texts(custom, key)
    if not names:
        raise Refused(f"{key} names no field")
    return tuple(map(check, names))


def _attack(custom: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if not isinstance(custom["attack"], dict):
        raise Refused("attack gives no techniques by version")
    return {version: _texts(custom["attack"], version) for version in custom["attack"]}


def _truth(key: str) -> Callable[[Mapping[str, Any]], bool]:
    def read(custom: Mapping[str, Any]) -> bool:
        found = typed(custom[key])
        if not isinstance(found, bool):
            raise Refused(f"{key} is neither true nor false")
        return found

    return read


def _level(key: str) -> Callable[[Mapping[str, Any]], str]:
    def read(custom: Mapping[str, Any]) -> str:
        found = _text(custom, key) or ""
        if found not in SEVERITIES:
            raise Refused(f"{key}: unknown level {found}")
        return found

    return read


def _tests(custom: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    tests = custom["tests"] or []
    if not isinstance(tests, list) or not all(isinstance(test, dict) for test in tests):
        raise Refused("tests is no list of mappings")
    return tuple(typed(test) for test in tests)


_READ: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "api": lambda custom: _texts(custom, "api"),
    "explain": lambda custom: _text(custom, "explain"),
    "pivot": lambda custom: _text(custom, "pivot"),
    "attack": _attack,
    "cis": lambda custom: _text(custom, "cis"),
    "habit": _truth("habit"),
    "iac": _truth("iac"),
    "denied": _level("denied"),
    "failed": _level("failed"),
    "foreign": lambda custom: _fields(custom, "foreign", check_field),
    "first": lambda custom: _fields(custom, "first", check_group),
    "threshold": lambda custom: threshold_of(custom["threshold"]),
    "tests": _tests,
}

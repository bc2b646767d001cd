"""An independent reading of rules, record by record: slow, plain, and from the specification only.

It shares no code with the engine. Its answers are compared with the engine's SQL on every event there is.
"""

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
OPERATORS = {
    "gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b,
    "lt": lambda a, b: a < b, "eq": lambda a, b: a == b,
}  # fmt: skip
COLUMNS = {"principal", "principal_kind", "principal_account", "access_key_id", "role_arn", "session_name"}


class Number(str):
    """A number of the JSON text, as it was written."""


class Event:
    """One record and what the workbench's own columns say of it."""

    def __init__(self, text: str, columns: dict[str, Any] | None = None) -> None:
        self.text = text
        self.record = json.loads(text, parse_int=Number, parse_float=Number)
        self.columns = columns or {}
        self.id = self.record["eventID"]
        self.known: dict[str, tuple[str, ...]] = {}
        self.time = datetime.fromisoformat(self.record["eventTime"].replace("Z", "+00:00"))

    def values(self, path: str) -> tuple[str, ...]:
        """Texts of all non-null nodes at a path; arrays fan out."""
        if path not in self.known:
            self.known[path] = tuple(self._values(path))
        return self.known[path]

    def _values(self, path: str) -> list[str]:
        if path in COLUMNS:
            value = self.columns.get(path)
            return [] if value is None else [str(value)]
        return [_text(node) for node in self.nodes(path) for node in _flat(node)]

    def nodes(self, path: str) -> list[Any]:
        found = [self.record]
        for part in path.split("."):
            found = [
                one[part] for node in found for one in _flat(node) if isinstance(one, dict) and part in one
            ]
        return [node for node in found if node is not None]


def _flat(node: Any) -> Iterator[Any]:
    if isinstance(node, list):
        for one in node:
            yield from _flat(one)
    elif node is not None:
        yield node


def _text(node: Any) -> str:
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, Number):
        return str(node)
    return node if isinstance(node, str) else _compact(node)


def _compact(node: Any) -> str:
    if isinstance(node, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_compact(v)}" for k, v in node.items())
            + "}"
        )
    if isinstance(node, list):
        return "[" + ",".join(_compact(one) for one in node) + "]"
    return str(node) if isinstance(node, Number) else json.dumps(node, ensure_ascii=False)


# --- one event -------------------------------------------------------------------------------------------


Test = Callable[["Event"], bool]
Holds = Callable[[dict[str, Test], "Event"], bool]


def matches(detection: dict[str, Any], event: Event) -> bool:
    """Say whether the condition of a detection holds for an event."""
    return _detection(detection)(event)


def _detection(detection: dict[str, Any]) -> Test:
    """Read a detection once; what it gives says of an event whether the condition holds."""
    conditions = detection["condition"]
    names = {name: _selection(value) for name, value in detection.items() if name != "condition"}
    sentences = [_sentence(one) for one in (conditions if isinstance(conditions, list) else [conditions])]
    return lambda event: any(holds(names, event) for holds in sentences)


def _selection(selection: Any) -> Test:
    """Read one selection: a map is AND, a list is OR, a string is a keyword."""
    if isinstance(selection, list):
        some = [_selection(one) for one in selection]
        return lambda event: any(test(event) for test in some)
    if not isinstance(selection, dict):
        like = _like(selection, True, ".*", ".*")
        return lambda event: like(event.text)
    fields = [_field(key, wanted) for key, wanted in selection.items()]
    return lambda event: all(test(event) for test in fields)


def _field(key: str, wanted: Any) -> Test:
    path, *modifiers = key.split("|")
    if "exists" in modifiers:
        return lambda event: bool(event.values(path) if path in COLUMNS else event.nodes(path)) is wanted
    listed = wanted if isinstance(wanted, list) else [wanted]
    if "fieldref" in modifiers or None in listed:
        tests = [_one(path, one, modifiers) for one in listed]
        enough = all if "all" in modifiers else any
        return lambda event: enough(test(event) for test in tests)
    texts, words = tuple(map(_spelled, listed)), tuple(modifiers)
    return lambda event: _held(texts, words, event.values(path))


def _one(path: str, wanted: Any, modifiers: list[str]) -> Test:
    if wanted is None:
        return lambda event: not event.nodes(path)
    if "fieldref" in modifiers:
        wheres = [one for one in modifiers if one in ("contains", "startswith", "endswith")]
        return lambda event: any(
            _placed(mine.lower(), its.lower(), wheres)
            for mine in event.values(path)
            for its in event.values(wanted)
        )
    return lambda event: _held((_spelled(wanted),), tuple(modifiers), event.values(path))


def _spelled(wanted: Any) -> str:
    return "true" if wanted is True else "false" if wanted is False else str(wanted)


@lru_cache(100_000)  # nearly every rule asks for the name of the call, and there are few of these
def _held(texts: tuple[str, ...], modifiers: tuple[str, ...], values: tuple[str, ...]) -> bool:
    enough = all if "all" in modifiers else any
    return enough(any(map(_test(text, modifiers), values)) for text in texts)


def _placed(mine: str, its: str, wheres: list[str]) -> bool:
    if "contains" in wheres:
        return its in mine
    if "startswith" in wheres:
        return mine.startswith(its)
    return mine.endswith(its) if "endswith" in wheres else mine == its


@cache
def _test(wanted: str, modifiers: tuple[str, ...]) -> Callable[[str], bool]:
    if "re" in modifiers:
        flags = sum({"i": re.I, "m": re.M, "s": re.S}.get(one, 0) for one in modifiers)
        return lambda value: re.search(wanted, value, flags) is not None
    if "cidr" in modifiers:
        return lambda value: in_network(value, wanted)
    for name in ("lte", "lt", "gte", "gt"):
        if name in modifiers:
            return lambda value: _decimal(value) and OPERATORS[name](float(value), float(wanted))
    before = ".*" if {"contains", "endswith"} & set(modifiers) else ""
    after = ".*" if {"contains", "startswith"} & set(modifiers) else ""
    return _like(wanted, "cased" not in modifiers, before, after)


def _decimal(value: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) is not None


def in_network(value: str, network: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return _plain(address) in _plain_network(network)


def _plain(address: Any) -> Any:
    """Take an IPv4 address inside of IPv6 (the 16 bits before it are ones) as what it is."""
    carried = address.version == 6 and int(address) >> 32 == 0xFFFF
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if carried else address


def _plain_network(text: str) -> Any:
    net = ipaddress.ip_network(text, strict=False)
    first = _plain(net.network_address)
    carried = net.version == 6 and first.version == 4 and net.prefixlen >= 96
    return ipaddress.ip_network((int(first), net.prefixlen - 96)) if carried else net


@cache
def _like(pattern: str, any_case: bool, before: str = "", after: str = "") -> Callable[[str], bool]:
    parts = re.findall(r"\\[*?\\]|[*?]|[^*?\\]+|\\", pattern)
    words = {"*": ".*", "?": "."}
    regex = "".join(
        words.get(part) or re.escape(part[1] if part[0] == "\\" and len(part) == 2 else part)
        for part in parts
    )
    compiled = re.compile(before + regex + after, re.S | (re.I if any_case else 0))
    return lambda value: compiled.fullmatch(value) is not None


@cache
def _sentence(text: str) -> Holds:
    """Read a condition once; what it gives says of selections by name and an event whether it holds."""
    return _Condition(text).read()


class _Condition:
    """A condition as a sentence of `and`, `or`, `not`, brackets and counts of selections."""

    def __init__(self, text: str) -> None:
        self.words = re.findall(r"\(|\)|[^\s()]+", text)

    def read(self) -> Holds:
        result = self._or()
        assert not self.words, f"left over: {self.words}"
        return result

    def _or(self) -> Holds:
        parts = [self._and()]
        while self._next("or"):
            parts.append(self._and())
        return lambda names, event: any(part(names, event) for part in parts)

    def _and(self) -> Holds:
        parts = [self._not()]
        while self._next("and"):
            parts.append(self._not())
        return lambda names, event: all(part(names, event) for part in parts)

    def _not(self) -> Holds:
        if self._next("not"):
            inner = self._not()
            return lambda names, event: not inner(names, event)
        if self._next("("):
            result = self._or()
            assert self._next(")")
            return result
        word = self.words.pop(0)
        if word in ("1", "any", "all") and self._next("of"):
            pattern, enough = self.words.pop(0), all if word == "all" else any
            return lambda names, event: enough(names[name](event) for name in _of(pattern, names))
        return lambda names, event: names[word](event)

    def _next(self, word: str) -> bool:
        if self.words and self.words[0].lower() == word:
            self.words.pop(0)
            return True
        return False


def _of(pattern: str, names: dict[str, Any]) -> list[str]:
    if pattern == "them":
        return [name for name in names if not name.startswith("_")]
    return [name for name in names if _like(pattern, False)(name)]


# --- many events -----------------------------------------------------------------------------------------


def hits(rules: Iterable[dict[str, Any]], events: list[Event], own: set[str]) -> dict[str, set[str]]:
    """Return rule id -> ids of the events that are hits (of an episode: the event that completed it)."""
    rules = list(rules)
    single = {
        id(rule): list(filter(_detection(rule["detection"]), events)) for rule in rules if "detection" in rule
    }
    return {
        rule["id"]: _of_rule(rule, rules, single, events, own)
        for rule in rules if not _only_a_base(rule, rules)
    }  # fmt: skip


def _of_rule(rule: dict, rules: list[dict], single: dict, events: list[Event], own: set[str]) -> set[str]:
    if "correlation" in rule:
        return {one.id for one in _correlated(rule["correlation"], rules, single)}
    custom, found = rule.get("custom", {}), single[id(rule)]
    if paths := custom.get("foreign"):
        paths = [paths] if isinstance(paths, str) else paths
        found = [one for one in found if any(_opens(v, own) for path in paths for v in one.values(path))]
    if known := custom.get("known"):
        found = _among_known(known, rule["detection"], found, events)
    if custom.get("threshold"):
        return {one.id for one in _threshold(custom["threshold"], found)}
    if fields := custom.get("first"):
        found = _first(found, fields)
    return {one.id for one in found}


def _only_a_base(rule: dict, rules: list[dict]) -> bool:
    named = {rule.get("id"), rule.get("name"), rule.get("title")}
    users = [one["correlation"] for one in rules if "correlation" in one]
    return any(named & set(one["rules"]) and not one.get("generate") for one in users)


def _first(found: list[Event], fields: list[str]) -> list[Event]:
    first: dict[tuple, Event] = {}
    for event in sorted(found, key=lambda one: (one.time, one.id)):
        first.setdefault(_group(event, fields), event)
    return list(first.values())


def _among_known(known: dict, detection: dict, found: list[Event], events: list[Event]) -> list[Event]:
    fields = known["field"] if isinstance(known["field"], list) else [known["field"]]
    there = {
        value for one in filter(_selection(detection[known["selection"]]), events)
        for field in fields for value in one.values(field)
    }  # fmt: skip
    return [one for one in found if there & set(one.values(known["value"]))]


def _group(event: Event, fields: list[str]) -> tuple:
    return tuple(tuple(event.values(field)[:1]) for field in fields)


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=int(text[:-1]) * UNITS[text[-1]])


def _grouped(found: Iterable[Event], fields: list[str]) -> Iterator[list[Event]]:
    groups = defaultdict(list)
    for event in found:
        if all(event.values(field) for field in fields):
            groups[_group(event, fields)].append(event)
    for group in groups.values():
        yield sorted(
            group, key=lambda one: (one.time, one.id)
        )  # ties by id, as the order of files says nothing


def _threshold(asked: dict, found: list[Event]) -> Iterator[Event]:
    least = dict(asked.get("also", {}))
    if asked.get("distinct"):
        least[asked["distinct"]] = asked["count"]
        found = [one for one in found if one.values(asked["distinct"])]

    def holds(window: list[Event]) -> bool:
        return (bool(asked.get("distinct")) or len(window) >= asked["count"]) and all(
            len({value for one in window for value in one.values(field)}) >= number
            for field, number in least.items()
        )

    for group in _grouped(found, asked.get("per", [])):
        yield from _completed(group, _seconds(asked["within"]), holds)


def _completed(group: list[Event], span: timedelta, holds: Callable[[list[Event]], bool]) -> Iterator[Event]:
    """Yield the event that first completes each episode: windows that hold and overlap are one."""
    until = None
    for last in range(len(group)):
        window = [one for one in group[: last + 1] if group[last].time - one.time <= span]
        if not holds(window):
            continue
        if until is None or window[0].time > until:
            yield group[last]
        until = group[last].time


def _correlated(asked: dict, rules: list[dict], single: dict) -> list[Event]:
    bases = [_base(name, rules, single) for name in asked["rules"]]
    kind, members = asked["type"], [{one.id for one in base} for base in bases]
    every = {one.id: one for base in bases for one in base}.values()
    return [
        last
        for group in _grouped(every, asked.get("group-by", []))
        for last in _completed(
            group, _seconds(asked["timespan"]), lambda window: _condition(kind, asked, members, window)
        )
    ]


def _base(name: str, rules: list[dict], single: dict) -> list[Event]:
    rule = next(one for one in rules if name in (one.get("id"), one.get("name"), one.get("title")))
    return _correlated(rule["correlation"], rules, single) if "correlation" in rule else single[id(rule)]


def _condition(kind: str, asked: dict, members: list[set[str]], window: list[Event]) -> bool:
    if kind == "temporal":
        return all(any(one.id in base for one in window) for base in members)
    if kind == "temporal_ordered":
        return _in_order(members, window)
    wanted = dict(asked["condition"])
    field = wanted.pop("field", None)
    number = len({value for one in window for value in one.values(field)}) if field else len(window)
    return all(OPERATORS[name](number, limit) for name, limit in wanted.items())


def _in_order(members: list[set[str]], window: list[Event]) -> bool:
    times = [sorted(one.time for one in window if one.id in base) for base in members]
    now = None
    for options in times:
        later = [one for one in options if now is None or one >= now]
        if not later:
            return False
        now = later[0]
    return True


# --- whom something is opened to: read again, on purpose, with other means ----------------------------------


def _opens(text: str, own: set[str]) -> bool:
    policy = _policy(text)
    if policy is None:
        return _plain_opens(text, own) or any(_opens(one, own) for one in _policies_within(text))
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return any(_statement_opens(one, own) for one in statements if one.get("Effect") == "Allow")


def _policy(text: str) -> dict | None:
    if text.lower().startswith("%7b"):
        text = re.sub(r"%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)
    try:
        policy = json.loads(text)
    except ValueError:
        return None
    return policy if isinstance(policy, dict) and "Statement" in policy else None


def _policies_within(text: str) -> list[str]:
    try:
        parts = json.loads(text)
    except ValueError:
        return []
    values = parts.values() if isinstance(parts, dict) else parts if isinstance(parts, list) else []
    return [one for one in values if isinstance(one, str) and _policy(one)]


def _plain_opens(text: str, own: set[str]) -> bool:
    words = {text, *re.findall(r'"([^"]*)"', text)}
    if words & {"all", "*", "public-read", "public-read-write", "authenticated-read"}:
        return True
    if "groups/global/A" in text:
        return True
    accounts = set(re.findall(r"\b\d{12}\b", text))
    if owner := re.search(r'"Owner":{[^}]*"ID":"([0-9a-f]{64})"', text):
        accounts |= set(re.findall(r"\b[0-9a-f]{64}\b", text)) - {owner[1]}
    return bool(accounts - own)


def _statement_opens(statement: dict, own: set[str]) -> bool:
    condition = {
        key.lower(): json.dumps(value)
        for operator, tests in (statement.get("Condition") or {}).items()
        if "Not" not in operator and not operator.endswith("IfExists")
        for key, value in tests.items()
    }
    closed = [
        value for key, value in condition.items()
        if re.match(r"aws:(source(?!identity)|principal)|kms:calleraccount|aws:userid|sns:endpoint", key)
        and not re.search(r'"(\*|0\.0\.0\.0/0|::/0|arn:aws:iam::\*:(root|\*))"', value)
    ]  # fmt: skip
    if any(key.startswith("aws:principalorg") for key in condition):
        return False
    principal = statement.get("Principal", {})
    named = json.dumps(principal.get("AWS", "") if isinstance(principal, dict) else principal)
    everybody = '"*"' in named or "NotPrincipal" in statement
    if everybody and not closed:
        return True
    return bool(set(re.findall(r"\b\d{12}\b", named + (" ".join(closed) if everybody else ""))) - own)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # the one in C, where there is one
    """Dates stay text."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, regex) for tag, regex in known if tag != "tag:yaml.org,2002:timestamp"]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_rules(folder: Path) -> list[dict[str, Any]]:
    """Return the documents of all rule files below a folder, each with its file's stem."""
    read = [
        document | {"file": path.stem}
        for path in sorted(folder.rglob("*.yml"))
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=_Loader)
    ]
    values = {name: some for one in read for name, some in one.get("placeholders", {}).items()}
    return [_expanded(one, values) for one in read if "placeholders" not in one]


def _expanded(told: Any, values: dict[str, list[str]]) -> Any:
    """Put the values of placeholders, each a whole text, where tests ask for them."""
    if isinstance(told, list):
        return [_expanded(one, values) for one in told]
    if not isinstance(told, dict):
        return told
    known = {f"%{name}%": some for name, some in values.items()}
    return {
        name.removesuffix("|expand"): known[one] if name.endswith("|expand") else _expanded(one, values)
        for name, one in told.items()
    }

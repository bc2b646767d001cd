"""Records that need care, read out in Python: every field that some rule asks for, as a list of texts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from workbench.evidence.slices import spell_lone_surrogates

_NAME = 0  # the key under which a path's name stands in the tree of paths: keys of records are texts


class Digits(str):
    """A number as the record spells it."""

    __slots__ = ()


def parse(record: str) -> Any:
    """Parse a record so that numbers keep their digits; of a key that stands there twice, the last.

    Examples
    --------
    >>> parse('{"a": [1.50, 1e5], "a": [2.0]}')
    {'a': ['2.0']}
    """
    text = spell_lone_surrogates(record.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    return json.loads(text, parse_int=Digits, parse_float=Digits, parse_constant=Digits)


def values(record: Any, field: str) -> list[str]:
    """Return the texts of a field: arrays stand for their elements, null is absent.

    Examples
    --------
    >>> record = parse('{"a": {"b": [{"c": 1.0}, {"c": ["x", null, true]}, {"d": 1}]}}')
    >>> values(record, "a.b.c"), values(record, "a.b"), values(record, "z")
    (['1.0', 'x', 'true'], ['{"c":1.0}', '{"c":["x",null,true]}', '{"d":1}'], [])
    """
    return [text(node) for found in nodes(record, field) for node in _elements(found) if node is not None]


def nodes(record: Any, field: str) -> list[Any]:
    """Return what stands at a path, null left out; arrays on the way stand for their elements.

    Examples
    --------
    >>> nodes({"a": [{"b": []}, {"b": None}]}, "a.b")
    [[]]
    """
    found = [record]
    for key in field.split("."):
        inside = (node for outer in found for node in _elements(outer))
        found = [node[key] for node in inside if isinstance(node, dict) and node.get(key) is not None]
    return found


def _elements(node: Any) -> Iterator[Any]:
    if isinstance(node, list):
        for entry in node:
            yield from _elements(entry)
    else:
        yield node


def text(node: Any) -> str:
    """Spell a node: texts as they are, objects as JSON without blanks.

    Examples
    --------
    >>> text({"a": [Digits("1.50"), None, False, "é"]})
    '{"a":[1.50,null,false,"é"]}'
    """
    return node if isinstance(node, str) else _json(node)


def _json(node: Any) -> str:
    if isinstance(node, dict):
        return "{" + ",".join(f"{_json(str(key))}:{_json(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(_json, node)) + "]"
    return str(node) if isinstance(node, Digits) else json.dumps(node, ensure_ascii=False)


def read_out(numbers: Sequence[int], records: Sequence[str], columns: Mapping[str, str]) -> pa.Table:
    """Make the table that `sources.ReadOut` names the columns of.

    Examples
    --------
    >>> read_out([7], ['{"eventName": ["A"]}'], {"eventName": "field 0"}).to_pylist()
    [{'n': 7, 'eventJson': '{"eventName": ["A"]}', 'field 0': ['A'], 'field 0 exists': True}]
    """
    wanted = _Wanted(columns)
    lists: dict[str, list[list[str]]] = {name: [[] for _ in records] for name in columns.values()}
    there: dict[str, list[bool]] = {name: [False] * len(records) for name in columns.values()}
    for row, record in enumerate(records):
        for name, found in wanted.of(parse(record)):
            there[name][row] = True
            lists[name][row] += [text(node) for node in _elements(found) if node is not None]
    arrays: dict[str, pa.Array] = {
        "n": pa.array(numbers, pa.int64()),
        "eventJson": pa.array(records, pa.string()),
    }
    for name in columns.values():
        arrays[name] = pa.array(lists[name], pa.list_(pa.string()))
        arrays[f"{name} exists"] = pa.array(there[name], pa.bool_())
    return pa.table(arrays)


class _Wanted:
    """Paths as a tree, so that a record is walked once for all of them."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._root: dict[str | int, Any] = {}
        for field, name in columns.items():
            branch = self._root
            for key in field.split("."):
                branch = branch.setdefault(key, {})
            branch[_NAME] = name

    def of(self, record: Any, branch: dict[str | int, Any] | None = None) -> Iterator[tuple[str, Any]]:
        """Give the name of each path that there is with a node at it, null left out."""
        tree = self._root if branch is None else branch
        for node in _elements(record):
            for key in node.keys() & tree.keys() if isinstance(node, dict) else ():
                if node[key] is None:
                    continue
                if _NAME in tree[key]:
                    yield tree[key][_NAME], node[key]
                if len(tree[key]) > (_NAME in tree[key]):
                    yield from self.of(node[key], tree[key])

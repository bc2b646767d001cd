"""The shape of a record in SQL: what is asked of one object of a list is found in one and the same object."""

from collections.abc import Callable

from workbench.detections.reading.sources import elements, quoted
from workbench.detections.reading.tree import Shape, Test, Value

_TYPES = {
    "string": ("VARCHAR",),
    "number": ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "null": ("NULL",),
}
_VALUES = tuple(name for names in _TYPES.values() for name in names)

_DEEPEST = 3  # lists within lists; CloudTrail's records have two at most

Spell = Callable[[Test, str], str]


def shape_sql(shape: Shape, text: str, spell: Spell) -> str:
    """Spell that a text has a shape.

    Parameters
    ----------
    shape
        What is asked.
    text
        The text in SQL.
    spell
        Spells a test of a text.

    Examples
    --------
    >>> import duckdb
    >>> from workbench.detections.reading.tree import ANYTHING
    >>> both = Shape(((("a",), Shape(((("b",), (ANYTHING,)), (("c",), None)))),))
    >>> asked = shape_sql(both, "x", lambda test, text: "true")
    >>> records = ['{"a": [{"b": 1}, {"c": 2}]}', '{"a": [{"b": 1, "c": 2}]}', '{"a": {"c": {}}}', "{"]
    >>> rows = duckdb.execute(f"SELECT coalesce({asked}, false) FROM unnest(?) AS t(x)", [records]).fetchall()
    >>> [row[0] for row in rows]
    [True, False, False, False]
    """
    return f"len(list_filter([TRY_CAST({text} AS JSON)], lambda v0: {_object(shape, 0, spell)})) > 0"


def _object(shape: Shape, depth: int, spell: Spell) -> str:
    return " AND ".join(_part(path, wanted, depth, spell) for path, wanted in shape.parts)


def _part(path: tuple[str, ...], wanted: Shape | tuple[Value, ...] | None, depth: int, spell: Spell) -> str:
    inner = f"v{depth + 1}"
    if wanted is None:
        asked = f"json_type({inner}) IN ({_listed(_VALUES)})"
    elif isinstance(wanted, Shape):
        asked = _object(wanted, depth + 1, spell)
    else:
        asked = "(" + " OR ".join(_value(one, inner, spell) for one in wanted) + ")"
    found = f"len(list_filter({_nodes(f'v{depth}', path)}, lambda {inner}: {asked}))"
    return f"{found} = 0" if wanted is None else f"{found} > 0"


def _value(value: Value, node: str, spell: Spell) -> str:
    types = [name for kind in value.kinds for name in _TYPES[kind]]
    is_kind = f"json_type({node}) IN ({_listed(types)})" if types else "false"
    text = f"json_extract_string({node}, '$')"
    tests = [f"({spell(test, text)})" for test in value.tests]
    word = " AND " if value.every else " OR "
    asked = f"{is_kind} AND ({word.join(tests)})" if tests else is_kind
    if not value.but:
        return f"coalesce({asked}, false)"
    return f"(coalesce(json_type({node}) IN ({_listed(_VALUES)}), false) AND NOT coalesce({asked}, false))"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def _nodes(node: str, path: tuple[str, ...]) -> str:
    """Spell the list of nodes at a path; lists on the way and at its end stand for their elements."""
    nodes = f"[{node}]"
    for key in path:
        pointer = quoted("/" + key.replace("~", "~0").replace("/", "~1"))
        nodes = f"list_transform({nodes}, lambda n: json_extract(n, {pointer}))"
        for _ in range(_DEEPEST):
            nodes = elements(nodes)
    return nodes

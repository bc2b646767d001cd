"""How one value of evidence is written into a table, a page or a spreadsheet: readable, never steering."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from workbench.errors import visible

if TYPE_CHECKING:
    import ibis.expr.types as ir

_ITEMS = 5
BY_TIME = ("eventTime", "eventID", "source_file", "source_index")
"""Total order of events: an eventID may stand in two records that differ, so the place decides last."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+|"')
_MADE_OF: WeakKeyDictionary[Any, tuple[str, tuple[Any, ...]]] = WeakKeyDictionary()
"""Of the node of each table that `once` gave, while it lives: its query, and the tables of `once` in that."""
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")


def cell_text(value: Any) -> str:
    r"""Return one value as the text a table cell shows.

    Parameters
    ----------
    value : object
        Anything a query returns: text, number, time, list, struct, map, NULL.

    Returns
    -------
    str
        Times as ``YYYY-MM-DD HH:MM:SS`` in UTC, with milliseconds where there are any; whole numbers with
        thousands separators; NULL as the empty text; of a list the first five items and how many more;
        hidden and steering characters spelled out.

    Examples
    --------
    >>> cell_text(1234567), cell_text(None), cell_text(True)
    ('1,234,567', '', 'true')
    >>> cell_text(dt.datetime(2026, 3, 1, 9, 30, 5, 120000))
    '2026-03-01 09:30:05.120'
    >>> print(cell_text(["a\u202eb", "c"]))
    a\u202eb, c
    """
    if value is None or value != value:  # NaN and NaT are the values that differ from themselves
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, dt.datetime):
        return _time_text(value)
    if isinstance(value, (list, tuple)):
        return _list_text(value)
    if isinstance(value, Mapping):
        return visible(json.dumps(value, default=str, ensure_ascii=False))
    return visible(value)


def _list_text(values: Sequence[Any]) -> str:
    shown = ", ".join(cell_text(value) for value in values[:_ITEMS])
    return shown if len(values) <= _ITEMS else f"{shown} and {len(values) - _ITEMS:,} more"


def _time_text(value: dt.datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC)
    milliseconds = f".{value.microsecond // 1000:03d}" if value.microsecond >= 1000 else ""
    return f"{value:%Y-%m-%d %H:%M:%S}{milliseconds}"


def csv_cell(text: str) -> str:
    """Return `text` so that a spreadsheet keeps it as text instead of running it as a formula.

    Examples
    --------
    >>> csv_cell("=cmd|' /C calc'!A0"), csv_cell("ConsoleLogin")
    ("'=cmd|' /C calc'!A0", 'ConsoleLogin')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def record_text(record: str) -> str:
    r"""Lay out a JSON record for reading. Only white space between its tokens changes.

    Numbers keep their spelling and repeated keys stay: what stands here is what was delivered, which parsing
    and writing again would not promise.

    Examples
    --------
    >>> print(record_text('{"a":1.0,"a":[],"b":{"c":"x\\ny"}}'))
    {
      "a": 1.0,
      "a": [],
      "b": {
        "c": "x\ny"
      }
    }
    """
    lines, depth, before = [""], 0, ":"
    for part in _TOKEN.findall(record):
        closes = part in "}]"
        depth -= closes
        if (closes and before not in "{[") or (not closes and before in "{[,"):
            lines.append("  " * min(max(depth, 0), 40))
        lines[-1] += ": " if part == ":" else visible(part)
        depth += part in "{["
        before = part
    return "\n".join(lines)


def sql_text(table: ir.Table) -> str:
    """Return the SQL of an Ibis table as it runs on the case.

    Names that Ibis makes up anew on every run are numbered in the order they appear, so the same query always
    reads the same: `in_memory_1` for a table in memory, `step_1` for one that `once` holds, whose own query
    stands before in a WITH.

    Examples
    --------
    >>> import ibis
    >>> print(sql_text(ibis.table({"eventName": "string"}, name="events").limit(2)))
    SELECT
     *
    FROM "events" AS "t0"
    LIMIT 2
    """
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()

    def numbered(found: re.Match[str]) -> str:
        if found[0] not in names:
            kind = "step" if found[0].startswith("ibis_once_") else "in_memory"
            counts[kind] += 1
            names[found[0]] = f"{kind}_{counts[kind]}"
        return names[found[0]]

    text = re.sub(r"\bibis_[a-z_]*?_?[a-z0-9]{20,}\b", numbered, _asked(table.op()))
    return "\n".join(visible(line) for line in _indented(text).split("\n"))


def _indented(sql: str) -> str:
    """Indent by one blank a level: long queries are half blanks. A text over several lines stays as it is."""
    if any("\n" in quoted[0] for quoted in _QUOTED.finditer(sql)):
        return sql
    return re.sub(r"(?m)^ +", lambda blanks: blanks[0][: len(blanks[0]) // 2], sql)


def once(table: ir.Table) -> ir.Table:
    """Run a query once, for several answers and tables that are made of its rows.

    Parameters
    ----------
    table
        A query on a case that is open for reading: what changes later is not seen.

    Returns
    -------
    ibis Table
        Its rows, in the order of `in_order`, held by the connection until it is closed. The SQL that is shown
        beside what is made of them is that of the whole query.

    Examples
    --------
    >>> import tempfile, workbench as wb
    >>> from tests.builders import case, event
    >>> calls = wb.events(case(tempfile.mkdtemp(), event(), event(eventID="e-2")))
    >>> found = once(calls.group_by("eventName").agg(calls=calls.count()))
    >>> found.to_pyarrow().to_pylist()
    [{'eventName': 'ListUsers', 'calls': 2}]
    """
    import ibis
    from ibis.util import gen_name

    from workbench.queries.in_memory import engine_of

    ordered, name = in_order(table), gen_name("once")
    con = engine_of(ordered)
    query = str(ibis.to_sql(ordered))
    # Not `cache()`: it drops what is forgotten, with a traceback where the connection was closed before. Not
    # `create_table`: it would compile the query a second time, which for long ones is most of the work.
    con.raw_sql(f'CREATE TEMP TABLE "{name}" AS {query}')
    held = con.table(name)
    _MADE_OF[held.op()] = query, _held_in(ordered.op())
    return held


def _held_in(node: Any) -> tuple[Any, ...]:
    """Return the tables of `once` that a query reads."""
    import ibis.expr.operations as ops

    return tuple(table for table in node.find(ops.DatabaseTable) if table in _MADE_OF)


def _asked(node: Any) -> str:
    """Return the text of a query, with the queries of the tables that `once` holds before it."""
    import ibis

    if node in _MADE_OF:
        text, held = _MADE_OF[node]
    else:
        text, held = str(ibis.to_sql(node.to_expr())), _held_in(node)
    steps = [f'"{name}" AS (\n{step}\n)' for name, step in _steps(held).items()]
    if not steps:
        return text
    before = f"WITH {', '.join(steps)}"
    return f"{before}, {text[5:]}" if text.startswith("WITH ") else f"{before}\n{text}"


def _steps(held: tuple[Any, ...]) -> dict[str, str]:
    """Return name and query of each table of `once`, each after those that it is made of."""
    found: dict[str, str] = {}
    for table in held:
        text, below = _MADE_OF[table]
        found |= _steps(below) | {table.name: text}
    return found


def in_order(table: ir.Table) -> ir.Table:
    """Return `table` under a total order, so that equal evidence always gives equal rows.

    An order that is already there stays, and ties in it are broken: by ``eventTime``, ``eventID`` and the
    place in the evidence where the table has them, else by every plain column from left to right. The answer
    to a query of `run_sql` that has an ORDER BY stays in that order.
    """
    import ibis.expr.operations as ops

    from workbench.queries.aws_sql import is_ordered

    node = below = table.op()
    while isinstance(below, (ops.Project, ops.DropColumns, ops.Filter, ops.Limit)):
        below = below.parent
    if below in _MADE_OF or (isinstance(below, ops.DatabaseTable) and is_ordered(below.name)):
        return table  # the rows are held in order
    if isinstance(below, ops.Sort):
        ordered = ops.Sort(below.parent, below.keys + _tie_break(below.parent))
        return node.replace({below: ordered}).to_expr()
    if isinstance(node, ops.Limit):
        return table  # a limit over no order: which rows it keeps is already settled
    return ops.Sort(node, _tie_break(node)).to_expr() if _tie_break(node) else table


def _tie_break(source: Any) -> tuple[Any, ...]:
    import ibis.expr.operations as ops

    names = [name for name in BY_TIME if name in source.schema]
    if "eventID" not in source.schema:
        plain = ("is_primitive", "is_temporal", "is_string")
        names = [n for n, kind in source.schema.items() if any(getattr(kind, test)() for test in plain)]
    return tuple(ops.SortKey(ops.Field(source, name), ascending=True) for name in names)

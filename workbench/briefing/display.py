"""What a notebook shows: a table, a sentence, records. Each travels as data, HTML and plain text at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.briefing import markup
from workbench.briefing.values import BY_TIME, cell_text, csv_cell, in_order, record_text, sql_text
from workbench.errors import ParameterError, visible

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa


RECORD_COLUMNS = (
    "eventID", "eventTime", "eventName", "eventSource", "principal", "errorCode", "eventJson", "source_file",
    "source_index",
)  # fmt: skip


class Display:
    """Data that a notebook shows and the exporter draws again, safely, from the data alone.

    Attributes
    ----------
    kind : str
        Which of `markup.KINDS` it is.
    data : dict
        Plain JSON: text, numbers, lists.
    """

    def __init__(self, kind: str, data: dict[str, Any], text: str) -> None:
        self.kind, self.data, self._text = kind, data, text

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {
            markup.mime(self.kind): self.data,
            "text/html": markup.render(self.kind, self.data),
            "text/plain": self._text,
        }


class Statement(Display):
    """One sentence computed from the data: the answer to a notebook's question.

    Parameters
    ----------
    text : str
        The sentence. It is shown as it is: no markup in it has any effect.

    Examples
    --------
    >>> Statement("2 of 41 principals were denied more than 10 times in 10 minutes.")
    2 of 41 principals were denied more than 10 times in 10 minutes.
    """

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise ParameterError("a statement needs a sentence")
        shown = markup.lines_visible(text.strip())
        super().__init__("statement", {"text": shown}, shown)


class Table(Display):
    r"""Rows of an Ibis table or a data frame, with their query, ready for notebook, page and spreadsheet.

    Parameters
    ----------
    rows : ibis Table or pandas DataFrame
        An Ibis table is executed here, under a total order, and its SQL is shown with it.
    title : str
        What the rows are.
    limit : int
        At most this many rows are shown; the caption says "first N of M rows".
    detail : str, optional
        A column whose value is shown below its row, folded, as a full record (``eventJson``).
    query : str, optional
        What was asked, to be shown in place of the table's own SQL.

    Raises
    ------
    ParameterError
        No title, a limit below one, or a `detail` that is no column.

    Examples
    --------
    >>> import pandas as pd
    >>> Table(pd.DataFrame({"eventName": ["GetObject", "a\x1b[0m"], "n": [1200, 3]}), title="Calls")
    Calls
    eventName       n
    GetObject   1,200
    a\x1b[0m        3
    """

    def __init__(
        self,
        rows: ir.Table | pd.DataFrame,
        *,
        title: str,
        limit: int = 500,
        detail: str | None = None,
        query: str | None = None,
    ) -> None:
        if not title.strip() or limit < 1:
            raise ParameterError("a table needs a title and a limit of at least 1 row")
        if detail is not None and detail not in rows.columns:
            raise ParameterError(f"detail {detail!r} is no column of this table: {', '.join(rows.columns)}")
        columns, values, total, sql = _fetched(rows, limit)
        asked = sql if query is None else markup.lines_visible(query.strip())
        data: dict[str, Any] = {"title": visible(title.strip()), "total": total, "sql": asked}
        if detail is not None:
            at = [column["name"] for column in columns].index(detail)
            data["details"] = [record_text(row.pop(at) or "") for row in values]
            columns.pop(at)
        columns = [column | {"name": visible(column["name"])} for column in columns]
        data |= {"columns": columns, "rows": [[cell_text(value) for value in row] for row in values]}
        super().__init__("table", data, _plain(data))

    def __len__(self) -> int:
        return len(self.data["rows"])

    def csv(self) -> str:
        """Return the rows shown as CSV that a spreadsheet opens without running formulas in it."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\r\n")
        writer.writerow(column["name"] for column in self.data["columns"])
        numeric = [column["kind"] == "number" for column in self.data["columns"]]
        for row in self.data["rows"]:
            writer.writerow(
                text.replace(",", "") if number else csv_cell(text)
                for text, number in zip(row, numeric, strict=True)
            )
        return written.getvalue()

    def to_csv(self, path: str | Path) -> Path:
        """Write `csv()` to a file and return its path."""
        target = Path(path)
        target.write_text(self.csv(), encoding="utf-8-sig", newline="")
        return target


class Steps(Display):
    """What to do now: a list of steps, each command in a field of its own that one click selects.

    Steps with a command come first; last comes what was taken back already.

    Parameters
    ----------
    rows : ibis Table
        Columns ``kind``, ``subject``, ``account``, ``last_used``, ``command``, ``reason`` and, if there is
        one, ``caution``, as of `workbench.queries.containment`.
    title : str
        What the steps are for.
    limit : int
        At most this many are shown.

    Raises
    ------
    ParameterError
        A column is missing.
    """

    def __init__(self, rows: ir.Table, *, title: str, limit: int = 100) -> None:
        names = ("kind", "subject", "account", "last_used", "command", "reason")
        if missing := [name for name in names if name not in rows.columns]:
            raise ParameterError(f"steps need the columns {', '.join(missing)}, as of queries.containment")
        total = int(rows.count().execute())
        got = in_order(rows).limit(limit).to_pyarrow().to_pylist()
        got.sort(key=lambda row: (row["command"] is None, str(row["reason"]).startswith("taken back")))
        steps = [{name: cell_text(row.get(name)) for name in (*names, "caution")} for row in got]
        shown = visible(title.strip())
        data = {"title": shown, "total": total, "sql": sql_text(rows), "steps": steps}
        lines = [f"{step['kind']} {step['subject']}: {step['command'] or step['reason']}" for step in steps]
        super().__init__("steps", data, "\n".join([shown, *lines]))


class Records(Display):
    """Full events, each folded to one line: time, name, principal.

    Parameters
    ----------
    events : ibis Table
        Needs ``eventID, eventTime, eventName, principal`` and ``eventJson``.
    title : str
        What they are.
    limit : int
        At most this many are shown.
    told : str
        How many of what are shown, where `events` is itself a choice; empty: so many of `events`.
    """

    def __init__(self, events: ir.Table, *, title: str, limit: int = 200, told: str = "") -> None:
        missing = [name for name in RECORD_COLUMNS if name not in events.columns]
        if missing:
            raise ParameterError(f"records need the columns {', '.join(missing)} of the events table")
        total = events.count().execute()
        rows = events.select(*RECORD_COLUMNS).order_by(*BY_TIME).limit(limit).to_pyarrow().to_pylist()
        firsts = {row["eventID"]: at for at, row in reversed(list(enumerate(rows)))}
        records = [record_of(row) | {"linked": firsts[row["eventID"]] == at} for at, row in enumerate(rows)]
        data = {"title": visible(title.strip()), "total": int(total), "records": records}
        data["told"] = visible(told)
        counted = data["told"] or f"{markup.count(len(rows), 'record')} of {total:,}"
        text = f"{data['title']}: {counted}"
        super().__init__("records", data, text)


def record_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row of `RECORD_COLUMNS` as `Records` shows it."""
    shown = ("eventTime", "eventName", "eventSource", "principal", "errorCode")
    return {name: cell_text(row[name]) for name in shown} | {
        "id": cell_text(row["eventID"]),
        "place": f"{cell_text(row['source_file'])}, record {row['source_index']}",
        "text": record_text(row["eventJson"] or ""),
    }


def _fetched(
    rows: ir.Table | pd.DataFrame, limit: int
) -> tuple[list[dict[str, str]], list[list[Any]], int, str]:
    """Return columns, at most `limit` rows of Python values, how many rows there are, and the SQL."""
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        columns = [{"name": str(name), "kind": _frame_kind(kind)} for name, kind in rows.dtypes.items()]
        return columns, [list(row) for row in rows.head(limit).itertuples(index=False)], len(rows), ""
    got = in_order(rows).limit(limit + 1).to_pyarrow()
    columns = [{"name": field.name, "kind": _kind(field)} for field in got.schema]
    total = got.num_rows if got.num_rows <= limit else int(rows.count().execute())
    values = [list(row.values()) for row in got.slice(0, limit).to_pylist()]
    return columns, values, total, sql_text(rows)


def _frame_kind(dtype: Any) -> str:
    return {"i": "number", "u": "number", "f": "number", "M": "time"}.get(getattr(dtype, "kind", ""), "text")


def _kind(field: pa.Field) -> str:
    from pyarrow import types

    if types.is_timestamp(field.type):
        return "time"
    numbers = (types.is_integer, types.is_floating, types.is_decimal)
    return "number" if any(test(field.type) for test in numbers) else "text"


def _plain(data: Mapping[str, Any], most: int = 20, width: int = 48) -> str:
    header = [column["name"] for column in data["columns"]]
    right = [column["kind"] == "number" for column in data["columns"]]
    shown = [[_short(text, width) for text in row] for row in data["rows"][:most]]
    wide = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    lines = [_line(row, wide, right) for row in [header, *shown]] if shown else ["no rows"]
    left = data["total"] - len(shown)
    return "\n".join([data["title"], *lines, *([f"and {left:,} more rows"] if left and shown else [])])


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _line(row: Sequence[str], wide: Sequence[int], right: Sequence[bool]) -> str:
    padded = [f"{t:>{w}}" if r else f"{t:<{w}}" for t, w, r in zip(row, wide, right, strict=True)]
    return "  ".join(padded).rstrip()

"""The first lines of a briefing: from the first alert to the damage, each said from the rows of a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.briefing.answers import filled
from workbench.briefing.display import Display
from workbench.briefing.values import cell_text, in_order

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Line(NamedTuple):
    """One line of a `Lead`: a label, and a sentence for each row of a query."""

    label: str
    rows: ir.Table
    text: str
    none: str
    most: int = 3


class Lead(Display):
    """The way from the first alert to the person, the path and the damage, in a few lines.

    Parameters
    ----------
    lines : Line or tuple
        `label`; `rows` (an Ibis table, in its own order); `text` (the sentence, filled in from each row as
        by `answer`; a row with ``eventID`` or ``eventIDs`` is linked to its first event in the page); `none`
        (the sentence where there is no row); `most` (so many rows at most, and how many more; 3).

    Raises
    ------
    ParameterError
        A sentence asks for a column that its table has not.

    Examples
    --------
    >>> import ibis
    >>> names = ibis.memtable({"who": ["eve", "bob"], "calls": [1, 3]}).order_by("calls")
    >>> Lead(("Who", names, "{who} made {calls:call}", "nobody", 1))
    Who: eve made 1 call; and 1 more
    """

    def __init__(self, *lines: Line | tuple[Any, ...]) -> None:
        told = [_told(Line(*line)) for line in lines]
        super().__init__("lead", {"lines": told}, "\n".join(map(_text, told)))

    @property
    def events(self) -> list[str]:
        """The ids of the events that the lines are linked to, for `cited_events` to show."""
        found = [item["event"] for line in self.data["lines"] for item in line["items"]]
        return [name for name in found if name]


def _told(line: Line) -> dict[str, Any]:
    rows = in_order(line.rows).limit(line.most).to_pyarrow().to_pylist()
    total = int(line.rows.count().execute()) if len(rows) == line.most else len(rows)
    items = [{"text": filled(line.text, row, total), "event": _first_event(row)} for row in rows]
    items = items or [{"text": line.none, "event": ""}]
    return {"label": line.label, "items": items, "more": max(total - len(rows), 0)}


def _first_event(row: Mapping[str, Any]) -> str:
    names = row.get("eventID") or next(iter(row.get("eventIDs") or ()), "")
    return cell_text(names)


def _text(line: Mapping[str, Any]) -> str:
    texts = [item["text"] for item in line["items"]] + (
        [f"and {line['more']:,} more"] if line["more"] else []
    )
    return f"{line['label']}: {'; '.join(texts)}"

"""Which rules can hold at all: judged by the few pairs of service and API that occur in the evidence."""

from collections.abc import Sequence

from workbench.detections.matching.compiling import condition_sql
from workbench.detections.reading.sources import Events
from workbench.detections.reading.tree import And, Exists, Match, Node, Not, Reference

PAIR = ("eventName", "eventSource")
_TOGETHER = 50  # conditions of one query: planning grows with its size


def _column(field: str, lowered: bool) -> str:
    return f'lower("{field}")' if lowered else f'"{field}"'


_PAIRS = Events(_column, lambda top: top)


def may_hold(node: Node) -> str:
    """Spell in SQL over a table of pairs whether a detection may hold for some event of a pair.

    Examples
    --------
    >>> from workbench.detections.reading.tree import Or, Text
    >>> stop = Match("eventName", (Text(("StopLogging",)),))
    >>> print(may_hold(And((stop, Match("awsRegion", (Text(("us-east-1",)),))))))
    coalesce(lower("eventName") = 'stoplogging', false)
    >>> may_hold(Or((stop, Match("awsRegion", (Text(("us-east-1",)),)))))
    'true'
    """
    return _bound(node, upper=True)


def _bound(node: Node, *, upper: bool) -> str:
    if isinstance(node, Match):
        return condition_sql(node, _PAIRS) if _is_known(node) else ("true" if upper else "false")
    if isinstance(node, Not):
        inner = _bound(node.part, upper=not upper)
        return {"true": "false", "false": "true"}.get(inner, f"(NOT {inner})")
    parts = [_bound(part, upper=upper) for part in node.parts]
    neutral, decided = ("true", "false") if isinstance(node, And) else ("false", "true")
    if decided in parts:
        return decided
    parts = [part for part in parts if part != neutral]
    word = " AND " if isinstance(node, And) else " OR "
    return neutral if not parts else parts[0] if len(parts) == 1 else f"({word.join(parts)})"


def _is_known(leaf: Match) -> bool:
    plain = not any(isinstance(test, Reference) and test.field not in PAIR for test in leaf.tests)
    return leaf.field in PAIR and plain and not any(isinstance(test, Exists) for test in leaf.tests)


def dispatched(con: object, pairs: str, detections: Sequence[Node]) -> list[list[int] | None]:
    """Return for each detection the numbers of the pairs that it may hold for; None for all of them.

    Parameters
    ----------
    con
        A DuckDB connection.
    pairs
        Name of its table of `code`, `eventName`, `eventSource`.
    detections
        What is asked.
    """
    bounds = [may_hold(node) for node in detections]
    asked = [bound for bound in dict.fromkeys(bounds) if bound not in ("true", "false")]
    known: dict[str, list[int] | None] = {"true": None, "false": []}
    for start in range(0, len(asked), _TOGETHER):
        some = asked[start : start + _TOGETHER]
        lists = ", ".join(f"coalesce(list(code) FILTER (WHERE {bound}), [])" for bound in some)
        row = con.execute(f"SELECT {lists} FROM {pairs}").fetchone()  # type: ignore[attr-defined]  # noqa: S608
        known |= dict(zip(some, row, strict=True))
    return [known[bound] for bound in bounds]

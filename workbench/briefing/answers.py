"""The sentence that answers a question: written in the notebook, filled in from the query's own rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.briefing.display import Statement
from workbench.briefing.markup import count
from workbench.briefing.values import cell_text, in_order
from workbench.errors import ParameterError

if TYPE_CHECKING:
    import ibis.expr.types as ir


class _Number(int):
    """A number that a template may ask for with its noun: ``{n:event}``, ``{n:query|queries}``."""

    def __format__(self, nouns: str) -> str:
        return count(int(self), *nouns.split("|")) if nouns else f"{int(self):,}"


class _Text(str):
    """A text that a template may ask for in short: ``{principal:short}`` names an ARN as people do."""

    def __format__(self, form: str) -> str:
        return short_name(self) if form == "short" else str(self)


class _Way(tuple[str, ...]):
    """Principals that a template may ask for in short, ``{roles:short}``, or with arrows: ``{path:way}``."""

    def __format__(self, form: str) -> str:
        named = tuple(map(short_name, self)) if form in ("short", "way") else self
        return " → ".join(named) if form == "way" else cell_text(named)


_PRINCIPAL = re.compile(r"arn:[^:]*:(?:iam|sts)::(\d*):(?:(?P<kind>[\w-]+)/(?:[^/]+/)*)?(?P<name>[^/]+)")


def short_name(principal: str) -> str:
    """Return how people call a principal: its kind and name without path, and its account.

    Examples
    --------
    >>> short_name("arn:aws:iam::111122223333:role/ci/deploy"), short_name("lambda.amazonaws.com")
    ('role deploy (111122223333)', 'lambda.amazonaws.com')
    >>> short_name("arn:aws:iam::111122223333:root")
    'root (111122223333)'
    """
    found = _PRINCIPAL.fullmatch(principal)
    if found is None:
        return principal
    return f"{found['kind'] or ''} {found['name']} ({found[1]})".strip()


def answer(table: ir.Table, text: str, *, none: str) -> Statement:
    """Return the sentence that states what a query found.

    Parameters
    ----------
    table : ibis Table
        The query. Its order decides which row is the first.
    text : str
        The sentence. ``{n}`` is the number of rows, ``{column}`` a value of the first row. A whole number may
        be asked for with its noun: ``{n:principal}`` gives "1 principal" or "3 principals"; an ARN in short:
        ``{when}`` tells of columns `first` and `last` whether it was at one time or from one to another;
        ``{principal:short}`` gives "role deploy (111122223333)"; of a list each; ``{path:way}`` has arrows.
    none : str
        The sentence when there is no row: what was looked for and not found.

    Returns
    -------
    Statement
        Values are shown as they are; no markup in them has any effect.

    Raises
    ------
    ParameterError
        `text` asks for a column that the table has not.

    Examples
    --------
    >>> import ibis
    >>> calls = ibis.memtable({"principal": ["mallory", "alice"], "denied": [12, 1]})
    >>> most = calls.order_by(calls.denied.desc())
    >>> answer(most, "{n:principal} were refused; {principal} had {denied:call} refused.", none="Nobody.")
    2 principals were refused; mallory had 12 calls refused.
    >>> answer(most.filter(most.denied > 99), "{n}", none="Nobody was refused a hundred calls.")
    Nobody was refused a hundred calls.
    """
    rows = in_order(table).limit(1).to_pyarrow().to_pylist()
    if not rows:
        return Statement(none)
    n = int(table.count().execute()) if "{n" in text else 0  # a query of its own, for sentences that tell it
    return Statement(filled(text, rows[0], n))


def filled(text: str, row: Mapping[str, Any], n: int) -> str:
    """Return a sentence filled in from one row, as `answer` does.

    Examples
    --------
    >>> filled("{who} made {calls:call} of {n}.", {"who": None, "calls": 1}, 7)
    '(none) made 1 call of 7.'
    >>> filled("{path:way}", {"path": ["arn:aws:iam::111122223333:user/eve", "x"]}, 1)
    'user eve (111122223333) → x'
    >>> filled("{path:short}", {"path": ["arn:aws:iam::111122223333:user/eve", "x"]}, 1)
    'user eve (111122223333), x'
    >>> filled("{when}.", {"first": "04:00", "last": "04:00"}, 1)
    'at 04:00 UTC.'
    """
    values = {name: _told(value) for name, value in row.items()}
    if {"first", "last"} <= set(row):
        values.setdefault("when", _when(values["first"], values["last"]))
    try:
        return text.format(**(values | {"n": _Number(n)})).strip()
    except KeyError as error:
        known = ", ".join(values)
        raise ParameterError(f"the sentence asks for {error}, which is no column: n, {known}") from error


def too_short(events: ir.Table, history_days: float) -> str:
    """Say that events cover too little time to tell what is new; empty where they cover enough.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> print(too_short(table(event(), event(eventID="e-2")), 2).partition(".")[0])
    This cannot be told: the events cover less than the 2 days that habits need
    >>> too_short(table(event()), 0)
    ''
    """
    times = events.eventTime
    held = (times.max().epoch_seconds() - times.min().epoch_seconds()).fill_null(0).execute()
    if held >= float(history_days) * 86_400:
        return ""
    need = f"the events cover less than the {history_days} days that habits need"
    return f"This cannot be told: {need}. Load earlier logs, or lower history_days."


def _when(first: str, last: str) -> str:
    return f"at {first} UTC" if first == last else f"from {first} to {last} UTC"


def _told(value: Any) -> Any:
    if isinstance(value, list) and value:
        return _Way(map(cell_text, value))
    whole = isinstance(value, int) and not isinstance(value, bool)
    return _Number(value) if whole else _Text(cell_text(value) or "(none)")

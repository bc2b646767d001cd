"""All that was said of each resource, in order of time: from when to when which tag was there.

A configuration item and a call that replaces all tags tell the whole; other calls tell the keys they name.
Nothing is known before the first statement. An export has no time: it stands for keys that no call names, of
resources that no item tells, whenever the event was, and only as of the export.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from workbench.queries.tags.statements import EXPORT, Statement

SPANS = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("name", "arn", "key", "value")),
        pa.field("since", pa.timestamp("us")),
        pa.field("until", pa.timestamp("us")),
        *(pa.field(name, pa.string()) for name in ("told_by", "source", "confidence")),
    ]
)
"""A tag of a resource and its time: since <= event < until, NULL for open ends."""


class Span(NamedTuple):
    """A tag and from when to when it was there; without key: no tag was there at all."""

    name: str
    arn: str
    key: str | None
    value: str | None
    since: dt.datetime | None
    until: dt.datetime | None
    told_by: str
    source: str
    confidence: str


def spans(statements: Iterable[Statement]) -> list[Span]:
    """Put statements in order, resource by resource.

    Examples
    --------
    >>> day = [dt.datetime(2026, 3, number, tzinfo=None) for number in (1, 2)]  # naive UTC, as events
    >>> told = [
    ...     Statement("i-1", "i-1", day[0], "e-1", "call", added={"team": "blue"}),
    ...     Statement("i-1", "i-1", day[1], "e-2", "call", removed={"team": None}),
    ... ]
    >>> [(span.key, span.since.day, span.until.day) for span in spans(told)]
    [('team', 1, 2)]
    """
    by_name: dict[str, list[Statement]] = defaultdict(list)
    exports: dict[str, Statement] = {}
    for one in statements:
        if one.told_by == EXPORT:
            exports[one.name] = one
        else:
            by_name[one.name].append(one)
    found: list[Span] = []
    for told in by_name.values():
        found += _Line(told).spans()
    for name, export in exports.items():
        found += _as_of_export(export, by_name.get(name, []))
    return found


def as_table(found: Iterable[Span]) -> pa.Table:
    """Give spans as a table."""
    return pa.Table.from_pylist([span._asdict() for span in found], schema=SPANS)


class _Line:
    """The tags of one resource as time goes on."""

    def __init__(self, told: Iterable[Statement]) -> None:
        # Of one second: what was there is replaced before something is added or taken off.
        timed = [(one.time, one) for one in told if one.time is not None]
        timed.sort(key=lambda pair: (pair[0], not pair[1].is_new, not pair[1].is_whole))
        self.told = [one for _, one in timed]
        self.open: dict[str | None, tuple[str | None, Statement]] = {}
        self.is_whole = False
        self.closed: list[Span] = []
        self.arn = max((one.arn for one in self.told), key=len)

    def spans(self) -> list[Span]:
        for one in self.told:
            self._apply(one)
        for key in list(self.open):
            self._close(key, None)
        return self.closed

    def _apply(self, one: Statement) -> None:
        if one.is_new or one.is_whole:
            for key in [known for known in self.open if known is None or known not in one.added]:
                self._close(key, one.time)
            self.is_whole = one.is_whole
        for key, wanted in one.removed.items():
            if key in self.open and wanted in (None, self.open[key][0]):
                self._close(key, one.time)
        for key, value in one.added.items():
            if key in self.open and self.open[key][0] != value:
                self._close(key, one.time)
            self.open.setdefault(key, (value, one))
        if self.open.keys() - {None}:
            self._close(None, one.time)
        elif self.is_whole:
            self.open.setdefault(None, (None, one))

    def _close(self, key: str | None, time: dt.datetime | None) -> None:
        if key not in self.open:
            return
        value, one = self.open.pop(key)
        if one.time != time:
            span = Span(one.name, self.arn, key, value, one.time, time, one.told_by, one.source, "high")
            self.closed.append(span)


def _as_of_export(export: Statement, told: Iterable[Statement]) -> list[Span]:
    """Let an export tell what nothing else tells."""
    others = list(told)
    if any(one.is_whole or one.is_new for one in others):
        return []
    named = {key for one in others for key in (*one.added, *one.removed)}
    left: dict[str | None, str | None] = {
        key: value for key, value in export.added.items() if key not in named
    }
    if not export.added and not others:
        left = {None: None}
    return [
        Span(export.name, export.arn, key, value, None, None, EXPORT, export.source, "low")
        for key, value in left.items()
    ]

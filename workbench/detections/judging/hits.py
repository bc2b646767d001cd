"""Hits as rows: whose, when, how bad, and why."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from workbench.detections.counting.details import Texts, texts_of
from workbench.detections.counting.evaluating import Evaluation
from workbench.detections.counting.narrowing import Found, Note
from workbench.detections.judging import context, habits
from workbench.detections.judging import suppressions as suppressed
from workbench.detections.judging.attack import tactics, techniques
from workbench.detections.judging.reasons import filled, names_in, template_of
from workbench.detections.judging.suppressions import Expected
from workbench.detections.reading.model import Rule, rank

HITS = pa.schema([
    ("rule_id", pa.string()), ("title", pa.string()), ("severity", pa.string()), ("eventID", pa.string()),
    ("eventTime", pa.timestamp("us")), ("principal", pa.string()), ("origin_principal", pa.string()),
    ("reason", pa.string()), ("rule_level", pa.string()), ("tactic", pa.string()), ("technique", pa.string()),
    ("eventIDs", pa.list_(pa.string())), ("rule_file", pa.string()),
])  # fmt: skip
"""The columns of hits."""

ORDER = ("eventTime", "rule_id", "eventID")
"""By what hits are sorted."""


_TOLD = frozenset(("principal", *context.READS, *suppressed.COLUMNS))
_ERROR = frozenset(("errorCode",))
_OURS = ("count", "foreign")  # what a sentence may tell beside fields of the event
_SEVERITY = HITS.names.index("severity")
_numbers = itertools.count(1)


_Event = Mapping[str, Sequence[str]]
_Behind = Mapping[int, str | None]
_Times = Mapping[int, dt.datetime | None]


class _Known(NamedTuple):
    """What is known of the events of hits, by their numbers."""

    ids: Mapping[int, str | None]
    times: _Times
    texts: Texts
    behind: _Behind


def hits_of(
    behind: Callable[[str], _Behind],
    evaluation: Evaluation,
    found: Sequence[Found],
    min_severity: str,
    expected: Expected,
) -> pa.Table:
    """Make the table of hits, in order of time; `behind` gives the origins of events in a table of keys."""
    if not found:
        return HITS.empty_table()
    known = _known(behind, evaluation, found)
    begin = min(evaluation.accounts.since.values(), default=None)
    by_rule: dict[int, list[Found]] = defaultdict(list)
    for one in found:
        by_rule[one.rule].append(one)
    rows = [
        row
        for place, hits in by_rule.items()
        for row in _rows(evaluation.resolved.rules[place], hits, known, expected, begin)
        if rank(row[_SEVERITY]) >= rank(min_severity)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(HITS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, HITS, strict=True)]
    table = pa.table(arrays, HITS)
    return table.sort_by([(name, "ascending") for name in ORDER])


def _known(behind: Callable[[str], _Behind], evaluation: Evaluation, found: Sequence[Found]) -> _Known:
    prepared = evaluation.prepared
    asked = _asked(evaluation.resolved.rules, found)
    keys = f'"detections hits {next(_numbers)}"'
    prepared.keys_of(asked, keys)
    try:
        rows = prepared.con.execute(f'SELECT n, "eventID", "eventTime" FROM {keys}').fetchall()  # noqa: S608
        texts = texts_of(prepared, keys, evaluation.events, asked)
        origins = behind(keys)
    finally:
        prepared.con.execute(f"DROP TABLE IF EXISTS {keys}")
    return _Known({n: event for n, event, _ in rows}, {n: time for n, _, time in rows}, texts, origins)


def _asked(rules: Sequence[Rule], found: Sequence[Found]) -> dict[int, frozenset[str]]:
    """Tell what to read of each event: what is told of a hit, and of its other events whether they failed."""
    places = {one.rule for one in found}
    told = {place: _TOLD | names_in([template_of(rules[place])]) - {*_OURS} for place in places}
    asked: dict[int, frozenset[str]] = {}
    for one in found:
        asked |= {n: asked.get(n, _ERROR) for n in one.members}
        asked[one.n] = told[one.rule] | asked.get(one.n, _ERROR)
    return asked


def _rows(
    rule: Rule, hits: Sequence[Found], known: _Known, expected: Expected, begin: dt.datetime | None
) -> Iterator[tuple[Any, ...]]:
    """Give the hits of a rule as rows of `HITS`."""
    events = [known.texts.of(one.n) for one in hits]
    habitual = _habitual(rule, hits, events, known.times, begin)
    tactic, technique = ", ".join(tactics(rule)) or None, ", ".join(techniques(rule)) or None
    template = template_of(rule)
    for place, (one, event) in enumerate(zip(hits, events, strict=True)):
        time, members = known.times[one.n], one.members or (one.n,)
        notes = [*one.notes, *context.errors(rule, map(known.texts.of, members)), *context.tool(rule, event)]
        notes += [*habitual.get(place, ()), *expected.notes(rule.id, event, time)]
        ours = dict(zip(_OURS, ((f"{one.number:,}",), one.foreign), strict=True))
        reason = filled(template, (event | ours).__getitem__)
        yield (
            rule.id, rule.title, context.severity_of(rule.level, notes), known.ids[one.n], time,
            _first(event["principal"]), known.behind.get(one.n), reason + context.told(rule.level, notes),
            rule.level, tactic, technique, [known.ids[n] for n in members], rule.path,
        )  # fmt: skip


def _habitual(
    rule: Rule, hits: Sequence[Found], events: Sequence[_Event], times: _Times, begin: dt.datetime | None
) -> dict[int, list[Note]]:
    """Say by place which hits are a habit, or the very same act again, where the rule is about that."""
    if not rule.habit:
        return {}
    found = zip(hits, events, strict=True)
    own = [(one, _first(event["principal"]), times[one.n]) for one, event in found]
    grave = rank(rule.level) > rank("medium")
    notes = habits.weekly(own) | habits.habits(own, begin)
    notes = habits.repeats(_acts(rule, hits, events, times), times=2 if grave else 1) | notes
    if not grave:
        notes = habits.of_address(_placed(hits, events, times)) | notes
    return {place: [note] for place, note in notes.items()}


def _placed(
    hits: Sequence[Found], events: Sequence[_Event], times: _Times
) -> list[tuple[Found, str, dt.datetime | None]]:
    """Tell from where each hit came; of what failed nobody can make a habit."""
    return [
        (one, "" if event["errorCode"] else _first(event["sourceIPAddress"]) or "", times[one.n])
        for one, event in zip(hits, events, strict=True)
    ]


def _acts(
    rule: Rule, hits: Sequence[Found], events: Sequence[_Event], times: _Times
) -> dict[int, habits.Act]:
    """Tell what is done by each hit: the API, and the parameters that the rule's sentence speaks of."""
    names = [name for name in names_in([template_of(rule)]) if name.startswith("requestParameters.")]
    acts = {}
    for place, (one, event) in enumerate(zip(hits, events, strict=True)):
        who, time = _first(event["principal"]), times[one.n]
        things = [text for name in sorted(names) for text in event[name]]
        if who and time and things and not one.members:
            what = (_first(event["eventName"]) or "", *things)
            network = habits.network_of(_first(event["sourceIPAddress"]) or "")
            acts[place] = habits.Act(who, what, network, time, bool(event["errorCode"]))
    return acts


def _first(values: Sequence[str]) -> str | None:
    return values[0] if values else None

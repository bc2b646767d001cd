"""Hits as rows: whose, when, how bad, and why."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from workbench.detections.judging import context
from workbench.detections.judging import suppressions as suppressed
from workbench.detections.judging.attack import tactics, techniques
from workbench.detections.judging.reasons import filled, names_in, template_of
from workbench.detections.judging.suppressions import Suppression
from workbench.detections.matching.details import keys_of, origins, values_of
from workbench.detections.matching.evaluating import Evaluation
from workbench.detections.matching.narrowing import Found
from workbench.detections.reading.model import Rule, rank

if TYPE_CHECKING:
    import ibis.expr.types as ir

HITS = pa.schema([
    ("rule_id", pa.string()), ("title", pa.string()), ("severity", pa.string()), ("eventID", pa.string()),
    ("eventTime", pa.timestamp("us")), ("principal", pa.string()), ("origin_principal", pa.string()),
    ("reason", pa.string()), ("rule_level", pa.string()), ("tactic", pa.string()), ("technique", pa.string()),
    ("eventIDs", pa.list_(pa.string())), ("rule_file", pa.string()),
])  # fmt: skip
"""The columns of hits."""

ORDER = ("eventTime", "rule_id", "eventID")
"""By what hits are sorted."""


_TOLD = ("principal",)
_ID, _TIME = "#id", "#time"  # no field is called so
_numbers = itertools.count(1)


def hits_of(
    people: Callable[[], ir.Table],
    evaluation: Evaluation,
    found: Sequence[Found],
    min_severity: str,
    suppressions: Sequence[Suppression] = (),
) -> pa.Table:
    """Make the table of hits, in order of time."""
    if not found:
        return HITS.empty_table()
    prepared = evaluation.prepared
    keys = f'"detections hits {next(_numbers)}"'
    keys_of(prepared, [n for one in found for n in (one.n, *one.members)], keys)
    try:
        known = _known(evaluation, keys, found)
        behind = origins(people(), keys)
    finally:
        prepared.con.execute(f"DROP TABLE IF EXISTS {keys}")
    rules = evaluation.resolved.rules
    begin = min(evaluation.accounts.since.values(), default=None)
    judged = _judged(rules, found, known, suppressions, begin)
    rows = [_row(rules[one.rule], one, known, behind) for one in judged]
    rows = [row for row in rows if rank(row["severity"]) >= rank(min_severity)]
    table = pa.Table.from_pylist(rows, schema=HITS)
    return table.sort_by([(name, "ascending") for name in ORDER])


def _known(evaluation: Evaluation, keys: str, found: Sequence[Found]) -> dict[int, dict[str, Any]]:
    """Return what is told of each event, with its id and time."""
    prepared, rules = evaluation.prepared, evaluation.resolved.rules
    names = names_in(template_of(rules[place]) for place in {one.rule for one in found})
    asked = sorted(names | {*_TOLD, *context.READS, *suppressed.COLUMNS})
    known: dict[int, dict[str, Any]] = values_of(prepared, keys, evaluation.events, asked)
    rows = prepared.con.execute(f'SELECT n, "eventID", "eventTime" FROM {keys}').fetchall()  # noqa: S608
    for n, event, time in rows:
        known[n] |= {_ID: event, _TIME: time}
    return known


def _judged(
    rules: Sequence[Rule],
    found: Sequence[Found],
    known: dict[int, dict[str, Any]],
    suppressions: Sequence[Suppression],
    begin: dt.datetime | None,
) -> Iterator[Found]:
    """Add to each hit what is to be told of it where it was found."""
    by_rule: dict[int, list[Found]] = defaultdict(list)
    for one in found:
        by_rule[one.rule].append(one)
    for place, hits in by_rule.items():
        rule = rules[place]
        timed = [(one, _first(known[one.n]["principal"]), known[one.n][_TIME]) for one in hits]
        habitual = context.habits(timed, begin) if rule.habit else {}
        if rule.habit and rank(rule.level) <= rank("medium"):
            habitual = context.repeats(_acts(rule, hits, known)) | habitual
        for number, one in enumerate(hits):
            notes = context.errors(rule, [known[n] for n in one.members or (one.n,)])
            notes += context.tool(rule, known[one.n])
            notes += [habitual[number]] if number in habitual else []
            event = known[one.n]
            notes += [rest.note() for rest in suppressions if rest.fits(rule.id, event, event[_TIME])]
            yield one._replace(notes=(*one.notes, *notes))


def _acts(rule: Rule, hits: Sequence[Found], known: dict[int, dict[str, Any]]) -> dict[int, context.Act]:
    """Tell what is done by each hit: the API, and the parameters that the rule's sentence speaks of."""
    names = [name for name in names_in([template_of(rule)]) if name.startswith("requestParameters.")]
    acts = {}
    for place, one in enumerate(hits):
        event = known[one.n]
        who, time = _first(event["principal"]), event[_TIME]
        things = [text for name in sorted(names) for text in event[name]]
        if who and time and things and not one.members:
            what = (_first(event["eventName"]) or "", *things)
            network = context.network_of(_first(event["sourceIPAddress"]) or "")
            acts[place] = context.Act(who, what, network, time, bool(event["errorCode"]))
    return acts


def _first(values: Sequence[str]) -> str | None:
    return values[0] if values else None


def _row(
    rule: Rule, one: Found, known: dict[int, dict[str, Any]], behind: dict[int, str | None]
) -> dict[str, Any]:
    event = known[one.n]
    ours = {"count": [f"{one.number:,}"], "foreign": one.foreign}
    reason = filled(template_of(rule), lambda name: ours.get(name) or event.get(name, ()))
    return {
        "rule_id": rule.id,
        "title": rule.title,
        "severity": context.severity_of(rule.level, one.notes),
        "eventID": event[_ID],
        "eventTime": event[_TIME],
        "principal": _first(event["principal"]),
        "origin_principal": behind.get(one.n),
        "reason": reason + context.told(rule.level, one.notes),
        "rule_level": rule.level,
        "tactic": ", ".join(tactics(rule)) or None,
        "technique": ", ".join(techniques(rule)) or None,
        "eventIDs": [known[n][_ID] for n in one.members or (one.n,)],
        "rule_file": rule.path,
    }

"""Hits of what no rule file can say, in the columns of the hits of rules."""

from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.detections.judging.hits import HITS
from workbench.queries.attribution import with_origin


class Kind(NamedTuple):
    """What is told of every hit of one kind; `level` is the severity unless something lowers it."""

    rule_id: str
    title: str
    level: str
    tactic: str
    technique: str


def attributed(events: ir.Table) -> ir.Table:
    """Return the events with their origin, which is worked out where the table has none."""
    return events if "origin_principal" in events.columns else with_origin(events)


def nothing_in(path: str | Path, what: str) -> str:
    """Say of a file that it changed nothing, and what to do about it.

    Examples
    --------
    >>> nothing_in("threats.txt", "address")
    'threats.txt: no address in it. Fill it, or leave it out'
    """
    return f"{path}: no {what} in it. Fill it, or leave it out"


def as_hits(rows: ir.Table, kind: Kind) -> ir.Table:
    """Return rows as hits, in order of time.

    Parameters
    ----------
    rows
        `eventID`, `eventTime`, `principal`, `origin_principal`, `severity`, `reason`; `eventIDs`, where a hit
        has more than one.
    """
    told = {"rule_id": kind.rule_id, "title": kind.title, "rule_level": kind.level}
    told |= {"tactic": kind.tactic, "technique": kind.technique}
    texts = {name: ibis.literal(value) for name, value in told.items() if name not in rows.columns}
    if "eventIDs" not in rows.columns:
        rows = rows.mutate(eventIDs=ibis.array([rows.eventID]))
    rows = rows.mutate(**texts, rule_file=ibis.null("string"))
    schema = ibis.Schema.from_pyarrow(HITS)
    return rows.select(**{name: ibis._[name].cast(dtype) for name, dtype in schema.items()}).order_by(
        "eventTime", "rule_id", "eventID"
    )

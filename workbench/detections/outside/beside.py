"""What no rule file can say, looked for beside the rules, and told of as their hits are."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from workbench.detections.judging import context
from workbench.detections.judging.hits import HITS
from workbench.detections.judging.suppressions import COLUMNS, Expected
from workbench.detections.outside.credentials import STOLEN, instance_credentials
from workbench.detections.outside.found import Kind, nothing_in
from workbench.detections.outside.guardduty import FINDING, guardduty
from workbench.detections.outside.networks import LISTED, calls_from, threat_entries
from workbench.detections.outside.travel import TRAVEL, impossible_travel
from workbench.detections.reading.model import SEVERITIES, rank

_KEYS = ("eventID", "eventTime", "principal")
_IDS = {"eventID": "string"}


class Sources(NamedTuple):
    """What is looked for: credentials of instances, and what files of the user's say."""

    instances: bool = False
    threat_lists: tuple[Path, ...] = ()
    places: Path | None = None
    findings: tuple[Path, ...] = ()


class Looked(NamedTuple):
    """What was looked for, as which rule, by which files, and what came of it."""

    rule_id: str
    title: str
    path: str
    hits: int
    seconds: float


class Asked(NamedTuple):
    """What is to be looked for: what it is called, the files it is in, which of them are empty, and how."""

    kind: Kind
    path: str
    look: Callable[[ir.Table], ir.Table]
    empty: tuple[str, ...] = ()


def beside(
    people: ir.Table, sources: Sources, expected: Expected, min_severity: str
) -> tuple[pa.Table, list[Looked], list[str]]:
    """Look for all that the sources name.

    Parameters
    ----------
    people
        The whole events table, with its origins.
    sources, expected, min_severity
        As of `running.examine`.

    Returns
    -------
    tuple
        Hits in the columns of `HITS`; a `Looked` for each rule they stand for (what GuardDuty calls a type of
        finding is a rule); and which files are empty, in words.

    Raises
    ------
    ParameterError
        A file cannot be read; the message says where.
    """
    kept: list[pa.Table] = []
    told: list[Looked] = []
    idle: list[str] = []
    enough = pa.array([level for level in SEVERITIES if rank(level) >= rank(min_severity)])
    for kind, path, look, empty in _asked(sources):
        start = time.perf_counter()
        hits = look(people).to_pyarrow()
        hits = _judged(people, hits, expected) if expected else hits
        seconds = time.perf_counter() - start
        counts = Counter(hits["rule_id"].to_pylist()) or {kind.rule_id: 0}
        idle += empty
        if kind is FINDING and not hits.num_rows:  # each finding is a hit
            idle.append(nothing_in(path, "finding"))
        kept.append(hits.select(HITS.names).cast(HITS).filter(pc.is_in(hits["severity"], enough)))
        each = seconds / len(counts)
        told += [Looked(rule, kind.title, path, times, each) for rule, times in counts.items()]
    return pa.concat_tables(kept), told, idle


def _asked(sources: Sources) -> Iterator[Asked]:
    if sources.instances:
        yield Asked(STOLEN, "", instance_credentials)
    if lists := sources.threat_lists:
        entries = {path: threat_entries(path) for path in lists}
        empty = tuple(nothing_in(path, "address") for path, listed in entries.items() if not listed)
        yield Asked(LISTED, ", ".join(map(str, lists)), partial(calls_from, entries=entries), empty)
    if places := sources.places:
        yield Asked(TRAVEL, str(places), partial(impossible_travel, places=places))
    for path in sources.findings:
        yield Asked(FINDING, str(path), partial(guardduty, path=path))


def _judged(people: ir.Table, hits: pa.Table, expected: Expected) -> pa.Table:
    """Return the hits; what is expected says so."""
    rows = hits.to_pylist()
    known = _known(people, rows)
    for row in rows:
        event = known.get(tuple(row[key] for key in _KEYS), {}) | {"principal": row["principal"]}
        values = {name: [event[name]] if event.get(name) is not None else [] for name in COLUMNS}
        notes = expected.notes(row["rule_id"], values, row["eventTime"])
        row["reason"] += context.told(row["severity"], notes)
        row["severity"] = context.severity_of(row["severity"], notes)
    return pa.Table.from_pylist(rows, hits.schema)


def _known(people: ir.Table, rows: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return what suppressions ask of the events of some hits."""
    wanted = ibis.memtable({"eventID": sorted({row["eventID"] for row in rows} - {None})}, schema=_IDS)
    events = people.semi_join(wanted, "eventID").select(*_KEYS, *sorted(set(COLUMNS) - set(_KEYS)))
    return {tuple(row[key] for key in _KEYS): row for row in events.to_pyarrow().to_pylist()}

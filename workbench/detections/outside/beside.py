"""What no rule file can say, looked for beside the rules, and told of as their hits are."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.detections.judging import context
from workbench.detections.judging.hits import HITS
from workbench.detections.judging.suppressions import COLUMNS, Suppression
from workbench.detections.outside.credentials import STOLEN, instance_credentials
from workbench.detections.outside.guardduty import FINDING, guardduty
from workbench.detections.outside.networks import LISTED, threat_list
from workbench.detections.outside.travel import TRAVEL, impossible_travel
from workbench.detections.reading.model import rank

PathLike = str | os.PathLike[str]
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


def paths_of(given: PathLike | Sequence[PathLike]) -> tuple[Path, ...]:
    """Take one path or several.

    Examples
    --------
    >>> [str(path) for path in paths_of("bad.txt")], paths_of([])
    (['bad.txt'], ())
    """
    return tuple(map(Path, [given] if isinstance(given, str | os.PathLike) else given))


def beside(
    people: ir.Table, sources: Sources, suppressions: Sequence[Suppression], min_severity: str
) -> tuple[pa.Table, list[Looked]]:
    """Look for all that the sources name.

    Parameters
    ----------
    people
        The whole events table, with its origins.
    sources, suppressions, min_severity
        As of `running.examine`.

    Returns
    -------
    tuple
        Hits in the columns of `HITS`, and a `Looked` for each rule they stand for. What GuardDuty calls a
        type of finding is a rule.

    Raises
    ------
    ParameterError
        A file cannot be read; the message says where.
    """
    kept: list[dict[str, Any]] = []
    told: list[Looked] = []
    for kind, path, look in _asked(sources):
        start = time.perf_counter()
        rows = list(_judged(people, look(people), suppressions))
        seconds = time.perf_counter() - start
        kept += [row for row in rows if rank(row["severity"]) >= rank(min_severity)]
        counts = Counter(row["rule_id"] for row in rows) or {kind.rule_id: 0}
        told += [Looked(rule, kind.title, path, hits, seconds / len(counts)) for rule, hits in counts.items()]
    return pa.Table.from_pylist([{name: row[name] for name in HITS.names} for row in kept], schema=HITS), told


def _asked(sources: Sources) -> Iterator[tuple[Any, str, Callable[[ir.Table], ir.Table]]]:
    """Give what is to be looked for: what it is called, the files it is in, and how."""
    if sources.instances:
        yield STOLEN, "", instance_credentials
    if lists := sources.threat_lists:
        yield LISTED, ", ".join(map(str, lists)), partial(threat_list, lists=lists)
    if places := sources.places:
        yield TRAVEL, str(places), partial(impossible_travel, places=places)
    for path in sources.findings:
        yield FINDING, str(path), partial(guardduty, path=path)


def _judged(
    people: ir.Table, hits: ir.Table, suppressions: Sequence[Suppression]
) -> Iterator[dict[str, Any]]:
    """Give the hits as rows; what is suppressed says so."""
    rows = hits.to_pyarrow().to_pylist()
    known = _known(people, rows) if suppressions else {}
    for row in rows:
        event = known.get(tuple(row[key] for key in _KEYS), {}) | {"principal": row["principal"]}
        values = {name: [event[name]] if event.get(name) is not None else [] for name in COLUMNS}
        notes = [one.note() for one in suppressions if one.fits(row["rule_id"], values, row["eventTime"])]
        reason = row["reason"] + context.told(row["severity"], notes)
        yield row | {"reason": reason, "severity": context.severity_of(row["severity"], notes)}


def _known(people: ir.Table, rows: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return what suppressions ask of the events of some hits."""
    wanted = ibis.memtable({"eventID": sorted({row["eventID"] for row in rows} - {None})}, schema=_IDS)
    events = people.semi_join(wanted, "eventID").select(*_KEYS, *sorted(set(COLUMNS) - set(_KEYS)))
    return {tuple(row[key] for key in _KEYS): row for row in events.to_pyarrow().to_pylist()}

"""Run rules over the events of a case, and say of each rule what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import ibis

from workbench.detections.evaluating import Evaluation
from workbench.detections.folders import load_rules
from workbench.detections.hits import hits_of
from workbench.detections.model import Rule, rank
from workbench.detections.resolving import resolve
from workbench.errors import ParameterError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend


class RuleRun(NamedTuple):
    """What became of one rule: `status` is `ran` or `refused`."""

    rule_id: str
    title: str
    path: str
    status: str
    reason: str | None
    hits: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """The hits of a run as an Ibis table, and a `RuleRun` for every rule."""

    hits: ir.Table
    rules: tuple[RuleRun, ...]


def run(
    events: ir.Table, rules: Sequence[Rule] | None = None, min_severity: str = "informational"
) -> ir.Table:
    """Return the hits of rules on the events, as an Ibis table.

    Parameters
    ----------
    events
        The whole events table.
    rules
        Of `load_rules`; None: the built-in ones. What is refused is left out here, and told by `examine`.
    min_severity
        `informational`, `low`, `medium`, `high` or `critical`: leave out what is worth less.

    Returns
    -------
    ibis Table
        `rule_id, title, severity, eventID, eventTime` (naive UTC), `principal`, `origin_principal` (NULL
        unless every hop is proven), `reason`, `rule_level` (severity before anything lowered it), `tactic`,
        `technique`, `eventIDs` (all events of the hit), `rule_file`. A row per rule and event; one per
        episode for thresholds and correlations. In order of time.

    Raises
    ------
    ParameterError
        There is no such severity, or the table is of another engine than DuckDB.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tests.builders import event, table
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "off.yml").write_text("detection: {a: {eventName: StopLogging}, condition: a}")
    >>> hits = run(table(event(eventName="StopLogging"), event()), load_rules(folder))
    >>> hits.select("rule_id", "severity").to_pyarrow().to_pylist()
    [{'rule_id': 'off', 'severity': 'medium'}]
    """
    return examine(events, rules, min_severity).hits


def examine(
    events: ir.Table, rules: Sequence[Rule] | None = None, min_severity: str = "informational"
) -> Outcome:
    """Run rules as `run` does, and tell of each whether it ran, or why not."""
    rank(min_severity)
    con = _engine(events)
    resolved = resolve(load_rules() if rules is None else list(rules))
    con._run_pre_execute_hooks(events)  # what Ibis holds in memory for this table becomes known to the engine
    with Evaluation(con.con, f"({con.compile(events)})", resolved) as evaluation:
        found = evaluation.found()
        table = hits_of(events, evaluation, found, min_severity)
    told = tuple(_told(rule, place, evaluation) for place, rule in enumerate(resolved.rules))
    return Outcome(ibis.memtable(table), told)


def _engine(events: ir.Table) -> Backend:
    con = events.get_backend()
    if con.name != "duckdb":
        raise ParameterError(
            f"rules run on DuckDB, and this table is of {con.name}. Load the events into a case"
        )
    return con


def _told(rule: Rule, place: int, evaluation: Evaluation) -> RuleRun:
    status = "refused" if rule.refused else "ran"
    hits, seconds = len(evaluation.hits.get(place, ())), evaluation.seconds.get(place, 0.0)
    silent = place in evaluation.resolved.silent
    return RuleRun(rule.id, rule.title, rule.path, status, rule.refused, 0 if silent else hits, seconds)

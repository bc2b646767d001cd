"""Run rules over the events of a case, and say of each rule what became of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import ibis
import pyarrow as pa

from workbench.detections.judging import context
from workbench.detections.judging.hits import HITS, ORDER, hits_of
from workbench.detections.judging.suppressions import COLUMNS, Suppression
from workbench.detections.matching.compiling import condition_sql
from workbench.detections.matching.evaluating import Evaluation
from workbench.detections.outside.credentials import STOLEN, instance_credentials
from workbench.detections.reading.folders import load_rules
from workbench.detections.reading.model import Correlation, Rule, rank
from workbench.detections.reading.resolving import resolve
from workbench.errors import ParameterError
from workbench.queries.attribution import with_origin
from workbench.queries.organization import Organization, organization_accounts

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
    events: ir.Table,
    rules: Sequence[Rule] | None = None,
    min_severity: str = "informational",
    *,
    organization: Organization | None = None,
    suppressions: Sequence[Suppression] = (),
    instances: bool | None = None,
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
    organization
        Accounts of ours, as `wb.queries.organization_accounts` takes them, beside those that deliver into the
        case.
    suppressions
        Hits that are expected, of `load_suppressions`.
    instances
        Look for credentials of instances used elsewhere, too (`instance_credentials`); None: with the
        built-in rules.

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
    return examine(
        events, rules, min_severity, organization=organization, suppressions=suppressions, instances=instances
    ).hits


def examine(
    events: ir.Table,
    rules: Sequence[Rule] | None = None,
    min_severity: str = "informational",
    *,
    organization: Organization | None = None,
    suppressions: Sequence[Suppression] = (),
    instances: bool | None = None,
) -> Outcome:
    """Run rules as `run` does, and tell of each whether it ran, or why not.

    Returns
    -------
    Outcome
        `hits`, the table that `run` returns, and `rules`, a `RuleRun` for each rule: `rule_id, title, path,
        status` (`ran` or `refused`), `reason, hits, seconds`.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> found = examine(table(event()), [Rule("a", "A", refused="unknown field x")])
    >>> [(rule.status, rule.reason) for rule in found.rules]
    [('refused', 'unknown field x')]
    """
    rank(min_severity)
    con = _engine(events)
    resolved = resolve(load_rules() if rules is None else list(rules))
    con._run_pre_execute_hooks(events)  # what Ibis holds in memory for this table becomes known to the engine
    own = frozenset() if organization is None else organization_accounts(organization)
    people = cache(lambda: with_origin(events))
    with Evaluation(con.con, f"({con.compile(events)})", resolved, own) as evaluation:
        found = evaluation.found()
        table = hits_of(people, evaluation, found, min_severity, suppressions)
    told = [_told(rule, place, evaluation) for place, rule in enumerate(resolved.rules)]
    if rules is None if instances is None else instances:
        more, run_of_it = _elsewhere(people(), min_severity, suppressions)
        table = pa.concat_tables([table, more]).sort_by([(name, "ascending") for name in ORDER])
        told.append(run_of_it)
    return Outcome(ibis.memtable(table), tuple(told))


def _elsewhere(
    people: ir.Table, min_severity: str, suppressions: Sequence[Suppression]
) -> tuple[pa.Table, RuleRun]:
    """Return the hits of the one built-in rule that no file can say, and what became of it."""
    start = time.perf_counter()
    hits = instance_credentials(people)
    events = people.select("eventID", "eventTime", *COLUMNS).distinct()
    rows = hits.left_join(events, ["eventID", "eventTime", "principal"]).to_pyarrow().to_pylist()
    for row in rows:
        values = {name: [row[name]] if row[name] is not None else [] for name in COLUMNS}
        notes = [one.note() for one in suppressions if one.fits(row["rule_id"], values, row["eventTime"])]
        row["reason"] += context.told(row["severity"], notes)
        row["severity"] = context.severity_of(row["severity"], notes)
    worth = [row for row in rows if rank(row["severity"]) >= rank(min_severity)]
    table = pa.Table.from_pylist([{name: row[name] for name in HITS.names} for row in worth], schema=HITS)
    seconds = time.perf_counter() - start
    return table, RuleRun(STOLEN.rule_id, STOLEN.title, "", "ran", None, len(rows), seconds)


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


def explain(rule: Rule) -> str:
    """Return the SQL of a rule over the events table, as text to read and to run.

    A rule that counts says in a comment what is done with the rows.

    Raises
    ------
    ParameterError
        The rule is refused; the message says why.

    Examples
    --------
    >>> from workbench.detections.reading.patterns import pattern_rule
    >>> print(explain(pattern_rule("{ $.eventName = StopLogging }")))
    SELECT * FROM events
    WHERE coalesce("eventName" = 'StopLogging', false)
    """
    if rule.refused:
        raise ParameterError(f"rule {rule.id} cannot run: {rule.refused}")
    how = rule.correlation or rule.threshold
    told = f"-- {_counting(how)}\n" if how else ""
    if rule.detection is None:
        return told
    return f"{told}SELECT * FROM events\nWHERE {condition_sql(rule.detection)}"  # noqa: S608 (quoted by `compiling`)


def _counting(how: Correlation) -> str:
    of = ", ".join(how.rules) or "the rows below"
    by = f" by {', '.join(how.group_by)}" if how.group_by else ""
    compare = ", ".join(f"{sign} {bound}" for sign, bound in how.compare.items())
    distinct = f" different {', '.join(how.distinct)}" if how.distinct else ""
    also = "".join(f", {number} different {name}" for name, number in how.also.items())
    counted = f"{compare}{distinct}{also} " if compare else ""
    return f"{how.kind} of {of}{by}: {counted}in windows of {how.seconds} s"

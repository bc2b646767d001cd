"""Run rules over the events of a case, and say of each rule what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
from ibis.util import gen_name

from workbench.detections.counting.details import origins
from workbench.detections.counting.evaluating import Evaluation
from workbench.detections.judging.hits import ORDER, hits_of
from workbench.detections.judging.suppressions import Expected, Suppression
from workbench.detections.matching.compiling import condition_sql
from workbench.detections.outside.beside import Sources, beside
from workbench.detections.outside.case_files import case_files
from workbench.detections.outside.given import (
    PathLike,
    Suppressions,
    accounts,
    expectations,
    paths_of,
    with_own,
)
from workbench.detections.reading.folders import load_rules
from workbench.detections.reading.model import Correlation, Rule, rank
from workbench.detections.reading.resolving import resolve
from workbench.errors import ParameterError
from workbench.queries.attribution.origins import origins_of
from workbench.queries.in_memory import engine_of
from workbench.queries.organization import Organization

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
    """The hits of a run as an Ibis table, a `RuleRun` for every rule, and what had no part in it.

    `unused`: suppressions that fit no hit; `empty`: files that hold nothing, each in words.
    """

    hits: ir.Table
    rules: tuple[RuleRun, ...]
    unused: tuple[Suppression, ...] = ()
    empty: tuple[str, ...] = ()


def run(
    events: ir.Table,
    rules: Sequence[Rule] | None = None,
    min_severity: str = "informational",
    *,
    organization: Organization | None = None,
    suppressions: Suppressions = (),
    instances: bool | None = None,
    threat_lists: PathLike | Sequence[PathLike] = (),
    places: PathLike | None = None,
    guardduty: PathLike | Sequence[PathLike] = (),
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
        case and those of `organization.json` in the case folder.
    suppressions
        Hits that are expected, of `load_suppressions`, or paths of lists; beside those of `suppressions.yml`
        in the case folder.
    instances
        Look for what no rule can say, too: credentials of instances used elsewhere (`instance_credentials`),
        and what the case folder has files for: `threats.txt` (`threat_list`), `places.mmdb` or `places.csv`
        (`impossible_travel`), `guardduty.json` (`guardduty`). None: with the built-in rules.
    threat_lists, places, guardduty
        More such files; `places` in place of the case's.

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
        There is no such severity, a file cannot be read, or the table is of another engine than DuckDB.

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
        events, rules, min_severity, organization=organization, suppressions=suppressions,
        instances=instances, threat_lists=threat_lists, places=places, guardduty=guardduty,
    ).hits  # fmt: skip


def examine(
    events: ir.Table,
    rules: Sequence[Rule] | None = None,
    min_severity: str = "informational",
    *,
    organization: Organization | None = None,
    suppressions: Suppressions = (),
    instances: bool | None = None,
    threat_lists: PathLike | Sequence[PathLike] = (),
    places: PathLike | None = None,
    guardduty: PathLike | Sequence[PathLike] = (),
) -> Outcome:
    """Run rules as `run` does, and tell of each whether it ran, or why not.

    Returns
    -------
    Outcome
        `hits`, the table that `run` returns, and `rules`, a `RuleRun` for each rule: `rule_id, title, path,
        status` (`ran` or `refused`), `reason, hits, seconds`; `unused`, each `Suppression` that fitted no hit
        of any severity; of those in the case folder only where all the rules they name were run; `empty`, in
        words, which files that were read hold nothing.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> found = examine(table(event()), [Rule("a", "A", refused="unknown field x")])
    >>> [(rule.status, rule.reason) for rule in found.rules]
    [('refused', 'unknown field x')]
    """
    rank(min_severity)
    con = _engine(events)
    files = case_files(con)
    own = accounts(organization, files)
    listed = expectations(suppressions, files.suppressions)
    expected = Expected([*listed.called, *listed.of_case])
    given = Sources(False, paths_of(threat_lists), Path(places) if places else None, paths_of(guardduty))
    with_more = (rules is None) if instances is None else instances
    sources = with_own(given, files) if with_more else given
    attribute = cache(lambda: origins_of(events))
    # before the rules: a file that cannot be read is said at once
    more, looked, empty = _beside(lambda: attribute()(events), sources, expected, min_severity)
    resolved = resolve(load_rules() if rules is None else list(rules))
    with Evaluation(con.con, f"({con.compile(events)})", resolved, own) as evaluation:
        found = evaluation.found()
        behind = partial(origins, events, lambda some: attribute()(some))
        table = hits_of(behind, evaluation, found, min_severity, expected)
    told = [_told(rule, place, evaluation) for place, rule in enumerate(resolved.rules)]
    if more is not None:
        table = pa.concat_tables([table, more]).sort_by([(name, "ascending") for name in ORDER])
    # On the connection of the events: hits are joined with them, and with what is made of them.
    hits = con.create_table(gen_name("hits"), table, temp=True)
    of_case = listed.of_case
    idle = [one for one in expected.unused if one not in of_case or _were_run(one, resolved.rules)]
    return Outcome(hits, (*told, *looked), tuple(idle), (*listed.empty, *empty))


def _were_run(expected: Suppression, rules: Sequence[Rule]) -> bool:
    """Tell whether every rule was run that is named; that nobody knows a name, the built-in rules say."""
    built_in, ran = {rule.id for rule in load_rules()}, {rule.id for rule in rules if not rule.refused}
    named = {name for name in built_in.union(rule.id for rule in rules) if expected.names(name)}
    return (named or built_in) <= ran


def _beside(
    people: Callable[[], ir.Table], sources: Sources, expected: Expected, min_severity: str
) -> tuple[pa.Table | None, list[RuleRun], list[str]]:
    if not any(sources):
        return None, [], []
    table, looked, empty = beside(people(), sources, expected, min_severity)
    told = [RuleRun(one.rule_id, one.title, one.path, "ran", None, one.hits, one.seconds) for one in looked]
    return table, told, empty


def _engine(events: ir.Table) -> Backend:
    con: Backend = events.get_backend()
    if con.name != "duckdb":
        raise ParameterError(
            f"rules run on DuckDB, and this table is of {con.name}. Load the events into a case"
        )
    return engine_of(events)


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

"""`detect`: rules over the events of a case; hits go to standard output, refusals to standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from workbench.cli.front import cli
from workbench.cli.judging import print_lint, print_tests
from workbench.cli.results import FORMATS, write
from workbench.cli.words import PATH, as_one, note_action, printable

if TYPE_CHECKING:
    from workbench.detections import Outcome, Rule

_LEVELS = ("informational", "low", "medium", "high", "critical")
_USED = {"trying": ("folders",), "lint": ("folders", "patterns"), "alerts": None, "dry_run": None}
"""What shows something else than hits, and the options that it has a use for; None: all of them."""

_TABLE = ("eventTime", "severity", "title", "origin", "reason", "eventID", "rule_id")
_BATCH = 10_000  # rows that are text at one time
_FOLDER = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass(frozen=True)
class Asked:
    """What a call of `detect` asks for: a field for each argument and option."""

    case: Path
    folders: tuple[Path, ...]
    patterns: tuple[str, ...]
    min_severity: str | None
    form: str
    report: Path | None
    suppress: Path | None
    organization: str | None
    lists: tuple[Path, ...]
    places: Path | None
    guardduty: tuple[Path, ...]
    alerts: bool
    dry_run: bool
    lint: bool
    trying: bool
    navigator: Path | None
    attack: str

    @property
    def least(self) -> str:
        """The least severity that is shown."""
        return self.min_severity or ("low" if self.form == "table" else "informational")

    def beside(self) -> dict[str, Any]:
        """Give what stands beside rules and events, as `detections.examine` takes it."""
        named = {"organization": self.organization, "suppressions": self.suppress or ()}
        return {**named, "threat_lists": self.lists, "places": self.places, "guardduty": self.guardduty}

    def noted(self) -> dict[str, Any]:
        """Give what the journal says of the call: rules, patterns and severity, and what else was named."""
        named = {"suppress": self.suppress, "organization": self.organization, "threat_lists": self.lists}
        named |= {"places": self.places, "guardduty": self.guardduty}
        always = {"rules": self.folders, "patterns": self.patterns, "min_severity": self.least}
        told = always | {name: value for name, value in named.items() if value}
        return {name: _told(value) for name, value in told.items()}


@cli.command()
@click.argument("case", type=PATH)
@click.option("--rules", "folders", multiple=True, type=_FOLDER, help="More rules: Sigma files, patterns.")
@click.option(
    "--pattern", "patterns", multiple=True, help="A pattern of CloudWatch or EventBridge, as a rule."
)
@click.option("--min-severity", type=click.Choice(_LEVELS), help="Default: low; informational for json.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@click.option("--report", type=PATH, help="Write what became of each rule, as JSON.")
@click.option("--suppress", type=_FILE, help="Hits that are expected. Also: CASE/suppressions.yml.")
@click.option(
    "--organization", help="Accounts of ours: ids with commas, or a file. Also: CASE/organization.json."
)
@click.option("--threat-list", "lists", multiple=True, type=_FILE, help="Addresses. Also: CASE/threats.txt.")
@click.option("--places", type=_FILE, help="Where addresses are: .mmdb or .csv. Also: CASE/places.mmdb.")
@click.option("--guardduty", multiple=True, type=_FILE, help="Findings. Also: CASE/guardduty.json.")
@click.option("--alerts", is_flag=True, help="Group hits by rule, origin and hour.")
@click.option("--dry-run", is_flag=True, help="Count alerts per day of each rule; show no hits.")
@click.option("--lint", is_flag=True, help="Say what is odd about the rules; run none.")
@click.option("--test", "trying", is_flag=True, help="Run the tests inside the rules; read no case.")
@click.option("--navigator", type=PATH, help="Write a layer for the ATT&CK Navigator.")
@click.option("--attack", type=click.Choice(["v18", "v19"]), default="v18", show_default=True)
@as_one(Asked)
def detect(asked: Asked) -> int:
    """Run the built-in rules, and those of each --rules folder, over the events of CASE.

    Rules are Sigma files, or patterns of CloudWatch or EventBridge. A rule that cannot run is refused by name
    on standard error and stops no other. Exit code: 0, with or without hits; 1 a test of --test fails; 3 a
    wrong call.
    """
    _check_use()
    for path in filter(None, (asked.report, asked.navigator)):
        _check_place(path)
    if asked.trying:
        return print_tests(asked.folders)
    rules = _rules(asked.folders, asked.patterns)
    if asked.lint:
        print_lint(rules)
    else:
        _answer(asked, rules)
    return 0


def _rules(folders: Sequence[Path], patterns: Sequence[str]) -> "list[Rule]":
    from workbench.detections import load_rules, pattern_rule

    rules = [*load_rules(), *(load_rules(*folders) if folders else ())]
    named = ((f"pattern-{number}", text) for number, text in enumerate(patterns, 1))
    return [*rules, *(pattern_rule(text, name) for name, text in named)]


def _answer(asked: Asked, rules: "Sequence[Rule]") -> None:
    """Run the rules, write what became of them, and print what was asked for."""
    from workbench import detections
    from workbench.events import events, open_case

    con = open_case(asked.case, read_only=True)
    try:
        table = events(con)
        outcome = detections.examine(table, rules, asked.least, instances=True, **asked.beside())
        # all but the hits: who reads these may close the pipe early
        _keep(asked, rules, outcome)
        shown = outcome.hits
        if asked.alerts:
            shown = detections.alerts(shown)
        elif asked.dry_run:
            shown = detections.per_day(shown, table)
        batches = con.to_pyarrow_batches(shown, chunk_size=_BATCH)
        told = (row for batch in batches for row in batch.to_pylist())
        names, rows = _columns(told, shown.columns, asked)
        write(FORMATS[asked.form](names, rows))
        if asked.form == "json":
            write("\n")
    finally:
        con.disconnect()


def _keep(asked: Asked, rules: "Sequence[Rule]", outcome: "Outcome") -> None:
    _print_idle(outcome)
    if asked.report:
        _write_json(asked.report, {"rules": [run._asdict() for run in outcome.rules]})
    if asked.navigator:
        found = outcome.hits.select("rule_id", "title", "technique").to_pyarrow()
        _write_layer(asked, rules, found.to_pylist())
    _note(asked, outcome)


def _columns(
    rows: Iterable[Mapping[str, Any]], names: Sequence[str], asked: Asked
) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Choose what a line of a table has room for; other formats have all columns."""
    if asked.form == "table" and not (asked.alerts or asked.dry_run):
        told = ({**row, "origin": row["origin_principal"] or row["principal"]} for row in rows)
        return _TABLE, ([row[name] for name in _TABLE] for row in told)
    if asked.form == "table":
        names = [name for name in names if name != "eventIDs"]
    return names, ([row[name] for name in names] for row in rows)


def _print_idle(outcome: "Outcome") -> None:
    """Say what had no part in the answer: rules that were refused, suppressions and files without effect."""
    refused = [run for run in outcome.rules if run.status == "refused"]
    lines = [f"refused {run.rule_id} {run.path}: {run.reason}" for run in refused]
    lines += [f"unused suppression {one.path}: {one} fits no hit" for one in outcome.unused]
    lines += [f"empty {told}" for told in outcome.empty]
    for line in lines:
        print(printable(line.replace("\n", " ")), file=sys.stderr)


def _check_use() -> None:
    """Refuse options that contradict each other: what is not used would seem to have been."""
    context = click.get_current_context()
    given = {
        option.name: option.opts[0]
        for option in context.command.params
        if option.name and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    }
    shown = [name for name in _USED if name in given]
    if len(shown) > 1:
        raise click.UsageError("--alerts, --dry-run, --lint and --test each show something else: give one")
    for name in shown:
        used = _USED[name]
        idle = [] if used is None else [given[one] for one in given if one not in ("case", name, *used)]
        if idle:
            raise click.UsageError(f"{given[name]} has no use for {', '.join(idle)}: leave it or them out")


def _check_place(path: Path) -> None:
    """Refuse before anything is run what could not be written after."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise click.UsageError(f"{path} cannot be written: {why}")


def _write_json(path: Path, value: Any) -> None:
    try:
        path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from error


def _write_layer(asked: Asked, rules: "Sequence[Rule]", found: Sequence[Mapping[str, Any]]) -> None:
    from workbench.detections import layer

    made = layer(rules, found, name=asked.case.resolve().name, version=asked.attack)
    if asked.navigator:
        _write_json(asked.navigator, made)


def _note(asked: Asked, outcome: "Outcome") -> None:
    """Write into the journal what was asked for, what nobody named left out."""
    refused = sum(run.status == "refused" for run in outcome.rules)
    result = {"rules": len(outcome.rules), "refused": refused, "hits": sum(run.hits for run in outcome.rules)}
    note_action(asked.case, "detect", asked.noted(), result)


def _told(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, tuple) else str(value)

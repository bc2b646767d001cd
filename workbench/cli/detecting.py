"""`detect`: rules over the events of a case; hits go to standard output, refusals to standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.front import cli
from workbench.cli.judging import print_lint, print_tests
from workbench.cli.results import FORMATS, write
from workbench.cli.words import PATH, note_action, printable

if TYPE_CHECKING:
    import pyarrow as pa

    from workbench.detections import Outcome, Rule

_LEVELS = ("informational", "low", "medium", "high", "critical")
_ALWAYS = ("rules", "patterns", "min_severity")  # of the journal's entry
_TABLE = ("eventTime", "severity", "title", "origin", "reason", "eventID", "rule_id")
_BATCH = 10_000  # rows that are text at one time
_FOLDER = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


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
def detect(
    case: Path,
    folders: Sequence[Path],
    patterns: Sequence[str],
    min_severity: str | None,
    form: str,
    report: Path | None,
    suppress: Path | None,
    organization: str | None,
    lists: Sequence[Path],
    places: Path | None,
    guardduty: Sequence[Path],
    alerts: bool,
    dry_run: bool,
    lint: bool,
    trying: bool,
    navigator: Path | None,
    attack: str,
) -> int:
    """Run the built-in rules, and those of each --rules folder, over the events of CASE.

    Rules are Sigma files, or patterns of CloudWatch or EventBridge. A rule that cannot run is refused by name
    on standard error and stops no other. Exit code: 0, with or without hits; 1 a test of --test fails; 3 a
    wrong call.
    """
    if sum((alerts, dry_run, lint, trying)) > 1:
        raise click.UsageError("--alerts, --dry-run, --lint and --test each show something else: give one")
    for path in filter(None, (report, navigator)):
        _check_place(path)
    if trying:
        return print_tests(folders)
    rules = _rules(folders, patterns)
    if lint:
        print_lint(rules)
        return 0
    least = min_severity or ("low" if form == "table" else "informational")
    view = "alerts" if alerts else "per_day" if dry_run else "hits"
    outside = {"threat_lists": lists, "places": places, "guardduty": guardduty}
    asked = {"organization": organization, "suppressions": suppress or (), **outside}
    named = {"suppress": suppress, "organization": organization, **outside}

    def keep(outcome: "Outcome", found: "pa.Table") -> None:
        """Write all but the hits: who reads these may close the pipe early."""
        _print_idle(outcome)
        if report:
            _write_json(report, {"rules": [run._asdict() for run in outcome.rules]})
        if navigator:
            _write_layer(navigator, case, rules, found, attack)
        _note(case, {"rules": folders, "patterns": patterns, "min_severity": least, **named}, outcome)

    _answer(case, rules, least, asked, view, form, keep)
    return 0


def _rules(folders: Sequence[Path], patterns: Sequence[str]) -> "list[Rule]":
    from workbench.detections import load_rules, pattern_rule

    rules = [*load_rules(), *(load_rules(*folders) if folders else ())]
    named = ((f"pattern-{number}", text) for number, text in enumerate(patterns, 1))
    return [*rules, *(pattern_rule(text, name) for name, text in named)]


def _answer(
    case: Path, rules: "Sequence[Rule]", least: str, asked: dict[str, Any], view: str, form: str,
    keep: "Callable[[Outcome, pa.Table], None]",
) -> None:  # fmt: skip
    """Run the rules, give to `keep` what became of them and which hit, and print what was asked for."""
    from workbench import detections
    from workbench.events import events, open_case

    con = open_case(case, read_only=True)
    try:
        table = events(con)
        outcome = detections.examine(table, rules, least, instances=True, **asked)
        keep(outcome, outcome.hits.select("rule_id", "title", "technique").to_pyarrow())
        shown = outcome.hits
        if view == "alerts":
            shown = detections.alerts(shown)
        elif view == "per_day":
            shown = detections.per_day(shown, table)
        batches = con.to_pyarrow_batches(shown, chunk_size=_BATCH)
        told = (row for batch in batches for row in batch.to_pylist())
        names, rows = _columns(told, shown.columns, view, form)
        write(FORMATS[form](names, rows))
        if form == "json":
            write("\n")
    finally:
        con.disconnect()


def _columns(
    rows: Iterable[Mapping[str, Any]], names: Sequence[str], view: str, form: str
) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Choose what a line of a table has room for; other formats have all columns."""
    if form == "table" and view == "hits":
        told = ({**row, "origin": row["origin_principal"] or row["principal"]} for row in rows)
        return _TABLE, ([row[name] for name in _TABLE] for row in told)
    if form == "table":
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


def _write_layer(path: Path, case: Path, rules: "Sequence[Rule]", found: "pa.Table", version: str) -> None:
    from workbench.detections import layer

    _write_json(path, layer(rules, found.to_pylist(), name=case.resolve().name, version=version))


def _note(case: Path, asked: Mapping[str, Any], outcome: "Outcome") -> None:
    """Write into the journal what was asked for, what nobody named left out."""
    refused = sum(run.status == "refused" for run in outcome.rules)
    told = {name: _told(value) for name, value in asked.items() if value or name in _ALWAYS}
    result = {"rules": len(outcome.rules), "refused": refused, "hits": sum(run.hits for run in outcome.rules)}
    note_action(case, "detect", told, result)


def _told(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, tuple) else str(value)

"""`queries`: what the catalogue of ready queries holds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from workbench.cli.front import cli
from workbench.cli.words import NOT_FOUND, printable
from workbench.errors import visible

if TYPE_CHECKING:
    from workbench.queries.catalogue import Parameter, Query


@cli.command()
@click.argument("words", nargs=-1)
@click.option("--show", is_flag=True, help="Print the query of this name, with all its header tells.")
def queries(words: Sequence[str], show: bool) -> int:
    """List the ready queries, or those that match WORDS, the best first.

    Run one with `workbench sql CASE --name NAME -p PARAM VALUE`. Exit code: 0 found; 1 nothing matches; 3 a
    wrong call.
    """
    from workbench.queries import catalogue

    if show:
        if len(words) != 1:
            raise click.UsageError("--show prints one query: give its name")
        print(_shown(catalogue.query(words[0])), end="")
        return 0
    found = catalogue.find(words)
    for entry in found:
        print(f"{entry.name}  ({entry.dialect})\n    {entry.question}")
    if not found:
        print(f"no ready query matches {visible(' '.join(words))}. `workbench queries` lists them all")
    return 0 if found else NOT_FOUND


def _shown(entry: "Query") -> str:
    told = [
        ("title", entry.title),
        ("question", entry.question),
        ("dialect", entry.dialect),
        *(("parameter", _told(known)) for known in entry.parameters),
        ("columns", ", ".join(entry.columns)),
        ("look for", entry.look_for),
        ("limits", entry.limits),
        *(("sample", f"{name} {value}") for name, value in entry.sample.items()),
    ]
    return "".join(f"-- {name}: {printable(words)}\n" for name, words in told) + entry.sql


def _told(known: "Parameter") -> str:
    default = "" if known.default is None else f" = {known.default}"
    return f"{known.name} {known.kind}{default}, {known.meaning}"

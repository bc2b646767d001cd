"""`who`, `briefing`, `lab`: questions, guided notebooks and reports."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from workbench.cli.front import cli
from workbench.cli.loading import load_case
from workbench.cli.words import (
    NOT_FOUND,
    PATH,
    as_json,
    optional_case,
    printable,
    tell,
)
from workbench.errors import NotFoundError, ParameterError

SAMPLE_CASE = Path("data/cases/sample")
NOTEBOOKS = ("00_coverage", "01_triage", "15_briefing")


@cli.command()
@click.argument("case", type=PATH)
@click.argument("identifier", metavar="ID")
@as_json
def who(case: Path, identifier: str, as_json: bool) -> int:
    """Tell who was behind ID, hop by hop, with the proof and the doubt.

    ID is an access key id, the ARN of a session, role or user, a principal id, an event id, or the name of a
    role, user, session or service. Where several bear a name, they are listed.
    """
    from workbench.events import events, open_case
    from workbench.queries.attribution.telling import told
    from workbench.queries.attribution.who import answer

    con = open_case(case, read_only=True)
    try:
        found = answer(events(con), identifier)
    except NotFoundError as error:
        print(f"workbench: {printable(error)}", file=sys.stderr)
        return NOT_FOUND
    finally:
        con.disconnect()
    print(json.dumps(found) if as_json else "\n".join(told(found)))
    return 0


@cli.command()
@optional_case
@click.option(
    "--notebook",
    "notebooks",
    multiple=True,
    default=NOTEBOOKS,
    show_default=True,
    help="Name of a guided notebook, or an .ipynb file; may be repeated.",
)
@click.option("-o", "--output", type=PATH, help="The HTML file. Default: CASE/reports/briefing.html.")
@click.option("-p", "parameters", nargs=2, multiple=True, metavar="NAME VALUE", help="Notebook parameter.")
@click.option("--as-of", default="", help="Time the briefing speaks of (UTC). Default: the last event's.")
def briefing(
    case: Path | None,
    notebooks: Sequence[str],
    output: Path | None,
    parameters: Sequence[tuple[str, str]],
    as_of: str,
) -> None:
    """Run the guided notebooks on CASE and write one offline HTML file.

    Without CASE: the sample case in data/cases/sample, made on first use. Prints the path of the file.
    """
    _without_grammar_of_iris()
    from workbench.briefing import write_briefing

    folder = case or sample_case()
    page = output or folder / "reports" / "briefing.html"
    chosen = [find_notebook(name) for name in notebooks]
    progress = tell if sys.stderr.isatty() else None
    write_briefing(folder, page, chosen, parameters=dict(parameters), as_of=as_of, progress=progress)
    print(page)


def _without_grammar_of_iris() -> None:
    """Keep jsonschema, which reads notebooks, from building one when it is imported: that takes 1.2 CPU s.

    No notebook says of a value that it is an IRI. The package comes with JupyterLab, whose servers need it;
    jsonschema does without where it is not installed, and None is how Python says so for a module.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not to be imported


def sample_case(case: Path = SAMPLE_CASE) -> Path:
    """Make the sample case below the working directory, unless it is there; return its folder."""
    if not (case / "case.duckdb").exists():
        from workbench.simulation import write_sample

        evidence = case.with_name(f"{case.name}-evidence")
        write_sample(evidence)
        load_case(case, [evidence])
    return case


def notebooks_folder() -> Path:
    """Return the folder of the guided notebooks: beside the package in a checkout, inside it when installed.

    Examples
    --------
    >>> (notebooks_folder() / "01_triage.ipynb").is_file()
    True
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "notebooks"
    return inside if inside.is_dir() else package.parent / "notebooks"


def find_notebook(name: str) -> Path:
    """Return the path of a guided notebook by its name, or of any .ipynb file by its path.

    Raises
    ------
    ParameterError
        There is no such notebook; the message lists the guided ones.

    Examples
    --------
    >>> find_notebook("01_triage").name
    '01_triage.ipynb'
    """
    for path in (Path(name), notebooks_folder() / f"{name}.ipynb"):
        if path.suffix == ".ipynb" and path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in notebooks_folder().glob("*.ipynb")))
    raise ParameterError(f"no notebook {name}. Name a file that ends in .ipynb, or one of: {known}")


@cli.command()
@optional_case
def lab(case: Path | None) -> int:
    """Open JupyterLab on the guided notebooks of CASE, with the hardened configuration.

    The notebooks are copied into CASE/notebooks first, so your work stays with the case. Without CASE: the
    sample case.
    """
    from workbench.briefing import start_lab

    return start_lab(case or sample_case(), notebooks_folder())

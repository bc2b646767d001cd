"""`sql`: one query, as it was written for Lake or Athena or a ready one, on a locked connection."""

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from workbench.cli.exporting import check_name, export
from workbench.cli.front import cli
from workbench.cli.limits import EXIT_CODE, TOO_LONG, Clock, memory_limit, time_limit
from workbench.cli.results import FORMATS, write
from workbench.cli.words import PATH, note_action, printable
from workbench.errors import ParameterError, SqlError


class Binding(click.ParamType):
    """ID=KIND."""

    name = "ID=KIND"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Part the name from the kind."""
        from workbench.queries.aws_sql.stores import binding

        try:
            return binding(str(value))
        except ParameterError as error:
            self.fail(str(error), param, ctx)


@cli.command()
@click.argument("case", type=PATH)
@click.argument("query", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="File of the query."
)
@click.option("--name", help="Name of a ready query; `workbench queries` lists them.")
@click.option("-p", "parameters", nargs=2, multiple=True, metavar="PARAM VALUE", help="A value it asks for.")
@click.option("--dialect", type=click.Choice(["lake", "athena"]), default="lake", show_default=True)
@click.option(
    "--store",
    "stores",
    type=Binding(),
    multiple=True,
    help="What a store's name stands for; KIND:ACCOUNT,... for these alone.",
)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@click.option("--output", type=PATH, help="Write the rows here instead: .csv, .json or .parquet.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many rows.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, show_default=True)
def sql(
    case: Path,
    query: str | None,
    file: Path | None,
    name: str | None,
    parameters: Sequence[tuple[str, str]],
    dialect: str,
    stores: Sequence[tuple[str, str]],
    form: str,
    output: Path | None,
    limit: int | None,
    timeout: float,
) -> int:
    """Run one SELECT on CASE, as it was written for CloudTrail Lake or Athena.

    Exit code: 0 answered; 1 the query was refused or failed; 3 a wrong call.
    """
    if [query, file, name].count(None) != 2 or (parameters and name is None):
        raise click.UsageError("give the query itself, --file, or --name (and -p for what it asks)")
    if output is not None:
        check_name(output)
    with time_limit(timeout) as clock:
        try:
            if name is None:
                text = str(query) if file is None else _read(file)
            else:
                text, dialect = ready(name, dict(parameters))
            asked = Asked(case, dialect, dict(stores), form, limit, output)
            result = answer(asked, text, clock)
            what = {"sql": text, "dialect": dialect, "stores": dict(stores)}
            digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
            note_action(case, "query", {**what, "sql_sha256": digest}, result)
        except SqlError as error:
            print(f"workbench: {printable(error)}", file=sys.stderr)
            return EXIT_CODE
    return 0


def ready(name: str, parameters: Mapping[str, str]) -> tuple[str, str]:
    """Give the text of a ready query, its places filled, and its dialect."""
    from workbench.queries import catalogue

    entry = catalogue.query(name)
    return catalogue.fill(entry, parameters), entry.dialect


class Asked(NamedTuple):
    """What a call of `sql` asks for, beside the query."""

    case: Path
    dialect: str
    stores: Mapping[str, str]
    form: str
    limit: int | None
    output: Path | None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} cannot be read as UTF-8 text") from error


def answer(asked: Asked, query: str, clock: Clock) -> dict[str, Any]:
    """Print the answer to a query, or write it to a file; return what the journal says of the file."""
    import duckdb

    from workbench.events import open_case
    from workbench.events.case import spill_folder
    from workbench.queries.aws_sql import lock, run_sql
    from workbench.queries.aws_sql.failing import failed
    from workbench.queries.aws_sql.locking import memory

    con = open_case(asked.case, read_only=True)
    clock.left_behind = [spill_folder(con)]
    try:
        lock(con)
        clock.connection = con.con
        with memory_limit(memory()):
            table = run_sql(con, query, dialect=asked.dialect, stores=asked.stores)
            limited = table if asked.limit is None else table.limit(asked.limit)
            return _told(table.columns, con.raw_sql(con.compile(limited)), asked)
    except (duckdb.Error, MemoryError, SqlError) as error:
        if clock.is_over:  # whatever it ended with: it was told to
            raise SqlError(TOO_LONG) from error
        if isinstance(error, SqlError):
            raise
        raise failed(error, query, {}) from error
    finally:
        clock.connection = None
        con.disconnect()


def _told(names: Sequence[str], cursor: Any, asked: Asked) -> dict[str, Any]:
    if asked.output is not None:
        return export(names, cursor, asked.output)
    write(FORMATS[asked.form](names, _rows(cursor)))
    if asked.form == "json":
        write("\n")
    return {}


def _rows(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(1000):
        yield from rows

"""`sql`: one query, as it was written for Lake or Athena or a ready one, on a locked connection."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from workbench.cli.front import cli
from workbench.cli.results import FORMATS, write
from workbench.cli.words import PATH, note_action, printable
from workbench.errors import SqlError

REFUSED = 1
_GRACE = 3.0
_TOO_LONG = "the time limit ended the query. Narrow it, or raise --timeout"


class Binding(click.ParamType):
    """ID=KIND."""

    name = "ID=KIND"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Cut at the last sign: an id may hold one."""
        name, sign, kind = str(value).rpartition("=")
        if not (name and sign and kind):
            self.fail(f"{value} is not ID=KIND, such as payroll=cloudtrail", param, ctx)
        return name, kind


@cli.command()
@click.argument("case", type=PATH)
@click.argument("query", required=False)
@click.option(
    "--file", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="File of the query."
)
@click.option("--name", help="Name of a ready query; `workbench queries` lists them.")
@click.option("-p", "parameters", nargs=2, multiple=True, metavar="PARAM VALUE", help="A value it asks for.")
@click.option("--dialect", type=click.Choice(["lake", "athena"]), default="lake", show_default=True)
@click.option("--store", "stores", type=Binding(), multiple=True, help="Say what a store's name stands for.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
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
    limit: int | None,
    timeout: float,
) -> int:
    """Run one SELECT on CASE, as it was written for CloudTrail Lake or Athena.

    Exit code: 0 answered; 1 the query was refused or failed; 3 a wrong call.
    """
    if [query, file, name].count(None) != 2 or (parameters and name is None):
        raise click.UsageError("give the query itself, --file, or --name (and -p for what it asks)")
    with time_limit(timeout) as clock:
        try:
            if name is None:
                text = str(query) if file is None else _read(file)
            else:
                text, dialect = ready(name, dict(parameters))
            answer(case, text, dialect, dict(stores), form, limit, clock)
            note_action(case, "query", {"sql": text, "dialect": dialect, "stores": dict(stores)}, {})
        except SqlError as error:
            print(f"workbench: {printable(error)}", file=sys.stderr)
            return REFUSED
    return 0


def ready(name: str, parameters: Mapping[str, str]) -> tuple[str, str]:
    """Give the text of a ready query, its places filled, and its dialect."""
    from workbench.queries import catalogue

    entry = catalogue.query(name)
    return catalogue.fill(entry, parameters), entry.dialect


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} cannot be read as UTF-8 text") from error


class Clock:
    """Knows what to interrupt when the time is over, and whether it is."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.is_over = False


@contextmanager
def time_limit(seconds: float) -> Iterator[Clock]:
    """Interrupt the query after `seconds`, and end the process if that does not help."""
    clock, done = Clock(), threading.Event()

    def watch() -> None:
        if done.wait(seconds):
            return
        clock.is_over = True
        if clock.connection is not None:
            clock.connection.interrupt()
        if not done.wait(_GRACE):
            sys.stderr.write(f"workbench: {_TOO_LONG}\n")
            sys.stderr.flush()
            os._exit(REFUSED)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield clock
    finally:
        done.set()


def answer(
    case: Path,
    query: str,
    dialect: str,
    stores: Mapping[str, str],
    form: str,
    limit: int | None,
    clock: Clock,
) -> None:
    """Print the answer to a query."""
    import duckdb

    from workbench.events import open_case
    from workbench.queries.aws_sql import run_sql
    from workbench.queries.aws_sql.failing import failed
    from workbench.queries.aws_sql.locking import lock

    con = open_case(case, read_only=True)
    try:
        lock(con)
        clock.connection = con.con
        table = run_sql(con, query, dialect=dialect, stores=stores)
        cursor = con.raw_sql(con.compile(table if limit is None else table.limit(limit)))
        write(FORMATS[form](table.columns, _rows(cursor)))
        if form == "json":
            write("\n")
    except (duckdb.Error, MemoryError) as error:
        if clock.is_over:
            raise SqlError(_TOO_LONG) from error
        raise failed(error, query, {}) from error
    finally:
        clock.connection = None
        con.disconnect()


def _rows(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(1000):
        yield from rows

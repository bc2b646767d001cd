"""`%%lake` and `%%athena`: a notebook cell that is a query, on the case the notebook has open.

References
----------
https://ipython.readthedocs.io/en/stable/config/custommagics.html
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.errors import ParameterError, WorkbenchError

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from IPython.core.interactiveshell import InteractiveShell

    from workbench.briefing.display import Table as Shown

SHOWN = 100


class _Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise what a magic tells in one line, where a command would end the process."""
        raise ParameterError(f"{message}. Write: %%{self.prog} [NAME] [--case NAME] [--store ID=KIND]...")


def _words(dialect: str) -> _Words:
    parser = _Words(prog=dialect, add_help=False)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--case", default="con")
    parser.add_argument("--store", action="append", default=[])
    return parser


def register(shell: InteractiveShell) -> None:
    """Give a notebook the cell magics `%%lake` and `%%athena`; `%load_ext workbench` calls it.

    A cell's value is the lazy table that `run_sql` returns; its first rows are shown. `%%lake NAME` keeps it
    under a name, `--case NAME` asks another connection than `con`, `--store ID=KIND` says what a store is.

    Examples
    --------
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> register(shell)
    >>> sorted({"lake", "athena"} & shell.magics_manager.magics["cell"].keys())
    ['athena', 'lake']
    """
    for dialect in ("lake", "athena"):
        shell.magics_manager.register_function(_magic(shell, dialect), magic_kind="cell", magic_name=dialect)


def _magic(shell: InteractiveShell, dialect: str) -> Callable[[str, str], Any]:
    def run(line: str, cell: str) -> Any:
        from IPython.core.error import UsageError

        try:
            table, shown = _answer(shell, dialect, line, cell)
            _show_as(shell, table, shown)
            return table
        except WorkbenchError as error:  # IPython shows its own error as one line, without a traceback
            raise UsageError(str(error)) from None

    run.__doc__ = f"Run the cell as a query in the words of {dialect.capitalize()}."
    return run


def _answer(shell: InteractiveShell, dialect: str, line: str, cell: str) -> tuple[Table, Shown]:
    import duckdb

    from workbench.briefing.display import Table as Shown
    from workbench.queries.aws_sql import run_sql
    from workbench.queries.aws_sql.failing import failed
    from workbench.queries.aws_sql.stores import binding

    try:
        words = _words(dialect).parse_args(shlex.split(line))
    except ValueError as error:
        raise ParameterError(f"the line after %%{dialect} cannot be read: {error}") from error
    con = _connection(shell, words.case)
    table = run_sql(con, cell, dialect=dialect, stores=dict(map(binding, words.store)))
    title = words.name or f"Answer of {dialect.capitalize()} SQL"
    try:
        shown = Shown(table, title=title, limit=SHOWN, query=cell)
    except duckdb.Error as error:
        raise failed(error, cell, {}) from error
    if words.name:
        _check_name(words.name)
        shell.user_ns[words.name] = table
    return table, shown


def _show_as(shell: InteractiveShell, table: Table, shown: Shown) -> None:
    """Let the cell's value be shown as its rows, this once: its own text tells only names and types."""
    from IPython.display import display

    if shell.display_formatter is None:  # nothing is displayed here
        return
    formatter = shell.display_formatter.ipython_display_formatter

    def show(value: Any) -> None:
        if before is None:
            formatter.pop(type(table), None)
        else:
            formatter.for_type(type(table), before)
        if value is not table:
            raise NotImplementedError  # IPython goes on as if nobody had asked
        display(shown)

    before = formatter.type_printers.get(type(table))
    formatter.for_type(type(table), show)


def _connection(shell: InteractiveShell, name: str) -> Any:
    con = shell.user_ns.get(name)
    if not hasattr(con, "con"):
        raise ParameterError(
            f"{name} is no open case. Open one: {name} = wb.open_case(FOLDER, read_only=True)"
        )
    return con


def _check_name(name: str) -> None:
    if not name.isidentifier():
        raise ParameterError(f"{name} is no name of a variable. Write: %%lake NAME")

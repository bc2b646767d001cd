"""The front door: one command is run, and its exit code returned."""

import sys
from collections.abc import Sequence

import click

from workbench.cli.words import INTERRUPTED, WRONG_CALL, printable
from workbench.errors import WorkbenchError
from workbench.version import __version__


@click.group(no_args_is_help=True)
@click.version_option(__version__, message="workbench %(version)s")
def cli() -> None:
    """A forensic workbench for AWS CloudTrail: from trail files to an offline HTML briefing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        Words after `workbench`; those of the process when None.

    Examples
    --------
    >>> main(["--version"])
    workbench 0.1.0
    0
    """
    try:
        code = cli.main(args=arguments and list(arguments), prog_name="workbench", standalone_mode=False)
    except click.Abort:
        print("workbench: interrupted", file=sys.stderr)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return WRONG_CALL
    except WorkbenchError as error:
        print(f"workbench: {printable(error)}", file=sys.stderr)
        return WRONG_CALL
    return int(code or 0)

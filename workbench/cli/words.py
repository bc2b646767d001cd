"""Words that several commands share: arguments, options, exit codes, and what goes to a terminal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from workbench.errors import CaseError, visible

SOME_SET_ASIDE, NOT_FOUND, WRONG_CALL, INTERRUPTED = 1, 1, 3, 130
NOT_AS_IT_WAS = 1
TEST_FAILED = 1

PATH = click.Path(path_type=Path)
Asked = TypeVar("Asked")


class Evidence(click.Path):
    """A path, or an S3 address as it is written: a path would lose one of its slashes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take an address as it is, anything else as a path."""
        return value if is_s3(value) else super().convert(value, param, ctx)


def is_s3(evidence: Path | str) -> bool:
    """Tell an S3 address from a path."""
    return str(evidence).startswith("s3://")


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
optional_case = click.argument("case", type=PATH, required=False)
between_times = click.option(
    "--between",
    nargs=2,
    metavar="START END",
    help="Keep START <= eventTime < END (ISO 8601, UTC if there is no offset).",
)


class Aws(NamedTuple):
    """With which credentials S3 is read, and where."""

    profile: str | None
    region: str | None
    endpoint_url: str | None


def aws_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make up an `Aws`."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another address of S3, such as a VPC endpoint."),
        click.option("--region", help="Where to send the first request to S3."),
        click.option("--profile", help="A profile of your AWS configuration."),
    ):
        command = option(command)
    return command


def as_one(kind: Callable[..., Asked]) -> Callable[[Callable[[Asked], int]], Callable[..., int]]:
    """Let a command with many options take them as one value that has a field for each."""

    def taking(command: Callable[[Asked], int]) -> Callable[..., int]:
        @wraps(command)
        def called(**words: Any) -> int:
            return command(kind(**words))

        return called

    return taking


def printable(message: object) -> str:
    """Spell out what could steer a terminal."""
    return "\n  ".join(visible(line) for line in str(message).splitlines())


def tell(what: str) -> None:
    """Say on standard error what is being done."""
    print(visible(what), file=sys.stderr)


@contextmanager
def progress_bar(unit: str, counted: str) -> Iterator[Any]:
    """Files, events and rate on a terminal; nothing where standard error is a file or a pipe."""
    from tqdm import tqdm

    looks = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} UNIT{postfix} [{elapsed}<{remaining}]"
    looks = looks.replace("UNIT", unit)
    bar = tqdm(total=0, bar_format=looks, disable=not sys.stderr.isatty(), leave=False)

    def show(done: int, total: int, count: int) -> None:
        bar.total = total
        rate = count / max(bar.format_dict["elapsed"], 0.1)
        bar.set_postfix_str(f"{count:,} {counted}, {rate:,.0f}/s", refresh=False)
        bar.update(done - bar.n)

    with bar:
        yield show


def print_some(what: str, entries: Sequence[dict[str, Any]], most: int = 20) -> None:
    """Print the first of some entries, and how many more there are."""
    for entry in entries[:most]:
        print(f"{what}: " + "  ".join(visible(value) for value in entry.values() if value is not None))
    if len(entries) > most:
        print(f"{what}: and {len(entries) - most:,} more; --json lists them all")


def note_action(case: Path, action: str, parameters: dict[str, Any], result: dict[str, Any]) -> None:
    """Write into the journal of a case what was done; a case that cannot be written says so, no more."""
    from workbench.evidence.custody import note

    try:
        note(case, action, parameters, result)
    except CaseError as error:
        print(f"workbench: not noted in the journal: {printable(error)}", file=sys.stderr)

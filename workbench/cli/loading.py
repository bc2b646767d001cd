"""`sample`, `load`, `raw`: evidence into a case, and a record out of it as it was delivered."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.acquiring import acquire_from, print_acquisition
from workbench.cli.front import cli
from workbench.cli.words import (
    NOT_FOUND,
    PATH,
    SOME_SET_ASIDE,
    Aws,
    Evidence,
    as_json,
    aws_options,
    between_times,
    is_s3,
    printable,
    progress_bar,
)
from workbench.errors import EvidenceError, NotFoundError, visible

if TYPE_CHECKING:
    from workbench.events import LoadReport


@cli.command()
@click.argument("folder", type=PATH)
@click.option("--accounts", type=click.IntRange(min=4), default=4, show_default=True, help="How many.")
@click.option("--days", type=click.IntRange(min=3), default=7, show_default=True, help="Days of activity.")
@click.option("--events", type=click.IntRange(min=1), help="About so many events. Default: a small office's.")
@click.option("--seed", type=int, default=7, show_default=True, help="Same seed, same inflated bytes.")
@click.option("--tamper", is_flag=True, help="The intruder stops the trail and tampers with files.")
@click.option(
    "--situations/--no-situations", default=None,
    help="Also what is rare and hard to attribute. Default: from 10 accounts on.",
)  # fmt: skip
def sample(
    folder: Path, accounts: int, days: int, events: int | None, seed: int, tamper: bool,
    situations: bool | None,
) -> None:  # fmt: skip
    """Write a simulated organization's trail: one planted intrusion, and its truth.

    FOLDER is new, empty, or an earlier sample.
    """
    from workbench.simulation import write_sample

    summary = write_sample(
        folder, accounts=accounts, days=days, events=events, seed=seed, tamper=tamper, situations=situations
    )
    for name, value in summary.items():
        print(f"{name:>20}  {visible(value)}")


@cli.command()
@click.argument("case", type=PATH)
@click.argument("evidence", type=Evidence(path_type=Path), nargs=-1, required=True)
@between_times
@click.option("--salvage", is_flag=True, help="Keep the whole records of files that are cut, flagged.")
@click.option("--verify-hash", is_flag=True, help="Hash files again that look unchanged by size and time.")
@click.option(
    "--evidence-folder", type=PATH, help="Where s3:// evidence is acquired. Default: CASE-evidence beside it."
)
@aws_options
@as_json
def load(
    case: Path,
    evidence: Sequence[Path | str],
    between: tuple[str, str] | None,
    salvage: bool,
    verify_hash: bool,
    evidence_folder: Path | None,
    profile: str | None,
    region: str | None,
    endpoint_url: str | None,
    as_json: bool,
) -> int:
    """Load trail files and folders into CASE, which is made if absent.

    EVIDENCE may be s3://BUCKET/PREFIX: its objects are acquired into a folder first, as `acquire` does.
    Evidence is only ever read. Exit code: 0 all loaded; 1 loaded, but objects, files or records were set
    aside (each is listed with its reason); 3 nothing usable.
    """
    folder = evidence_folder or case.with_name(f"{case.name}-evidence")
    aws = Aws(profile, region, endpoint_url)
    done = [acquire_from(str(source), folder, between, aws) for source in evidence if is_s3(source)]
    paths = [Path(place) for place in evidence if not is_s3(place)] + ([folder] if done else [])
    report = load_case(case, paths, between=between, salvage=salvage, verify_hash=verify_hash)
    if as_json:
        acquired = {"acquisitions": [acquisition.as_dict() for acquisition in done]} if done else {}
        print(json.dumps(report.as_dict() | acquired))
    else:
        from workbench.events.telling import told

        for acquisition in done:
            print_acquisition(acquisition)
        print("\n".join(told(case, report)))
    refused = any(acquisition.not_acquired for acquisition in done)
    return SOME_SET_ASIDE if refused or report.files_set_aside or report.records_set_aside else 0


def load_case(case: Path, evidence: Sequence[Path], **options: Any) -> "LoadReport":
    """Open or make the case, load, and close it again so that notebooks can read it.

    The options are those of `wb.load`.

    Raises
    ------
    EvidenceError
        Something named as evidence does not exist, and no case was made; or nothing could be used.
    """
    import workbench as wb

    for path in evidence:
        if not os.path.lexists(path):
            raise EvidenceError(f"no such evidence: {path}. Name a file or folder that exists")
    con = wb.open_case(case)
    try:
        with progress_bar("files", "events") as show:
            return wb.load(con, *evidence, progress=show, **options)
    finally:
        con.disconnect()


@cli.command()
@click.argument("case", type=PATH)
@click.argument("event_id")
@click.option("--account", metavar="ID", help="Which one, where several accounts have an event of this id.")
@click.option("--place", type=click.IntRange(min=0), help="Which one, where several events have this id.")
@click.option("--evidence", type=PATH, help="Where the evidence lies now, if it was moved: folder or file.")
def raw(case: Path, event_id: str, account: str | None, place: int | None, evidence: Path | None) -> int:
    """Print one event as it was delivered, byte for byte, from evidence that is what was loaded.

    Where it comes from is told on standard error. On a terminal, characters that could steer it are spelled
    out. Exit code: 0 printed; 1 no such event; 3 several of this id, or the evidence is gone or was changed.
    """
    import workbench as wb
    from workbench.events.telling import told_place

    con = wb.open_case(case, read_only=True)
    try:
        found = wb.raw_event(con, event_id, account=account, place=place, evidence=evidence)
    except NotFoundError as error:
        print(f"workbench: {printable(error)}", file=sys.stderr)
        return NOT_FOUND
    finally:
        con.disconnect()
    print("\n".join(told_place(found)), file=sys.stderr)
    if sys.stdout.isatty():
        print("\n".join(map(visible, found.text.decode("utf-8", "replace").split("\n"))))
    else:
        sys.stdout.buffer.write(found.text)
    return 0

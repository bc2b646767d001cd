"""The command line: parse, call one function of the library, print.

Exit codes are a contract for scripts: 0 done, 1 done but something was set aside or not found, 3 a wrong call
or nothing usable. What each command imports, it imports when it runs, so `--help` stays instant.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from workbench.errors import CaseError, EvidenceError, NotFoundError, ParameterError, WorkbenchError, visible
from workbench.version import __version__

if TYPE_CHECKING:
    from workbench.events import LoadReport
    from workbench.evidence.acquisition import Acquisition

SOME_SET_ASIDE, NOT_FOUND, WRONG_CALL, INTERRUPTED = 1, 1, 3, 130
NOT_AS_IT_WAS = 1
SAMPLE_CASE = Path("data/cases/sample")
NOTEBOOKS = ("00_coverage", "01_triage", "15_briefing")

PATH = click.Path(path_type=Path)


class _Evidence(click.Path):
    """A path, or an S3 address as it is written: a path would lose one of its slashes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if _is_s3(value) else super().convert(value, param, ctx)


def _is_s3(evidence: Path | str) -> bool:
    return str(evidence).startswith("s3://")


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
optional_case = click.argument("case", type=PATH, required=False)
between_times = click.option(
    "--between",
    nargs=2,
    metavar="START END",
    help="Keep START <= eventTime < END (ISO 8601, UTC if there is no offset).",
)


class _Aws(NamedTuple):
    """With which credentials S3 is read, and where."""

    profile: str | None
    region: str | None
    endpoint_url: str | None


def aws_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that make up an `_Aws`."""
    for option in (
        click.option("--endpoint-url", metavar="URL", help="Another address of S3, such as a VPC endpoint."),
        click.option("--region", help="Where to send the first request to S3."),
        click.option("--profile", help="A profile of your AWS configuration."),
    ):
        command = option(command)
    return command


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
        print(f"workbench: {_printable(error)}", file=sys.stderr)
        return WRONG_CALL
    return int(code or 0)


def _printable(message: object) -> str:
    return "\n  ".join(visible(line) for line in str(message).splitlines())


@click.group(no_args_is_help=True)
@click.version_option(__version__, message="workbench %(version)s")
def cli() -> None:
    """A forensic workbench for AWS CloudTrail: from trail files to an offline HTML briefing."""


@cli.command()
@click.argument("folder", type=PATH)
@click.option("--accounts", type=click.IntRange(min=4), default=4, show_default=True, help="How many.")
@click.option("--days", type=click.IntRange(min=3), default=7, show_default=True, help="Days of activity.")
@click.option("--events", type=click.IntRange(min=1), help="About so many events. Default: a small office's.")
@click.option("--seed", type=int, default=7, show_default=True, help="Same seed, same inflated bytes.")
@click.option("--tamper", is_flag=True, help="The intruder stops the trail and tampers with files.")
def sample(folder: Path, accounts: int, days: int, events: int | None, seed: int, tamper: bool) -> None:
    """Write a simulated organization's trail: one planted intrusion, and its truth.

    FOLDER is new, empty, or an earlier sample.
    """
    from workbench.simulation import write_sample

    summary = write_sample(
        folder, accounts=accounts, days=days, events=events, seed=seed, tamper=tamper
    )
    for name, value in summary.items():
        print(f"{name:>20}  {visible(value)}")


@cli.command()
@click.argument("case", type=PATH)
@click.argument("evidence", type=_Evidence(path_type=Path), nargs=-1, required=True)
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
    aws = _Aws(profile, region, endpoint_url)
    done = [_acquire(str(source), folder, between, aws) for source in evidence if _is_s3(source)]
    paths = [Path(place) for place in evidence if not _is_s3(place)] + ([folder] if done else [])
    report = load_case(case, paths, between=between, salvage=salvage, verify_hash=verify_hash)
    if as_json:
        acquired = {"acquisitions": [acquisition.as_dict() for acquisition in done]} if done else {}
        print(json.dumps(report.as_dict() | acquired))
    else:
        from workbench.events.telling import told

        for acquisition in done:
            _print_acquisition(acquisition)
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
        with _progress("files", "events") as show:
            return wb.load(con, *evidence, progress=show, **options)
    finally:
        con.disconnect()


@contextmanager
def _progress(unit: str, counted: str) -> Iterator[Any]:
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


def _print_some(what: str, entries: Sequence[dict[str, Any]], most: int = 20) -> None:
    for entry in entries[:most]:
        print(f"{what}: " + "  ".join(visible(value) for value in entry.values() if value is not None))
    if len(entries) > most:
        print(f"{what}: and {len(entries) - most:,} more; --json lists them all")


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
        print(f"workbench: {_printable(error)}", file=sys.stderr)
        return NOT_FOUND
    finally:
        con.disconnect()
    print("\n".join(told_place(found)), file=sys.stderr)
    if sys.stdout.isatty():
        print("\n".join(map(visible, found.text.decode("utf-8", "replace").split("\n"))))
    else:
        sys.stdout.buffer.write(found.text)
    return 0


@cli.command()
@click.argument("case", type=PATH)
@click.option("--full", is_flag=True, help="Compare hashes of the evidence instead of sizes and times.")
@as_json
def custody(case: Path, full: bool, as_json: bool) -> int:
    """Tell what was done to CASE, and whether journal, manifest and evidence are as they were.

    Write down root hash and head hash elsewhere: they tell what nothing in the case can. Nothing is written.
    Exit code: 0 all as it was; 1 something is changed, gone, new, or not here to compare, or the journal's
    chain is broken; 3 no case.
    """
    from workbench.evidence.custody import examine
    from workbench.evidence.custody.telling import told

    found = examine(case, full=full)
    print(json.dumps(found.as_dict()) if as_json else "\n".join(told(found, case=case)))
    return 0 if found.is_as_it_was else NOT_AS_IT_WAS


@cli.command()
@click.argument("source", metavar="s3://BUCKET/PREFIX")
@click.argument("folder", type=PATH)
@between_times
@click.option("--all-versions", is_flag=True, help="Acquire deleted objects and older versions too.")
@click.option("--no-keys", is_flag=True, help="Do not ask CloudTrail for the public keys of the digests.")
@click.option("--requester-pays", is_flag=True, help="Agree to pay for the requests, if the bucket asks so.")
@click.option("--workers", type=click.IntRange(1, 64), default=8, show_default=True, help="At a time.")
@aws_options
@as_json
def acquire(
    source: str,
    folder: Path,
    between: tuple[str, str] | None,
    all_versions: bool,
    no_keys: bool,
    requester_pays: bool,
    workers: int,
    profile: str | None,
    region: str | None,
    endpoint_url: str | None,
    as_json: bool,
) -> int:
    """Copy a trail from S3 into the evidence FOLDER, with metadata, public keys and a manifest.

    Every key that starts with PREFIX is acquired. Nothing is written to AWS. FOLDER is new, empty, or of an
    earlier acquisition, which goes on where it stopped. With --between, objects are left out whose key says
    another time, with a day of margin. Exit code: 0 all acquired; 1 some objects not (each is listed with its
    reason); 3 none.
    """
    report = _acquire(
        source,
        folder,
        between,
        _Aws(profile, region, endpoint_url),
        all_versions=all_versions,
        public_keys=not no_keys,
        requester_pays=requester_pays,
        workers=workers,
    )
    if as_json:
        print(json.dumps(report.as_dict()))
    else:
        _print_acquisition(report)
    here = report.acquired + report.unchanged
    return (SOME_SET_ASIDE if here else WRONG_CALL) if report.not_acquired else 0


def _acquire(
    source: str, folder: Path, between: tuple[str, str] | None, aws: _Aws, **options: Any
) -> "Acquisition":
    """Acquire with a progress bar; the options are those of the library."""
    from workbench.evidence import acquisition

    session = acquisition.aws_session(aws.profile, aws.region)
    common = {"session": session, "endpoint_url": aws.endpoint_url, "between": between}
    with _progress("objects", "bytes") as show:
        return acquisition.acquire(source, folder, progress=show, **common, **options)


def _print_acquisition(report: "Acquisition") -> None:
    print(f"{visible(report.source)} into {visible(report.folder)}")
    print(f"acquired by: {visible(report.identity or 'unknown')}")
    print(
        f"objects: {report.listed:,} listed, {report.acquired:,} acquired ({report.bytes:,} bytes),"
        f" {report.unchanged:,} unchanged, {report.outside:,} of another time,"
        f" {report.versions_left:,} older versions left, {len(report.not_acquired):,} not acquired"
    )
    print(f"root hash: {report.root_sha256}")
    _print_some("warning", report.warnings)
    _print_some("not acquired", report.not_acquired)


@cli.command()
@click.argument("path", type=PATH)
@click.option("--public-keys", multiple=True, type=PATH, help="public-keys-REGION.json; may be repeated.")
@click.option("--metadata", type=PATH, help="head-object outputs of the digests. Default: PATH/meta.jsonl.")
@click.option("--bucket-map", multiple=True, metavar="FROM=TO", help="Folder of a bucket's objects.")
@as_json
def verify(
    path: Path, public_keys: Sequence[Path], metadata: Path | None, bucket_map: Sequence[str], as_json: bool
) -> int:
    """Validate digests and logs below PATH: did AWS deliver exactly these bytes?

    PATH is an evidence folder, or a case, whose evidence is verified. Needs no network, writes nothing into
    evidence; the journal of a case notes it.
    Exit code: 0 all valid; 1 anything modified, missing, invalid, or a finding; 2 only what cannot be told.
    """
    from workbench.evidence.digests import evidence_of, is_case, joined, told
    from workbench.evidence.digests import verify as verify_folder

    buckets = _bucket_map(bucket_map)
    folders = evidence_of(path) if is_case(path) else [path]
    verification = joined([verify_folder(folder, public_keys, metadata, buckets) for folder in folders])
    print(json.dumps(verification.as_dict()) if as_json else "\n".join(told(verification)))
    if is_case(path):
        _note(path, "verify", {"evidence": folders, "bucket_map": buckets}, verification.summary())
    return verification.exit_code


def _note(case: Path, action: str, parameters: dict[str, Any], result: dict[str, Any]) -> None:
    """Write into the journal of a case what was done; a case that cannot be written says so, no more."""
    from workbench.evidence.custody import note

    try:
        note(case, action, parameters, result)
    except CaseError as error:
        print(f"workbench: not noted in the journal: {_printable(error)}", file=sys.stderr)


def _bucket_map(words: Sequence[str]) -> dict[str, str]:
    buckets: dict[str, str] = {}
    for word in words:
        bucket, equals, folder = word.partition("=")
        if not equals or buckets.setdefault(bucket, folder) != folder:
            raise ParameterError(f"bucket map {word}: write FROM=TO, each bucket once")
    return buckets


@cli.command()
@click.argument("case", type=PATH)
@click.argument("identifier", metavar="ID")
@as_json
def who(case: Path, identifier: str, as_json: bool) -> int:
    """Tell who was behind ID, hop by hop, with the proof and the doubt.

    ID is an access key id, the ARN of a session, role or user, a principal id, or an event id.
    """
    from workbench.events import events, open_case
    from workbench.queries.attribution.telling import told
    from workbench.queries.attribution.who import answer

    con = open_case(case, read_only=True)
    try:
        found = answer(events(con), identifier)
    except NotFoundError as error:
        print(f"workbench: {_printable(error)}", file=sys.stderr)
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
    from workbench.briefing import write_briefing

    folder = case or sample_case()
    page = output or folder / "reports" / "briefing.html"
    chosen = [find_notebook(name) for name in notebooks]
    tell = _tell if sys.stderr.isatty() else None
    write_briefing(folder, page, chosen, parameters=dict(parameters), as_of=as_of, progress=tell)
    print(page)


def _tell(what: str) -> None:
    print(visible(what), file=sys.stderr)


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
    package = Path(__file__).resolve().parent
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

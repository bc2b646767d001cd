"""`acquire`: a trail from S3 into an evidence folder."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.front import cli
from workbench.cli.words import (
    PATH,
    SOME_SET_ASIDE,
    WRONG_CALL,
    Aws,
    as_json,
    aws_options,
    between_times,
    print_some,
    progress_bar,
)
from workbench.errors import visible

if TYPE_CHECKING:
    from workbench.evidence.acquisition import Acquisition


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
    report = acquire_from(
        source,
        folder,
        between,
        Aws(profile, region, endpoint_url),
        all_versions=all_versions,
        public_keys=not no_keys,
        requester_pays=requester_pays,
        workers=workers,
    )
    if as_json:
        print(json.dumps(report.as_dict()))
    else:
        print_acquisition(report)
    here = report.acquired + report.unchanged
    return (SOME_SET_ASIDE if here else WRONG_CALL) if report.not_acquired else 0


def acquire_from(
    source: str, folder: Path, between: tuple[str, str] | None, aws: Aws, **options: Any
) -> "Acquisition":
    """Acquire with a progress bar; the options are those of the library."""
    from workbench.evidence import acquisition

    session = acquisition.aws_session(aws.profile, aws.region)
    common = {"session": session, "endpoint_url": aws.endpoint_url, "between": between}
    with progress_bar("objects", "bytes") as show:
        return acquisition.acquire(source, folder, progress=show, **common, **options)


def print_acquisition(report: "Acquisition") -> None:
    """Print what an acquisition did."""
    print(f"{visible(report.source)} into {visible(report.folder)}")
    print(f"acquired by: {visible(report.identity or 'unknown')}")
    print(
        f"objects: {report.listed:,} listed, {report.acquired:,} acquired ({report.bytes:,} bytes),"
        f" {report.unchanged:,} unchanged, {report.outside:,} of another time,"
        f" {report.versions_left:,} older versions left, {len(report.not_acquired):,} not acquired"
    )
    print(f"root hash: {report.root_sha256}")
    print_some("warning", report.warnings)
    print_some("not acquired", report.not_acquired)

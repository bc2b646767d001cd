"""`verify`, `custody`: what the evidence is worth, and what was done with it."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from workbench.cli.front import cli
from workbench.cli.words import NOT_AS_IT_WAS, PATH, as_json, note_action
from workbench.errors import ParameterError


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
        note_action(path, "verify", {"evidence": folders, "bucket_map": buckets}, verification.summary())
    return verification.exit_code


def _bucket_map(words: Sequence[str]) -> dict[str, str]:
    buckets: dict[str, str] = {}
    for word in words:
        bucket, equals, folder = word.partition("=")
        if not equals or buckets.setdefault(bucket, folder) != folder:
            raise ParameterError(f"bucket map {word}: write FROM=TO, each bucket once")
    return buckets


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

"""`aws cloudtrail validate-logs` on the evidence of a case, offline."""

import datetime as dt
import io
import os
import re
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from tests.evidence.digests.aws_stub import Bucket, serving
from tests.evidence.digests.trails import ACCOUNT, HOUR, START, Evidence, Trail, iso

AWS = Path(sys.executable).with_name("aws")
DATA = Path(str(find_spec("awscli").origin)).with_name("data")
_LINE = re.compile(r"(?:Digest|Log) file\ts3://(\S[^\t]*)\t(.*)")


class Answer(NamedTuple):
    """What the AWS CLI said: its exit code, a sentence for each object by `BUCKET/KEY`, all of its output."""

    code: int
    objects: dict[str, str]
    output: str


def seconds(time: Any) -> float:
    if isinstance(time, str):
        return dt.datetime.fromisoformat(time).timestamp()
    return float(time)


def bucket_of(evidence: Evidence) -> Bucket:
    """Give the evidence as S3 and CloudTrail hold it: an object lies where its path says."""
    metadata = {path: head["Metadata"] for path, head in evidence.heads.items()}
    keys: dict[str, list[dict[str, Any]]] = {}
    for name, documents in evidence.keys.items():
        region = re.match(r"public-keys-([a-z]+-[a-z]+-\d)", name)
        for document in documents:
            for entry in document["PublicKeyList"]:
                times = {
                    f"Validity{end}Time": seconds(entry[f"Validity{end}Time"]) for end in ("Start", "End")
                }
                keys.setdefault(region[1] if region else "", []).append(entry | times)
    organization = organization_of(evidence)
    return Bucket(evidence.files, metadata, keys, trail_of(evidence, organization), organization)


def trail_of(evidence: Evidence, organization: str) -> dict[str, Any]:
    """What DescribeTrails says of the first trail now."""
    trail = evidence.trails[0]
    return {
        "Name": trail.name, "TrailARN": arn_of(trail), "S3BucketName": trail.bucket,
        "S3KeyPrefix": trail.top.partition("AWSLogs/")[0].rstrip("/"),
        "IsOrganizationTrail": bool(organization),
    }  # fmt: skip


def arn_of(trail: Trail) -> str:
    return f"arn:aws:cloudtrail:{trail.home}:{ACCOUNT}:trail/{trail.name}"


def organization_of(evidence: Evidence) -> str:
    found = re.search(r"/(o-[a-z0-9]+)/", evidence.trails[0].top + "/")
    return found[1] if found else ""


def command(evidence: Evidence, last: dt.datetime | None = None) -> list[str]:
    """Ask for the evidence's first trail, from the beginning to the last digest."""
    trail = evidence.trails[0]
    ends = [dt.datetime.fromisoformat(digest.document["digestEndTime"]) for digest in trail.digests]
    account = ["--account-id", ACCOUNT] if organization_of(evidence) else []
    return [
        str(AWS), "cloudtrail", "validate-logs", "--verbose", "--trail-arn", arn_of(trail),
        "--region", trail.region,
        "--start-time", iso(START - HOUR), "--end-time", iso(last or max(ends)), *account,
    ]  # fmt: skip


def environment(address: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": os.devnull, "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "made up for a test",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "AWS_DATA_PATH": str(DATA),
        "LC_ALL": "C.UTF-8",
    }  # fmt: skip


def ask(evidence: Evidence) -> Answer:
    """Ask the AWS CLI about the evidence, in this process: to start a Python each time takes far longer."""
    output = io.StringIO()
    with ExitStack() as around:
        address = around.enter_context(serving(bucket_of(evidence)))
        around.enter_context(mock.patch.dict(os.environ, environment(address), clear=True))
        around.enter_context(redirect_stdout(output))
        around.enter_context(redirect_stderr(output))
        from awscli.clidriver import create_clidriver  # here, where it may change the environment

        code = create_clidriver().main(command(evidence)[1:])
    told = output.getvalue()
    return Answer(code, dict(_LINE.findall(told)), told)

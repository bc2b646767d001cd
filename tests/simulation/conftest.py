"""The committed sample, read once: records with their file, digests, metadata, truth."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.simulation import write_sample

Json = dict[str, Any]


def inflated(folder: Path, kind: str) -> dict[str, bytes]:
    """Content of every trail object of a kind (`CloudTrail`, `CloudTrail-Digest`) by its key."""
    found = sorted(folder.glob(f"AWSLogs/*/*/{kind}/*/*/*/*/*.json.gz"))
    return {path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes()) for path in found}


def records_of(folder: Path) -> list[Json]:
    """Every delivered record of a sample."""
    contents = inflated(folder, "CloudTrail").values()
    return [record for content in contents for record in json.loads(content)["Records"]]


@pytest.fixture(scope="session")
def tampered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample that was tampered with."""
    folder = tmp_path_factory.mktemp("tampered") / "new"
    write_sample(folder, tamper=True)
    return folder


@pytest.fixture(scope="session")
def logs(sample: Path) -> dict[str, bytes]:
    return inflated(sample, "CloudTrail")


@pytest.fixture(scope="session")
def digests(sample: Path) -> dict[str, bytes]:
    return inflated(sample, "CloudTrail-Digest")


@pytest.fixture(scope="session")
def deliveries(logs: dict[str, bytes]) -> list[Json]:
    """Every delivered record, those that were delivered twice twice."""
    return [record for content in logs.values() for record in json.loads(content)["Records"]]


@pytest.fixture(scope="session")
def records(deliveries: list[Json]) -> list[Json]:
    """Every event once, in the order of time."""
    return sorted({record["eventID"]: record for record in deliveries}.values(), key=lambda r: r["eventTime"])


@pytest.fixture(scope="session")
def by_id(records: list[Json]) -> dict[str, Json]:
    return {record["eventID"]: record for record in records}


@pytest.fixture(scope="session")
def truth(sample: Path) -> Json:
    return json.loads((sample / "truth.json").read_text(encoding="utf-8"))

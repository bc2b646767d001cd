"""What an acquisition wrote into the evidence folder, taken over where the bytes agree."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.custody.cases import LOG, files_of, load, sha256
from workbench.evidence.custody import check_journal, examine, read_manifest
from workbench.evidence.custody.acquired import acquired_facts
from workbench.evidence.custody.manifest import root_of
from workbench.evidence.custody.telling import told_entry

ACQUIRED = {"by": "kim", "at_utc": "2026-09-03T08:00:00Z", "host": "lab", "tool": "cloudtrail-workbench"}
SOURCE = {"bucket": "acme", "prefix": "AWSLogs/", "region": "eu-west-1", "trail_arn": None}


def row(folder: Path, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "bucket": "acme",
        "key": path,
        "version_id": "v-1",
        "etag": "e-1",
        "last_modified": "2026-09-02T04:21:00Z",
        "sha256": sha256((folder / path).read_bytes()),
    }


def acquire(folder: Path, *paths: str, **changed: Any) -> tuple[str, str]:
    """Write the manifest of an acquisition; return its path and hash, as the loader hands them on."""
    files = [row(folder, path) for path in paths]
    said = {
        "schema": "ctw-manifest/1",
        "complete": True,
        "acquired": ACQUIRED,
        "sources": [SOURCE],
        "root_sha256": root_of((one["sha256"], one["path"]) for one in files),
        "files": files,
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(said | changed))
    return str(path), sha256(path.read_bytes())


def manifest(case: Path) -> Any:
    found = read_manifest(case)
    assert found
    return found[0]


def test_facts_of_objects_are_taken_over(case: Path, evidence: Path) -> None:
    told = acquire(evidence, LOG.format("A"), LOG.format("B"))
    assert load(case, evidence, manifests=[told]) == []
    said = manifest(case)
    assert (said.acquired, said.sources) == (ACQUIRED, [SOURCE])
    logs = [file for file in said.files if file.kind == "log"]
    assert [(file.bucket, file.key, file.version_id, file.etag) for file in logs] == [
        ("acme", LOG.format(name), "v-1", "e-1") for name in ("A", "B")
    ]
    assert logs[0].last_modified == "2026-09-02T04:21:00Z"
    assert {file.bucket for file in said.files if file.kind == "other"} == {None}


def test_the_acquisition_is_noted_once_and_before_the_load(case: Path, evidence: Path) -> None:
    told = acquire(evidence, LOG.format("A"))
    load(case, evidence, manifests=[told])
    load(case, evidence, manifests=[told])
    entries = list(check_journal(case).entries.values())
    assert [entry.action for entry in entries] == ["acquire", "load", "load"]
    assert entries[0].parameters == {
        "manifest": told[0], "sha256": told[1], "acquired": ACQUIRED, "sources": [SOURCE]
    }  # fmt: skip
    assert entries[0].result["files"] == 1
    assert "kim acquired on 2026-09-03T08:00:00Z: objects 1, as /" in told_entry(entries[0])


def test_an_acquisition_that_went_on_is_noted_anew(case: Path, evidence: Path) -> None:
    load(case, evidence, manifests=[acquire(evidence, LOG.format("A"))])
    load(case, evidence, manifests=[acquire(evidence, LOG.format("A"), LOG.format("B"))])
    actions = [entry.action for entry in check_journal(case).entries.values()]
    assert actions == ["acquire", "load", "acquire", "load"]


def test_a_file_that_is_not_what_was_acquired_is_told(case: Path, evidence: Path) -> None:
    told = acquire(evidence, LOG.format("A"), "notes.txt")
    then = sha256((evidence / "notes.txt").read_bytes())
    (evidence / "notes.txt").write_text("changed before it was loaded")
    now = sha256((evidence / "notes.txt").read_bytes())
    [warning] = load(case, evidence, manifests=[told])
    assert (warning["path"], warning["kind"]) == (str(evidence / "notes.txt"), "not-as-acquired")
    assert now in warning["detail"]
    assert then in warning["detail"]
    said = manifest(case)
    assert said.not_as_acquired == [{"path": "notes.txt", "acquired_sha256": then, "sha256": now}]
    assert [file.bucket for file in said.files if file.path == "notes.txt"] == [None]
    found = examine(case)
    assert found.faults == ["1 of the files acquired are not what was loaded: notes.txt for one"]
    assert not found.is_as_it_was


def test_what_a_path_held_before_is_not_compared_with_the_acquisition(case: Path, evidence: Path) -> None:
    [before] = files_of(evidence / "notes.txt")
    before.sha256, before.replaced = sha256(b"earlier"), True
    told = acquire(evidence, "notes.txt")
    assert load(case, evidence, files=[before, *files_of(evidence)], manifests=[told]) == []
    buckets = {file.replaced: file.bucket for file in manifest(case).files if file.path == "notes.txt"}
    assert buckets == {True: None, False: "acme"}


def test_an_acquired_file_that_is_not_there_is_told(case: Path, evidence: Path) -> None:
    told = acquire(evidence, LOG.format("A"), "notes.txt")
    (evidence / "notes.txt").unlink()
    [warning] = load(case, evidence, manifests=[told])
    assert warning["detail"].startswith("it was acquired, and is not there")


def test_two_acquisitions_are_nobody_in_particular(case: Path, evidence: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.json").write_text("[]")
    told = [acquire(evidence, LOG.format("A")), acquire(other, "a.json", acquired=ACQUIRED | {"by": "lee"})]
    load(case, evidence, other, manifests=told)
    said = manifest(case)
    assert said.acquired is None
    assert [one["acquired"]["by"] for one in said.acquisitions] == ["kim", "lee"]
    assert len(said.sources) == 2


def test_an_acquisition_in_an_archive_is_read_there(case: Path, evidence: Path, tmp_path: Path) -> None:
    acquire(evidence, "notes.txt")
    path = tmp_path / "acquired.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("notes.txt", "manifest.json"):
            archive.write(evidence / name, f"acme/{name}")
    load(case, path, manifests=[(f"{path}!/acme/manifest.json", None)])
    keys = {file.path: file.key for file in manifest(case).files}
    assert keys["acquired.zip!/acme/notes.txt"] == "notes.txt"


FOREIGN = {"schema": "other/1", "acquired": None, "files": [{"path": 1}], "sources": "none", "evidence": []}


@pytest.mark.parametrize("changed", [{name: value} for name, value in FOREIGN.items()])
def test_what_no_acquisition_wrote_is_told_and_not_taken_over(
    case: Path, evidence: Path, changed: dict[str, Any]
) -> None:
    told = acquire(evidence, LOG.format("A"), **changed)
    [warning] = load(case, evidence, manifests=[told])
    assert (warning["path"], warning["kind"]) == (told[0], "manifest-unreadable")
    assert manifest(case).acquired is None
    assert [entry.action for entry in check_journal(case).entries.values()] == ["load"]


def test_a_manifest_that_changed_since_the_load_is_not_taken_over(evidence: Path) -> None:
    path, _ = acquire(evidence, LOG.format("A"))
    found = acquired_facts([(path, sha256(b"another")), (str(evidence / "absent"), None)])
    assert found.acquisitions == []
    assert "no longer what was loaded" in found.unreadable[0]["detail"]
    assert "no such evidence" in found.unreadable[1]["detail"]


def test_a_key_that_leads_elsewhere_is_just_a_name(case: Path, evidence: Path) -> None:
    (evidence.parent / "secret").write_text("not evidence")
    told = acquire(evidence, "../secret")
    [warning] = load(case, evidence, files=files_of(evidence), manifests=[told])
    assert warning["path"].endswith("/../secret")
    assert all("secret" not in file.path for file in manifest(case).files)

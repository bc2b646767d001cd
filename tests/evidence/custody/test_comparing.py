"""The evidence as it lies there now: what was loaded, or what became of it."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from tests.evidence.custody.cases import (
    LOG,
    files_of,
    load,
    manifest_of,
    overwrite,
    sha256,
    touch,
    write_archive,
)
from workbench.evidence.custody import changes
from workbench.evidence.custody.comparing import compare
from workbench.evidence.custody.manifest import File

FULL = pytest.mark.parametrize("full", [False, True])


@FULL
def test_nothing_changed(evidence: Path, full: bool) -> None:
    found = compare(manifest_of(evidence), full=full)
    assert found.is_as_loaded
    assert (found.full, found.files, found.unchanged) == (full, 3, 3)


def test_a_touched_file_is_changed_until_its_content_is_looked_at(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    touch(evidence / "notes.txt")
    assert compare(manifest).changed == [{"path": "notes.txt", "what": "time"}]
    assert compare(manifest, full=True).is_as_loaded


def test_content_under_an_old_time_is_found_by_its_hash_alone(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    overwrite(evidence / "notes.txt", b"seen by nobodY")
    assert compare(manifest).is_as_loaded
    assert compare(manifest, full=True).changed == [{"path": "notes.txt", "what": "content"}]


def test_another_size_is_told(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    (evidence / "notes.txt").write_text("short")
    assert compare(manifest).changed == [{"path": "notes.txt", "what": "size"}]
    assert compare(manifest, full=True).changed == [{"path": "notes.txt", "what": "content"}]


def test_compressed_anew_is_the_same_inside(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    log = evidence / LOG.format("A")
    log.write_bytes(gzip.compress(gzip.decompress(log.read_bytes()), mtime=1))
    assert compare(manifest, full=True).changed == [{"path": LOG.format("A"), "what": "compression"}]


def test_a_damaged_file_is_another_content(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    log = evidence / LOG.format("A")
    overwrite(log, log.read_bytes()[:-6])
    assert compare(manifest, full=True).changed == [{"path": LOG.format("A"), "what": "content"}]


@FULL
def test_gone_and_new(evidence: Path, full: bool) -> None:
    manifest = manifest_of(evidence)
    (evidence / "notes.txt").rename(evidence / "renamed.txt")
    found = compare(manifest, full=full)
    assert (found.gone, found.new, found.unchanged) == (["notes.txt"], ["renamed.txt"], 2)


@FULL
def test_what_became_a_link_or_a_pipe_is_no_longer_the_file(evidence: Path, full: bool) -> None:
    manifest = manifest_of(evidence)
    for name in ("A", "B"):
        (evidence / LOG.format(name)).unlink()
    (evidence / LOG.format("A")).symlink_to(evidence / "notes.txt")
    os.mkfifo(evidence / LOG.format("B"))
    found = compare(manifest, full=full)
    assert [row["what"] for row in found.changed] == ["kind", "kind"]
    assert found.unchanged == 1


@FULL
def test_a_pipe_that_always_was_one_is_not_opened(evidence: Path, full: bool) -> None:
    os.mkfifo(evidence / "pipe")
    found = compare(manifest_of(evidence), full=full)
    assert found.is_as_loaded
    assert found.unhashed == int(full)


@FULL
def test_evidence_that_is_not_here_is_not_changed(evidence: Path, tmp_path: Path, full: bool) -> None:
    manifest = manifest_of(evidence)
    evidence.rename(tmp_path / "moved")
    found = compare(manifest, full=full)
    assert (found.absent, found.absent_files) == ([str(evidence)], 3)
    assert (found.changed, found.gone) == ([], [])
    assert not found.is_as_loaded


def test_the_empty_folder_of_a_disk_that_is_not_mounted_is_not_here(evidence: Path) -> None:
    manifest = manifest_of(evidence)
    shutil.rmtree(evidence)
    evidence.mkdir()
    assert compare(manifest).absent == [str(evidence)]


def test_a_part_that_is_missing_beside_others_is_gone(evidence: Path) -> None:
    logs = [evidence / LOG.format(name) for name in ("A", "B")]
    manifest = manifest_of(*logs)
    logs[0].unlink()
    found = compare(manifest)
    assert (found.gone, found.absent) == ([logs[0].name], [])


def test_a_folder_that_is_missing_within_another_is_gone(evidence: Path) -> None:
    manifest = manifest_of(evidence, evidence / "AWSLogs")
    shutil.rmtree(evidence / "AWSLogs")
    found = compare(manifest)
    assert (len(found.gone), found.absent) == (2, [])


def test_one_of_two_disks_is_not_here(evidence: Path, archive: Path) -> None:
    manifest = manifest_of(evidence, archive)
    archive.unlink()
    found = compare(manifest)
    assert (found.absent, found.absent_files, found.unchanged) == ([str(archive)], 3, 3)


@FULL
def test_members_are_what_they_were_as_long_as_their_archive_is(archive: Path, full: bool) -> None:
    found = compare(manifest_of(archive), full=full)
    assert (found.files, found.unchanged, found.is_as_loaded) == (3, 3, True)


def test_of_a_changed_archive_members_are_looked_at(archive: Path) -> None:
    manifest = manifest_of(archive)
    write_archive(archive, a="one", b="TWO")
    found = compare(manifest, full=True)
    assert [row["path"] for row in found.changed] == ["trail.zip", "trail.zip!/b.json"]
    write_archive(archive, a="one")
    found = compare(manifest, full=True)
    assert (found.gone, found.unchanged) == (["trail.zip!/b.json"], 1)


def test_by_looks_members_share_what_became_of_their_archive(archive: Path) -> None:
    manifest = manifest_of(archive)
    touch(archive)
    assert [row["what"] for row in compare(manifest).changed] == ["time"] * 3
    archive.write_bytes(b"no archive")
    assert [row["what"] for row in compare(manifest, full=True).changed] == ["content"] * 3


@pytest.mark.parametrize("name", ["a\nb.json", "caf\udce9.json", "back\\xe9.json", "x!", "a  b"])
def test_odd_names_are_found_again(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / name).write_text("[]")
    manifest = manifest_of(folder)
    assert compare(manifest, full=True).is_as_loaded
    overwrite(folder / name, b"{}")
    assert len(compare(manifest, full=True).changed) == 1


def test_a_folder_named_like_an_archive_holds_plain_files(tmp_path: Path) -> None:
    folder = tmp_path / "odd!"
    folder.mkdir()
    (folder / "a.json").write_text("[]")
    assert compare(manifest_of(tmp_path / "odd!"), full=True).is_as_loaded


def test_content_that_was_replaced_between_two_loads_is_told(case: Path, evidence: Path) -> None:
    before = files_of(evidence / "notes.txt")
    (evidence / "notes.txt").write_text("changed")
    before[0].replaced = True
    load(case, evidence, files=[*before, *files_of(evidence)])
    found = changes(case)
    assert found
    assert (found.replaced, found.changed, found.files) == (["notes.txt"], [], 3)
    assert not found.is_as_loaded


def test_a_list_that_was_replaced_and_gave_no_event_is_not_told(case: Path, evidence: Path) -> None:
    before = File(str(evidence / "notes.txt"), size=1, sha256=sha256(b"1"), events=0, replaced=True)
    load(case, evidence, files=[before, *files_of(evidence)])
    found = changes(case)
    assert found
    assert found.is_as_loaded


def test_what_cannot_be_read_is_neither_changed_nor_unchanged(
    evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = manifest_of(evidence)
    scan, real_open = os.scandir, os.open

    def closed(path: str, *rest: int) -> int:
        if str(path).endswith("notes.txt"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)

    monkeypatch.setattr(os, "open", closed)
    found = compare(manifest, full=True)
    assert found.unreadable == [{"path": "notes.txt", "detail": "Permission denied"}]
    assert (found.unchanged, found.is_as_loaded) == (2, False)

    def locked(path: str) -> object:
        if str(path).endswith("AWSLogs"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", locked)
    found = compare(manifest)
    assert [row["path"] for row in found.unreadable] == [LOG.format("A"), LOG.format("B")]
    assert (found.new, found.gone) == ([], [])


def test_a_case_without_a_manifest_has_nothing_to_compare(case: Path) -> None:
    assert changes(case) is None

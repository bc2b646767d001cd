"""The manifest: each file of the evidence, what is known of it, and one hash over all."""

import json
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.custody.cases import LOG, files_of, load, manifest_of, sha256
from workbench.errors import CaseError
from workbench.evidence.custody import check_journal, read_manifest
from workbench.evidence.custody.manifest import MANIFEST, File, folder_of, members_of, root_of
from workbench.evidence.digests.of_case import evidence_of
from workbench.evidence.files import path_from_text


def said(case: Path) -> dict:
    return json.loads((case / MANIFEST).read_bytes())


def test_a_pipe_in_its_place_is_a_fault_and_nobody_waits_for_it(case: Path, evidence: Path) -> None:
    load(case, evidence)
    (case / MANIFEST).unlink()
    os.mkfifo(case / MANIFEST)
    with pytest.raises(CaseError, match="a pipe"):
        read_manifest(case)
    with pytest.raises(CaseError, match="a pipe"):
        evidence_of(case)
    load(case, evidence)
    assert read_manifest(case)


def test_it_has_the_schema_of_an_acquisition(case: Path, evidence: Path) -> None:
    load(case, evidence)
    manifest = said(case)
    assert manifest["schema"] == "ctw-manifest/1"
    assert (manifest["case_id"], manifest["acquired"], manifest["sources"]) == ("case", None, [])
    assert manifest["evidence"] == [str(evidence)]
    row = manifest["files"][0]
    content = (evidence / LOG.format("A")).read_bytes()
    assert row["path"] == LOG.format("A")
    assert (row["size"], row["sha256"]) == (len(content), sha256(content))
    assert row["sha256_uncompressed"] == sha256(b'{"Records": [{"eventID": "A"}]}')
    assert (row["kind"], row["events"], row["verdict"]) == ("log", 1, None)
    assert [row[name] for name in ("bucket", "key", "version_id", "etag", "last_modified")] == [None] * 5
    assert manifest["totals"]["files"] == 3
    assert manifest["totals"]["bytes"] == sum(path.stat().st_size for path in evidence.rglob("*.*"))
    assert manifest["totals"]["kinds"] == {"log": 2, "other": 1}


def test_the_root_hash_is_that_of_sha256sum_over_the_folder(case: Path, evidence: Path) -> None:
    load(case, evidence)
    files = (path for path in evidence.rglob("*") if path.is_file())
    lines = sorted(f"{sha256(path.read_bytes())}  {path.relative_to(evidence)}\n" for path in files)
    assert said(case)["root_sha256"] == sha256("".join(lines).encode())


def test_the_root_hash_depends_on_no_order_and_no_place(case: Path, evidence: Path, tmp_path: Path) -> None:
    load(case, evidence)
    files = files_of(evidence)
    random.Random(7).shuffle(files)
    load(tmp_path / "shuffled", evidence, files=files)
    moved = evidence.rename(tmp_path / "elsewhere")
    load(tmp_path / "moved", moved)
    roots = {said(tmp_path / name)["root_sha256"] for name in ("case", "shuffled", "moved")}
    assert len(roots) == 1


def test_a_line_per_file_so_that_two_can_be_compared(case: Path, evidence: Path, tmp_path: Path) -> None:
    load(case, evidence)
    (evidence / "notes.txt").write_text("seen by somebody")
    load(tmp_path / "second", evidence)
    folders = (case, tmp_path / "second")
    before, after = (set((folder / MANIFEST).read_text().splitlines()) for folder in folders)
    assert [line for line in before - after if line.startswith('{"path"')] == [
        line for line in before if "notes.txt" in line
    ]


def test_it_is_for_its_owner_only_and_nothing_is_left_beside_it(case: Path, evidence: Path) -> None:
    load(case, evidence)
    load(case, evidence)
    assert (case / MANIFEST).stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(case)) == ["custody.jsonl", MANIFEST]


def test_a_load_that_changed_nothing_leaves_it_and_is_noted(case: Path, evidence: Path) -> None:
    load(case, evidence)
    before = (case / MANIFEST).stat()
    load(case, evidence)
    after = (case / MANIFEST).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [entry.action for entry in check_journal(case).entries.values()] == ["load", "load"]


def test_it_names_the_state_of_the_journal_that_it_was_written_in(case: Path, evidence: Path) -> None:
    load(case, evidence)
    (evidence / "more.txt").write_text("more")
    load(case, evidence)
    assert said(case)["journal"] == {"lines": 1, "head_sha256": check_journal(case).hashes[0]}


def test_the_journal_names_root_and_manifest(case: Path, evidence: Path) -> None:
    load(case, evidence)
    [entry] = check_journal(case).entries.values()
    assert entry.parameters["evidence"] == [str(evidence)]
    assert entry.result["root_sha256"] == said(case)["root_sha256"]
    assert entry.result["manifest_sha256"] == sha256((case / MANIFEST).read_bytes())
    assert "manifest_before" not in entry.result


def test_a_manifest_that_was_changed_is_not_replaced_in_silence(case: Path, evidence: Path) -> None:
    load(case, evidence)
    good = (case / MANIFEST).read_bytes()
    (case / MANIFEST).write_bytes(good.replace(b'"events":1', b'"events":2'))
    bad = (case / MANIFEST).read_bytes()
    load(case, evidence)
    last = list(check_journal(case).entries.values())[-1]
    assert last.result["manifest_before"] == {"noted_sha256": sha256(good), "found_sha256": sha256(bad)}


@pytest.mark.parametrize("bad", [b"", b"{}", b"null", b"\xff", b"[" * 40_000])
def test_what_is_no_manifest_is_told_and_replaced_by_a_load(case: Path, evidence: Path, bad: bytes) -> None:
    (case / MANIFEST).write_bytes(bad)
    with pytest.raises(CaseError, match="is not what a load wrote"):
        read_manifest(case)
    load(case, evidence)
    assert read_manifest(case)
    assert "manifest_before" in check_journal(case).entries[1].result


def test_loads_add_up(case: Path, evidence: Path, archive: Path) -> None:
    load(case, evidence)
    load(case, archive, files=files_of(evidence, archive))
    manifest = said(case)
    assert manifest["evidence"] == sorted([str(evidence), str(archive)])
    assert manifest["folder"] == str(evidence.parent)
    assert "zipped/trail.zip!/a.json" in {row["path"] for row in manifest["files"]}
    on_disk = [*evidence.rglob("*.*"), archive]
    assert manifest["totals"]["bytes"] == sum(path.stat().st_size for path in on_disk)


def test_odd_names_can_be_read_back(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    names = ["a\nb", "caf\udce9", "back\\xe9", "\u202egz", '"quoted"']
    for name in names:
        Path(os.fsdecode(os.fsencode(folder / name))).write_text(name.encode("utf-8", "replace").decode())
    load(case, folder)
    assert {path_from_text(row["path"]) for row in said(case)["files"]} == set(names)


def test_what_could_not_be_read_has_no_hash_and_no_line_in_the_root(evidence: Path) -> None:
    without = manifest_of(evidence).root_sha256
    os.mkfifo(evidence / "pipe")
    manifest = manifest_of(evidence)
    assert [file.sha256 for file in manifest.files if file.path == "pipe"] == [None]
    assert manifest.root_sha256 == without


def test_paths_count_from_the_folder_that_holds_all_files() -> None:
    assert folder_of(["/e/a.json"]) == "/e"
    assert folder_of(["/e/new/a", "/e/newer/b"]) == "/e"
    assert folder_of(["/e/a.zip", "/e/a.zip!/b/c.json"]) == "/e"
    assert folder_of(["/e/new/a", "/other/b"]) == folder_of([]) == "/"
    assert folder_of(["/e/a-b/x", "/e/a/x", "/e/a.b/x"]) == "/e"


@given(st.lists(st.text("/a-~", min_size=1).map("/e/{}x".format), min_size=1))
def test_that_folder_is_the_one_all_files_share(paths: list[str]) -> None:
    plain = [os.path.normpath(path) for path in paths]
    assert folder_of(plain) == os.path.commonpath(map(os.path.dirname, plain))


def test_a_folder_named_like_an_archive_is_none() -> None:
    files = [File("x!/a.json"), File("a.zip"), File("a.zip!/x!/b.json"), File("a.zip!/c.json")]
    assert members_of(files) == {"a.zip!/x!/b.json": "a.zip", "a.zip!/c.json": "a.zip"}


def test_a_read_only_folder_is_told(case: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(CaseError, match=r"cannot write .*manifest.json: Permission denied.*load again"):
        load(case, evidence)
    assert os.listdir(case) == []


def test_40_000_files_take_a_moment(case: Path) -> None:
    files = [
        File(f"/e/{LOG.format(number)}", size=9, mtime_ns=1, sha256=sha256(b"%d" % number), kind="log")
        for number in range(40_000)
    ]
    started = time.process_time()
    load(case, "/e", files=files)
    assert time.process_time() - started < 1
    assert len(said(case)["files"]) == 40_000


def test_the_root_of_nothing_is_that_of_no_bytes() -> None:
    assert root_of([]) == root_of([(None, "pipe")]) == sha256(b"")

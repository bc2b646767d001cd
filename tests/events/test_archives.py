"""Zip archives through the loader: members are files, and an archive is looked into again each time."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load, check_sums
from workbench.events.intake import loading


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def zipped(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def without_list(path: Path) -> None:
    """Damage the archive's list of members; the members themselves stay whole."""
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x01\x09"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "evidence" / "trail.zip"
    zipped(path, {"a.json": records(event(), event()), "AWSLogs/b.json": records(event())})
    return path


def test_members_are_files(load_files: Load, archive: Path) -> None:
    found = load_files({})
    assert (found.report.files, found.report.files_loaded, found.report.events_new) == (3, 2, 3)
    assert [entry["kind"] for entry in found.report.files_other] == ["archive"]
    assert {row[0].removeprefix(str(archive)) for row in found.rows("source_file")} == {
        "!/a.json", "!/AWSLogs/b.json",
    }  # fmt: skip


@pytest.mark.parametrize("verify_hash", [False, True])
def test_a_second_load_looks_at_members_too(load_files: Load, archive: Path, verify_hash: bool) -> None:
    load_files({})
    again = load_files({}, verify_hash=verify_hash)
    assert (again.report.files, again.report.files_unchanged, again.report.events_new) == (3, 3, 0)


def test_a_new_time_alone_changes_nothing(load_files: Load, archive: Path) -> None:
    load_files({})
    os.utime(archive, (1, 1))
    touched = load_files({})
    assert (touched.report.files, touched.report.files_unchanged) == (3, 3)


def test_a_changed_archive_adds_what_is_new(load_files: Load, archive: Path) -> None:
    old = {"a.json": records(event()), "b.json": records(event())}
    zipped(archive, old)
    load_files({})
    zipped(archive, old | {"b.json": records(event(), event()), "c.json": records(event())})
    changed = load_files({})
    assert (changed.report.files_unchanged, changed.report.files_loaded) == (1, 2)
    assert (changed.report.events, changed.report.events_new) == (5, 3)
    assert [(entry["path"], entry["kind"]) for entry in changed.report.warnings] == [
        (f"{archive}!/b.json", "changed")
    ]


def test_an_archive_without_a_list_is_set_aside_each_time(load_files: Load, archive: Path) -> None:
    without_list(archive)
    for _ in range(3):
        found = load_files({"copy.zip": archive.read_bytes()})
        assert found.report.files == 2
        assert [entry["reason"] for entry in found.report.files_set_aside] == ["bad-archive"]
        assert found.con.con.execute("SELECT status FROM evidence_files ORDER BY 1").fetchall() == [
            ("other",), ("set-aside",)
        ]  # fmt: skip


def test_an_archive_that_loses_its_list_keeps_its_events(load_files: Load, archive: Path) -> None:
    load_files({})
    without_list(archive)
    found = load_files({})
    assert (found.report.files, len(found.report.files_set_aside), found.report.events) == (1, 1, 3)


def test_a_list_that_cannot_be_read_again_takes_the_archive_out_of_the_unchanged(
    load_files: Load, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_files({})
    times = archive.stat()
    without_list(archive)
    os.utime(archive, ns=(times.st_atime_ns, times.st_mtime_ns))
    found = load_files({})
    assert (found.report.files, found.report.files_unchanged, len(found.report.files_set_aside)) == (1, 0, 1)


def test_members_that_a_killed_load_left_are_read_by_the_next(
    load_files: Load, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = loading.write_chunk

    def die_afterwards(*chunk: Any) -> None:
        written(*chunk)
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "write_chunk", die_afterwards)
    with pytest.raises(KeyboardInterrupt):
        load_files({})
    monkeypatch.undo()
    resumed = load_files({})
    assert (resumed.report.files_unchanged, resumed.report.files_loaded, resumed.report.events) == (1, 2, 3)


def test_sizes_that_no_table_holds(load_files: Load, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as changed:
        changed.writestr("a.json", records(event()))
        changed.writestr("huge.json", records(event()))
        changed.filelist[1].file_size = (1 << 64) - 1
    found = load_files({"sound.json": records(event())})
    assert [(entry["path"][-9:], entry["reason"]) for entry in found.report.files_set_aside] == [
        ("huge.json", "too-large")
    ]
    assert found.report.events == 2
    check_sums(found.report)
    assert wb.evidence_files(found.con).size.max().execute() == (1 << 63) - 1

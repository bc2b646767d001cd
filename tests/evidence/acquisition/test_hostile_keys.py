"""Keys that somebody chose to do harm: all are acquired, none leaves the folder."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody

import workbench as wb
from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, Calls, files, manifest
from workbench.errors import EvidenceError
from workbench.evidence.acquisition import acquire
from workbench.evidence.acquisition import folder as folders

NO_PATHS = [
    "../outside",
    "a/../../outside",
    "/etc/passwd",
    "a//b",
    "./a",
    "a/.",
    "..",
    "dir/",
    "x" * 256,
    "é" * 128,
]
PATHS = [
    "a/b",
    "sp ace",
    "pl+us",
    "per%2fcent",
    "q?x#y",
    "back\\slash",
    "tab\there",
    "é",
    "\u202e",
    "-rf",
    "~",
    "é" * 127,
]
BOTH = ["deep", "deep/er", "deep/er/still"]
# moto's XML cannot carry them; S3's can, since botocore asks for URL encoding.
CONTROL = ["nul\0byte", "new\nline", "\x1b[31m", "\x7f"]


def fill(bucket: Bucket, keys: list[str]) -> dict[str, bytes]:
    for key in keys:
        bucket.put(key, b"body of " + key.encode())
    return {key: b"body of " + key.encode() for key in keys}


def by_key(folder: Path) -> dict[str, bytes]:
    return {row["key"]: (folder / row["path"]).read_bytes() for row in manifest(folder)["files"]}


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_every_key_is_acquired_and_nothing_leaves_the_folder(
    bucket: Bucket, calls: Calls, tmp_path: Path
) -> None:
    bodies = fill(bucket, NO_PATHS + PATHS + BOTH)
    home = tmp_path / "x" / "y" / "evidence"
    report = acquire(SOURCE, home, session=calls.session)
    assert report.not_acquired == []
    assert by_key(home) == bodies
    assert {name for name in below(tmp_path) if not name.startswith("x/y/evidence")} == {"x", "x/y"}
    assert set(files(home)) >= {f"{BUCKET}/{key}" for key in PATHS}
    beside = {"manifest.json", "meta.jsonl", "meta-other.jsonl"}
    assert {path.name for path in home.iterdir()} == {BUCKET, f"{BUCKET}~other", *beside}


def test_a_key_that_is_also_a_folder_gives_way(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    fill(bucket, BOTH)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert sorted(files(tmp_path / "evidence")) == [
        f"{BUCKET}/deep/er/still",
        f"{BUCKET}~other/deep",
        f"{BUCKET}~other/deep%2fer",
    ]


def test_a_key_that_becomes_a_folder_later_stays(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bodies = fill(bucket, ["deep"])
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    bodies |= fill(bucket, ["deep/er"])
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert (tmp_path / "evidence" / BUCKET / "deep").read_bytes() == b"body of deep"
    assert by_key(tmp_path / "evidence") == bodies


def test_a_file_system_that_ignores_case(
    bucket: Bucket, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_ignores_case", lambda folder: True)
    bodies = fill(bucket, ["Log", "log", "LOG/a", "caf\u00e9", "cafe\u0301"])
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert by_key(tmp_path / "evidence") == bodies
    here = [name.casefold() for name in files(tmp_path / "evidence")]
    assert len(set(here)) == len(here)


def test_control_characters(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bodies = listed_by_hand(calls, CONTROL)
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert by_key(tmp_path / "evidence") == bodies
    assert f"{BUCKET}/new\nline" in files(tmp_path / "evidence")
    assert f"{BUCKET}~other/nul%00byte" in files(tmp_path / "evidence")


def listed_by_hand(calls: Calls, keys: list[str]) -> dict[str, bytes]:
    """Answer as S3 would, for keys that moto cannot write down."""
    import datetime as dt

    bodies = {key: b"body of " + key.encode() for key in keys}
    now = dt.datetime(2026, 9, 2, tzinfo=dt.UTC)

    def listing(params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        rows = [{"Key": key, "ETag": '"e-1"', "Size": len(body)} for key, body in bodies.items()]
        return 200, {
            "Versions": [row | {"IsLatest": True, "VersionId": "null", "LastModified": now} for row in rows]
        }

    def get(params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        body = bodies[params["Key"]]
        stream = StreamingBody(io.BytesIO(body), len(body))
        return 200, {"Body": stream, "ETag": '"e-1"', "ContentLength": len(body), "LastModified": now}

    calls.answer("ListObjectVersions", listing)
    calls.answer("GetObject", get)
    return bodies


def test_empty_folder_objects_do_not_trouble_the_loader(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("AWSLogs/", b"")
    bucket.put("hidden/", json.dumps({"Records": [{"eventID": "e-1", "eventName": "StopLogging"}]}).encode())
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert report.acquired == 2
    con = wb.open_case(tmp_path / "case")
    loaded = wb.load(con, tmp_path / "evidence")
    con.disconnect()
    assert loaded.files_set_aside == []
    assert loaded.events == 1, "an object whose key ends with a slash may hold events"


def test_a_link_in_the_folder_is_not_written_through(bucket: Bucket, calls: Calls, tmp_path: Path) -> None:
    bucket.put("first/a")
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "evidence" / BUCKET / "second").symlink_to(tmp_path / "elsewhere")
    bucket.put("second/b/c")
    with pytest.raises(EvidenceError, match="a link leads out of"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert below(tmp_path / "elsewhere") == set()


def test_a_name_that_this_disk_cannot_hold_is_a_row(
    bucket: Bucket, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(bucket, ["a", "b" * 250])
    monkeypatch.chdir(tmp_path)
    long = Path(*["d" * 200] * 18, "x" * 230)
    long.mkdir(parents=True)
    report = acquire(SOURCE, long / "evidence", session=calls.session)
    assert [(row["key"], row["reason"]) for row in report.not_acquired] == [("b" * 250, "cannot-be-stored")]
    assert report.acquired == 1

"""An acquisition that ends before its end: what is there stays, and the same call goes on."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.acquisition.moto_bucket import BUCKET, SOURCE, Bucket, Calls, files, manifest, refusal
from workbench.errors import EvidenceError
from workbench.evidence.acquisition import acquire, fetching

OBJECTS = {f"{BUCKET}/AWSLogs/{number:02}": f"object {number}".encode() for number in range(30)}

# Ends itself like a power cut when the function named has been called so many times.
KILLED = """
import os, sys
from workbench.evidence.acquisition import acquire
from workbench.evidence.acquisition import folder, journal

owner = {"add": journal.Journal, "put": folder.Folder}[sys.argv[3]]
original, left = getattr(owner, sys.argv[3]), [int(sys.argv[4])]

def last(*arguments):
    left[0] -= 1
    if left[0] == 0:
        if sys.argv[5] == "after":
            original(*arguments)
        os.kill(os.getpid(), 9)
    return original(*arguments)

setattr(owner, sys.argv[3], last)
acquire(sys.argv[1], sys.argv[2], public_keys=False, workers=2)
"""


@pytest.fixture
def full(bucket: Bucket) -> Bucket:
    for path, body in OBJECTS.items():
        bucket.put(path.removeprefix(f"{BUCKET}/"), body)
    return bucket


def lines(folder: Path) -> int:
    journal = folder / "meta.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


@pytest.mark.parametrize(
    ("function", "number", "when"),
    [
        ("put", 1, "before"),
        ("put", 1, "after"),
        ("put", 12, "after"),
        ("add", 1, "before"),
        ("add", 20, "after"),
    ],
)
def test_killed_at_any_moment_it_goes_on(
    function: str, number: int, when: str, full: Bucket, calls: Calls, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    words = [SOURCE, str(folder), function, str(number), when]
    done = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert done.returncode == -signal.SIGKILL
    here = lines(folder)
    assert here < len(OBJECTS)
    if (folder / "manifest.json").exists():
        assert not manifest(folder)["complete"]
    report = acquire(SOURCE, folder, session=calls.session)
    assert (report.unchanged, report.acquired) == (here, len(OBJECTS) - here)
    assert len(calls.keys()) == len(OBJECTS) - here
    assert files(folder) == OBJECTS
    assert manifest(folder)["complete"]
    assert {path.name for path in folder.iterdir()} == {BUCKET, "manifest.json", "meta.jsonl"}


def test_credentials_that_expire_end_it_and_new_ones_go_on(
    full: Bucket, calls: Calls, tmp_path: Path
) -> None:
    fetched: list[str] = []

    def expire(params: dict[str, Any]) -> Any:
        fetched.append(params["Key"])
        return refusal("ExpiredToken", 400) if len(fetched) > 10 else None

    calls.answer("GetObject", expire)
    with pytest.raises(EvidenceError, match=r"ExpiredToken.*Renew the credentials.*run the same command"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session, workers=2)
    assert len(fetched) <= 12, "the others are not tried"
    assert not manifest(tmp_path / "evidence")["complete"]
    calls.answer("GetObject", lambda params: None)
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert report.unchanged in {9, 10}, "what the other thread was at may be dropped"
    assert report.unchanged + report.acquired == len(OBJECTS)
    assert [row["complete"] for row in manifest(tmp_path / "evidence")["sources"]] == [False, True]


def test_a_folder_that_was_complete_says_that_it_is_not(full: Bucket, calls: Calls, tmp_path: Path) -> None:
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    full.put("new")
    calls.refuse("GetObject", "ExpiredToken", 400)
    with pytest.raises(EvidenceError, match="ExpiredToken"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    said = manifest(tmp_path / "evidence")
    assert not said["complete"]
    assert [row["complete"] for row in said["sources"]] == [True, False]
    assert len(said["files"]) == len(OBJECTS)


def test_a_full_disk_ends_it_and_room_goes_on(
    full: Bucket, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def write(handle: int, piece: bytes) -> None:
        written.append(len(piece))
        if len(written) > 7:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.write(handle, piece)

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_write", write)
        with pytest.raises(
            EvidenceError, match=r"cannot write .*evidence: No space left.*run the same command"
        ):
            acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert lines(tmp_path / "evidence") == 7
    assert acquire(SOURCE, tmp_path / "evidence", session=calls.session).acquired == 23
    assert files(tmp_path / "evidence") == OBJECTS


def test_no_room_is_said_before_anything_is_fetched(
    full: Bucket, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 200}))
    with pytest.raises(EvidenceError, match=r"no room in .*: 260 bytes are to come, 200 are free"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert calls.keys() == []


def test_an_interrupt_stops_the_other_threads(full: Bucket, calls: Calls, tmp_path: Path) -> None:
    def interrupt(done: int, total: int, size: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session, workers=3, progress=interrupt)
    assert 5 <= lines(tmp_path / "evidence") <= 8
    assert acquire(SOURCE, tmp_path / "evidence", session=calls.session).done == len(OBJECTS)


def test_a_line_that_was_cut_is_an_object_that_comes_again(
    full: Bucket, calls: Calls, tmp_path: Path
) -> None:
    acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    journal = tmp_path / "evidence" / "meta.jsonl"
    whole = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([b"not JSON\n", *whole[1:-1], whole[-1][:40]]))
    report = acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    assert (report.unchanged, report.acquired) == (28, 2)
    assert [row["kind"] for row in report.warnings] == ["metadata-unreadable"]
    heads = [json.loads(line) for line in journal.read_bytes().splitlines()[1:]]
    assert sorted(head["path"] for head in heads) == sorted(OBJECTS)


def test_two_at_a_time_never_write_to_one_folder(full: Bucket, calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    handle = os.open(tmp_path / "evidence", os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(EvidenceError, match="another acquisition writes to"):
        acquire(SOURCE, tmp_path / "evidence", session=calls.session)
    os.close(handle)
    assert list((tmp_path / "evidence").iterdir()) == []

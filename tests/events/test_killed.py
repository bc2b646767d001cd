"""A load that is killed, at any moment and in any way: nothing is lost, doubled, or left lying about."""

import json
import os
import random
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.loaders import (
    contents,
    is_running,
    kill,
    parts_of_case,
    parts_on_disk,
    resume,
    start,
    wait_for,
    wait_until,
    workers_of,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

FILES = 24


def records(*events: Any, indent: int | None = None) -> bytes:
    return json.dumps({"Records": events}, indent=indent).encode()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """New events, second deliveries, other spellings, conflicts, an archive, broken records and files."""
    folder = tmp_path_factory.mktemp("evidence")
    shared = [event() for _ in range(8)]
    for number in range(FILES - 4):
        some = shared[number % 8]
        forged = shared[number % 5] | {"eventName": f"Forged{number % 3}"}
        others = [event() for _ in range(6)]
        content = records(event(), some, event(), forged, None, *others, indent=number % 2)
        (folder / f"{number:02}.json").write_bytes(content)
    (folder / "copy.json").write_bytes((folder / "03.json").read_bytes())
    (folder / "cut.json").write_bytes(records(event())[:-9])
    (folder / "lines.jsonl").write_bytes(b"\n".join(json.dumps(one).encode() for one in shared))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.json", records(event(), shared[number], event()))
    return folder


@pytest.fixture(scope="module")
def calm(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What a load that nobody disturbs gives."""
    con = wb.open_case(tmp_path_factory.mktemp("calm") / "case")
    wb.load(con, evidence)
    return contents(con)


def ended(process: Any) -> int:
    process.communicate()
    return int(process.returncode)


CHANCE = random.Random(3)
MOMENTS = range(1, FILES + 5)


@pytest.mark.parametrize("moment", CHANCE.sample(MOMENTS, 7))
def test_a_loader_that_works_alone_is_killed(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], moment: int
) -> None:
    process = start(tmp_path / "case", evidence)
    wait_for(process, str(moment))
    kill(process)
    assert ended(process) == -signal.SIGKILL
    wb.open_case(tmp_path / "case", read_only=True).disconnect()
    assert resume(tmp_path / "case", evidence) == calm


@pytest.mark.parametrize("moment", CHANCE.sample(MOMENTS, 5))
def test_a_loader_is_killed_and_its_workers_end_by_themselves(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], moment: int
) -> None:
    process = start(tmp_path / "case", evidence, "team")
    wait_for(process, str(moment))
    workers = workers_of(process)
    kill(process)
    assert len(workers) == 2
    assert ended(process) == -signal.SIGKILL
    assert wait_until(lambda: not any(map(is_running, workers)))
    assert resume(tmp_path / "case", evidence) == calm


@pytest.mark.parametrize("moment", CHANCE.sample(MOMENTS[:FILES], 3))
def test_a_worker_is_killed(tmp_path: Path, evidence: Path, calm: dict[str, Any], moment: int) -> None:
    process = start(tmp_path / "case", evidence, "team")
    wait_for(process, str(moment))
    workers = workers_of(process)
    os.kill(CHANCE.choice(sorted(workers)), signal.SIGKILL)
    printed, told = process.communicate()
    assert "CaseError: a worker process of the load ended by signal 9" in told or "loaded" in printed
    assert not any(map(is_running, workers))
    assert resume(tmp_path / "case", evidence) == calm


POINTS = [
    "schema.show_events;1;after",  # while the case is made
    "parts:PartWriter._write;2;after",  # a part that has no end
    "reading:PartWriter.close;1;after",  # a part that no table names
    "write.add_parts;2;before",  # the tables of a chunk, without its part
    "write.show_events;2;after",  # before the chunk is committed
    "loading.write_chunk;3;after",  # after
    "tally:Tally._look_into;1;after",  # an archive, but not its members
    "loading.settle;2;before",  # all chunks, nothing decided
    "settle._decide_all;2;after",  # decided, no part changed
    "settle.rewrite;1;after",  # a part written anew
    "settle.show_events;1;after",  # before that is committed
    "settle:Path.unlink;1;before",  # after, the old parts still there
    "settle:Path.unlink;1;after",  # one of them gone
    "loading.note_new_times;1;before",  # nothing left to do but to tell
]


@pytest.mark.parametrize("point", POINTS)
def test_the_loader_is_killed_at_the_worst_moments(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], point: str
) -> None:
    assert ended(start(tmp_path / "case", evidence, die=point)) == -signal.SIGKILL
    assert resume(tmp_path / "case", evidence) == calm


@pytest.mark.parametrize("mode", ["alone", "team"])
@pytest.mark.parametrize("moment", [1, FILES - 2])
def test_ctrl_c_leaves_nothing_behind(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], mode: str, moment: int
) -> None:
    process = start(tmp_path / "case", evidence, mode)
    wait_for(process, str(moment))
    workers = workers_of(process)
    kill(process, signal.SIGINT)
    told = process.communicate()[1]
    assert told.rstrip().endswith("KeyboardInterrupt")
    assert not any(map(is_running, workers))
    con = wb.open_case(tmp_path / "case", read_only=True)
    assert parts_on_disk(tmp_path / "case") == parts_of_case(con)
    con.disconnect()
    assert resume(tmp_path / "case", evidence) == calm

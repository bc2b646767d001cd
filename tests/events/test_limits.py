"""Limits: what evidence says of itself may be more than a table, a stack or the memory holds."""

import gc
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.builders import event
from tests.events.conftest import Load
from workbench.events.intake.reading import Decision, Maker, Settings, Task
from workbench.evidence import find_files


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


@pytest.mark.parametrize("year", [-3000, -1, 400])
def test_times_of_files_that_no_table_holds(load_files: Load, year: int) -> None:
    found = load_files({"a.json": records(event())})
    path = found.evidence / "a.json"
    path.write_bytes(records(event(), event()))
    seconds = year * 31_556_952
    try:
        os.utime(path, (seconds, seconds))
    except OSError as error:
        pytest.skip(f"this file system refuses the year {1970 + year}: {error.strerror}")
    assert load_files({}).report.events == 3
    assert load_files({}).report.files_unchanged == 1


def broken_files() -> dict[str, bytes]:
    """One file for each way in which evidence is set aside, whole or in part."""
    content = records(event(), event())
    return {
        "cut.json.gz": gzip.compress(content)[:-9],
        "crc.json.gz": gzip.compress(content)[:-8] + bytes(8),
        "tail.json.gz": gzip.compress(content) + b"tail",
        "cut.json": content[:-9],
        "tail.json": content + b"tail",
        "words.txt": b"nothing of the kind",
        "foreign.json": b'{"level":"info"}',
        "not-a-list.json": b'{"Records":5}',
        "odd.json": records(event(), None, {}, 7) + b" ",
        "line.jsonl": json.dumps(event()).encode() + b"\n{cut\n" + json.dumps(event()).encode(),
        "row.csv": b"eventID,eventName\ne-1\ne-2,ListUsers\n",
        "texts.json": json.dumps({"Events": [{"CloudTrailEvent": "{cut"}, {"EventId": "e"}]}).encode(),
    }


@pytest.mark.parametrize("salvage", [False, True])
def test_no_circle_keeps_a_broken_file_in_memory(tmp_path: Path, salvage: bool) -> None:
    """While a load runs, nothing looks for circles of references."""
    for name, content in broken_files().items():
        (tmp_path / name).write_bytes(content)
    files = [(found, None) for found in find_files(tmp_path)]
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        maker = Maker(Settings(tmp_path, salvage=salvage))
        refused = [row for result in maker.read(Task(0, files)) for row in result.rows or result.complete]
        maker.write(Decision())
        maker.discard()
        gc.collect()
        held = {type(one).__name__ for one in gc.garbage if not isinstance(one, (type, dict, tuple))}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert len(refused) > 2
    assert held.isdisjoint({"frame", "traceback", "EvidenceFault", "Container", "Collected", "ReadBatch"})

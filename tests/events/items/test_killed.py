"""A load of items that is killed: the next one finishes it, and nothing is lost or doubled."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import trail
from tests.events.items.builders import ARN, item, snapshot, tag_export
from tests.events.loaders import kill, resume, start, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

FILES = 12


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """New items, second deliveries, conflicts, broken entries, tags, and events beside them."""
    folder = tmp_path_factory.mktemp("evidence")
    for number in range(FILES):
        forged = item(configurationStateId=1, configuration={"name": f"forged {number % 3}"})
        own = [item(configurationStateId=100 * number + more) for more in range(9)]
        (folder / f"{number:02}.json").write_bytes(snapshot(item(), None, *own, forged))
    (folder / "tags.json").write_bytes(tag_export({"ResourceARN": ARN, "Tags": [{"Key": "a", "Value": "b"}]}))
    trail(folder)
    return folder


@pytest.fixture(scope="module")
def calm(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a case says that nobody disturbed."""
    return resume(tmp_path_factory.mktemp("calm") / "case", evidence)


POINTS = [
    "parts:PartWriter._write;1;after",  # a part that has no end
    "write._write_items;1;after",  # places and conflicts, without the files and parts
    "write.add_parts;1;before",
    "loading.write_chunk;2;after",  # some chunks are whole
]


@pytest.mark.parametrize("point", POINTS)
def test_the_next_load_finishes_what_was_killed(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], point: str
) -> None:
    process = start(tmp_path / "case", evidence, die=point)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert resume(tmp_path / "case", evidence) == calm


@pytest.mark.parametrize("moment", [3, FILES])
def test_two_workers_are_killed_with_their_loader(
    tmp_path: Path, evidence: Path, calm: dict[str, Any], moment: int
) -> None:
    process = start(tmp_path / "case", evidence, "team")
    wait_for(process, str(moment))
    kill(process)
    process.communicate()
    assert resume(tmp_path / "case", evidence) == calm


def test_what_was_not_disturbed_is_all_of_it(calm: dict[str, Any]) -> None:
    assert len(calm["items"]) == FILES * 9 + 4 - 1  # and the item of all files, with three forgeries of it
    assert len(calm["conflicts"]) == 1
    assert len(calm["tags"]) == 1
    assert sum(row[-1] for row in calm["aside"]) == FILES

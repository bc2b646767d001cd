"""A load that is killed while verdicts are written: the next one tells what a calm one tells."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.events.loaders import contents, resume, start
from tests.evidence.digests.trails import base

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]

TABLES = ("digest_files", "integrity_findings", "trail_spans", "doubtful_logs", "evidence_folders")
POINTS = [
    "loading.note_begun;1;before",  # only the digests are new, and nothing says that they are to be told
    "loading.note_begun;1;after",  # that is written
    "loading.note_new_times;1;before",  # all files, no verdict
    "verdicts._update;1;after",  # verdicts of files, not committed
    "verdicts.rewrite;1;after",  # a part written anew
    "verdicts._replace;1;after",  # what is told of the folder, not committed
    "verdicts.are_told_now;1;after",
    "verdicts:Path.unlink;1;before",  # after, the old part still there
    "loading.note_load;1;before",  # nothing left to do but the journal
]


def told(con: Any) -> dict[str, list[tuple[Any, ...]]]:
    return {name: con.con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


@pytest.mark.parametrize("point", POINTS)
def test_the_loader_is_killed_while_two_digests_arrive(tmp_path: Path, point: str) -> None:
    evidence, case = base(), tmp_path / "case"
    del evidence.files[evidence.log(3)]
    (tmp_path / "evidence").mkdir()
    folder = evidence.write(tmp_path / "evidence")
    late = {path: path.read_bytes() for path in (folder / evidence.digest(number) for number in (4, 5))}
    for path in late:
        path.unlink()
    con = wb.open_case(case)
    wb.load(con, folder)
    con.disconnect()
    for path, content in late.items():
        path.write_bytes(content)
    process = start(case, folder, die=point)
    assert (process.communicate(), process.returncode)[1] == -signal.SIGKILL
    resumed = resume(case, folder)
    calm = wb.open_case(tmp_path / "calm")
    wb.load(calm, folder)
    assert resumed == contents(calm)
    assert told(wb.open_case(case, read_only=True)) == told(calm)

"""The journal: one line after the other, each bound to the one before, whatever happens to the disk."""

import fcntl
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.custody.cases import sha256
from workbench.errors import CaseError
from workbench.evidence.custody import check_journal, note
from workbench.evidence.custody.journal import INTERRUPTED, JOURNAL, START

FIFTY = """
import sys
from workbench.evidence.custody import note

for number in range(50):
    note(sys.argv[1], "query", {"by": sys.argv[2], "number": number}, {})
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case with four lines in its journal."""
    for number in range(4):
        note(tmp_path, "query", {"number": number}, {"rows": number * 10})
    return tmp_path


def lines_of(case: Path) -> list[bytes]:
    return (case / JOURNAL).read_bytes().splitlines()


def rewrite(case: Path, *lines: bytes) -> None:
    (case / JOURNAL).write_bytes(b"".join(line + b"\n" for line in lines))


def test_a_line_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    head = note(tmp_path, "load", {"evidence": ["/e"]}, {"files": 2})
    [line] = lines_of(tmp_path)
    said = json.loads(line)
    assert list(said) == ["at_utc", "action", "tool_version", "parameters", "result", "previous_sha256"]
    assert said["action"] == "load"
    assert (said["parameters"], said["result"]) == ({"evidence": ["/e"]}, {"files": 2})
    assert said["previous_sha256"] == START == "0" * 64
    assert head == sha256(line)


def test_each_line_names_the_bytes_of_the_one_before(case: Path) -> None:
    lines = lines_of(case)
    named = [json.loads(line)["previous_sha256"] for line in lines]
    assert named == [START, *map(sha256, lines[:-1])]
    found = check_journal(case)
    assert (found.lines, found.head_sha256, found.broken_at) == (4, sha256(lines[-1]), None)
    assert [entry.result["rows"] for entry in found.entries.values()] == [0, 10, 20, 30]


def test_the_journal_is_for_its_owner_only(case: Path) -> None:
    assert (case / JOURNAL).stat().st_mode & 0o777 == 0o600


def test_a_line_is_on_disk_before_the_call_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(os, "fsync", lambda handle: written.append(os.fstat(handle).st_size))
    note(tmp_path, "export", {}, {})
    assert written == [(tmp_path / JOURNAL).stat().st_size]


def test_a_disk_without_locks_can_be_read(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert check_journal(case).lines == 4
    with pytest.raises(CaseError, match="No locks available"):
        note(case, "export", {}, {})
    assert len(lines_of(case)) == 4


def test_no_journal_is_no_break(tmp_path: Path) -> None:
    found = check_journal(tmp_path)
    assert (found.lines, found.head_sha256, found.broken_at) == (0, START, None)


def test_a_changed_line_breaks_the_chain_at_the_next(case: Path) -> None:
    first, second, third, last = lines_of(case)
    rewrite(case, first, second.replace(b'"rows": 10', b'"rows": 11'), third, last)
    found = check_journal(case)
    assert found.broken_at == 3
    assert found.expected == sha256(second.replace(b'"rows": 10', b'"rows": 11'))
    assert found.found == sha256(second)
    assert found.detail == "line 2 was changed, or lines before line 3 were removed or added"


def test_a_removed_line_breaks_the_chain_where_it_was(case: Path) -> None:
    first, _, third, last = lines_of(case)
    rewrite(case, first, third, last)
    assert check_journal(case).broken_at == 2


def test_without_its_first_line_the_journal_has_no_beginning(case: Path) -> None:
    rewrite(case, *lines_of(case)[1:])
    found = check_journal(case)
    assert (found.broken_at, found.expected) == (1, START)


def test_swapped_and_inserted_lines_are_found(case: Path) -> None:
    first, second, third, last = lines_of(case)
    rewrite(case, first, third, second, last)
    assert check_journal(case).broken_at == 2
    rewrite(case, first, second, second, third, last)
    assert check_journal(case).broken_at == 3


def test_lines_missing_at_the_end_are_seen_by_the_head_alone(case: Path) -> None:
    head = check_journal(case).head_sha256
    rewrite(case, *lines_of(case)[:-1])
    found = check_journal(case)
    assert found.broken_at is None
    assert found.head_sha256 != head


ODD = [b"", b"{}", b"null", b"not json", b"\xff\xfe", b"[" * 30_000, b'{"action": 1}']


@pytest.mark.parametrize("odd", ODD)
def test_a_line_that_is_no_entry_is_where_the_chain_breaks(case: Path, odd: bytes) -> None:
    first, _, third, last = lines_of(case)
    rewrite(case, first, odd, third, last)
    found = check_journal(case)
    assert (found.broken_at, found.found) == (2, None)
    assert 2 not in found.entries


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_cut_line_stays_and_the_chain_goes_on_from_it(case: Path, left: int) -> None:
    *whole, last = lines_of(case)
    cut = (last + b"\n")[:left]
    (case / JOURNAL).write_bytes(b"\n".join([*whole, cut]))
    found = check_journal(case)
    assert found.broken_at == 4
    assert "the last line is cut" in found.detail
    head = note(case, "export", {}, {})
    now = lines_of(case)
    assert now[:4] == [*whole, cut]
    assert json.loads(now[4])["action"] == INTERRUPTED
    assert json.loads(now[4])["result"] == {"bytes": len(cut), "sha256": sha256(cut)}
    after = check_journal(case)
    assert (after.broken_at, after.interrupted, after.lines, after.head_sha256) == (None, [4], 6, head)


def test_a_line_that_is_whole_is_not_said_to_be_cut(case: Path) -> None:
    note(case, "export", {}, {})
    assert check_journal(case).interrupted == []


def test_a_recorded_cut_line_is_still_bound(case: Path) -> None:
    (case / JOURNAL).write_bytes((case / JOURNAL).read_bytes()[:-30])
    note(case, "export", {}, {})
    (case / JOURNAL).write_bytes((case / JOURNAL).read_bytes().replace(b'"number": 3', b'"number": 4'))
    found = check_journal(case)
    assert (found.broken_at, found.interrupted) == (4, [])


def test_a_crash_while_a_cut_is_recorded_is_recorded_too(case: Path) -> None:
    (case / JOURNAL).write_bytes((case / JOURNAL).read_bytes()[:-30] + b"\n")
    note(case, "export", {}, {})
    assert check_journal(case).interrupted == [4]
    assert check_journal(case).broken_at is None


@given(data=st.data())
def test_any_other_byte_breaks_the_chain_at_its_line_or_the_next(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    case = tmp_path_factory.mktemp("case")
    for number in range(3):
        note(case, "load", {"evidence": ["/e/é\udce9"]}, {"files": number})
    content = (case / JOURNAL).read_bytes()
    inside = content.rindex(b"\n", 0, -1) + 1  # the last line begins there
    place = data.draw(st.integers(0, inside - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    (case / JOURNAL).write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
    line = content.count(b"\n", 0, place) + 1
    assert check_journal(case).broken_at in (line, line + 1)


def test_two_processes_never_break_the_chain(tmp_path: Path) -> None:
    words = [sys.executable, "-c", FIFTY, str(tmp_path)]
    running = [subprocess.Popen([*words, name]) for name in ("first", "second")]
    assert [process.wait(60) for process in running] == [0, 0]
    found = check_journal(tmp_path)
    assert (found.lines, found.broken_at, found.interrupted) == (100, None, [])
    for name in ("first", "second"):
        mine = [one.parameters["number"] for one in found.entries.values() if one.parameters["by"] == name]
        assert mine == list(range(50))


def test_a_line_waits_for_the_one_that_is_being_written(case: Path) -> None:
    with (case / JOURNAL).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        other = threading.Thread(target=note, args=(case, "export", {}, {}))
        other.start()
        other.join(0.2)
        assert other.is_alive()
        assert len(lines_of(case)) == 4
    other.join(10)
    assert len(lines_of(case)) == 5


def test_names_that_are_no_text_are_kept(tmp_path: Path) -> None:
    odd = {"file": "a\nb\udce9\u202e.json", "path": Path("/e")}
    note(tmp_path, "export", odd, {})
    found = check_journal(tmp_path)
    assert len(lines_of(tmp_path)) == found.lines == 1
    assert found.entries[1].parameters == {"file": "a\nb\udce9\u202e.json", "path": "/e"}


def test_no_such_case_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"export is not noted in .*absent.*: No such file or directory"):
        note(tmp_path / "absent", "export", {}, {})


def test_a_link_in_its_place_is_not_followed(case: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "file"
    os.rename(case / JOURNAL, other)
    (case / JOURNAL).symlink_to(other)
    before = other.read_bytes()
    with pytest.raises(CaseError, match="is not noted"):
        note(case, "export", {}, {})
    with pytest.raises(CaseError, match=r"cannot read .*: it is a link"):
        check_journal(case)
    assert other.read_bytes() == before


def in_a_child(does: Callable[[], None]) -> int:
    """Run something in a process of its own, which is not root where that can be had."""
    child = os.fork()
    if child == 0:
        try:
            does()
            os._exit(0)
        except CaseError as error:
            os._exit(1 if "Mend the cause" in str(error) else 2)
        finally:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_full_disk_is_told_and_what_was_written_is_recorded_later(case: Path) -> None:
    size = (case / JOURNAL).stat().st_size + 60

    def on_a_full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        note(case, "export", {}, {})

    assert in_a_child(on_a_full_disk) == 1
    assert (case / JOURNAL).stat().st_size == size
    assert check_journal(case).broken_at == 5
    note(case, "export", {}, {})
    assert check_journal(case).interrupted == [5]
    assert check_journal(case).broken_at is None


def test_a_folder_that_cannot_be_written_is_told(case: Path) -> None:
    for path, mode in ((case / JOURNAL, 0o400), (case, 0o500)):
        path.chmod(mode)

    def as_nobody() -> None:
        if os.geteuid() == 0:
            for path in (case, case / JOURNAL):
                os.chown(path, 65534, 65534)
            os.chdir(case)
            os.setuid(65534)
        assert check_journal(Path(".") if os.getcwd() == str(case) else case).lines == 4
        note(Path(".") if os.getcwd() == str(case) else case, "export", {}, {})

    try:
        assert in_a_child(as_nobody) == 1
    finally:
        case.chmod(0o700)

"""Walking evidence: nothing but plain files is opened, and every path can be written down."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import EvidenceError
from workbench.evidence import find_files, path_from_text, path_to_text

ODD_NAMES = [b"a b", b"new\nline", b"quo'te\"", b"*[]?", b"caf\xe9", b"\x1b[31m"]


def names(folder: Path) -> list[str]:
    return [os.path.basename(found.path) for found in find_files(folder)]


def faults(folder: Path) -> dict[str, str]:
    return {os.path.basename(f.path): f.fault.reason for f in find_files(folder) if f.fault}


def test_order_does_not_depend_on_the_arguments(tmp_path: Path) -> None:
    for name in ("b/2.json", "a/1.json", "c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("[]")
    one = find_files(tmp_path / "c.json", tmp_path / "b", tmp_path / "a")
    other = find_files(tmp_path / "a", tmp_path / "b", tmp_path / "c.json")
    assert [found.path for found in one] == [found.path for found in other]
    assert names(tmp_path) == ["1.json", "2.json", "c.json"]


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    assert len(find_files(tmp_path, tmp_path / "a.json", tmp_path)) == 1


def test_a_missing_argument_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no such evidence"):
        find_files(tmp_path / "nothing")


def test_links_pipes_and_sockets_are_listed_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("[]")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    (tmp_path / "broken.json").symlink_to(tmp_path / "gone.json")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.json")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(tmp_path / "socket"))
        odd = faults(tmp_path)
    assert odd == dict.fromkeys(["link.json", "broken.json", "loop", "pipe.json", "socket"], "not-a-file")


def test_an_argument_may_be_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "a.json").write_text("[]")
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    assert names(tmp_path / "link") == ["a.json"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_found_and_read_back(tmp_path: Path, name: bytes) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb") as file:
        file.write(b"[]")
    (found,) = find_files(tmp_path)
    assert os.fsencode(found.path) == path
    assert path_from_text(found.text) == found.path
    found.text.encode()


def test_a_name_of_240_letters(tmp_path: Path) -> None:
    (tmp_path / ("x" * 240)).write_text("[]")
    assert names(tmp_path) == ["x" * 240]


@given(st.binary(max_size=40))
def test_every_path_survives_being_written_down(raw: bytes) -> None:
    path = os.fsdecode(raw.replace(b"\0", b""))
    assert path_from_text(path_to_text(path)) == path


@given(st.text(alphabet="\\x5cef8 \udce9", max_size=12), st.text(alphabet="\\x5cef8 \udce9", max_size=12))
def test_two_paths_never_share_a_text(one: str, other: str) -> None:
    assert (path_to_text(one) == path_to_text(other)) == (one == other)


def test_ordinary_paths_stay_as_they_are() -> None:
    assert path_to_text("C:\\logs\\räksmörgås\\a b.json") == "C:\\logs\\räksmörgås\\a b.json"

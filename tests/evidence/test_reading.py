"""One file: hashed as delivered, inflated whole or not at all."""

import bz2
import gzip
import hashlib
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.evidence import EvidenceFault, FoundFile, find_files, inflate, read_file

TEXT = b'{"Records":[{"eventName":"ListUsers"}]}'
ZIPPED = gzip.compress(TEXT, mtime=0)


def written(folder: Path, content: bytes, name: str = "a.json.gz") -> FoundFile:
    (folder / name).write_bytes(content)
    return find_files(folder / name)[0]


def reason(folder: Path, content: bytes) -> str:
    with pytest.raises(EvidenceFault) as caught:
        read_file(written(folder, content))
    return caught.value.reason


def changed(content: bytes, at: int) -> bytes:
    place = at % len(content)
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def test_gzip(tmp_path: Path) -> None:
    delivered = read_file(written(tmp_path, ZIPPED))
    assert delivered.data == TEXT
    assert delivered.sha256 == hashlib.sha256(ZIPPED).hexdigest()
    assert delivered.sha256_uncompressed == hashlib.sha256(TEXT).hexdigest()


def test_the_name_decides_nothing(tmp_path: Path) -> None:
    assert read_file(written(tmp_path, TEXT, "plain.json.gz")).members == 0
    assert read_file(written(tmp_path, ZIPPED, "zipped.json")).data == TEXT


def test_members_are_all_read_and_counted(tmp_path: Path) -> None:
    delivered = read_file(written(tmp_path, gzip.compress(b"[1,") + gzip.compress(b"2]")))
    assert (delivered.data, delivered.members) == (b"[1,2]", 2)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ZIPPED[:20], "truncated-gzip"),
        (ZIPPED[:-8], "truncated-gzip"),
        (ZIPPED[:-1], "truncated-gzip"),
        (ZIPPED[:2], "truncated-gzip"),
        (changed(ZIPPED, -5), "bad-checksum"),
        (changed(ZIPPED, -1), "bad-checksum"),
        (changed(gzip.compress(TEXT, 0, mtime=0), 30), "bad-checksum"),
        (ZIPPED[:3] + b"\xe0" + ZIPPED[4:], "bad-checksum"),  # flags that every reader must refuse
        (ZIPPED + b"garbage", "trailing-data"),
        (ZIPPED + b"\0" * 8, "trailing-data"),
        (b"BZh91AY&SY", "bad-archive"),
        (bz2.compress(TEXT)[:-2], "bad-archive"),
        (bz2.compress(TEXT) + b"garbage", "trailing-data"),
        (changed(bz2.compress(TEXT), 20), "bad-archive"),
        (lzma.compress(TEXT)[:-2], "bad-archive"),
        (changed(lzma.compress(TEXT), 30), "bad-archive"),
        (b"\xfd7zXZ\x00\x00", "bad-archive"),
        (b"\x28\xb5\x2f\xfd\x00", "unsupported-compression"),
        (b"7z\xbc\xaf\x27\x1c\x00", "unsupported-compression"),
        (b"\0" * 257 + b"ustar\x0000", "unsupported-compression"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_streams(tmp_path: Path, content: bytes, expected: str) -> None:
    assert reason(tmp_path, content) == expected


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_stops_at_the_cap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(inflate, "INFLATED_CAP", 16 << 20)
    monkeypatch.setattr(inflate, "_PIECE", 1 << 16)
    with pytest.raises(EvidenceFault, match="which real trails never reach") as caught:
        read_file(written(tmp_path, compress(b" " * (64 << 20))))
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("compress", [bz2.compress, lzma.compress])
def test_bzip2_and_xz_are_read_like_gzip(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    delivered = read_file(written(tmp_path, compress(b"[1,") + compress(b"2]")))
    assert (delivered.data, delivered.members) == (b"[1,2]", 2)


def test_a_dictionary_of_gigabytes_is_not_given_room(tmp_path: Path) -> None:
    greedy = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    assert reason(tmp_path, lzma.compress(TEXT, filters=greedy)) == "bad-archive"


@pytest.mark.parametrize("kept", [20, 30, -8, -1])
def test_salvage_gives_what_stands_before_the_cut(tmp_path: Path, kept: int) -> None:
    delivered = read_file(written(tmp_path, ZIPPED[:kept]), salvage=True)
    assert delivered.cut is not None
    assert delivered.cut.reason == "truncated-gzip"
    assert TEXT.startswith(delivered.data)
    assert kept > 0 or delivered.data == TEXT


def test_salvage_changes_nothing_else(tmp_path: Path) -> None:
    assert read_file(written(tmp_path, ZIPPED), salvage=True) == read_file(written(tmp_path, ZIPPED))
    with pytest.raises(EvidenceFault, match="bad-checksum"):
        read_file(written(tmp_path, changed(ZIPPED, -5)), salvage=True)


def test_a_large_file_within_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "_PIECE", 1 << 16)
    text = b" " * (1 << 20)
    assert read_file(written(tmp_path, gzip.compress(text))).data == text


def test_a_file_that_grew_after_it_was_found(tmp_path: Path) -> None:
    found = written(tmp_path, TEXT)
    with open(found.path, "ab") as file:
        file.write(b" ")
    with pytest.raises(EvidenceFault, match="changed-while-reading"):
        read_file(found)


def test_a_file_that_vanished(tmp_path: Path) -> None:
    found = written(tmp_path, TEXT)
    os.unlink(found.path)
    with pytest.raises(EvidenceFault, match="changed-while-reading"):
        read_file(found)


def test_a_file_that_became_a_pipe_does_not_hang(tmp_path: Path) -> None:
    found = written(tmp_path, TEXT)
    os.unlink(found.path)
    os.mkfifo(found.path)
    with pytest.raises(EvidenceFault, match="not-a-file"):
        read_file(found)


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    found = written(tmp_path, TEXT)
    os.rename(found.path, tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", found.path)
    with pytest.raises(EvidenceFault, match="not-a-file"):
        read_file(found)


def test_a_link_that_was_named_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(TEXT)
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert read_file(find_files(tmp_path / "link.json")[0]).data == TEXT


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    found = written(tmp_path, TEXT)
    os.chmod(found.path, 0)
    with pytest.raises(EvidenceFault, match="unreadable"):
        read_file(found)

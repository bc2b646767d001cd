"""Zip archives: members are files, names are only names, and nothing is believed that does not add up."""

import contextlib
import gzip
import hashlib
import io
import os
import random
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest

from workbench.errors import EvidenceError
from workbench.evidence import EvidenceFault, FoundFile, archive_members, find_files, inflate, read_file
from workbench.evidence import archives as zips
from workbench.evidence.archives import find_again

TEXT = b'{"Records":[{"eventName":"ListUsers"}]}'
ODD_NAMES = ["../../up.json", "/etc/a.json", "a\x1b[31m\nb.json", "C:\\logs\\a.json", "räksmörgås.json", " "]


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names that stand there twice
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def found(folder: Path, content: bytes, name: str = "evidence.zip") -> FoundFile:
    (folder / name).write_bytes(content)
    return find_files(folder / name)[0]


def names(archive: FoundFile) -> list[str]:
    return [member.path.removeprefix(archive.path + "!/") for member in archive_members(archive)]


def reason(folder: Path, content: bytes) -> str:
    """The reason why the archive, or its only member, is set aside."""
    with pytest.raises(EvidenceFault) as caught:
        read_file(archive_members(found(folder, content))[0])
    return caught.value.reason


def patched(content: bytes, *, local: int, central: int, value: int, code: str = "<H") -> bytes:
    """Overwrite one field in the header of the first member and in its entry of the list."""
    data = bytearray(content)
    struct.pack_into(code, data, local, value)
    struct.pack_into(code, data, content.rfind(b"PK\x01\x02") + central, value)
    return bytes(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_members_are_read_like_files(tmp_path: Path, method: int) -> None:
    packed = gzip.compress(TEXT, mtime=0)
    content = zipped(("t/a.json", TEXT), ("t/b.json.gz", packed), method=method)
    archive = found(tmp_path, content, "named.json")
    assert read_file(archive).is_archive
    one, two = archive_members(archive)
    assert (one.path, one.size, one.mtime) == (f"{archive.path}!/t/a.json", len(TEXT), archive.mtime)
    assert (read_file(one).data, read_file(one).sha256) == (TEXT, hashlib.sha256(TEXT).hexdigest())
    inner = read_file(two)
    assert (inner.data, inner.members, inner.sha256) == (TEXT, 1, hashlib.sha256(packed).hexdigest())


def test_the_archive_itself_is_hashed_whole(tmp_path: Path) -> None:
    content = zipped(("a.json", TEXT))
    delivered = read_file(found(tmp_path, content))
    assert delivered.sha256 == hashlib.sha256(content).hexdigest()
    assert not read_file(found(tmp_path, TEXT, "a.json")).is_archive


def test_an_archive_may_be_larger_than_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "INFLATED_CAP", 300)
    archive = found(tmp_path, zipped(*((f"{number}.json", TEXT) for number in range(9))))
    assert archive.size > 300
    assert {read_file(member).data for member in archive_members(archive)} == {TEXT}


def test_folders_are_no_files(tmp_path: Path) -> None:
    assert names(found(tmp_path, zipped(("t/", b""), ("t/empty/", b""), ("t/a.json", TEXT)))) == ["t/a.json"]
    assert names(found(tmp_path, zipped())) == []


def test_names_are_only_names(tmp_path: Path) -> None:
    archive = found(tmp_path, zipped(*((name, TEXT) for name in ODD_NAMES)))
    assert names(archive) == ODD_NAMES
    assert {read_file(member).data for member in archive_members(archive)} == {TEXT}
    assert os.listdir(tmp_path) == ["evidence.zip"]


def test_a_path_names_one_member(tmp_path: Path) -> None:
    contents = [("a", b"1"), ("a", b"2"), ("a (2)", b"3"), ("a", b"4")]
    archive = found(tmp_path, zipped(*contents))
    assert names(archive) == ["a", "a (3)", "a (2)", "a (4)"]
    assert [read_file(member).data for member in archive_members(archive)] == [b"1", b"2", b"3", b"4"]
    for member in archive_members(archive):
        assert find_again(member.path) == member


def test_files_are_found_again_beside_odd_folders(tmp_path: Path) -> None:
    (tmp_path / "odd!").mkdir()
    plain = found(tmp_path / "odd!", TEXT, "a.json")
    (member,) = archive_members(found(tmp_path / "odd!", zipped(("x!/b.json", TEXT))))
    assert find_again(plain.path) == plain
    assert find_again(member.path) == member
    with pytest.raises(EvidenceError, match="no such member"):
        find_again(f"{tmp_path}/odd!/evidence.zip!/other")
    with pytest.raises(EvidenceError, match="no such evidence"):
        find_again(f"{tmp_path}/none.zip!/other")


def test_one_level_of_archives(tmp_path: Path) -> None:
    (inner,) = archive_members(found(tmp_path, zipped(("in.zip", zipped(("a.json", TEXT))))))
    assert read_file(inner).is_archive
    with pytest.raises(EvidenceFault, match=r"bad-archive: .* unpack the outer one"):
        archive_members(inner)


def test_office_documents_are_not_evidence(tmp_path: Path) -> None:
    with pytest.raises(EvidenceFault, match="not-cloudtrail: an Office document"):
        archive_members(found(tmp_path, zipped(("[Content_Types].xml", b"<x/>"), ("word/a.xml", b"<x/>"))))


SOUND = zipped(("a.json", TEXT))
LINK = zipfile.ZipInfo("link")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"PK\x03\x04whatever", "bad-archive"),
        (SOUND[:-30], "bad-archive"),
        (SOUND[: len(SOUND) // 2], "bad-archive"),
        (patched(SOUND, local=6, central=8, value=1), "bad-archive"),
        (patched(SOUND, local=8, central=10, value=12), "bad-archive"),
        (patched(SOUND, local=14, central=16, value=1, code="<I"), "bad-archive"),
        (patched(SOUND, local=22, central=24, value=5, code="<I"), "bad-archive"),
        (patched(SOUND, local=22, central=24, value=4000 << 20, code="<I"), "too-large"),
        (patched(SOUND, local=22, central=20, value=4000 << 20, code="<I"), "bad-archive"),
        (SOUND.replace(b"PK\x03\x04", b"PK\x03\x05"), "bad-archive"),
        (zipped((LINK, b"/etc/passwd")), "not-a-file"),  # type: ignore[arg-type]
    ],
    ids=["no list", "cut", "half", "encrypted", "bzip2", "crc", "length", "huge", "beyond", "header", "link"],
)
def test_members_that_are_set_aside(tmp_path: Path, content: bytes, expected: str) -> None:
    assert reason(tmp_path, content) == expected


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.json", TEXT), ("b.json", TEXT)))
    content[40] ^= 0xFF
    one, two = archive_members(found(tmp_path, bytes(content)))
    assert read_file(two).data == TEXT
    with pytest.raises(EvidenceFault, match="bad-archive"):
        read_file(one)


def test_a_member_that_inflates_to_more_than_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "INFLATED_CAP", 1 << 20)
    bomb = zipped(("a", b" " * (64 << 20)))
    assert reason(tmp_path, bomb) == "too-large"
    assert reason(tmp_path, patched(bomb, local=22, central=24, value=10, code="<I")) == "bad-archive"


def test_members_that_share_bytes(tmp_path: Path) -> None:
    content = zipped(("a", TEXT), ("b", TEXT))
    second = content.rfind(b"PK\x01\x02")
    shared = content[: second + 42] + b"\0\0\0\0" + content[second + 46 :]
    with pytest.raises(EvidenceFault, match="overlap"):
        archive_members(found(tmp_path, shared))


def test_a_list_larger_than_any_honest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "_DIRECTORY_CAP", 100)
    with pytest.raises(EvidenceFault, match="list of members alone"):
        archive_members(found(tmp_path, zipped(*((f"{number}.json", TEXT) for number in range(9)))))


def test_an_archive_that_changed_since_it_was_listed(tmp_path: Path) -> None:
    (member,) = archive_members(found(tmp_path, SOUND))
    (tmp_path / "evidence.zip").write_bytes(zipped(("other.json", TEXT)))
    with pytest.raises(EvidenceFault, match="changed-while-reading"):
        read_file(member)


def test_mutants_are_read_right_or_set_aside(tmp_path: Path) -> None:
    chance = random.Random(11)
    content = zipped(("a.json", TEXT), ("b/c.json.gz", gzip.compress(TEXT)))
    for _ in range(400):
        mutant = bytearray(content)
        for _ in range(chance.randrange(1, 4)):
            mutant[chance.randrange(4, len(mutant))] = chance.randrange(256)
        cut = chance.randrange(4, len(mutant)) if chance.random() < 0.2 else len(mutant)
        for data in contents(found(tmp_path, bytes(mutant[:cut]))):
            assert zlib.crc32(data) == zlib.crc32(TEXT)


def contents(archive: FoundFile) -> list[bytes]:
    kept = []
    with contextlib.suppress(EvidenceFault):
        for member in archive_members(archive):
            with contextlib.suppress(EvidenceFault):
                kept.append(read_file(member).data)
    return kept

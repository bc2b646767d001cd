"""The record as it was delivered, from any shape; and a plain word when the evidence is not what it was."""

import gzip
import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Load
from workbench.errors import EvidenceError, NotFoundError, ParameterError
from workbench.evidence import feed, reading
from workbench.evidence.shapes import passes

ONE = event(eventID="e-1", userAgent="smörgås / é")
SPACED = json.dumps(ONE, indent=2, ensure_ascii=True).encode()
TEXT = json.dumps(ONE).encode()
OTHER = json.dumps(event()).encode()
BRIDGE = b'{"detail-type":"AWS API Call via CloudTrail","detail": %b }'


def records(*texts: bytes) -> bytes:
    return b'{"Records": [\n' + b" ,\n ".join(texts) + b"\n]}"


DELIVERED = {
    "records": (records(OTHER, SPACED), SPACED, 1),
    "records, gzip": (gzip.compress(records(OTHER, TEXT)), TEXT, 1),
    "records, of two streams": (
        gzip.compress(records(TEXT)[:9]) + gzip.compress(records(TEXT)[9:]),
        TEXT,
        0,
    ),
    "list": (b"[" + OTHER + b", " + SPACED + b"]", SPACED, 1),
    "event": (b"\n " + SPACED + b"\n", SPACED, 0),
    "json-lines": (OTHER + b"\n\n{cut\n" + TEXT, TEXT, 2),
    "log-lines": (b"2026-01-01T00:00:00.000Z " + TEXT, TEXT, 0),
    "documents": (OTHER + SPACED, SPACED, 1),
    "eventbridge": (BRIDGE % SPACED, SPACED, 0),
    "lookup-events": (json.dumps({"Events": [{"CloudTrailEvent": TEXT.decode()}]}).encode(), TEXT, 0),
    "query-rows": (json.dumps({"QueryResultRows": [[{"eventJson": TEXT.decode()}]]}).encode(), TEXT, 0),
    "query-csv": (b'eventJson\n"%b"\n' % TEXT.replace(b'"', b'""'), TEXT, 0),
    "query-csv, partial": (
        b"eventid,eventname,errorcode\ne-0,GetUser,\ne-1,ListUsers,\n",
        b'{"eventID":"e-1","eventName":"ListUsers"}',
        1,
    ),
    "event-history-csv": (
        b"Event ID,Event name,User name\ne-1,ListUsers,alice\n",
        b'{"eventID":"e-1","eventName":"ListUsers","userIdentity":{"userName":"alice"}}',
        0,
    ),
    "records, of bytes that are no UTF-8": (
        records(b'{"eventID":"e-1","userAgent":"caf\xe9"}'),
        b'{"eventID":"e-1","userAgent":"caf\xe9"}',
        0,
    ),
    "records, of UTF-16": (records(TEXT).decode().encode("utf-16"), TEXT, 0),
    "records, of odd numbers": (
        records(OTHER, b'{"eventID":"e-1", "a":[NaN, "NaN", -Infinity]}'),
        b'{"eventID":"e-1", "a":[NaN, "NaN", -Infinity]}',
        1,
    ),
    "json-lines, of odd numbers": (
        OTHER + b'\n{"eventID":"e-1","eventName":NaN}',
        b'{"eventID":"e-1","eventName":NaN}',
        1,
    ),
    "records, irregular": (
        records(b'{"eventID":"e-1","eventID" : "e-1","n":1.10}'),
        b'{"eventID":"e-1","eventID" : "e-1","n":1.10}',
        0,
    ),
}


@pytest.mark.parametrize("name", DELIVERED)
def test_every_shape(load_files: Load, name: str) -> None:
    content, text, index = DELIVERED[name]
    found = load_files({"file": content})
    raw = wb.raw_event(found.con, "e-1")
    assert (raw.text, raw.source_index, raw.shape) == (text, index, name.partition(",")[0])
    assert raw.source_file == raw.read_from == str(found.evidence / "file")
    assert (raw.event_id, raw.sha256) == ("e-1", hashlib.sha256(content).hexdigest())
    assert raw.other_places == ()


MANY = [json.dumps(event()).encode() for _ in range(40)]
ODD = b'{"eventID":"e-0","n":NaN}'


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join([ODD, *MANY, TEXT]),
        b"[" + b",\n".join([ODD, *MANY, TEXT]) + b"]",
        b'{"Records":[' + b",".join([ODD, *MANY, TEXT]) + b"]}",
    ],
)
def test_the_last_record_of_a_file_that_is_read_in_pieces(
    load_files: Load, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    for module, name in ((reading, "HELD"), (feed, "WINDOW"), (passes, "KEPT")):
        monkeypatch.setattr(module, name, 3000)
    found = load_files({"file": content})
    raw = wb.raw_event(found.con, "e-1")
    assert (raw.text, raw.source_index) == (TEXT, 41)
    assert raw.sha256 == hashlib.sha256(content).hexdigest()
    assert wb.raw_event(found.con, "e-0").text == ODD


def zipped(path: Path, **members: bytes) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"AWSLogs/{name}", content)
    content = path.read_bytes()
    path.unlink()
    return content


def test_a_member_of_an_archive(load_files: Load, tmp_path: Path) -> None:
    member = gzip.compress(records(SPACED), mtime=0)
    found = load_files({"t.zip": zipped(tmp_path / "x", a=records(OTHER), b=member)})
    raw = wb.raw_event(found.con, "e-1")
    assert raw.text == SPACED
    assert raw.source_file == f"{found.evidence}/t.zip!/AWSLogs/b"
    assert raw.sha256 == hashlib.sha256(member).hexdigest()


def test_what_was_salvaged(load_files: Load) -> None:
    found = load_files({"cut.json.gz": gzip.compress(records(SPACED, OTHER))[:-30]}, salvage=True)
    assert wb.raw_event(found.con, "e-1").text == SPACED


def test_any_path_is_found_again(load_files: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    name = os.fsdecode(b"a b\xff*[1]\\x5c\n.json")
    found = load_files({name: records(TEXT)})
    monkeypatch.chdir(found.evidence.parent)
    case = wb.open_case(found.evidence.parent / "relative")
    wb.load(case, "evidence")
    monkeypatch.chdir("/")
    for con in (found.con, case):
        assert wb.raw_event(con, "e-1").text == TEXT
    assert wb.raw_event(case, "e-1").source_file.startswith("evidence/a b")


def test_a_case_that_was_moved_and_is_only_read(load_files: Load) -> None:
    found = load_files({"a.json": records(TEXT)})
    found.con.disconnect()
    moved = shutil.move(found.evidence.parent / "case", found.evidence.parent / "moved")
    assert wb.raw_event(wb.open_case(moved, read_only=True), "e-1").text == TEXT


def test_the_other_places_of_an_event(load_files: Load) -> None:
    row = b"eventID,eventName\ne-1,ListUsers\n"
    files = {"a.json": records(OTHER, SPACED), "b.json": records(TEXT, TEXT), "c.csv": row}
    found = load_files(files)
    raw = wb.raw_event(found.con, "e-1")
    assert [(Path(path).name, index) for path, index in raw.other_places] == [
        ("b.json", 0),
        ("b.json", 1),
        ("c.csv", 0),
    ]


def test_there_is_no_such_event(load_files: Load) -> None:
    with pytest.raises(NotFoundError, match="no event e-1 in the case"):
        wb.raw_event(load_files({"a.json": records()}).con, "e-1")
    found = load_files({"b.json": records(TEXT)})
    with pytest.raises(NotFoundError, match="no event e-2 in the case"):
        wb.raw_event(found.con, "e-2")
    with pytest.raises(NotFoundError, match="no event e-1 that account 444455556666 received"):
        wb.raw_event(found.con, "e-1", account="444455556666")


def test_one_id_in_two_accounts(load_files: Load) -> None:
    copy = json.dumps(ONE | {"recipientAccountId": "444455556666"}).encode()
    found = load_files({"a.json": records(TEXT), "b.json": records(copy)})
    with pytest.raises(ParameterError, match=r"is the id of 2 events(.|\n)*111122223333(.|\n)*444455556666"):
        wb.raw_event(found.con, "e-1")
    assert wb.raw_event(found.con, "e-1", account="444455556666").text == copy
    assert wb.raw_event(found.con, "e-1", place=0).text == TEXT


def test_a_name_of_a_file_makes_no_line_of_a_message(load_files: Load) -> None:
    copy = json.dumps(ONE | {"recipientAccountId": "444455556666"}).encode()
    found = load_files({"a\n9: account 1, b.json": records(TEXT), "b.json": records(copy)})
    with pytest.raises(ParameterError) as caught:
        wb.raw_event(found.con, "e-1")
    assert len(str(caught.value).splitlines()) == 3


def test_a_conflict_shows_each_by_its_place(load_files: Load) -> None:
    forged = json.dumps(ONE | {"eventName": "Forged"}).encode()
    found = load_files({"a.json": records(forged), "b.json": records(TEXT), "c.json": records(OTHER, forged)})
    with pytest.raises(ParameterError, match=r"a\.json, record 0(.|\n)*1: account 111122223333, .*b\.json"):
        wb.raw_event(found.con, "e-1", account="111122223333")
    first, second = (wb.raw_event(found.con, "e-1", place=place) for place in (0, 1))
    assert (first.text, second.text) == (forged, TEXT)
    assert [Path(path).name for path, _ in first.other_places] == ["c.json"]
    assert second.other_places == ()
    for place in (-1, 2):
        with pytest.raises(ParameterError, match=f"no place {place}"):
            wb.raw_event(found.con, "e-1", place=place)


def test_a_file_that_was_changed(load_files: Load) -> None:
    found = load_files({"a.json": records(TEXT)})
    path = found.evidence / "a.json"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"ListUsers", b"DropUsers"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(EvidenceError, match=r"a\.json: its SHA-256 is \w{64}, and was \w{64}(.|\n)*Put back"):
        wb.raw_event(found.con, "e-1")


def test_a_file_that_was_changed_and_loaded_again(load_files: Load) -> None:
    load_files({"a.json": records(TEXT)})
    found = load_files({"a.json": records(json.dumps(event(eventID="e-2")).encode(), OTHER)})
    assert b"e-2" in wb.raw_event(found.con, "e-2").text
    with pytest.raises(EvidenceError, match="and was"):
        wb.raw_event(found.con, "e-1")


def gone(con: Any, **options: Any) -> None:
    with pytest.raises(EvidenceError, match=r"there is no .*(a\.json|AWSLogs/a).* now\. Put back"):
        wb.raw_event(con, "e-1", **options)


def test_a_file_that_is_gone_and_found_elsewhere(load_files: Load, tmp_path: Path) -> None:
    found = load_files({"AWSLogs/deep/a.json": records(TEXT)})
    elsewhere = shutil.move(found.evidence, tmp_path / "disk" / "copy of evidence")
    gone(found.con)
    gone(found.con, evidence=tmp_path / "case")
    gone(found.con, evidence=tmp_path / "absent")
    for place in (elsewhere, tmp_path / "disk" / "copy of evidence" / "AWSLogs"):
        raw = wb.raw_event(found.con, "e-1", evidence=place)
        assert (raw.text, raw.source_file) == (TEXT, str(found.evidence / "AWSLogs/deep/a.json"))
        assert raw.read_from == f"{elsewhere}/AWSLogs/deep/a.json"
    file = shutil.copy(elsewhere / "AWSLogs/deep/a.json", tmp_path / "renamed")
    assert wb.raw_event(found.con, "e-1", evidence=file).read_from == str(file)


def test_a_folder_where_the_file_was(load_files: Load) -> None:
    found = load_files({"a.json": records(TEXT)})
    (found.evidence / "a.json").unlink()
    (found.evidence / "a.json").mkdir()
    gone(found.con)


def test_evidence_that_lies_elsewhere_is_checked_too(load_files: Load, tmp_path: Path) -> None:
    found = load_files({"a.json": records(TEXT)})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.json").write_bytes(records(SPACED))
    with pytest.raises(EvidenceError, match="its SHA-256 is"):
        wb.raw_event(found.con, "e-1", evidence=tmp_path / "other")


def test_a_copy_stands_in_for_a_file_that_is_gone(load_files: Load) -> None:
    found = load_files({"a.json": records(TEXT), "copies/a.json": records(TEXT)})
    (found.evidence / "a.json").unlink()
    raw = wb.raw_event(found.con, "e-1")
    assert (raw.text, raw.read_from) == (TEXT, str(found.evidence / "copies/a.json"))


def test_archives_that_were_moved_unpacked_or_changed(load_files: Load, tmp_path: Path) -> None:
    content = zipped(tmp_path / "x", a=records(TEXT))
    found = load_files({"t.zip": content})
    archive = found.evidence / "t.zip"
    moved = shutil.move(archive, tmp_path / "named otherwise")
    gone(found.con)
    assert wb.raw_event(found.con, "e-1", evidence=moved).read_from == f"{moved}!/AWSLogs/a"
    with zipfile.ZipFile(moved) as unpacked:
        unpacked.extractall(tmp_path / "unpacked")
    raw = wb.raw_event(found.con, "e-1", evidence=tmp_path / "unpacked")
    assert (raw.text, raw.read_from) == (TEXT, f"{tmp_path}/unpacked/AWSLogs/a")
    archive.write_bytes(zipped(tmp_path / "x", b=records(TEXT)))
    gone(found.con)
    archive.write_bytes(zipped(tmp_path / "x", a=records(SPACED)))
    with pytest.raises(EvidenceError, match="its SHA-256 is"):
        wb.raw_event(found.con, "e-1")


def test_another_record_in_the_same_file_is_not_shown(load_files: Load) -> None:
    found = load_files({"a.json": records(TEXT, OTHER)})
    other = records(OTHER, TEXT)
    found.con.con.execute("UPDATE file_rows SET sha256 = ?", [hashlib.sha256(other).hexdigest()])
    (found.evidence / "a.json").write_bytes(other)
    with pytest.raises(EvidenceError, match="record 0 of it is not the one that was loaded"):
        wb.raw_event(found.con, "e-1")

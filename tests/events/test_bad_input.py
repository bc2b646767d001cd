"""Bad input, entry by entry: the reason or the flag it gets, and every sound event beside it kept.

All of it lies in one folder and is loaded once. Each entry is a file of its own; records stand between two
sound ones.
"""

import bz2
import gzip
import io
import json
import lzma
import tarfile
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event
from tests.events.conftest import Loaded, check_sums
from workbench.evidence import REASONS


def text(**fields: Any) -> bytes:
    return json.dumps(event(**fields)).encode()


def trail(*records: bytes) -> bytes:
    return b'{"Records":[' + b",".join(records) + b"]}"


def utf16(codec: str) -> bytes:
    return trail(text()).decode().encode(codec)


def tar(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("a.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


TWO = trail(text(), text())
ZIPPED = gzip.compress(TWO, mtime=0)
STORED = gzip.compress(TWO, compresslevel=0, mtime=0)  # a change in here shows in the checksum only

FILES: dict[str, tuple[bytes, str, str]] = {
    # Compressed
    "a gzip cut in the middle": (ZIPPED[: len(ZIPPED) // 2], "truncated-gzip", "stops after"),
    "a gzip without a trailer": (ZIPPED[:-8], "truncated-gzip", ""),
    "a gzip without its last byte": (ZIPPED[:-1], "truncated-gzip", ""),
    "a gzip with a wrong checksum": (flipped(ZIPPED, len(ZIPPED) - 8), "bad-checksum", ""),
    "a gzip with a wrong length": (flipped(ZIPPED, len(ZIPPED) - 4), "bad-checksum", ""),
    "a stored gzip with a changed byte": (flipped(STORED, 80), "bad-checksum", ""),
    "a gzip with a tail": (ZIPPED + b"tail", "trailing-data", "4 bytes follow"),
    "a gzip with zeros after it": (ZIPPED + bytes(512), "trailing-data", ""),
    "a gzip of nothing": (gzip.compress(b""), "empty", ""),
    "a bzip2 that is cut": (bz2.compress(TWO)[:-9], "bad-archive", "bzip2"),
    "an xz that is cut": (lzma.compress(TWO)[:-9], "bad-archive", "xz"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "unsupported-compression", "zstd"),
    "7-Zip": (b"7z\xbc\xaf\x27\x1c" + bytes(20), "unsupported-compression", "7-Zip"),
    "RAR": (b"Rar!\x1a\x07\x00", "unsupported-compression", "RAR"),
    "compress": (b"\x1f\x9d\x90abc", "unsupported-compression", ".Z"),
    "tar": (tar(TWO), "unsupported-compression", "tar"),
    "tar.gz": (gzip.compress(tar(TWO)), "unsupported-compression", "tar"),
    "a broken zip": (b"PK\x03\x04whatever", "bad-archive", "zip"),
    # Text
    "no bytes": (b"", "empty", ""),
    "blanks": (b" \r\n\t", "empty", ""),
    "a byte order mark": (b"\xef\xbb\xbf", "empty", ""),
    "UTF-16 that does not decode": (b"\xff\xfe" + b"\x00\xdc[\x00", "unsupported-encoding", "UTF-16"),
    "UTF-32": (TWO.decode().encode("utf-32"), "unsupported-encoding", "UTF-32"),
    "JSON cut in the middle": (TWO[:-30], "invalid-json", "stops after"),
    "a tail after the JSON": (TWO + b"tail", "trailing-data", "4 bytes follow"),
    "one bracket too many": (TWO + b"]", "trailing-data", ""),
    "20,000 open brackets": (b"[" * 20_000, "invalid-json", ""),
    "100,000 nested lists": (b"[" * 100_000 + b"]" * 100_000, "not-cloudtrail", ""),
    "100,000 nested objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not-cloudtrail", ""),
    "Records that are null": (b'{"Records":null}', "records-not-a-list", "null"),
    "Records that are a text": (b'{"Records":"none"}', "records-not-a-list", ""),
    "Records that are an object": (b'{"Records":{"eventName":"A"}}', "records-not-a-list", ""),
    "no Records": (b'{"events":"none"}', "not-cloudtrail", "events"),
    "an empty object": (b"{}", "not-cloudtrail", ""),
    "a list of numbers": (b"[1,2,3]", "not-cloudtrail", ""),
    "lines of another log": (b'{"level":"info"}\n{"level":"warn"}', "not-cloudtrail", ""),
    "a number": (b"42", "not-json", ""),
    "null": (b"null", "not-json", ""),
    "hits of another index": (b'{"hits":{"hits":[{"_source":{"level":"info"}}]}}', "opensearch", "search"),
    # Other logs
    "a VPC flow log": (
        b"version account-id interface-id srcaddr dstaddr\n2 111122223333 eni-0a1b 10.0.0.1 10.0.0.2",
        "not-json", "VPC flow log",
    ),
    "a load balancer log": (
        b'https 2026-01-01T00:00:00.0Z app/lb/1 198.51.100.7:1 10.0.0.1:80 0 0 0 200 200 "GET / HTTP/1.1"',
        "not-json", "load balancer log",
    ),
    "an S3 access log": (
        b"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be logs [06/Feb/2026:00:00:38 +0000]",
        "not-json", "S3 server access log",
    ),
    "a CloudFront log": (b"#Version: 1.0\n#Fields: date time", "not-json", "CloudFront log"),
    "a page": (b"<!DOCTYPE html><title>Sign in</title>", "not-json", "HTML"),
    "CSV of something else": (b"date,service,cost,currency\n2026-01-01,s3,1,EUR\n", "not-json", "CSV"),
    "words": (b"Permission denied", "not-json", ""),
    "bytes": (bytes(range(256)), "not-json", "binary"),
}  # fmt: skip

DEEP_LIST, DEEP_OBJECT = (
    {depth: start * depth + b"1" + end * depth for depth in (300, 20_000, 100_000)}
    for start, end in ((b"[", b"]"), (b'{"a":', b"}"))
)

RECORDS: dict[str, tuple[bytes, str]] = {
    "null": (b"null", "not-an-object"),
    "a number": (b"7", "not-an-object"),
    "a text": (b'"text"', "not-an-object"),
    "true": (b"true", "not-an-object"),
    "a list": (b"[1]", "not-an-object"),
    "an empty object": (b"{}", "empty-record"),
    "a blank object": (b"{ }", "empty-record"),
    "nothing between commas": (b"", "invalid-json"),
    "a key without a value": (b'{"eventName":}', "invalid-json"),
    "two values": (b'{"eventName":"A" "B"}', "invalid-json"),
    "single quotes": (b"{'eventName':'A'}", "invalid-json"),
    "a word that is no number": (b'{"eventName":NaNs}', "invalid-json"),
    "a control character in a text": (b'{"eventName":"A\x01B"}', "invalid-json"),
    "a line break in a text": (b'{"eventName":"A\nB"}', "invalid-json"),
    **{f"{depth} nested lists": (b'{"a":' + deep + b"}", "too-deep") for depth, deep in DEEP_LIST.items()},
    **{f"{depth} nested objects": (deep, "too-deep") for depth, deep in DEEP_OBJECT.items()},
}


def more(members: bytes) -> bytes:
    """Give an event with more text at its end."""
    return text()[:-1] + b"," + members + b"}"


def kept(name: str, record: bytes, flags: str = "", **said: Any) -> tuple[str, Any]:
    return name, (record, flags.split(), said)


ODD_DIGITS = (
    b'"more":{"a":9007199254740993,"b":18446744073709551617,"c":1e400,"d":1.10,'
    b'"e":0.123456789012345}'
)
MARKUP = "<script>=1+1\x1b[31m\u202e"

KEPT = dict((
    kept("a key twice", more(b'"eventName":"B"'), "duplicate-key", eventName="B"),
    kept("NaN", more(b'"x":NaN'), "odd-number", extra='{"x":"NaN"}'),
    kept("-Infinity", more(b'"x":[-Infinity]'), "odd-number", extra='{"x":["-Infinity"]}'),
    kept("odd digits", more(ODD_DIGITS), extra="{" + ODD_DIGITS.decode() + "}"),
    kept("a time of Lake's", text(eventTime="2026-09-02 04:20:00.123"), time="2026-09-02 04:20:00.123"),
    kept("an offset", text(eventTime="2026-09-02T06:20:00+02:00"), time="2026-09-02 04:20:00"),
    kept("a fraction", text(eventTime="2026-09-02T04:20:00.5Z"), time="2026-09-02 04:20:00.5"),
    kept("seconds", text(eventTime=1788322800), "epoch-time", time="2026-09-02 04:20:00"),
    kept("milliseconds", text(eventTime=1788322800123), "epoch-time", time="2026-09-02 04:20:00.123"),
    kept("seconds in a text", text(eventTime="1788322800"), "epoch-time", time="2026-09-02 04:20:00"),
    kept("no time", text(eventTime=...), "bad-time", time=None),
    kept("a time that is null", text(eventTime=None), "bad-time", time=None),
    kept("a word", text(eventTime="now"), "bad-time", time=None, extra='{"eventTime":"now"}'),
    kept("a day that never was", text(eventTime="2026-02-30T00:00:00Z"), "bad-time", time=None),
    kept("a time that is a list", text(eventTime=[1]), "bad-time", time=None, extra='{"eventTime":[1]}'),
    kept("a time beyond all", text(eventTime=1e300), "bad-time", time=None, extra='{"eventTime":1e+300}'),
    kept("year 1", text(eventTime="0001-01-01T00:00:00Z"), "odd-time", time="0001-01-01 00:00:00"),
    kept("year 1970", text(eventTime="1970-01-01T00:00:00Z"), "odd-time", time="1970-01-01 00:00:00"),
    kept("year 9999", text(eventTime="9999-12-31T23:59:59Z"), "odd-time", time="9999-12-31 23:59:59"),
    kept("year 10000", text(eventTime="10000-01-01T00:00:00Z"), "bad-time", time=None),
    kept("no id", text(eventID=...), "synthetic-id", eventName="ListUsers"),
    kept("an empty id", text(eventID=""), "synthetic-id", eventName="ListUsers"),
    kept("an id that is null", text(eventID=None), "synthetic-id", eventName="ListUsers"),
    kept("a text for an identity", text(userIdentity="root"), "wrong-type",
         userIdentity=None, principal="unknown", extra='{"userIdentity":"root"}'),
    kept("a list for an identity", text(userIdentity=[]), "wrong-type",
         userIdentity=None, principal="unknown", extra='{"userIdentity":[]}'),
    kept("null for an identity", text(userIdentity=None), userIdentity=None, principal="unknown"),
    kept("a number for a text", text(eventName=7), "wrong-type", eventName="7"),
    kept("an object for a text", text(eventName={"a": 1}), "wrong-type",
         eventName=None, extra='{"eventName":{"a":1}}'),
    kept("a text for a truth", text(readOnly="yes"), "wrong-type", readOnly=None, extra='{"readOnly":"yes"}'),
    kept("a number for a truth", text(readOnly=1), "wrong-type", readOnly=None, extra='{"readOnly":1}'),
    kept("an object for a list", text(resources={}), "wrong-type", resources=None, extra='{"resources":{}}'),
    kept("texts for resources", text(resources=["x"]), "wrong-type", extra='{"resources":["x"]}'),
    kept("a text for TLS", text(tlsDetails="x"), "wrong-type", tlsDetails=None, extra='{"tlsDetails":"x"}'),
    kept("parameters in a text", text(requestParameters='{"a":1.50}'), requestParameters={"a": "1.50"}),
    kept("words for parameters", text(requestParameters="none"), "wrong-type",
         requestParameters=None, extra='{"requestParameters":"none"}'),
    kept("cut parameters", text(requestParameters='{"a":'), "wrong-type", requestParameters=None),
    kept("a list for parameters", text(requestParameters=[1]), "wrong-type",
         requestParameters=None, extra='{"requestParameters":[1]}'),
    kept("a key in two cases", text(EventName="x"), "key-case",
         eventName="ListUsers", extra='{"EventName":"x"}'),
    kept("a key in another case", text(eventname="x", eventName=...), "key-case",
         eventName=None, extra='{"eventname":"x"}'),
    kept("a version to come", text(eventVersion="9.99", future={"a": 1}),
         eventVersion="9.99", extra='{"future":{"a":1}}'),
    kept("one key", b'{"eventName":"A"}', "bad-time synthetic-id", eventName="A", principal="unknown"),
    kept("half a character", text(userAgent="\ud800"), userAgent=r"\ud800"),
    kept("NUL", text(userAgent="a\0b"), userAgent="a\0b"),
    kept("markup and controls", text(userAgent=MARKUP), userAgent=MARKUP),
    kept("no UTF-8", text(userAgent="caf#").replace(b"#", b"\xe9"), "invalid-utf8", userAgent="caf\ufffd"),
))  # fmt: skip

WHOLE: dict[str, tuple[bytes, int, list[str]]] = {
    "plain, called gz.json.gz": (trail(text(), text()), 2, []),
    "gzip, called a.json": (gzip.compress(trail(text(), text())), 2, []),
    "bzip2": (bz2.compress(trail(text(), text())), 2, []),
    "xz": (lzma.compress(trail(text(), text())), 2, []),
    "a byte order mark before": (b"\xef\xbb\xbf" + trail(text(), text()), 2, []),
    "UTF-16, little end first": (utf16("utf-16"), 1, ["decoded-utf16"]),
    "UTF-16, big end first": (b"\xfe\xff" + utf16("utf-16-be"), 1, ["decoded-utf16"]),
    "UTF-16 without a mark": (utf16("utf-16-le"), 1, ["decoded-utf16"]),
    "Records without a record": (b'{"Records":[]}', 0, []),
    "Records twice": (trail(text())[:-1] + b',"Records":[' + text() + b"]}", 2, []),
}
WARNED = {
    "gzip-members": gzip.compress(trail(text(), text())) + gzip.compress(b"\n"),
    "documents": trail(text()) + b"\n" + trail(text()),
}
OTHERS = {
    "digest": b'{"digestStartTime":"2026-09-01T00:00:00Z","logFiles":[]}',
    "config": b'{"fileVersion":"1.0","configurationItems":[]}',
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(20),
}


def beside(record: bytes) -> bytes:
    """Put a record between two sound ones."""
    return trail(text(), record, text())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    evidence = tmp_path_factory.mktemp("bad") / "evidence"
    folders: dict[str, dict[str, bytes]] = {
        "files": {name: content for name, (content, *_) in FILES.items()},
        "records": {name: beside(record) for name, (record, _) in RECORDS.items()},
        "kept": {name: beside(record) for name, (record, *_) in KEPT.items()},
        "whole": {name: content for name, (content, *_) in WHOLE.items()},
        "warned": WARNED,
        "others": OTHERS,
    }
    for folder, files in folders.items():
        (evidence / folder).mkdir(parents=True)
        for name, content in files.items():
            (evidence / folder / name).write_bytes(content)
    con = wb.open_case(evidence.parent / "case")
    report = wb.load(con, evidence)
    check_sums(report)
    return Loaded(con, report, evidence)


def of(entries: list[dict[str, Any]], path: Path) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["path"] == str(path)]


def rows_of(loaded: Loaded, path: Path, columns: str) -> list[tuple[Any, ...]]:
    query = f"SELECT {columns} FROM events WHERE source_file = ? ORDER BY source_index"
    return loaded.con.con.execute(query, [str(path)]).fetchall()


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_set_aside(loaded: Loaded, name: str) -> None:
    _, reason, told = FILES[name]
    path = loaded.evidence / "files" / name
    (entry,) = of(loaded.report.files_set_aside, path)
    assert entry["reason"] == reason
    assert told in entry["detail"]
    assert rows_of(loaded, path, "1") == []


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_set_aside_and_the_others_are_kept(loaded: Loaded, name: str) -> None:
    path = loaded.evidence / "records" / name
    (entry,) = of(loaded.report.records_set_aside, path)
    assert (entry["index"], entry["reason"]) == (1, RECORDS[name][1])
    assert rows_of(loaded, path, "source_index, flags") == [(0, []), (2, [])]


@pytest.mark.parametrize("name", KEPT)
def test_a_record_is_kept_with_its_flags(loaded: Loaded, name: str) -> None:
    _, flags, said = KEPT[name]
    path = loaded.evidence / "kept" / name
    names = ["eventTime::VARCHAR" if column == "time" else f'"{column}"' for column in said]
    first, row, last = rows_of(loaded, path, ", ".join(["flags", *names]))
    assert row[0] == flags
    assert row[1:] == tuple(said.values())
    assert first[0] == last[0] == []


@pytest.mark.parametrize("name", [name for name in KEPT if name not in ("no UTF-8", "NaN", "-Infinity")])
def test_a_kept_record_is_the_delivered_text(loaded: Loaded, name: str) -> None:
    rows = rows_of(loaded, loaded.evidence / "kept" / name, '"eventJson"')
    assert rows[1] == (KEPT[name][0].decode(),)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_is_kept(loaded: Loaded, name: str) -> None:
    _, count, flags = WHOLE[name]
    path = loaded.evidence / "whole" / name
    assert rows_of(loaded, path, "flags") == [(flags,)] * count
    query = "SELECT status FROM evidence_files WHERE path = ?"
    assert loaded.con.con.execute(query, [str(path)]).fetchall() == [("loaded",)]


@pytest.mark.parametrize("kind", WARNED)
def test_a_file_is_kept_with_a_warning(loaded: Loaded, kind: str) -> None:
    path = loaded.evidence / "warned" / kind
    assert [entry["kind"] for entry in of(loaded.report.warnings, path)] == [kind]
    assert len(rows_of(loaded, path, "1")) == 2


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_is_of_another_kind(loaded: Loaded, kind: str) -> None:
    path = loaded.evidence / "others" / kind
    assert [entry["kind"] for entry in of(loaded.report.files_other, path)] == [kind]


def test_there_is_nothing_else_in_the_report(loaded: Loaded) -> None:
    report = loaded.report
    assert len(report.files_set_aside) == len(FILES)
    assert len(report.records_set_aside) == len(RECORDS)
    assert len(report.files_other) == len(OTHERS)
    assert report.duplicates == 0
    reasons = {entry["reason"] for entry in (*report.files_set_aside, *report.records_set_aside)}
    assert reasons <= REASONS


def test_the_engine_reads_all_that_was_kept(loaded: Loaded) -> None:
    """But for half characters: they are kept as delivered, and no engine takes them for JSON."""
    query = 'SELECT parse_filename(source_file) FROM events WHERE NOT json_valid("eventJson")'
    assert loaded.con.con.execute(query).fetchall() == [("half a character",)]

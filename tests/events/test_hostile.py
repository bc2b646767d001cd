"""Hostile and broken evidence: the load ends, says why, and keeps every sound event beside it."""

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event, trail
from tests.events.conftest import Load, check_sums
from workbench.evidence import find_files, path_from_text, read_container, read_file

SOUND = [event() for _ in range(3)]


def records(*events: Any) -> bytes:
    return json.dumps({"Records": events}).encode()


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def assert_lossless(con: Any) -> int:
    """Compare each row with the record at its place, byte for byte; return how many there were."""
    rows = con.con.execute("SELECT source_file, source_index, eventJson FROM events").fetchall()
    read: dict[str, dict[int, bytes]] = {}
    for file, index, text in rows:
        if file not in read:
            container = read_container(read_file(find_files(path_from_text(file))[0]).data)
            read[file] = dict(zip(container.places(), map(bytes, container.records), strict=True))
        assert read[file][index].decode() == text
    return len(rows)


@pytest.mark.parametrize("data", ["invictus", "stratus"])
def test_public_trails_are_kept_byte_for_byte(tmp_path: Path, shared_data: Path, data: str) -> None:
    con = wb.open_case(tmp_path / "case")
    report = wb.load(con, shared_data / data)
    check_sums(report)
    assert assert_lossless(con) == report.events == {"invictus": 2900, "stratus": 194}[data]


def test_the_sample_is_kept_byte_for_byte(sample_case: Path) -> None:
    con = wb.open_case(sample_case, read_only=True)
    assert assert_lossless(con) == wb.events(con).count().execute()
    assert wb.set_aside(con).count().execute() == 0
    assert "set-aside" not in set(wb.evidence_files(con).status.execute())


def test_every_value_of_the_record_is_in_event_json(load_files: Load) -> None:
    raw = (
        b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z","requestParameters":'
        b'{"a":1.10,"b":9007199254740993,"c":1e400,"d":"\\u00e9\\/",'
        b'"e":12345678901234567890123,"f":0.1234567890123456789}}'
    )
    found = load_files({"a.json": b'{"Records":[' + raw + b"]}"})
    assert found.row("eventJson") == raw.decode()
    assert exact(found.row("eventJson")) == exact(raw.decode())
    assert found.row("requestParameters")["f"] == "0.1234567890123456789"


HOSTILE = {
    "cut.json.gz": gzip.compress(records(*SOUND))[:-20],
    "crc.json.gz": gzip.compress(records(*SOUND))[:-8] + b"\0" * 8,
    "tail.json.gz": gzip.compress(records(*SOUND)) + b"tail",
    "cut.json": records(*SOUND)[:-30],
    "deep.json": b'{"Records":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deeper.json": b"[" * 20_000,
    "null.json": b'{"Records":null}',
    "flow.log": b"version account-id interface-id srcaddr dstaddr",
    "zip.json": b"PK\x03\x04whatever",
    "empty.json": b"",
    "blank.json": b" \n",
    "binary.json": bytes(range(256)),
}


def test_bad_files_stand_aside_and_sound_ones_are_whole(load_files: Load) -> None:
    found = load_files(HOSTILE | {"sound.json": records(*SOUND)})
    reasons = {Path(entry["path"]).name: entry["reason"] for entry in found.report.files_set_aside}
    assert reasons == {
        "cut.json.gz": "truncated-gzip",
        "crc.json.gz": "bad-checksum",
        "tail.json.gz": "trailing-data",
        "cut.json": "invalid-json",
        "deeper.json": "invalid-json",
        "null.json": "records-not-a-list",
        "flow.log": "not-json",
        "zip.json": "bad-archive",
        "empty.json": "empty",
        "blank.json": "empty",
        "binary.json": "not-json",
    }
    (odd,) = found.report.records_set_aside
    assert (Path(odd["path"]).name, odd["reason"]) == ("deep.json", "too-deep")
    assert {row[0] for row in found.rows("eventID")} == {record["eventID"] for record in SOUND}


def test_odd_records_beside_sound_ones(load_files: Load) -> None:
    odd = [
        b'{"eventName":"\\ud800"}',
        b'{"eventName":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"requestParameters":{"a":' + b"[" * 300 + b"]" * 300 + b"}}",
        b'{"eventName":"caf\xe9"}',
        b'{"eventName":Infinity}',
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b"null",
        b'"text"',
        b"{}",
    ]
    sound = [json.dumps(record).encode() for record in SOUND]
    found = load_files({"a.json": b'{"Records":[' + b",".join(odd[:5] + sound + odd[5:]) + b"]}"})
    assert found.report.records == 12
    assert {record["eventID"] for record in SOUND} <= {row[0] for row in found.rows("eventID")}
    aside = wb.set_aside(found.con).execute()
    assert {row["index"]: row.reason for _, row in aside[aside["count"] == 1].iterrows()} == {
        8: "too-deep",
        9: "not-an-object",
        10: "not-an-object",
        11: "empty-record",
    }
    assert list(aside[aside["count"] > 1][["index", "reason", "count"]].iloc[0]) == [1, "too-deep", 2]
    kept = {row[0]: row[1] for row in found.rows("source_index", "flags")}
    assert kept[0] == ["bad-time", "synthetic-id"]
    assert kept[3] == ["bad-time", "invalid-utf8", "synthetic-id"]


def test_the_engine_can_read_what_was_kept(load_files: Load) -> None:
    odd = [event(requestParameters={"a": "x\0y\u202e"}), event(userAgent="\x1b[31m")]
    found = load_files({"a.json": records(*odd)})
    texts = found.con.con.execute("SELECT json(eventJson), requestParameters['a'] FROM events").fetchall()
    assert len(texts) == 2


def test_links_loops_and_pipes(load_files: Load, tmp_path: Path) -> None:
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    os.mkfifo(evidence / "pipe.json")
    (evidence / "loop").symlink_to(evidence, target_is_directory=True)
    (evidence / "out.json").symlink_to("/etc/hostname")
    found = load_files({"sound.json": records(*SOUND)})
    assert (found.report.files, found.report.events_new) == (4, 3)
    assert {entry["reason"] for entry in found.report.files_set_aside} == {"not-a-file"}


ODD_NAMES = ["a b.json", "new\nline.json", "quo'te\".json", "*[]?.json", "\x1b[31m\u202e.json", "x" * 240]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(load_files: Load, name: str) -> None:
    found = load_files({name: records(*SOUND)})
    assert {Path(row[0]).name for row in found.rows("source_file")} == {name}
    assert load_files({}).report.files_unchanged == 1


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/evidence/caf\xe9.json"
    os.mkdir(tmp_path / "evidence")
    with open(path, "wb") as file:
        file.write(records(*SOUND))
    con = wb.open_case(tmp_path / "case")
    assert wb.load(con, tmp_path / "evidence").events_new == 3
    assert wb.load(con, tmp_path / "evidence").files_unchanged == 1
    ((stored,),) = con.con.execute("SELECT DISTINCT source_file FROM events").fetchall()
    assert os.fsencode(path_from_text(stored)) == path


SPLICES = [b"{", b"]", b'"', b"\\", b"null", b"\xff", b"[" * 400]


def mutant(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    kind = chance.randrange(5)
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
    if kind == 2:
        return content[:place] + chance.choice(SPLICES) + content[place:]
    if kind == 3:
        return content[:place] + content[place + chance.randrange(1, 40) :]
    other = chance.randrange(len(content))
    return content[:place] + content[other:]


def test_mutants_never_stop_a_load(load_files: Load) -> None:
    chance = random.Random(7)
    files = {"sound.json": records(*SOUND)}
    for number in range(300):
        content = records(*(event() for _ in range(3)))
        zipped = chance.random() < 0.3
        changed = mutant(gzip.compress(content) if zipped else content, chance)
        files[f"{number}.json"] = changed
    found = load_files(files)
    assert found.report.files == 301
    assert {record["eventID"] for record in SOUND} <= {row[0] for row in found.rows("eventID")}
    reasons = {entry["reason"] for entry in found.report.files_set_aside}
    assert reasons >= {"invalid-json", "truncated-gzip", "bad-checksum"}
    assert wb.events(found.con).count().execute() == found.report.events


LOADER = """
import sys, workbench as wb
from workbench.events.intake import loading, write
write.CHUNK_ROWS = write.INSERT_ROWS = loading._BATCH_RECORDS = 20
con = wb.open_case(sys.argv[1])
print("ready", flush=True)
wb.load(con, sys.argv[2], progress=lambda done, total, _: print(done, flush=True))
"""


def start(case: Path, evidence: Path, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(case), str(evidence)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def all_rows(case: Path) -> list[tuple[Any, ...]]:
    con = wb.open_case(case)
    try:
        return con.con.execute("SELECT * EXCLUDE (eventContext) FROM events ORDER BY eventID").fetchall()
    finally:
        con.disconnect()


@pytest.mark.slow
def test_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    for number in range(40):
        trail(tmp_path / "evidence", *(event() for _ in range(10)), name=f"EXAMPLE{number}")
    calm = start(tmp_path / "calm", tmp_path / "evidence")
    assert calm.communicate()[0].endswith("40\n")
    for stop in (1, 9, 10, 25, 40):
        case = tmp_path / f"killed-{stop}"
        process = start(case, tmp_path / "evidence")
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == str(stop):
                break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        reader = wb.open_case(case, read_only=True)
        reader.disconnect()
        assert start(case, tmp_path / "evidence").wait() == 0
        assert all_rows(case) == all_rows(tmp_path / "calm")


@pytest.mark.slow
def test_a_full_disk_says_so_and_the_load_goes_on_later(tmp_path: Path) -> None:
    for number in range(40):
        noise = random.Random(number).randbytes
        events = [event(errorMessage=noise(3000).hex()) for _ in range(10)]
        trail(tmp_path / "evidence", *events, name=f"EXAMPLE{number}")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))  # noqa: E731
    _, err = start(tmp_path / "case", tmp_path / "evidence", preexec_fn=limit).communicate()
    assert "CaseError: cannot write the case" in err
    assert start(tmp_path / "case", tmp_path / "evidence").wait() == 0
    assert len(all_rows(tmp_path / "case")) == 400


# VmHWM is of this program alone: `ru_maxrss` begins with the peak of the process that started it.
BOUNDED = """
import re, sys, workbench as wb
from pathlib import Path
con = wb.open_case(sys.argv[1])
report = wb.load(con, sys.argv[2])
print(report.files_set_aside, report.records_set_aside, report.events)
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bomb", "record"])
def test_memory_is_bounded(tmp_path: Path, kind: str) -> None:
    (tmp_path / "evidence").mkdir()
    with gzip.open(tmp_path / "evidence" / "a.json.gz", "wb", compresslevel=1) as file:
        if kind == "bomb":
            for _ in range(70):
                file.write(b" " * (10 << 20))
        else:
            file.write(b'{"Records":[{"eventName":"' + b"x" * (100 << 20) + b'"},' +
            json.dumps(SOUND[0]).encode() + b"]}")
    command = [sys.executable, "-c", BOUNDED, str(tmp_path / "case"), str(tmp_path / "evidence")]
    said, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "too-large" in said
    assert int(peak) < 1536
    if kind == "record":
        assert said.endswith("1")

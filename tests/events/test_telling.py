"""What a load did fits on 80 columns, adds up, and cannot steer a terminal."""

from pathlib import Path
from typing import Any

import workbench as wb
from tests.events.conftest import Load
from workbench.errors import visible
from workbench.events.telling import REMEDIES, WIDTH, told, told_place
from workbench.evidence import REASONS

EVIL = "a\x1b[31mb\u202ec\n"


def file(path: str, reason: str = "not-json", detail: str | None = "no JSON text") -> dict[str, Any]:
    return {"path": path, "reason": reason, "detail": detail}


def record(path: str, index: int, reason: str = "empty-record", **count: int) -> dict[str, Any]:
    return {"path": path, "index": index, "reason": reason, "detail": "nothing", **count}


def lines(**fields: Any) -> list[str]:
    return told("cases/acme", wb.LoadReport(**fields))


def test_each_reason_has_a_remedy() -> None:
    assert REMEDIES.keys() == REASONS
    assert max(map(len, REMEDIES.values())) <= WIDTH - 2


def test_an_empty_load() -> None:
    assert lines() == [
        "case cases/acme: 0 events, 0 new",
        "files 0: 0 loaded, 0 unchanged, 0 of other kinds, 0 set aside",
        "records 0: 0 new, 0 delivered more than once, 0 set aside",
    ]


def test_what_is_in_the_case() -> None:
    accounts = [f"{number:012}" for number in range(1200)]
    found = lines(
        events=1_200_345,
        events_new=1,
        first_event="2026-08-01 00:00:03",
        last_event="2026-09-02 04:20:00",
        accounts=accounts,
        regions=["eu-west-1", "us-east-1"],
    )
    assert found[:5] == [
        "case cases/acme: 1,200,345 events, 1 new",
        "  times     2026-08-01 00:00:03 to 2026-09-02 04:20:00 UTC",
        "  accounts  1,200: 000000000000, 000000000001, 000000000002, 000000000003,",
        "            000000000004, 000000000005 and 1,194 more",
        "  regions   2: eu-west-1, us-east-1",
    ]


def test_reasons_are_counted_and_the_first_places_named() -> None:
    files = [file(f"{number}.log") for number in range(5)] + [file("x", "empty", None)]
    aside = [record("a.json", 3), record("a.json", 5, count=2), record("b.json", 0, "not-json")]
    found = lines(files_set_aside=files, records_set_aside=aside, records=4)
    assert found[2:] == [
        "records 4: 0 new, 0 delivered more than once, 4 set aside",
        "",
        "not-json: 5 files and 1 record set aside",
        f"  {REMEDIES['not-json']}",
        *(text for number in range(3) for text in (f"    {number}.log", "      no JSON text")),
        "    and 3 more: --json lists them all",
        "",
        "empty: 1 file set aside",
        f"  {REMEDIES['empty']}",
        "    x",
        "",
        "empty-record: 3 records set aside",
        f"  {REMEDIES['empty-record']}",
        "    a.json, record 3",
        "      nothing",
        "    a.json, records 5 to 6",
        "      nothing",
    ]


def test_other_kinds_windows_and_warnings() -> None:
    kinds = [{"path": str(number), "kind": "config" if number else "digest"} for number in range(3)]
    warnings = [{"path": "a.json", "kind": "changed", "detail": "words " * 30}]
    found = lines(files_other=kinds, outside=7, warnings=warnings)
    assert "  other kinds: 2 config, 1 digest" in found
    assert "  and 7 that lie outside of the span of time" in found
    assert found[found.index("warning, changed: 1 file") + 1] == "    a.json"


def test_what_is_no_event_is_counted_on_its_own() -> None:
    found = lines(items={"config": {"in_case": 3, "new": 2, "duplicates": 1}})
    assert "configuration items: 3 in the case, 2 new, 1 delivered more than once" in found


def test_no_line_but_a_path_is_wider_than_a_terminal() -> None:
    many = 123_456_789
    numbers = dict.fromkeys(("files", "files_loaded", "files_unchanged", "records", "duplicates"), many)
    path = "/".join(["folder"] * 30)
    kinds = [{"path": "x", "kind": f"kind-{number}"} for number in range(40)]
    aside = [{**file(path), "detail": "a long sentence of words " * 10}]
    found = lines(**numbers, files_other=kinds, files_set_aside=aside, regions=["us-gov-west-1"] * 40)
    assert [line for line in found if len(line) > WIDTH] == [f"    {path}"]


def test_nothing_in_it_steers_a_terminal() -> None:
    aside = [file(EVIL, detail=EVIL), file("b", detail=None)]
    fields = {"files_set_aside": aside, "accounts": [EVIL], "regions": [EVIL]}
    warnings = [{"path": EVIL, "kind": "changed", "detail": EVIL}]
    found = told(EVIL, wb.LoadReport(**fields, warnings=warnings, records_set_aside=[record(EVIL, 1)]))
    assert all(visible(line) == line for line in found)
    assert sum(visible(EVIL) in line for line in found) == 8


def test_where_an_event_was_read(load_files: Load) -> None:
    row = b'{"Records": [{"eventID":"e-\\u001b1"}, {"eventID":"e-\\u001b1"}]}'
    found = load_files({"a\x1b.json": row})
    told_of_it = told_place(wb.raw_event(found.con, "e-\x1b1"))
    assert all(visible(line) == line for line in told_of_it)
    path = visible(Path(found.evidence) / "a\x1b.json")
    assert told_of_it[:2] == [r"     event  e-\x1b1", f"      file  {path}, record 0 (records)"]
    assert told_of_it[-1] == f"   also in  {path}, record 1"

"""One row per distinct event, whatever the order in which its copies arrive."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.builders import event, trail
from tests.events.conftest import Load, check_sums
from workbench.events.intake import settle
from workbench.events.rows import canonical


def records(*events: dict[str, Any], indent: int | None = None) -> bytes:
    return json.dumps({"Records": events}, indent=indent).encode()


def rows(con: Any) -> list[tuple[Any, ...]]:
    return con.con.execute(
        "SELECT eventID, eventName, source_file, source_index, flags FROM events ORDER BY ALL"
    ).fetchall()


def places(con: Any) -> list[tuple[Any, ...]]:
    return con.con.execute(
        "SELECT eventID, source_file, source_index FROM event_places ORDER BY ALL"
    ).fetchall()


def test_a_second_delivery_in_the_same_load(load_files: Load) -> None:
    one, two = event(), event()
    found = load_files({"a.json": records(one, two), "b.json": records(two, one, event())})
    assert (found.report.events_new, found.report.duplicates) == (3, 2)
    assert [Path(row[2]).name for row in rows(found.con)] == ["a.json", "a.json", "b.json"]
    others = [(Path(path).name, index) for _, path, index in places(found.con)]
    assert others == [("b.json", 1), ("b.json", 0)]


def test_a_second_delivery_in_the_same_file(load_files: Load) -> None:
    one = event()
    found = load_files({"a.json": records(one, one, one)})
    assert (found.report.events_new, found.report.duplicates) == (1, 2)
    assert found.row("source_index") == 0
    assert [index for _, _, index in places(found.con)] == [1, 2]


def test_a_second_delivery_in_a_later_load(load_files: Load) -> None:
    one = event()
    load_files({"a.json": records(one)})
    found = load_files({"b.json": records(one, event())})
    assert (found.report.events, found.report.events_new, found.report.duplicates) == (2, 1, 1)
    assert [Path(path).name for _, path, _ in places(found.con)] == ["b.json"]


def test_the_first_place_wins_also_when_it_comes_later(load_files: Load) -> None:
    one = event()
    load_files({"b.json": records(event(), one)})
    found = load_files({"a.json": records(one)})
    kept = {row[0]: (Path(row[2]).name, row[3]) for row in rows(found.con)}
    assert kept[one["eventID"]] == ("a.json", 0)
    assert [(Path(path).name, index) for _, path, index in places(found.con)] == [("b.json", 1)]
    assert found.report.events_new == 0


def test_another_spelling_is_the_same_event_and_the_first_spelling_is_kept(load_files: Load) -> None:
    one = event(userAgent="é", n=1.10)
    load_files({"b.json": records(one)})
    found = load_files({"a.json": records(one, indent=1)})
    assert (found.report.events, found.report.duplicates) == (1, 1)
    assert Path(found.row("source_file")).name == "a.json"
    assert found.row("eventJson") == json.dumps({"Records": [one]}, indent=1)[17:-4].strip()
    assert len(places(found.con)) == 1


def test_same_id_other_content_keeps_both_and_flags_both(load_files: Load) -> None:
    one = event()
    load_files({"a.json": records(one)})
    found = load_files({"b.json": records(one | {"eventName": "Forged"})})
    assert found.report.duplicates == 0
    assert [(row[1], row[4]) for row in rows(found.con)] == [
        ("Forged", ["eventid-conflict"]),
        ("ListUsers", ["eventid-conflict"]),
    ]


def test_a_conflict_keeps_the_flags_there_were(load_files: Load) -> None:
    one = event(eventTime="yesterday")
    found = load_files({"a.json": records(one, one | {"eventName": "Forged"})})
    assert [row[4] for row in rows(found.con)] == [["bad-time", "eventid-conflict"]] * 2


def test_a_third_delivery_beside_a_conflict(load_files: Load) -> None:
    one = event()
    forged = one | {"eventName": "Forged"}
    load_files({"a.json": records(one, forged)})
    found = load_files({"b.json": records(forged, one, forged)})
    assert (found.report.events, found.report.duplicates) == (2, 3)
    assert len(places(found.con)) == 3


def test_same_id_in_two_accounts_is_no_conflict(load_files: Load) -> None:
    one = event()
    found = load_files({"a.json": records(one, one | {"recipientAccountId": "444455556666"})})
    assert [row[4] for row in rows(found.con)] == [[], []]


def test_events_without_id_are_told_apart_by_content(load_files: Load) -> None:
    one = event(eventID=None)
    found = load_files({"a.json": records(one, one, one | {"eventName": "Other"})})
    assert (found.report.events_new, found.report.duplicates) == (2, 1)


def test_a_repeated_key_is_other_content(load_files: Load) -> None:
    start = b'{"eventID":"e","eventTime":"2026-09-02T04:20:00Z",'
    plain, twice = start + b'"eventName":"B"}', start + b'"eventName":"A","eventName":"B"}'
    found = load_files({"a.json": b'{"Records":[' + plain + b"," + twice + b"]}"})
    flags = [row[4] for row in rows(found.con)]
    assert flags == [["eventid-conflict"], ["duplicate-key", "eventid-conflict"]]


NARROW = ("eventID", "eventTime", "eventName")
WIDE = (*NARROW, "recipientAccountId", "awsRegion")


def table(columns: tuple[str, ...], *events: dict[str, Any]) -> bytes:
    """Events as the rows that a query for some columns gives."""
    lines = [",".join(columns), *(",".join(one[name] for name in columns) for one in events)]
    return "\n".join(lines).encode()


def ids(con: Any) -> list[str]:
    return [row[0] for row in rows(con)]


@pytest.mark.parametrize("columns", [NARROW, WIDE])
@pytest.mark.parametrize("row_first", [True, False])
@pytest.mark.parametrize("loads", [1, 2])
def test_a_row_beside_its_whole_record_is_a_second_delivery(
    load_files: Load, columns: tuple[str, ...], row_first: bool, loads: int
) -> None:
    one = event()
    deliveries = [("a", table(columns, one)), ("b", records(one))]
    files = dict(deliveries if row_first else reversed(deliveries))
    parts = [files] if loads == 1 else [{name: content} for name, content in files.items()]
    found = [load_files(part) for part in parts][-1]
    assert (found.report.events, found.report.duplicates) == (1, 1)
    assert [(Path(row[2]).name, row[4]) for row in rows(found.con)] == [("b", [])]
    assert [Path(path).name for _, path, _ in places(found.con)] == ["a"]


def test_a_row_of_another_account_is_an_event_of_its_own(load_files: Load) -> None:
    one = event()
    found = load_files({"a": table(WIDE, one | {"recipientAccountId": "444455556666"}), "b": records(one)})
    assert [row[4] for row in rows(found.con)] == [["partial"], []]
    assert places(found.con) == []


def test_rows_of_one_event_are_compared_as_they_are(load_files: Load) -> None:
    one, two = event(), event()
    found = load_files({"a": table(NARROW, one, two), "b": table(NARROW, one, two | {"eventName": "Other"})})
    assert (found.report.events, found.report.duplicates) == (3, 1)
    conflict = ["eventid-conflict", "partial"]
    assert [row[4] for row in rows(found.con)] == [["partial"], conflict, conflict]


def test_one_whole_record_takes_the_place_of_all_its_rows(load_files: Load) -> None:
    one = event()
    rows_of_it = table(NARROW, one, one | {"eventName": "Other"})
    assert load_files({"a": rows_of_it, "b": table(WIDE, one)}).report.events == 3
    found = load_files({"c": records(one)})
    assert (found.report.events, found.report.events_new, found.report.duplicates) == (1, 0, 1)
    others = [(Path(path).name, index) for _, path, index in places(found.con)]
    assert others == [("a", 0), ("a", 1), ("b", 0)]
    files = found.con.con.execute("SELECT events, duplicates FROM evidence_files ORDER BY path").fetchall()
    assert files == [(0, 2), (0, 1), (1, 0)]


def test_a_row_that_comes_again_is_no_news(load_files: Load) -> None:
    one, two = event(), event()
    load_files({"a": table(NARROW, one), "b": records(one, two)})
    again = load_files({"c": table(NARROW, one, two)})
    assert (again.report.events, again.report.duplicates, len(places(again.con))) == (2, 2, 3)
    narrow = ("2026-09-01T00:00:00Z", "2026-09-03T00:00:00Z")
    con = wb.open_case(again.evidence.parent / "windows")
    for between in (narrow, None):
        check_sums(wb.load(con, again.evidence, between=between))
    assert (ids(con), len(places(con))) == ([one["eventID"], two["eventID"]], 3)


SHARED = [event(), event(), event()]
VARIANTS = [*SHARED, SHARED[0] | {"eventName": "Forged"}, SHARED[1] | {"recipientAccountId": "444455556666"}]
KINDS = st.sampled_from(["records", "narrow", "wide"])
FILES = st.tuples(KINDS, st.lists(st.sampled_from(VARIANTS), max_size=4))


def written(kind: str, number: int, content: list[dict[str, Any]]) -> bytes:
    content = [*content, event(eventID=f"only-{number}")]
    if kind == "records":
        return records(*content, indent=number or None)
    return table(NARROW if kind == "narrow" else WIDE, *content)


@settings(max_examples=6, deadline=None)
@given(st.lists(FILES, min_size=2, max_size=3))
def test_any_order_of_files_and_loads_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, list[dict[str, Any]]]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    paths = []
    for number, (kind, content) in enumerate(files):
        path = folder / f"{number}.json"
        path.write_bytes(written(kind, number, content))
        paths.append(path)
    results = []
    for number, order in enumerate([*itertools.permutations(paths), (paths,)]):
        con = wb.open_case(folder / f"case-{number}")
        for step in order:
            check_sums(wb.load(con, *(step if isinstance(step, list) else [step])))
        results.append((rows(con), places(con)))
        assert wb.evidence_files(con).events.sum().execute() == len(results[0][0])
        con.disconnect()
    assert all(result == results[0] for result in results)


def test_few_ids_at_a_time_are_decided_like_all(load_files: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "AT_A_TIME", 2)
    events = [event() for _ in range(9)]
    forged = [one | {"eventName": "Forged"} for one in events[:3]]
    load_files({"b": records(*events), "c": table(NARROW, *events)})
    found = load_files({"a": records(*forged, *events[3:], indent=1)})
    assert (found.report.events, found.report.duplicates) == (12, 6)
    assert sum(row[4] == ["eventid-conflict"] for row in rows(found.con)) == 6
    assert len(places(found.con)) == 9 + 6


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"a":1,"b":2}', b'{ "b":2, "a":1 }', True),
        (b'{"a":1.10}', b'{"a":1.1}', True),
        (b'{"a":1e5}', b'{"a":100000}', True),
        (b'{"a":9007199254740993}', b'{"a":9007199254740992}', False),
        (b'{"a":0.1}', b'{"a":0.10000000000000001}', False),
        (b'{"a":1e400}', b'{"a":1e401}', False),
        (b'{"a":"1"}', b'{"a":1}', False),
        (b'{"a":null}', b"{}", False),
        (b'{"a":[1,2]}', b'{"a":[2,1]}', False),
        (b'{"a":"\\ud800"}', b'{"a":"\\ud801"}', False),
        (b'{"a":true}', b'{"a":"true"}', False),
        (b'{"a":-0.0}', b'{"a":0}', True),
    ],
)
def test_what_counts_as_the_same_content(one: bytes, other: bytes, same: bool) -> None:
    assert (canonical.digest(one) == canonical.digest(other)) is same


def test_loading_through_the_builder(tmp_path: Path) -> None:
    one = event()
    con = wb.open_case(tmp_path / "case")
    report = wb.load(con, trail(tmp_path / "x", one), trail(tmp_path / "y", one, event()))
    assert (report.events_new, report.duplicates) == (2, 1)

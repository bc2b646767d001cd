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
from workbench.events import canonical


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


SHARED = [event(), event(), event()]
VARIANTS = [*SHARED, SHARED[0] | {"eventName": "Forged"}, SHARED[1] | {"recipientAccountId": "444455556666"}]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.lists(st.sampled_from(VARIANTS), max_size=4), min_size=2, max_size=3))
def test_any_order_of_files_and_loads_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    paths = []
    for number, content in enumerate(files):
        path = folder / f"{number}.json"
        path.write_bytes(records(*content, event(eventID=f"only-{number}"), indent=number or None))
        paths.append(path)
    results = []
    for number, order in enumerate([*itertools.permutations(paths), (paths,)]):
        con = wb.open_case(folder / f"case-{number}")
        for step in order:
            check_sums(wb.load(con, *(step if isinstance(step, list) else [step])))
        results.append((rows(con), places(con)))
        con.disconnect()
    assert all(result == results[0] for result in results)


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

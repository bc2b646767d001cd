"""Values as text, and the total order that makes equal evidence give equal rows."""

import datetime as dt
import gc
from decimal import Decimal

import ibis
import pytest

from tests.builders import event, table
from workbench.briefing.values import cell_text, csv_cell, in_order, once, record_text, sql_text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (float("nan"), ""),
        (False, "false"),
        (1234.5, "1,234.5"),
        (3.0, "3"),
        (Decimal("12.50"), "12.50"),
        (dt.datetime(2026, 3, 1, 9, 0, 5), "2026-03-01 09:00:05"),  # noqa: DTZ001 - event times are naive UTC
        (dt.datetime(2026, 3, 1, 9, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=9))), "2026-03-01 00:00:05"),
        ([], ""),
        (["a", None, 2], "a, , 2"),
        ({"a": ["x\u202e"]}, '{"a": ["x\\u202e"]}'),
        ("123456789012", "123456789012"),
        ("a\x00\x1b\u200b", "a\\x00\\x1b\\u200b"),
    ],
)
def test_cell_text(value: object, shown: str) -> None:
    assert cell_text(value) == shown


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_kept_as_text(start: str) -> None:
    assert csv_cell(f"{start}1+1") == f"'{start}1+1"


def test_ordinary_text_is_left_alone() -> None:
    assert csv_cell("a=1") == "a=1"
    assert csv_cell("") == ""


RECORDS = [
    '{"a": 1.50, "a": 1e400, "b": "\\u0041 , {"}', "[]", '{"a":{}}', '"just text"', "{broken",
    '{"a":"\u202e"}', "",
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_keeps_every_token(record: str) -> None:
    def tokens(text: str) -> str:
        return "".join(text.replace("\\u202e", "\u202e").split())

    assert tokens(record_text(record)) == tokens(record)


def test_deep_nesting_is_laid_out_without_recursion() -> None:
    assert record_text("[" * 30_000).count("[") == 30_000


def test_names_made_up_by_ibis_read_the_same_each_time() -> None:
    def query() -> str:
        named = ibis.memtable({"a": [1]})
        return sql_text(ibis.table({"a": "int64"}, name="t").semi_join(named, "a"))

    assert query() == query()
    assert "in_memory_1" in query()


def test_unordered_rows_get_an_order_of_their_own() -> None:
    events = table(*[event(eventID=f"e-{n}", eventTime="2026-09-02T04:00:00Z") for n in (3, 1, 2)])
    assert in_order(events).eventID.to_pyarrow().to_pylist() == ["e-1", "e-2", "e-3"]


def test_ties_in_an_order_are_broken_and_the_order_stays() -> None:
    rows = ibis.memtable({"n": [1, 2, 2, 2], "name": ["a", "d", "b", "c"]})
    ordered = in_order(rows.order_by(ibis.desc("n")))
    assert ordered.name.to_pyarrow().to_pylist() == ["b", "c", "d", "a"]
    assert in_order(rows.order_by(ibis.desc("n")).limit(2)).name.to_pyarrow().to_pylist() == ["b", "c"]


def test_a_limit_without_an_order_is_left_alone() -> None:
    rows = ibis.memtable({"n": [1]}).limit(1)
    assert in_order(rows) is rows


def test_order_survives_what_is_done_after_it() -> None:
    rows = ibis.memtable({"name": ["a", "b", "c"], "n": [1, 2, 2], "m": [9, 8, 7]})
    highest = rows.order_by(ibis.desc("n"))
    assert in_order(highest.drop("n")).name.to_pyarrow().to_pylist() == ["b", "c", "a"]
    assert in_order(highest.mutate(k=1)).name.to_pyarrow().to_pylist() == ["b", "c", "a"]
    assert in_order(highest.filter(ibis._.m < 9)).name.to_pyarrow().to_pylist() == ["b", "c"]
    assert in_order(highest.limit(2).select("m")).m.to_pyarrow().to_pylist() == [8, 7]


def test_queries_are_indented_by_one_blank_a_level_but_texts_stay() -> None:
    import ibis

    table = ibis.table({"a": "string"}, name="t")
    assert "\n *\n" in sql_text(table.filter(table.a == "x"))
    assert "one\n    four" in sql_text(table.filter(table.a == "one\n    four"))


def test_what_is_run_once_keeps_its_rows_their_order_and_its_query() -> None:
    events = table(*[event(eventID=f"e-{n}", eventName=f"Get{n}") for n in (1, 2, 3)])
    query = events.select("eventName", "eventID").order_by(ibis.desc("eventName"))
    held = once(query)
    few = held.filter(held.eventName != "Get2").drop("eventID")
    assert in_order(few).eventName.to_pyarrow().to_pylist() == ["Get3", "Get1"]
    assert sql_text(held) == sql_text(in_order(query))
    assert "ibis_once" in str(ibis.to_sql(few))
    assert "ibis_once" not in sql_text(few)


def test_the_query_of_a_table_run_once_is_told_through_others_that_were() -> None:
    events = table(event(), event(eventID="e-2"))
    calls = once(events.group_by("principal").agg(calls=events.count()))
    many = once(calls.filter(calls.calls > 1).order_by("principal"))
    shown = sql_text(many.join(calls, "principal"))
    assert "ibis_once" not in shown
    assert shown.count('FROM "events"') >= 1
    assert many.calls.to_pyarrow().to_pylist() == [2]


def test_what_is_run_once_outlives_its_connection_in_silence(capfd: pytest.CaptureFixture) -> None:
    con = ibis.duckdb.connect()
    held = once(con.create_table("calls", {"n": [2, 1]}).order_by("n"))
    con.disconnect()
    del held
    gc.collect()
    assert capfd.readouterr() == ("", "")

"""Values become literals of their kind; nothing of a value is ever read as SQL."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ParameterError, SqlError
from workbench.queries.aws_sql.parsing import parse
from workbench.queries.catalogue import fill, query
from workbench.queries.catalogue.headers import Parameter, Query, read


def asking(sql: str, *parameters: Parameter, dialect: str = "lake") -> Query:
    return Query("q", "t", "q?", dialect, ("a",), "-", "-", sql, parameters)


def filled(kind: str, value: Any, dialect: str = "lake") -> str:
    return fill(asking(":a", Parameter("a", kind, "a value"), dialect=dialect), {"a": value})


@pytest.mark.parametrize(
    ("kind", "value", "literal"),
    [
        ("text", "it's", "'it''s'"),
        ("text", "\\", "'\\'"),
        ("text", ":b", "':b'"),
        ("whole", "7", "7"),
        ("whole", -7, "-7"),
        ("time", "2026-03-02", "TIMESTAMP '2026-03-02 00:00:00.000'"),
        ("time", "2026-03-02T01:00:00+01:00", "TIMESTAMP '2026-03-02 00:00:00.000'"),
        ("time", dt.datetime(2026, 3, 2, 4, 5, 6, 7000, dt.UTC), "TIMESTAMP '2026-03-02 04:05:06.007'"),
        ("texts", "a, b'c", "('a', 'b''c')"),
        ("texts", ["a,b"], "('a,b')"),
    ],
)
def test_literals(kind: str, value: Any, literal: str) -> None:
    assert filled(kind, value) == literal


def test_athenas_times_are_texts() -> None:
    assert filled("time", "0001-01-01", "athena") == "'0001-01-01T00:00:00Z'"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 7), ("whole", "7.5"), ("whole", "1 OR 1=1"), ("whole", True), ("whole", 7.5),
        ("whole", 2**63), ("time", "yesterday"), ("time", 7), ("texts", ","), ("texts", []), ("texts", [7]),
    ],
)  # fmt: skip
def test_values_of_another_kind_are_refused(kind: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=f"a of q is a {kind}"):
        filled(kind, value)


def test_places_are_no_texts_no_names_no_comments() -> None:
    sql = "SELECT ':a', \":a\" FROM $EDS_ID /* :a */ WHERE x = :a AND y = :a -- :a\n"
    assert fill(asking(sql, Parameter("a", "whole", "a")), {"a": 1}) == (
        "SELECT ':a', \":a\" FROM $EDS_ID /* :a */ WHERE x = 1 AND y = 1 -- :a\n"
    )


def test_missing_and_unknown_parameters() -> None:
    with pytest.raises(ParameterError, match="activity_by_ip needs ip"):
        fill(query("activity_by_ip"))
    with pytest.raises(ParameterError, match=r"no parameter eventTime\. Parameters: ip, start, end"):
        fill(query("activity_by_ip"), {"ip": "a", "eventTime": "b"})


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
def test_whatever_the_text_the_query_keeps_its_shape(value: str) -> None:
    entry = query("activity_by_ip")
    plain, _ = parse(fill(entry, {"ip": "x"}))
    hostile, _ = parse(fill(entry, {"ip": value}))
    assert [type(node) for node in hostile.walk()] == [type(node) for node in plain.walk()]


HEADER = "-- title: t\n-- question: q?\n-- dialect: lake\n-- columns: a\n-- look for: l\n-- limits: m\n"


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (HEADER.replace("-- title: t\n", ""), "title"),
        (HEADER + "-- title: again\n", "title"),
        (HEADER + "-- colour: red\n", "colour"),
        (HEADER + "--title\n", "line 7"),
        (HEADER + "-- parameter: a number, x\n", "a parameter is"),
    ],
)
def test_a_header_that_is_not_whole_is_refused(header: str, fault: str) -> None:
    with pytest.raises(SqlError, match=fault):
        read("broken", header + "SELECT 1")


def test_an_indented_line_goes_on() -> None:
    assert read("q", HEADER.replace("l\n", "l\n--   and more\n") + "SELECT 1").look_for == "l and more"

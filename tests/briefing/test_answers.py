"""Sentences filled in from rows: numbers with nouns, absent values told, nothing steered by a log field."""

import ibis
import pytest

from workbench.briefing import answer
from workbench.errors import ParameterError


def rows(**columns: list) -> ibis.Table:
    return ibis.memtable(columns)


def test_the_first_row_and_the_number_of_rows() -> None:
    table = rows(principal=["b", "a"], denied=[1200, 3]).order_by(ibis.desc("denied"))
    told = repr(answer(table, "{n:principal}: {principal} was refused {denied:call}.", none="Nobody."))
    assert told == "2 principals: b was refused 1,200 calls."


def test_one_of_them_is_singular() -> None:
    assert repr(answer(rows(a=[1]), "{n:query|queries}, {a:day}", none="-")) == "1 query, 1 day"


def test_no_row_tells_what_was_looked_for() -> None:
    table = rows(a=[1]).filter(ibis._.a > 1)
    assert repr(answer(table, "{a}", none="No burst.")) == "No burst."


def test_an_absent_value_is_told_as_absent() -> None:
    table = ibis.memtable([{"region": None, "n_files": 1}], schema={"region": "string", "n_files": "int64"})
    assert repr(answer(table, "in {region}", none="-")) == "in (none)"


def test_an_unknown_column_names_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="principal"):
        answer(rows(principal=["a"]), "{nobody}", none="-")


def test_braces_and_markup_of_a_value_are_text() -> None:
    shown = answer(rows(who=["{n.__class__} <b>x</b>\x1b[0m"]), "{who}", none="-")
    assert repr(shown) == "{n.__class__} <b>x</b>\\x1b[0m"
    assert "<b>" not in shown._repr_mimebundle_()["text/html"]

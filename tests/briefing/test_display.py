"""Displays: the same data as JSON, HTML and text, harmless in each."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from tests.briefing.books import HOSTILE
from tests.builders import case, event, table
from workbench.briefing import Records, Statement, Table, markup
from workbench.errors import ParameterError
from workbench.queries import run_sql


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    shown = Table(ibis.memtable({"n": range(12)}), title="Numbers", limit=5)
    assert len(shown) == 5
    assert shown.data["total"] == 12
    html = shown._repr_mimebundle_()["text/html"]
    assert "first 5 of 12 rows" in html
    assert "SELECT" in shown.data["sql"]


def test_a_table_that_fits_counts_its_rows_once() -> None:
    shown = Table(ibis.memtable({"n": [1]}), title="Numbers", limit=1)
    assert "1 row<" in shown._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("end", "names"),
    [
        ("ORDER BY count(*) DESC, eventName LIMIT 2", ["Write", "Read"]),
        ("HAVING count(*) > 1 ORDER BY count(*) DESC", ["Write", "Read"]),
        ("HAVING count(*) > 1", ["Read", "Write"]),
    ],
)
def test_the_order_by_of_a_query_stays(tmp_path: Path, end: str, names: list[str]) -> None:
    con = case(tmp_path, *(event(eventName=name) for name in ["Write"] * 3 + ["Read"] * 2 + ["Amend"]))
    answer = run_sql(con, f"SELECT eventName, awsRegion FROM $EDS_ID GROUP BY 1, 2 {end}")
    assert [row[0] for row in Table(answer, title="calls").data["rows"]] == names
    assert [row[0] for row in Table(answer.select("eventName"), title="calls").data["rows"]] == names


def test_an_empty_table_says_so() -> None:
    shown = Table(table(event()).filter(lambda t: t.eventName == "absent"), title="Nothing")
    assert "No rows." in shown._repr_mimebundle_()["text/html"]
    assert repr(shown) == "Nothing\nno rows"


def test_column_kinds_decide_alignment() -> None:
    events = table(event(), event())
    counted = events.group_by("eventTime", "eventName").aggregate(n=lambda t: t.count())
    kinds = [column["kind"] for column in Table(counted, title="x").data["columns"]]
    assert kinds == ["time", "text", "number"]
    frame = pd.DataFrame({"t": pd.to_datetime(["2026-01-01"]), "n": [1], "b": [True], "s": ["x"]})
    kinds = [column["kind"] for column in Table(frame, title="x").data["columns"]]
    assert kinds == ["time", "number", "text", "text"]


def test_a_data_frame_with_gaps() -> None:
    times = pd.to_datetime(["2026-01-01 10:00", None])
    frame = pd.DataFrame({"n": [1.0, None], "t": times, "s": [None, "x"]})
    assert Table(frame, title="x").data["rows"] == [["1", "2026-01-01 10:00:00", ""], ["", "", "x"]]


def test_detail_is_a_folded_record_below_its_row() -> None:
    shown = Table(table(event(eventID="e-1")).select("eventName", "eventJson"), title="x", detail="eventJson")
    assert [column["name"] for column in shown.data["columns"]] == ["eventName"]
    assert '"eventID": "e-1"' in shown.data["details"][0]
    assert "<details><summary>record</summary><pre>{\n" in shown._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("wrong", [{"title": ""}, {"limit": 0}, {"detail": "absent"}])
def test_a_wrong_call_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        Table(pd.DataFrame({"n": [1]}), **({"title": "x"} | wrong))


@pytest.mark.parametrize("trick", HOSTILE.values(), ids=HOSTILE)
def test_a_trick_stays_visible_and_does_nothing(trick: str) -> None:
    columns = pd.Index(["field", trick], dtype=object)  # pandas' own text type takes no half of a character
    shown = Table(pd.DataFrame([[trick, "x"]], columns=columns, dtype=object), title=trick)
    bundle = shown._repr_mimebundle_()
    json.dumps(bundle, ensure_ascii=False).encode()
    html = bundle["text/html"]
    seen = markup.lines_visible(trick)
    escaped = seen.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert html.count(escaped.replace("'", "&#39;")) >= 3
    assert "<script" not in html
    assert "<img" not in html
    for hidden in "\x00\x1b\x07\u200b\u202e\u2028\ufeff\ud800":
        assert hidden not in html
        assert hidden not in bundle["text/plain"]


def test_csv_keeps_formulas_as_text_and_numbers_as_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"agent": ["=1+1", "@x", "curl, x"], "n": [-1, 1200, 3]})
    written = Table(frame, title="x").to_csv(tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))
    assert rows == [["agent", "n"], ["'=1+1", "-1"], ["'@x", "1200"], ["curl, x", "3"]]


def test_a_statement_is_shown_as_it_is() -> None:
    bundle = Statement(" **3** <b>principals</b> ")._repr_mimebundle_()
    assert bundle["text/html"] == '<p class="statement">**3** &lt;b&gt;principals&lt;/b&gt;</p>'
    with pytest.raises(ParameterError):
        Statement(" ")


def test_records_show_every_token_of_the_event() -> None:
    events = table(event(eventID="e-2", eventTime="2026-09-02T05:00:00Z"), event(eventID="e-1"))
    records = Records(events, title="All", limit=1)
    assert records.data["total"] == 2
    [record] = records.data["records"]
    assert record["id"] == "e-1"
    assert json.loads(record["text"])["eventID"] == "e-1"
    assert record["place"].endswith("json.gz, record 1")


def test_records_need_the_events_columns() -> None:
    with pytest.raises(ParameterError, match="eventJson"):
        Records(table(event()).drop("eventJson"), title="All")

"""A finding per row of a query: its own sentence, its own events, replaced and taken back by later runs."""

from pathlib import Path

import ibis
import pytest

from tests.builders import case, event
from workbench.briefing import findings, note_each
from workbench.errors import ParameterError
from workbench.events import case_folder

EVENTS = [event(eventID=f"e-{number}", eventName="GetObject") for number in range(4)]


@pytest.fixture
def con(tmp_path: Path) -> ibis.BaseBackend:
    return case(tmp_path / "acme", *EVENTS)


def rows(*bursts: tuple[str, list[str]]) -> ibis.Table:
    kinds = {"principal": "string", "eventIDs": "array<string>", "place": "int64"}
    listed = [{"principal": who, "eventIDs": ids, "place": n} for n, (who, ids) in enumerate(bursts)]
    return ibis.memtable(listed, schema=kinds).order_by("place")


def test_each_row_has_its_sentence_and_its_events(con: ibis.BaseBackend) -> None:
    bursts = rows(("mallory", ["e-0", "e-1"]), ("eve", ["e-2"]))
    note_each(con, bursts, "{principal} was refused ({n:burst}).", key="t/bursts", none="No burst.")
    told = [(one.statement, one.events, one.event_ids) for one in findings(con)]
    assert ("mallory was refused (2 bursts).", 2, ("e-0", "e-1")) in told
    assert ("eve was refused (2 bursts).", 1, ("e-2",)) in told


def test_no_row_is_noted_as_looked_for_and_not_found(con: ibis.BaseBackend) -> None:
    note_each(con, rows(), "{principal}", key="t/bursts", none="Bursts of refused calls.")
    (noted,) = findings(con)
    assert not noted.found
    assert noted.statement == "Bursts of refused calls."


def test_fewer_rows_take_the_rest_back(con: ibis.BaseBackend) -> None:
    three = rows(("a", ["e-0"]), ("b", ["e-1"]), ("c", ["e-2"]))
    note_each(con, three, "{principal}", key="t/x", none="None.")
    note_each(con, rows(("b", ["e-1"])), "{principal}", key="t/x", none="None.")
    assert [one.statement for one in findings(con)] == ["b"]


def test_another_question_keeps_its_findings(con: ibis.BaseBackend) -> None:
    note_each(con, rows(("a", ["e-0"]), ("b", ["e-1"])), "{principal}", key="t/x", none="None.")
    note_each(con, rows(), "{principal}", key="t/x2", none="Nothing of the second.")
    assert {one.statement for one in findings(con)} == {"a", "b", "Nothing of the second."}


def test_the_same_again_writes_nothing(con: ibis.BaseBackend) -> None:
    for _ in range(2):
        note_each(con, rows(("a", ["e-0"])), "{principal}", key="t/x", none="None.")
    assert len((case_folder(con) / "findings.jsonl").read_text().splitlines()) == 1


def test_at_most_so_many(con: ibis.BaseBackend) -> None:
    many = rows(*((f"p{n}", ["e-0"]) for n in range(9)))
    assert len(note_each(con, many, "{principal}", key="t/x", none="None.", most=3)) == 3


def test_rows_without_events_are_a_wrong_call(con: ibis.BaseBackend) -> None:
    with pytest.raises(ParameterError, match="eventIDs"):
        note_each(con, ibis.memtable({"a": [1]}), "{a}", key="t/x", none="None.")


def test_each_row_may_be_as_sure_as_it_says(con: ibis.BaseBackend) -> None:
    two = rows(("a", ["e-0"]), ("b", ["e-1"]))
    sure = two.mutate(confidence=(two.principal == "a").ifelse("certain", "low"))
    note_each(con, sure, "{principal}", key="t/x", none="None.", confidence="medium")
    assert [(one.statement, one.confidence) for one in findings(con)] == [("a", "certain"), ("b", "low")]


def test_an_unknown_confidence_of_a_row_is_a_wrong_call(con: ibis.BaseBackend) -> None:
    unsure = rows(("a", ["e-0"])).mutate(confidence=ibis.literal("rather"))
    with pytest.raises(ParameterError, match="rather"):
        note_each(con, unsure, "{principal}", key="t/x", none="None.")

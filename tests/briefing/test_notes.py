"""Findings: what a note computes from its events, and how notes replace each other."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, role_event, user
from workbench import briefing
from workbench.briefing import ledger
from workbench.errors import CaseError, ParameterError
from workbench.events import case_folder


@pytest.fixture
def con(tmp_path: Path) -> Any:
    return case(
        tmp_path,
        event(eventID="e-3", eventTime="2026-09-02T06:00:00Z", errorCode="AccessDenied"),
        event(eventID="e-1", eventTime="2026-09-02T04:00:00Z", errorCode="AccessDenied"),
        role_event("ci/Deploy", eventID="e-2", eventTime="2026-09-02T05:00:00Z", account="444455556666"),
        event(userIdentity=user("bob"), eventID="e-4", eventTime="2026-09-02T04:00:00Z", errorCode="Denied"),
    )


def test_facts_come_from_the_events(con: Any) -> None:
    events = wb.events(con)
    refused = events.filter(events.errorCode.notnull())
    noted = briefing.note(con, " Alice and Bob were denied. ", events=refused)
    assert noted.statement == "Alice and Bob were denied."
    assert noted.events == 3
    assert noted.event_ids == ("e-1", "e-4", "e-3")
    assert (noted.first, noted.last) == ("2026-09-02 04:00:00", "2026-09-02 06:00:00")
    assert noted.principals == ("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/bob")
    assert noted.accounts == ("111122223333",)
    assert '"errorCode" IS NOT NULL' in noted.query
    assert noted.case_events == 4
    assert (noted.covered_first, noted.covered_last) == ("2026-09-02 04:00:00", "2026-09-02 06:00:00")
    assert briefing.findings(con) == [noted]


def test_an_empty_table_is_looked_for_and_not_found(con: Any) -> None:
    events = wb.events(con)
    noted = briefing.note(con, "Root did nothing.", events=events.filter(events.principal_kind == "root"))
    assert (noted.events, noted.found, noted.first, noted.principals) == (0, False, "", ())
    assert noted.query


def test_a_statement_without_events_says_so(con: Any) -> None:
    noted = briefing.note(con, "The owner of the key was asked by telephone.")
    assert (noted.events, noted.found, noted.query) == (None, True, "")


def test_events_of_a_list_column(con: Any) -> None:
    events = wb.events(con)
    bursts = events.filter(events.errorCode.notnull()).group_by("principal").aggregate(
        eventIDs=lambda t: t.eventID.collect()
    )
    assert briefing.note(con, "Bursts.", events=bursts).event_ids == ("e-1", "e-4", "e-3")


def test_origins_are_kept_where_the_events_carry_them(con: Any) -> None:
    events = wb.events(con).mutate(origin_principal=wb.events(con).principal)
    noted = briefing.note(con, "Traced.", events=events)
    assert len(noted.origins) == 3
    assert noted.likely == ()


def test_a_table_without_event_ids_is_refused(con: Any) -> None:
    counted = wb.events(con).group_by("eventName").aggregate(n=lambda t: t.count())
    with pytest.raises(ParameterError, match="eventID"):
        briefing.note(con, "Counted.", events=counted)
    assert briefing.findings(con) == []


@pytest.mark.parametrize("wrong", [{"statement": " "}, {"statement": "x", "confidence": "sure"}])
def test_a_wrong_call_notes_nothing(con: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        briefing.note(con, **wrong)
    assert briefing.findings(con) == []


def test_a_case_without_events_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no events"):
        briefing.note(wb.open_case(tmp_path / "empty"), "Nothing.")


def test_the_later_note_of_a_key_counts_and_the_same_one_writes_nothing(con: Any) -> None:
    for statement in ("First.", "Second.", "Second."):
        briefing.note(con, statement, key="01/x")
    briefing.note(con, "Second.", key="02/x")
    lines = (case_folder(con) / ledger.NAME).read_text().splitlines()
    assert len(lines) == 3
    assert [one.key for one in briefing.findings(con)] == ["01/x", "02/x"]
    assert {one.statement for one in briefing.findings(con)} == {"Second."}


def test_notes_without_a_key_stay_apart(con: Any) -> None:
    briefing.note(con, "Same.")
    briefing.note(con, "Same.")
    assert len(briefing.findings(con)) == 2


def test_surest_first_then_by_time_then_what_was_not_found(con: Any) -> None:
    events = wb.events(con)
    briefing.note(con, "none", events=events.limit(0), confidence="certain")
    briefing.note(con, "late", events=events.filter(events.eventID == "e-3"))
    briefing.note(con, "early", events=events.filter(events.eventID == "e-1"))
    briefing.note(con, "unsure", events=events.filter(events.eventID == "e-1"), confidence="low")
    briefing.note(con, "proven", events=events.filter(events.eventID == "e-3"), confidence="certain")
    assert [one.statement for one in briefing.findings(con)] == ["proven", "early", "late", "unsure", "none"]


def test_noting_works_on_a_case_open_read_only(con: Any, tmp_path: Path) -> None:
    con.disconnect()
    reading = wb.open_case(tmp_path / "case", read_only=True)
    briefing.note(reading, "Noted beside the database.")
    assert len(briefing.findings(reading)) == 1


def test_an_unreadable_line_warns_and_costs_only_itself(con: Any, tmp_path: Path) -> None:
    briefing.note(con, "Kept.")
    with (tmp_path / "case" / ledger.NAME).open("ab") as file:
        file.write(b'{"statement": "cu')
    with pytest.warns(UserWarning, match="line 2 is cut"):
        assert [one.statement for one in briefing.findings(con)] == ["Kept."]


def test_a_finding_shows_itself_as_its_card(con: Any) -> None:
    bundle = briefing.note(con, "<b>Denied</b>", events=wb.events(con))._repr_mimebundle_()
    assert "&lt;b&gt;Denied&lt;/b&gt;" in bundle["text/html"]
    assert bundle["text/plain"] == "Noted (high): <b>Denied</b>"


def test_a_finding_shows_its_records_and_keeps_them_out_of_the_file(con: Any, tmp_path: Path) -> None:
    noted = briefing.note(con, "Called.", events=wb.events(con))
    html = noted._repr_mimebundle_()["text/html"]
    assert all(record["id"] in html for record in noted.records)
    assert noted.records
    assert "eventJson" not in (case_folder(con) / "findings.jsonl").read_text()
    [read] = briefing.findings(con)
    assert (read.event_ids, read.records) == (noted.event_ids, ())

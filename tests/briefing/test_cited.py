"""Cards, cited events and the events table of the findings: what a reader follows from sentence to record."""

import json
import re
from pathlib import Path
from typing import Any

import ibis
import pytest

import workbench as wb
from tests.builders import case, event, trail
from workbench import briefing
from workbench.briefing import ledger, markup
from workbench.errors import ParameterError


@pytest.fixture
def con(tmp_path: Path) -> Any:
    def at(number: int, name: str) -> dict[str, Any]:
        return event(eventID=f"e-{number:02}", eventName=name, eventTime=f"2026-09-02T04:00:{number:02}Z")

    lists = [at(number, "ListUsers") for number in range(12)]
    return case(tmp_path, *lists, at(20, "CreateUser"), at(21, "PutKey"))


def test_a_card_shows_each_call_once_before_any_twice(con: Any) -> None:
    briefing.note(con, "Many.", events=wb.events(con))
    [item] = briefing.findings_view(con, per_finding=4).data["found"]
    assert [shown["id"] for shown in item["shown"]] == ["e-00", "e-01", "e-20", "e-21"]
    assert item["shown"][2]["text"] == "2026-09-02 04:00:20 CreateUser"
    assert item["events"] == 14


def test_cited_events_are_those_of_the_cards(con: Any) -> None:
    briefing.note(con, "Many.", events=wb.events(con))
    briefing.note(con, "One.", events=wb.events(con).filter(wb.events(con).eventID == "e-20"))
    records = briefing.cited_events(con, per_finding=4).data["records"]
    assert [record["id"] for record in records] == ["e-00", "e-01", "e-20", "e-21"]
    linked = briefing.findings_view(con, per_finding=4).data["found"]
    assert {shown["id"] for item in linked for shown in item["shown"]} == {record["id"] for record in records}


def test_no_finding_has_no_events(con: Any) -> None:
    assert briefing.cited_events(con).data["records"] == []
    assert briefing.finding_events(con).count().execute() == 0
    view = briefing.findings_view(con)
    assert repr(view) == "No finding was noted."
    assert "No finding was noted." in view._repr_mimebundle_()["text/html"]


def test_what_was_not_found_says_what_was_looked_through(con: Any) -> None:
    briefing.note(con, "No sign-in by root.", events=wb.events(con).limit(0), not_covered="Other accounts.")
    view = briefing.findings_view(con)
    html = view._repr_mimebundle_()["text/html"]
    assert view.data["found"] == []
    assert "Looked through 14 events, 2026-09-02 04:00:00 – 2026-09-02 04:00:21 UTC." in html
    assert "Not covered: Other accounts." in html


def test_a_finding_from_before_more_evidence_says_so(con: Any, tmp_path: Path) -> None:
    briefing.note(con, "Old.", events=wb.events(con))
    wb.load(con, trail(tmp_path / "more", event()))
    [item] = briefing.findings_view(con).data["found"]
    assert item["stale"] == "Noted when the case held 14 events; it now holds 15."


def test_a_line_that_cannot_be_read_is_shown_with_the_findings(con: Any, tmp_path: Path) -> None:
    briefing.note(con, "Kept.")
    with (tmp_path / "case" / ledger.NAME).open("ab") as file:
        file.write(b'{"cut')
    view = briefing.findings_view(con)
    assert "line 2 is cut" in view._repr_mimebundle_()["text/html"]
    assert [item["statement"] for item in view.data["found"]] == ["Kept."]


def test_a_row_per_finding_and_event(con: Any) -> None:
    events = wb.events(con)
    briefing.note(con, "Sure.", events=events.filter(events.eventID == "e-21"), confidence="certain")
    briefing.note(con, "Both.", events=events.filter(events.eventName != "ListUsers"))
    cited = briefing.finding_events(con)
    rows = cited.select("number", "finding", "confidence", "eventID").to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (1, "Sure.", "certain", "e-21"),
        (2, "Both.", "high", "e-20"),
        (2, "Both.", "high", "e-21"),
    ]
    assert set(events.columns) <= set(cited.columns)


def test_steps_show_commands_and_reasons() -> None:
    columns = ["kind", "subject", "account", "last_used", "command", "reason"]
    keys = ("key", "<AKIA>", "1", None, "aws iam x --name 'a<b'", None)
    users = ("user", "eve", "1", None, None, "gone")
    rows = [dict(zip(columns, row, strict=True)) for row in (keys, users)]
    steps = ibis.memtable(rows, schema=dict.fromkeys(columns, "string"))
    html = briefing.Steps(steps, title="Stop it")._repr_mimebundle_()["text/html"]
    assert '<pre class="command">aws iam x --name &#39;a&lt;b&#39;</pre>' in html
    assert "&lt;AKIA&gt;" in html
    assert ": gone</p>" in html
    with pytest.raises(ParameterError, match="reason"):
        briefing.Steps(steps.drop("reason"), title="Stop it")


def test_two_records_of_one_id_are_both_shown_and_linked_once(tmp_path: Path) -> None:
    same = {"eventID": "e-1", "eventTime": "2026-09-02T04:00:00Z"}
    twice = [event(eventName=name, **same) for name in ("GetUser", "GetRole")]
    con = case(tmp_path, *twice)
    briefing.note(con, "Two.", events=wb.events(con))
    records = briefing.cited_events(con)
    assert sorted(record["eventName"] for record in records.data["records"]) == ["GetRole", "GetUser"]
    assert markup.render("records", records.data, page=True).count('id="event-e-1"') == 1
    [item] = briefing.findings_view(con).data["found"]
    assert [shown["id"] for shown in item["shown"]] == ["e-1"]


def test_a_card_names_accounts_and_the_addresses_that_called_most(tmp_path: Path) -> None:
    used = ["203.0.113.9", *(f"198.51.100.{number}" for number in range(5)), "203.0.113.9", None]
    con = case(tmp_path, *(event(sourceIPAddress=address) for address in used))
    noted = briefing.note(con, "Called.", events=wb.events(con))
    assert noted.addresses == ("203.0.113.9", *(f"198.51.100.{number}" for number in range(5)))
    html = briefing.findings_view(con)._repr_mimebundle_()["text/html"]
    assert "<dt>Account</dt>" in html
    [told] = re.findall(r"<dt>From</dt><dd>(.*?)</dd>", html, re.DOTALL)
    shown = re.sub(r"<[^>]+>", "", told).strip()
    assert shown == "203.0.113.9, 198.51.100.0, 198.51.100.1, 198.51.100.2 and 2 more"


def test_a_finding_noted_before_addresses_were_kept_is_still_read(con: Any, tmp_path: Path) -> None:
    briefing.note(con, "Old.", events=wb.events(con))
    path = tmp_path / "case" / ledger.NAME
    entry = {name: value for name, value in json.loads(path.read_text()).items() if name != "addresses"}
    path.write_text(json.dumps(entry) + "\n")
    [noted] = briefing.findings(con)
    assert (noted.statement, noted.addresses) == ("Old.", ())
    assert "<dt>From</dt>" not in briefing.findings_view(con)._repr_mimebundle_()["text/html"]


def test_the_records_say_how_many_of_the_cited_events_they_are(con: Any) -> None:
    briefing.note(con, "Many.", events=wb.events(con))
    briefing.note(con, "One.", events=wb.events(con).filter(wb.events(con).eventID == "e-20"))
    short, whole = briefing.cited_events(con, per_finding=4), briefing.cited_events(con)
    assert "4 of 14 cited events shown" in markup.render("records", short.data, page=True)
    assert repr(short) == "Events cited by the findings: 4 of 14 cited events shown"
    assert "</b> 14 events</p>" in markup.render("records", whole.data, page=True)


def test_a_finding_that_keeps_a_part_of_its_ids_cites_at_least_so_many(
    con: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.briefing.citing.IDS_KEPT", 3)
    monkeypatch.setattr("workbench.briefing.cited.IDS_KEPT", 3)
    briefing.note(con, "Many.", events=wb.events(con))
    assert "3 of at least 14 cited events shown" in repr(briefing.cited_events(con))

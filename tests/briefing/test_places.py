"""Places of a machine are not named on a page, and evidence that mentions them is not touched."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import event, trail
from workbench.briefing.places import evidence_root, places_of, shown_path, without_places

PLACES = {"case": "/srv/cases/acme", "evidence": "/media/usb"}
TABLE = "application/vnd.workbench.table+json"
STATEMENT = "application/vnd.workbench.statement+json"


def swapped(**output: Any) -> Any:
    return without_places([output], PLACES, "acme")[0]


def test_streams_and_sentences_name_the_case_and_shorten_paths() -> None:
    assert swapped(text="case /srv/cases/acme: /media/usb/a.gz") == {"text": "case acme: a.gz"}
    data = {STATEMENT: {"text": "the first: /media/usb/a.gz"}, "text/plain": "/media/usb/a.gz"}
    assert swapped(data=data) == {"data": {STATEMENT: {"text": "the first: a.gz"}, "text/plain": "a.gz"}}


def test_a_log_field_that_mentions_the_folder_stays_as_it_is() -> None:
    shown = swapped(data={TABLE: {"rows": [["/media/usb/a.gz", "curl /media/usb/secret"]]}})
    assert shown["data"][TABLE]["rows"] == [["a.gz", "curl /media/usb/secret"]]


def test_a_case_at_the_root_of_the_disk_swaps_nothing() -> None:
    output = {"text": "/a/b"}
    assert without_places([output], {"case": "/", "evidence": "/"}, "x") == [output]


def test_a_folder_that_only_begins_alike_is_another_one() -> None:
    assert shown_path("/media/usb2/a.gz", "/media/usb") == "/media/usb2/a.gz"


@pytest.fixture
def con(tmp_path: Path) -> Any:
    con = wb.open_case(tmp_path / "case")
    wb.load(con, trail(tmp_path / "one", event()), trail(tmp_path / "two", event(), region="eu-west-1"))
    return con


def test_the_root_holds_all_evidence(con: Any, tmp_path: Path) -> None:
    assert evidence_root(con) == str(tmp_path)


def test_places_are_read_without_a_lasting_connection(con: Any, tmp_path: Path) -> None:
    con.disconnect()
    assert places_of(tmp_path / "case") == {"case": str(tmp_path / "case"), "evidence": str(tmp_path)}
    wb.open_case(tmp_path / "case").disconnect()


def test_no_case_there_is_for_the_notebook_to_say(tmp_path: Path) -> None:
    assert places_of(tmp_path / "absent") == {"case": str(tmp_path / "absent"), "evidence": ""}

"""The first lines of a briefing: a sentence for each row, and a link where the page shows the event."""

import ibis
import pytest

from workbench.briefing import Lead, answer, markup
from workbench.briefing.export import without_dead_links
from workbench.errors import ParameterError

PEOPLE = ibis.memtable({"who": ["eve", "bob", "al"], "calls": [3, 2, 1], "eventID": ["e-1", "e-2", "e-3"]})
WHO = ("Who", PEOPLE.order_by(ibis.desc("calls")), "{who} made {calls:call}", "nobody", 2)


def test_each_row_is_a_sentence_and_the_rest_is_counted() -> None:
    lead = Lead(WHO, ("Taken", PEOPLE.filter(PEOPLE.calls > 9), "{who}", "nothing that was recorded"))
    assert (
        repr(lead) == "Who: eve made 3 calls; bob made 2 calls; and 1 more\nTaken: nothing that was recorded"
    )
    assert lead.events == ["e-1", "e-2"]


def test_a_line_links_to_its_first_event_and_shows_evidence_as_text() -> None:
    rows = ibis.memtable({"who": ["<b>eve</b>\x1b[0m"], "eventIDs": [["e-7", "e-8"]]})
    lead = Lead(("Who", rows, "{who}", "nobody"))
    html = markup.render("lead", lead.data, page=True)
    assert "&lt;b&gt;eve&lt;/b&gt;\\x1b[0m" in html
    assert 'href="#event-e-7"' in html
    assert "href" not in markup.render("lead", lead.data), "in a notebook there is nothing to lead to"


def test_a_column_that_is_not_there_is_a_wrong_call() -> None:
    with pytest.raises(ParameterError, match="nonsense"):
        Lead(("Who", PEOPLE, "{nonsense}", "nobody"))


def test_links_to_events_that_the_page_does_not_show_are_text() -> None:
    links = markup.render("lead", Lead(WHO).data, page=True)
    page = without_dead_links(f'{links}<details id="event-e-2"></details>')
    assert 'href="#event-e-2"' in page
    assert "#event-e-1" not in page


def test_a_list_of_principals_may_be_asked_for_as_a_way() -> None:
    path = ["arn:aws:iam::111122223333:user/eve", "arn:aws:iam::111122223333:role/ci/deploy"]
    said = answer(ibis.memtable({"path": [path]}), "{path:way}", none="no way")
    assert repr(said) == "user eve (111122223333) → role deploy (111122223333)"
    assert repr(answer(ibis.memtable({"path": [["a", "b"]]}), "{path}", none="")) == "a, b"

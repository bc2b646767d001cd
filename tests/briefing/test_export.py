"""The page: its policy, its order, what it names and what it never names."""

import base64
import hashlib
import re
import shlex
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

import workbench as wb
from tests.briefing import books
from tests.briefing.books import code, text, write
from tests.builders import case, event, trail
from workbench import briefing
from workbench.briefing import markup
from workbench.briefing.export import BriefingExporter
from workbench.errors import NotebookError, ParameterError


@pytest.fixture(scope="session")
def html(page: Path) -> str:
    return page.read_text(encoding="utf-8")


class Page(HTMLParser):
    """Elements with their attributes, and the text of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.elements[-1] if self.elements else ("", {})
        if self.cdata_elem:
            self.raw.append((tag, attributes, data))


def sha256_source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_exactly_the_scripts_and_the_style_of_the_page(html: str) -> None:
    found = Page(html)
    [policy] = [a["content"] for _, a in found.elements if a.get("http-equiv") == "Content-Security-Policy"]
    scripts = [text for tag, attributes, text in found.raw if tag == "script" and "type" not in attributes]
    [style] = [text for tag, _, text in found.raw if tag == "style"]
    assert len(scripts) == 2
    allowed = " ".join(sha256_source(script) for script in scripts)
    assert policy == (
        f"default-src 'none'; script-src {allowed}; style-src {sha256_source(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


LOADING = {"iframe", "object", "embed", "base", "link", "form", "svg", "img", "video", "audio"}
ACTING = {"style", "src", "srcset", "action", "formaction"}


def test_nothing_on_the_page_can_act_or_load(html: str) -> None:
    for tag, attributes in Page(html).elements:
        assert tag not in LOADING
        assert not [name for name in attributes if name.startswith("on") or name in ACTING]
        assert (attributes.get("href") or "#").startswith("#")
        assert attributes.get("http-equiv") in (None, "Content-Security-Policy")


def test_every_anchor_that_is_linked_is_there_once(html: str) -> None:
    elements = Page(html).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    linked = {attributes["href"][1:] for tag, attributes in elements if tag == "a" and attributes.get("href")}
    assert linked <= set(ids)
    assert any(name and name.startswith("event-") for name in linked)
    assert any(name and name.startswith("query-") for name in linked)


def test_the_reading_order(html: str) -> None:
    body = html[html.index("<body") :]
    order = [
        "<h1>case</h1>", "Covered time", "First the answer", "<h2>What happened</h2>", "Alice was denied.",
        "Looked for and not found", "Root did nothing.", "<h2>The investigation</h2>",
        "Who deserves attention?</h3>", "<h4>When did what happen?</h4>", "<h4>Who was denied?</h4>",
        "<h2>Evidence</h2>", "<h2>Events cited</h2>", "<h2>Versions</h2>",
        "<h2>Queries</h2>", "<h2>How to reproduce this page</h2>",
    ]  # fmt: skip
    places = [body.index(words) for words in order]
    assert places == sorted(places)


def test_a_question_is_folded_to_its_answer(html: str) -> None:
    summary = '<summary><h4>When did what happen?</h4><p class="statement">20 calls.</p></summary>'
    assert len(re.findall('<details class="question" id="[^"]+">' + re.escape(summary), html)) == 1


def test_no_place_of_this_machine_is_named(html: str, hostile_case: Path, page: Path) -> None:
    assert str(hostile_case) not in html
    assert str(hostile_case.parent) not in html
    assert str(page.parent) not in html
    assert str(Path(books.__file__).parents[2]) not in html
    assert "case case 15" in html  # what a cell printed of it is the case's name
    assert "injected" not in html
    assert "# Parameters" not in html


def test_no_time_of_the_run_is_named(html: str, run: Path) -> None:
    told = nbformat.read(run, as_version=4).metadata.papermill
    day = told.start_time[:10]
    assert day not in html
    assert f"{told.duration}" not in html


def test_the_evidence_list_checks_itself(html: str, hostile_case: Path) -> None:
    listed = re.search(r"Root hash \(SHA-256 of the list below\): ([0-9a-f]{64})", html)
    lines = re.search(r"with SHA-256</summary><pre>(.*?)</pre>", html, re.DOTALL)
    assert listed
    assert lines
    assert hashlib.sha256(lines[1].encode()).hexdigest() == listed[1]
    folder = hostile_case.parent / "evidence" / "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/02"
    for line in lines[1].splitlines():
        digest, path = line.split("  ", 1)
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest


def test_parameters_and_notebook_hashes_are_named(html: str, page: Path) -> None:
    for name in ("01_triage.ipynb", "99_final.ipynb"):
        assert hashlib.sha256((page.parent / name).read_bytes()).hexdigest() in html
    assert "--notebook 01_triage" in html
    assert "--as-of" not in html


@pytest.fixture
def run(page: Path, hostile_case: Path) -> Path:
    """The run triage notebook; the page made it."""
    return hostile_case / "reports" / "notebooks" / "01_triage.ipynb"


def test_one_notebook_alone_is_a_page_with_open_questions(run: Path, tmp_path: Path) -> None:
    html = briefing.export_html(run, tmp_path / "one.html", title="Triage <1>").read_text(encoding="utf-8")
    assert "<h1>Triage &lt;1&gt;</h1>" in html
    assert html.count('<details class="question"') == html.count(" open><summary><h4>") == 2


def test_the_proof_of_a_finding_is_on_a_page_without_a_briefing(tmp_path: Path) -> None:
    con = case(tmp_path / "case", event(eventID="e-1", eventName="StopLogging"), event(eventID="e-2"))
    shown = briefing.note(con, "Stopped.", events=wb.events(con).filter(wb.events(con).eventID == "e-1"))
    cell = code("note")
    cell.outputs = [new_output("display_data", data=shown._repr_mimebundle_())]
    book = write(tmp_path / "a.ipynb", text("# A\n\n## What stopped?"), cell)
    html = briefing.export_html(book, tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<a class="event" href="#event-e-1">' in html
    assert html.count('id="event-e-1"') == 1
    assert "&quot;" not in html[html.index('id="event-e-1"') :].split("</pre>")[0]
    assert '"eventName": "StopLogging"' in html
    assert "event-e-2" not in html


def test_the_exporter_works_through_nbconvert(run: Path) -> None:
    html, resources = BriefingExporter().from_notebook_node(nbformat.read(run, as_version=4))
    assert "Content-Security-Policy" in html
    assert resources["output_extension"] == ".html"


def test_two_briefings_or_none_are_refused(tmp_path: Path) -> None:
    pair = [write(tmp_path / name, text("# B", "briefing")) for name in ("a.ipynb", "b.ipynb")]
    with pytest.raises(ParameterError, match="two notebooks"):
        briefing.export_html(pair, tmp_path / "x.html")
    with pytest.raises(ParameterError, match="nothing to export"):
        briefing.export_html([], tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    notebook = write(tmp_path / "a.ipynb", text("# A"))
    (tmp_path / "file").write_text("")
    with pytest.raises(NotebookError, match=r"cannot write the briefing to .*x\.html"):
        briefing.export_html(notebook, tmp_path / "file" / "x.html")


def test_a_briefing_without_a_marked_place_still_shows_the_investigation(tmp_path: Path) -> None:
    lead = write(tmp_path / "b.ipynb", text("# B\n\nintro", "briefing"), text("## One"), text("## One"))
    other = write(tmp_path / "o.ipynb", text("# O\n\nabout"), text("## Why?\n\n### Deeper\n\nbecause"))
    html = briefing.export_html([other, lead], tmp_path / "x.html").read_text(encoding="utf-8")
    assert html.index("intro") < html.index("<h4>Why?</h4>") < html.index("because")
    assert 'id="one"' in html
    assert 'id="one-2"' in html


def test_headings_and_names_from_outside_are_escaped(tmp_path: Path) -> None:
    cells = [text("# <img src=x>\n"), text('## "><script>1</script>\n'), code("'</pre><script>2</script>'")]
    html = briefing.export_html(write(tmp_path / "<b>.ipynb", *cells), tmp_path / "x.html").read_text("utf-8")
    assert {tag for tag, _ in Page(html).elements} & {"img", "b"} <= {"b"}
    assert len([tag for tag, _ in Page(html).elements if tag == "script"]) == 2


def test_an_unknown_parameter_runs_nothing(own_case: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="no notebook knows the parameter nonsense"):
        briefing.write_briefing(
            own_case, tmp_path / "x.html", [books.triage(tmp_path)], parameters={"nonsense": 1}
        )
    assert not (own_case / "reports").exists()


def test_the_recipe_names_the_window_that_was_loaded(tmp_path: Path) -> None:
    con = wb.open_case(tmp_path / "case")
    hours = [event(eventTime=f"2026-09-02T0{hour}:00:00Z") for hour in (4, 5)]
    between = ("2026-09-02T05:00:00Z", "2026-09-02T06:00:00Z")
    wb.load(con, trail(tmp_path / "evidence", *hours), between=between)
    con.disconnect()
    page = briefing.write_briefing(tmp_path / "case", tmp_path / "x.html", [books.final(tmp_path)])
    html = page.read_text(encoding="utf-8")
    assert f"<code>workbench load CASE EVIDENCE --between {' '.join(between)}</code>" in html
    assert "1 record lies outside" in html


def test_the_recipe_of_a_whole_case_names_no_window(html: str) -> None:
    assert "<code>workbench load CASE EVIDENCE</code>" in html


def test_the_recipe_is_safe_to_paste_and_names_what_else_the_page_holds(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A")])
    notebook.metadata["papermill"] = {"parameters": {"top; id": "$(id)", "as_of": "2026-09-02 04:00"}}
    nbformat.write(notebook, tmp_path / "my; id.ipynb")
    page = briefing.export_html(tmp_path / "my; id.ipynb", tmp_path / "x.html").read_text(encoding="utf-8")
    [recipe] = re.findall(r'<pre class="command">(workbench briefing.*?)</pre>', page, re.DOTALL)
    words = shlex.split(unescape(recipe).replace("\\\n", ""))
    assert words == [
        "workbench", "briefing", "CASE", "--notebook", "my; id", "-p", "top; id", "$(id)",
        "--as-of", "2026-09-02 04:00", "-o", "briefing.html",
    ]  # fmt: skip
    assert "the name of the case's folder, and findings that were written by hand" in page


HANDED_OVER = "they were handed over by the notebook"


@pytest.mark.parametrize(("sql", "told"), [('FROM "in_memory_1"', True), ('FROM "events"', False)])
def test_tables_that_are_not_in_the_case_are_explained(tmp_path: Path, sql: str, told: bool) -> None:
    data = {"title": "T", "columns": [], "rows": [], "total": 0, "sql": sql}
    output = nbformat.v4.new_output("display_data", {markup.mime("table"): data, "text/plain": "T"})
    cell = nbformat.v4.new_code_cell("show()", outputs=[output])
    html = briefing.export_html(write(tmp_path / "a.ipynb", text("# A"), cell), tmp_path / "x.html")
    page = html.read_text(encoding="utf-8")
    assert "The text of every query whose rows stand on this page." in page
    assert (HANDED_OVER in page) is told

"""The page in a real browser: charts drawn, nothing asked of any network, nothing in the evidence obeyed."""

import datetime as dt
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.briefing.books import HOSTILE, shown_by
from tests.briefing.watching import Watched
from workbench import briefing
from workbench.briefing import Table
from workbench.briefing.markup import lines_visible

pytestmark = pytest.mark.browser


@pytest.fixture
def watched(browser: Any, page: Path) -> Iterator[Watched]:
    opened = Watched(browser, page)
    yield opened
    opened.context.close()


def test_chromium_alone_draws_every_chart_and_asks_for_nothing(chromium: str, page: Path) -> None:
    command = [
        chromium, "--headless=new", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr", "--virtual-time-budget=8000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    charts = page.read_text(encoding="utf-8").count('<figure class="chart">')
    assert done.stdout.count('class="marks"') == charts == 1
    told = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not [line for line in told if re.search(r"error|refused|violat|failed", line, re.IGNORECASE)]


def test_one_request_for_the_file_itself_and_no_error(watched: Watched, page: Path) -> None:
    watched.unfold()
    watched.tab.mouse.move(300, 300)
    watched.tab.wait_for_timeout(300)
    assert watched.requests == [page.as_uri()]
    assert watched.errors == []


def test_no_trick_runs_and_every_trick_is_seen(watched: Watched) -> None:
    watched.unfold()
    seen = watched.tab.evaluate("document.body.innerText")
    for trick in HOSTILE.values():
        assert " ".join(lines_visible(trick).split()) in " ".join(seen.split())
    assert watched.tab.evaluate("window.owned") is None
    assert watched.tab.locator('main :is(img, iframe, a:not([href^="#"]))').count() == 0
    assert watched.tab.url.startswith("file:")


def test_tooltips_show_fields_as_text(watched: Watched) -> None:
    watched.unfold()
    bars = watched.tab.locator("svg.marks .mark-rect.role-mark path")
    for number in range(bars.count()):
        bars.nth(number).dispatch_event("pointermove")
        bars.nth(number).dispatch_event("mousemove")
    shown = watched.tab.locator("#tip")
    assert "userAgent" in shown.inner_text()
    assert shown.locator("img, script, svg").count() == 0
    assert watched.tab.evaluate("window.owned") is None
    assert watched.errors == []


def test_the_brush_selects(watched: Watched) -> None:
    watched.unfold()
    plot = watched.tab.locator("svg.marks").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    watched.tab.mouse.move(box["x"] + 120, box["y"] + 60)
    watched.tab.mouse.down()
    watched.tab.mouse.move(box["x"] + 260, box["y"] + 70, steps=6)
    watched.tab.mouse.up()
    watched.tab.wait_for_function("document.querySelectorAll('svg.marks path[opacity=\"0.2\"]').length > 0")
    drawn = watched.tab.locator("svg.marks .brush_brush path").first.bounding_box()
    assert drawn
    assert drawn["width"] > 50


def column(watched: Watched, title: str, at: int) -> list[str]:
    rows = watched.tab.locator("figure.table", has_text=title).first.locator("tbody tr:visible")
    return [row.locator("td").nth(at).inner_text() for row in rows.all()]


def test_a_table_sorts_by_a_click_and_filters_by_a_word(watched: Watched) -> None:
    watched.unfold()
    figure = watched.tab.locator("figure.table", has_text="Calls").first
    before = column(watched, "Calls", 0)
    heading = figure.locator("thead th").first
    heading.click()
    heading.click()
    assert column(watched, "Calls", 0) == sorted(before, reverse=True)
    assert heading.get_attribute("aria-sort") == "descending"
    figure.locator("input").fill("deletetrail")
    assert set(column(watched, "Calls", 1)) == {"DeleteTrail"}
    figure.locator("input").fill("no such word")
    assert column(watched, "Calls", 1) == []


def test_numbers_sort_as_numbers(browser: Any, tmp_path: Path) -> None:
    numbers = Table(pd.DataFrame({"n": [9, 1200, 80, 3, 100]}), title="Numbers")
    notebook = shown_by(tmp_path, numbers._repr_mimebundle_())
    opened = Watched(browser, briefing.export_html(notebook, tmp_path / "a.html"))
    opened.tab.locator("figure.table", has_text="Numbers").locator("th").first.click()
    assert column(opened, "Numbers", 0) == ["3", "9", "80", "100", "1,200"]
    opened.context.close()


def test_csv_from_the_page_keeps_formulas_as_text(watched: Watched) -> None:
    watched.unfold()
    figure = watched.tab.locator("figure.table", has_text="Calls").first
    figure.locator("input").fill("HYPERLINK")
    with watched.tab.expect_download() as waiting:
        figure.locator("button", has_text="CSV").click()
    written = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert waiting.value.suggested_filename == "Calls.csv"
    assert len(written.splitlines()) == 2
    assert '"\'=HYPERLINK(""http' in written


def axis_labels(browser: Any, page: Path, zone: str) -> list[str]:
    opened = Watched(browser, page, timezone_id=zone)
    opened.unfold()
    here = opened.tab.evaluate("new Date(2026, 8, 2).getTimezoneOffset()")
    labels = opened.tab.locator("svg.marks .role-axis-label text").all_inner_texts()
    opened.context.close()
    return [str(here), *labels]


def test_the_axis_reads_the_same_in_every_time_zone(browser: Any, page: Path) -> None:
    tokyo, *there = axis_labels(browser, page, "Asia/Tokyo")
    york, *here = axis_labels(browser, page, "America/New_York")
    assert (tokyo, york) == ("-540", "240")
    assert here == there
    assert len(here) > 5


def test_a_link_to_an_event_opens_its_record(watched: Watched) -> None:
    watched.tab.locator(".finding details.proof > summary").first.click()
    watched.tab.locator(".finding .proof a").first.click()
    opened = watched.tab.locator("details.record[open]")
    opened.wait_for()  # the address changes first, the page answers a moment later
    assert opened.count() == 1
    assert '"eventID"' in opened.inner_text()


def test_without_script_the_text_tables_and_findings_are_there(browser: Any, page: Path) -> None:
    opened = Watched(browser, page, java_script_enabled=False)
    opened.tab.locator("details.question > summary").first.click()
    shown = opened.tab.locator("main").inner_text()
    for words in ("Alice was denied.", "Looked for and not found", "Calls per hour.", "DeleteTrail"):
        assert words in shown
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 800, 1400])
def test_the_page_is_never_wider_than_its_window(browser: Any, page: Path, width: int, scheme: str) -> None:
    opened = Watched(browser, page, viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.unfold()
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width
    opened.context.close()


def test_chart_text_has_the_colour_of_the_page(browser: Any, page: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        opened = Watched(browser, page, color_scheme=scheme)
        opened.unfold()
        colours[scheme] = opened.tab.evaluate(
            "[getComputedStyle(document.querySelector('svg.marks .role-axis-label text')).fill,"
            " getComputedStyle(document.body).color]"
        )
        opened.context.close()
    assert colours["light"][0] == colours["light"][1] != colours["dark"][0] == colours["dark"][1]


def test_printing_opens_the_questions(watched: Watched) -> None:
    watched.tab.emulate_media(media="print")
    watched.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert watched.tab.locator("details.question:not([open])").count() == 0
    assert watched.tab.locator("nav").is_hidden()
    paper = watched.tab.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 20_000
    watched.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert watched.tab.locator("details.question[open]").count() == 0


def test_a_clock_far_away_changes_nothing(browser: Any, page: Path) -> None:
    opened = Watched(browser, page)
    first = opened.tab.locator("main").inner_text()
    opened.context.close()
    context = browser.new_context(offline=True)
    context.clock.install(time=dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
    tab = context.new_page()
    tab.goto(page.as_uri())
    context.clock.run_for(5000)
    assert tab.locator("main").inner_text() == first
    context.close()

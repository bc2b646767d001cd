"""`make pictures`: draw the README's pictures anew from the sample case. Needs Chromium.

The project draws them itself, so they show what a user will see today.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from workbench.cli import main as workbench

PICTURES = Path(__file__).resolve().parents[1] / "data" / "pictures"


def briefing_page(folder: Path) -> Path:
    """Load the committed sample and write its briefing."""
    case, page = folder / "sample", folder / "briefing.html"
    sample = PICTURES.parent / "sample"
    for words in (["load", str(case), str(sample)], ["briefing", str(case), "-o", str(page)]):
        if workbench(words) not in (0, 1):
            raise SystemExit(f"workbench {' '.join(words)} failed")
    return page


def draw(page: Page, address: str) -> None:
    """First screen of the briefing; then the chart of the triage question on people."""
    page.goto(address)
    page.wait_for_selector("svg .marks, svg.marks")
    page.screenshot(path=PICTURES / "briefing.png")
    question = page.locator("details", has_text="Which people deserve attention first?").last
    page.locator("summary", has_text="Which people deserve attention first?").last.click()
    question.locator("svg").first.wait_for()
    question.scroll_into_view_if_needed()
    question.locator("figure.chart").first.screenshot(path=PICTURES / "triage.png")


def main() -> None:
    """Write data/pictures/briefing.png and data/pictures/triage.png."""
    chromium = shutil.which("chromium") or sys.exit("make pictures needs Chromium: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.set_viewport_size({"width": 1280, "height": 900})
        draw(page, briefing_page(Path(temporary)).as_uri())
        browser.close()


if __name__ == "__main__":
    main()

"""A browser tab that is watched: whatever a page asks for, logs or throws is kept."""

from pathlib import Path
from typing import Any


class Watched:
    """A page opened offline, with everything it tried to do."""

    def __init__(self, browser: Any, page: Path, **options: Any) -> None:
        self.context = browser.new_context(offline=True, accept_downloads=True, **options)
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("dialog", lambda dialog: (self.errors.append(dialog.message), dialog.dismiss()))
        self.tab.goto(page.as_uri())
        if options.get("java_script_enabled", True):
            self.tab.wait_for_function("document.querySelectorAll('figure.chart svg.marks').length"
                                       " === document.querySelectorAll('figure.chart').length")  # fmt: skip

    def unfold(self) -> None:
        self.tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")

"""Charts whose specification or data tries to load, to link or to run something."""

from pathlib import Path
from typing import Any

import pytest

from tests.briefing.books import shown_by
from workbench import briefing

pytestmark = pytest.mark.browser

AWAY = "http://evil.example/beacon.png"
SCRIPT = "window.owned=1"
EXPRESSION = f"[].constructor.constructor('{SCRIPT}')()"
ROWS = {"values": [{"n": 1, "u": AWAY, "image": AWAY, "t": f"<img src=x onerror={SCRIPT}>"}]}
POINT = {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "n", "type": "quantitative"}}
CALM = {"mark": "point", "data": ROWS, "encoding": POINT, "description": "Calm."}
STEERING = {"ast": False, "actions": True, "loader": {}, "patch": AWAY, "tooltip": True, "renderer": "canvas"}


def encoded(**channels: Any) -> dict[str, Any]:
    return CALM | {"encoding": POINT | channels}


HOSTILE_SPECS = {
    "image-mark": encoded(url={"field": "u"}) | {"mark": "image"},
    "href": encoded(href={"field": "u"}),
    "javascript-href": encoded(href={"value": f"javascript:{SCRIPT}"}),
    "tooltip-image": encoded(tooltip=[{"field": "image"}, {"field": "t"}]),
    "data-url": CALM | {"data": {"url": AWAY}},
    "usermeta": CALM | {"usermeta": {"embedOptions": STEERING}},
    "expression": CALM | {"transform": [{"calculate": EXPRESSION, "as": "c"}]},
    "config": CALM | {"config": {"font": f"x;src:url({AWAY})"}},
    "title": CALM | {"title": f"</text><script>{SCRIPT}</script>"},
    "schema": CALM | {"$schema": AWAY},
    "broken": {"mark": 7, "datasets": {"d": {"columns": 3, "rows": "x"}}},
}


@pytest.mark.parametrize("spec", HOSTILE_SPECS.values(), ids=HOSTILE_SPECS)
def test_a_hostile_chart_loads_nothing_and_runs_nothing(
    browser: Any, tmp_path: Path, spec: dict[str, Any]
) -> None:
    kind = "application/vnd.vegalite.v5+json"
    page = briefing.export_html(shown_by(tmp_path, {kind: spec}, {kind: CALM}), tmp_path / "a.html")
    context = browser.new_context(offline=True)
    tab, requests = context.new_page(), []
    context.on("request", lambda request: requests.append(request.url))
    tab.goto(page.as_uri())
    tab.wait_for_function("document.querySelectorAll('figure.chart')[1].querySelector('svg.marks')")
    for mark in tab.locator("svg.marks path, svg.marks image").all():
        mark.dispatch_event("pointermove")
        mark.dispatch_event("click")
    tab.wait_for_timeout(200)
    assert requests == [page.as_uri()]
    assert tab.evaluate("window.owned") is None
    assert tab.locator("main a:not([href^='#']), main img, #tip img").count() == 0
    context.close()

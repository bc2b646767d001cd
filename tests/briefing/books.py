"""Small notebooks for the tests of this room, and evidence that tries to act on whoever looks at it."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.builders import event, user

PARAMETERS = 'case = ""\nas_of = ""\ntop = 15'
SETUP = """\
import workbench as wb
from workbench import briefing
con = wb.open_case(case, read_only=True)
events = wb.events(con)"""
CHARTS = """\
import altair as alt
alt.renderers.register("v5", lambda spec, **_: {
    "application/vnd.vegalite.v5+json": spec, "text/plain": spec.get("description", "")})
_ = alt.renderers.enable("v5")"""
BARS = """\
held = events.select("eventTime", "eventName", "userAgent", "eventID").order_by("eventID").to_pandas()
held["eventTime"] = held["eventTime"].dt.tz_localize("UTC")
brush = alt.selection_interval(encodings=["x"], name="brush")
axis = alt.X("utcyearmonthdatehours(eventTime):T", title="time (UTC)", scale=alt.Scale(type="utc"))
alt.Chart(held, width=500, height=120, description="Calls per hour.").mark_bar().encode(
    x=axis, y="count():Q", color="eventName:N", tooltip=["eventName:N", "userAgent:N"],
    opacity=alt.condition(brush, alt.value(1), alt.value(0.2))).add_params(brush)"""
CALLS = """\
shown = events.select("eventTime", "eventName", "userAgent", "errorMessage", "eventID", "source_file")
briefing.Table(shown, title="Calls")"""


def code(source: str, *tags: str) -> Any:
    return new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source: str, *tags: str) -> Any:
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def book(*cells: Any) -> Any:
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"c{number:02}"
    return new_notebook(cells=list(cells))


def write(path: Path, *cells: Any) -> Path:
    nbformat.write(book(*cells), path)
    return path


def triage(folder: Path) -> Path:
    return write(
        folder / "01_triage.ipynb",
        text("# Who deserves attention?\n\nInputs: the events of the case."),
        code(PARAMETERS, "parameters"),
        code(SETUP),
        code(CHARTS),
        text("## When did what happen?\n\nEach call by its hour."),
        code("briefing.Statement(f'{events.count().execute():,} calls.')"),
        code(BARS),
        code(CALLS),
        text("## Who was denied?"),
        code("briefing.note(con, 'Alice was denied.', events=events.filter(events.errorCode.notnull()),"
             " key='01/denied', question='Who was denied?', not_covered='Data events.')"),
        code("briefing.note(con, 'Root did nothing.', events=events.filter(events.principal_kind == 'root'),"
             " key='01/root')"),
        code("print('case', case, top)"),
    )


def final(folder: Path) -> Path:
    return write(
        folder / "99_final.ipynb",
        text("# CloudTrail briefing\n\nFirst the answer, then the proof.", "briefing"),
        code(PARAMETERS, "parameters"),
        code(SETUP),
        code("briefing.head(con, as_of=as_of)"),
        text("## What happened"),
        code("briefing.findings_view(con)"),
        text("## The investigation", "investigation"),
        text("## Evidence"),
        code("briefing.evidence_list(con)"),
        text("## Events cited"),
        code("briefing.cited_events(con)"),
        text("## Versions"),
        code("briefing.provenance(con)"),
    )


def shown_by(folder: Path, *bundles: dict[str, Any]) -> Path:
    """Write a notebook whose cells show these bundles, as if they had been run."""
    cells = [code(f"show({number})") for number, _ in enumerate(bundles)]
    for cell, bundle in zip(cells, bundles, strict=True):
        cell.outputs = [new_output("display_data", data=bundle)]
    return write(folder / "shown.ipynb", text("# Shown"), *cells)


HOSTILE = {
    "script": "<script>window.owned=1</script>",
    "handler": '"><img src=x onerror="window.owned=1">',
    "link": "[click](javascript:window.owned=1)",
    "markdown": "![x](http://evil.example/a.png) **bold** `code`",
    "template": "{{ 7*7 }}{% for x in [1] %}${window.owned=1}",
    "ansi": "\x1b[31mred\x1b]8;;http://evil.example\x07link",
    "bidi": "user\u202etxt.exe\u2066x\u2069",
    "zero-width": "ad\u200bmin\ufeff",
    "nul": "nul\x00end",
    "formula": "=HYPERLINK(\"http://evil.example\",\"x\")",
    "close": "</script><script>window.owned=1</script><!--",
    "close-style": "</style></pre></td></table></details><style>*{display:none}</style>",
    "separator": "a\u2028window.owned=1\u2029b",
    "vega": "datum.constructor.constructor('window.owned=1')()",
    "vega-quote": "'+(window.owned=1)+'",
    "url": "http://evil.example/beacon.png",
    "data-url": "data:text/html,<script>window.owned=1</script>",
    "meta": '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
    "svg": "<svg onload=window.owned=1><use href=http://evil.example/#x></svg>",
    "surrogate": "half\ud800pair",
}


def hostile_events() -> list[dict[str, Any]]:
    """One event per trick, with the trick in every field that its caller chooses."""
    return [
        event(
            eventName="DeleteTrail" if number % 2 else "GetUser",
            userAgent=trick,
            errorCode="AccessDenied",
            errorMessage=f"User {trick} is not authorized",
            requestParameters={"name": trick, trick: "key"},
            userIdentity=user(f"eve-{number}") | {"userName": trick},
            eventTime=f"2026-09-0{number % 3 + 1}T0{number % 9}:30:00Z",
        )
        for number, trick in enumerate(HOSTILE.values())
    ]

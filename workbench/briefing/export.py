"""Run notebooks to one HTML file that opens anywhere, asks for nothing and obeys nothing in the evidence."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shlex
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import vl_convert
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode

from workbench.briefing import markup
from workbench.briefing.runs import read_notebook
from workbench.briefing.story import Section, Story, code_html, read_story
from workbench.errors import NotebookError, ParameterError
from workbench.evidence import path_to_text
from workbench.evidence.custody import note

VEGA_LITE = "6.4"
"""Version of Vega-Lite in the page; charts stay within what it and JupyterLab's 5.6 both draw."""


def export_html(
    notebooks: str | Path | Sequence[str | Path],
    output: str | Path,
    *,
    title: str | None = None,
    case: str | Path | None = None,
) -> Path:
    """Write run notebooks as one offline HTML file.

    Parameters
    ----------
    notebooks : path or sequence of paths
        Run notebooks in reading order. The one with a cell tagged ``briefing`` gives the page its head and
        its open part; the others become its investigation part, each ``## `` question folded to its answer.
    output : path
        The HTML file; replaced whole or not at all.
    title : str, optional
        Title of the page; by default the case's name.
    case : path, optional
        The case whose journal notes the export: the file, and its SHA-256.

    Returns
    -------
    Path
        `output`.

    Raises
    ------
    ParameterError
        No notebook, not a notebook, or two briefings.
    NotebookError
        The file cannot be written.
    CaseError
        The file is written, and the journal of the case cannot be.
    """
    paths = [notebooks] if isinstance(notebooks, (str, Path)) else list(notebooks)
    if not paths:
        raise ParameterError("nothing to export: name at least one run notebook")
    nodes = [read_notebook(Path(path)) for path in paths]
    stories = [read_story(node, Path(path).name) for node, path in zip(nodes, paths, strict=True)]
    page, _ = BriefingExporter().from_notebook_node(nodes[0], {"page": page_model(stories, title)})
    page = without_dead_links(page)
    target = Path(output)
    _write(target, page)
    if case is not None:
        said = {"file": path_to_text(target.resolve()), "notebooks": [story.name for story in stories]}
        note(case, "export", said, {"sha256": hashlib.sha256(page.encode()).hexdigest()})
    return target


_EVENT_LINK = re.compile(r'<a class="event" href="#(event-[^"]*)">(.*?)</a>')


def without_dead_links(page: str) -> str:
    """Keep the links to events that the page shows in full; of the others only the text.

    Examples
    --------
    >>> without_dead_links('<a class="event" href="#event-e-1">e-1</a> <i id="event-e-2"></i>')
    'e-1 <i id="event-e-2"></i>'
    """
    shown = set(re.findall(r'id="(event-[^"]*)"', page))
    return _EVENT_LINK.sub(lambda link: link[0] if link[1] in shown else link[2], page)


class BriefingExporter(TemplateExporter):
    """The nbconvert exporter behind `export_html`: own template, autoescape, no settings from elsewhere."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = "briefing"
    template_file = "index.html.j2"
    template_paths: list[str] = []  # noqa: RUF012 - a traitlet of the parent; templates come from the package only
    default_preprocessors: list[str] = []  # noqa: RUF012 - the same; a preprocessor could change what is shown

    def from_notebook_node(  # type: ignore[override]  # the parent says a notebook comes out; a text does
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of one notebook, or of the page model in `resources`."""
        given = dict(resources or {})
        given.setdefault("page", page_model([read_story(nb, "notebook")], None))
        return super().from_notebook_node(nb, given, **kw)

    def _create_environment(self) -> Environment:
        return markup.environment()


def page_model(stories: Sequence[Story], title: str | None) -> dict[str, Any]:
    """Return what the page template needs; no clock, no random id, no path goes in."""
    leads = [story for story in stories if story.is_briefing]
    if len(leads) > 1:
        raise ParameterError(f"two notebooks tagged briefing: {leads[0].name}, {leads[1].name}; export one")
    lead = leads[0] if leads else None
    others = [story for story in stories if story is not lead]
    head = (lead.head if lead else None) or {}
    case = str(head.get("case") or stories[0].facts.get("case") or stories[0].title)
    ids = _Ids()
    told = [section for section in lead.sections if section.title or section.blocks] if lead else []
    parts = [_open_part(section, ids) for section in told]
    investigation = [_investigation(story, ids, open_all=lead is None) for story in others]
    return {
        "title": title or case,
        "case": case,
        "overline": lead.title if lead else "CloudTrail investigation",
        "versions": lead is not None,
        "head": _joined([markup.render("head", head, page=True)]) if head else "",
        "parts": parts,
        "placed": any(part["holds_investigation"] for part in parts),
        "investigation": investigation,
        "cited": "" if lead else _cited(stories),
        "queries": _queries(stories),
        "notebooks": [_notebook(story) for story in stories],
        "reproduce": _reproduce(stories, head.get("windows") or []),
        **_frozen_parts(),
    }


class _Ids:
    """Gives each heading of the page an id of its own."""

    def __init__(self) -> None:
        self.taken = {"contents", "cited", "queries", "reproduce", "notebooks", "investigation", "top"}

    def new(self, text: str) -> str:
        name = base = markup.anchor(text.lower()) or "section"
        number = 2
        while name in self.taken:
            name, number = f"{base}-{number}", number + 1
        self.taken.add(name)
        return name


def _joined(blocks: Sequence[str]) -> Markup:
    return Markup("\n".join(blocks))  # noqa: S704 - every block is made by outputs or markup, escaped there


def _open_part(section: Section, ids: _Ids) -> dict[str, Any]:
    return {
        "title": section.title,
        "id": ids.new(section.title) if section.title else "",
        "body": _joined(section.blocks),
        "holds_investigation": "investigation" in section.marks,
    }


def _investigation(story: Story, ids: _Ids, *, open_all: bool) -> dict[str, Any]:
    first, *questions = story.sections
    return {
        "title": story.title,
        "id": ids.new(story.title),
        "about": _joined([*first.blocks, *([code_html(first.code)] if first.code else [])]),
        "open": open_all,
        "questions": [
            {
                "title": section.title,
                "id": ids.new(section.title),
                "answer": _joined([section.statement]),
                "body": _joined([*section.blocks, *([code_html(section.code)] if section.code else [])]),
            }
            for section in questions
        ],
    }


def _cited(stories: Sequence[Story]) -> Markup:
    """Return the records that the findings of notebooks cite; a briefing has a list of its own."""
    noted = {(one["id"], one["place"]): one for story in stories for one in reversed(story.records)}
    records = sorted(noted.values(), key=lambda one: (one["eventTime"], one["id"], one["place"]))
    if not records:
        return Markup()
    data = {"title": "Some of each finding", "records": records, "total": len(records)}
    return _joined([markup.render("records", data, page=True)])


def _queries(stories: Sequence[Story]) -> list[dict[str, str]]:
    merged = {sql: title for story in reversed(stories) for sql, title in reversed(story.queries.items())}
    return [{"sql": sql, "title": title} for sql, title in reversed(merged.items())]


def _notebook(story: Story) -> dict[str, Any]:
    lead_code = [cell for section in story.sections for cell in section.code] if story.is_briefing else []
    given = sorted(story.facts["parameters"].items())
    return {
        "name": story.name,
        "sha256": str(story.facts.get("sha256", "")),
        "parameters": ", ".join(f"{name} = {value!r}" for name, value in given),
        "code": _joined([code_html(lead_code)]) if lead_code else "",
    }


def _load_commands(windows: Sequence[Sequence[str]]) -> list[str]:
    """Return how the evidence is loaded: once, or for each span of time that it was loaded for."""
    spans = [f" --between {' '.join(shlex.quote(str(time)) for time in span)}" for span in windows]
    return [f"workbench load CASE EVIDENCE{span}" for span in spans or [""]]


def _reproduce(stories: Sequence[Story], windows: Sequence[Sequence[str]]) -> dict[str, Any]:
    words = ["workbench briefing CASE"]
    words += [f"--notebook {shlex.quote(story.name.removesuffix('.ipynb'))}" for story in stories]
    given = {name: value for story in stories for name, value in story.facts["parameters"].items()}
    as_of = given.pop("as_of", None)
    words += [f"-p {shlex.quote(name)} {shlex.quote(str(value))}" for name, value in sorted(given.items())]
    words += [f"--as-of {shlex.quote(str(as_of))}"] if as_of else []
    root = next((story.root for story in stories if story.root), "")
    command = " \\\n    ".join([*words, "-o briefing.html"])
    return {"root": root, "command": command, "load": _load_commands(windows)}


@cache
def _frozen_parts() -> dict[str, Any]:
    """Return style, scripts and the policy that allows exactly these."""
    page = files("workbench.briefing") / "page"
    style = (page / "page.css").read_text(encoding="utf-8")
    boot = (page / "page.js").read_text(encoding="utf-8")
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    bundle = bundle.replace("</script", "<\\/script")  # in a text of the bundle it would end the element
    policy = (
        f"default-src 'none'; script-src {_hash(bundle)} {_hash(boot)}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    texts = {"style": style, "boot": boot, "bundle": bundle}
    return {name: Markup(text) for name, text in texts.items()} | {"policy": policy}  # noqa: S704 - our own files


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _write(target: Path, page: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".briefing-", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as written:
            written.write(page)
        os.replace(name, target)
    except OSError as error:
        raise NotebookError(f"cannot write the briefing to {target}: {error.strerror}") from error

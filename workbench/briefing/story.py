"""A run notebook as a story: title, introduction, and sections that each answer one question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from workbench.briefing import markup
from workbench.briefing.outputs import display_data, headings, markdown_html, output_html
from workbench.briefing.places import without_places

_NOT_SHOWN = {"parameters", "injected-parameters", "papermill-error-cell-tag"}


@dataclass
class Section:
    """What stands below one ``## `` heading.

    Attributes
    ----------
    title : str
        The heading; empty for what stands before the first one.
    statement : str
        Its first `Statement`: the answer, shown beside the folded question.
    blocks : list of str
        HTML of text and outputs in reading order, without the answer.
    code : list of str
        The code cells.
    marks : set of str
        Tags of its Markdown cells.
    """

    title: str = ""
    statement: str = ""
    blocks: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)


@dataclass
class Story:
    """One notebook, read."""

    name: str
    title: str
    is_briefing: bool
    sections: list[Section]
    head: dict[str, Any] | None
    queries: dict[str, str]
    records: list[dict[str, Any]]
    root: str
    facts: dict[str, Any]


def read_story(node: NotebookNode, name: str) -> Story:
    """Return the story of a run notebook.

    Parameters
    ----------
    node : NotebookNode
        A run notebook. A cell tagged ``briefing`` makes it the briefing, which is shown open; a Markdown
        cell tagged ``investigation`` marks where the other notebooks go.
    name : str
        The notebook's file name.
    """
    own = dict(node.metadata.get("workbench", {}))
    _hide_places(node, own)
    displays = list(_displays(node))
    briefing = any("briefing" in _tags(cell) for cell in node.cells)
    head = next((data for kind, data in displays if kind == "head"), None) if briefing else None
    written = "\n\n".join(cell.source for cell in node.cells if cell.cell_type == "markdown")
    titles = [words for level, words in headings(written) if level == 1]
    return Story(
        name=str(own.get("notebook", name)),
        title=titles[0] if titles else name,
        is_briefing=briefing,
        sections=_sections(node, folded=not briefing, lift_head=head is not None),
        head=head,
        queries=dict(_queries(displays)),
        records=list(_records(displays)),
        root=next((str(data["root"]) for kind, data in displays if kind == "listing" and "root" in data), ""),
        facts=own | {"parameters": _parameters(node)},
    )


def _tags(cell: Mapping[str, Any]) -> set[str]:
    return set(cell.get("metadata", {}).get("tags", []))


def _sections(node: NotebookNode, *, folded: bool, lift_head: bool) -> list[Section]:
    sections = [Section()]
    for cell in node.cells:
        if _tags(cell) & _NOT_SHOWN:
            continue
        if cell.cell_type == "markdown":
            for heading, text in _parts(cell.source):
                if heading:
                    sections.append(Section(heading))
                sections[-1].marks |= _tags(cell)
                if text.strip():
                    sections[-1].blocks.append(f'<div class="markdown">{markdown_html(text)}</div>')
        elif cell.cell_type == "code" and cell.source.strip():
            lift_head = _add_code(sections[-1], cell, folded=folded, lift_head=lift_head)
    return sections


def _add_code(section: Section, cell: NotebookNode, *, folded: bool, lift_head: bool) -> bool:
    section.code.append(cell.source)
    for output in cell.outputs:
        kind, data = display_data(output.get("data", {})) or ("", {})
        if kind == "head" and lift_head:
            lift_head = False
        elif kind == "statement" and not section.statement and folded and section.title:
            section.statement = markup.render("statement", data, page=True)
        else:
            section.blocks.append(output_html(output))
    return lift_head


def _parts(source: str) -> Iterator[tuple[str, str]]:
    """Split Markdown at its ``## `` headings; the first ``# `` heading is the title and left out."""
    heading, lines, fenced = "", [""], False
    for line in source.split("\n"):
        fenced ^= line.startswith(("```", "~~~"))
        level = 0 if fenced else len(re.match(r"#{0,2}(?=[ \t])|", line)[0])  # type: ignore[index]  # always matches
        if level == 2:
            if heading or "".join(lines).strip():
                yield heading, "\n".join(lines)
            heading, lines = line[2:].strip(), []
        elif level != 1:
            lines.append(line)
    yield heading, "\n".join(lines)


def _displays(node: NotebookNode) -> Iterator[tuple[str, dict[str, Any]]]:
    for cell in node.cells:
        for output in cell.get("outputs", []):
            found = display_data(output.get("data", {}))
            if found is not None:
                yield found


def _queries(displays: list[tuple[str, dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    """Yield each query with the title of what it selects, once."""
    for kind, data in displays:
        if kind in ("table", "steps") and data.get("sql"):
            yield str(data["sql"]), str(data.get("title", ""))
        if kind == "findings":
            for item in [*data.get("found", []), *data.get("looked", [])]:
                if item.get("query"):
                    yield str(item["query"]), str(item.get("question") or item.get("statement", ""))


def _records(displays: list[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield the records that come with the findings of the notebook."""
    for kind, data in displays:
        if kind == "findings":
            for item in data.get("found", []):
                yield from item.get("records", [])


def _hide_places(node: NotebookNode, own: Mapping[str, Any]) -> None:
    case = str(node.metadata.get("papermill", {}).get("parameters", {}).get("case", ""))
    name = str(own.get("case") or re.split(r"[/\\]", case.rstrip("/\\"))[-1])
    places = {"case": case.rstrip("/\\"), **own.get("places", {})}
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs = without_places(cell.outputs, places, name)


def _parameters(node: NotebookNode) -> dict[str, Any]:
    given = dict(node.metadata.get("papermill", {}).get("parameters", {}))
    return {name: value for name, value in given.items() if name != "case"}


def code_html(code: list[str]) -> str:
    """Return code cells, folded."""
    text = "\n\n".join(code)
    return Markup('<details class="code"><summary>code</summary><pre>{}</pre></details>').format(
        markup.lines_visible(text)
    )

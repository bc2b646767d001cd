"""Findings, notebook runs, the offline HTML briefing, and JupyterLab with its hardened configuration.

Names are fetched when they are first used: a notebook that only shows a table does not load papermill.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.briefing.answers import answer, too_short
    from workbench.briefing.cited import cited_events, finding_events, findings_view
    from workbench.briefing.display import Records, Statement, Steps, Table
    from workbench.briefing.export import export_html
    from workbench.briefing.lab import copy_notebooks, lab_command, start_lab
    from workbench.briefing.lines import Lead
    from workbench.briefing.notes import Finding, findings, note, note_each
    from workbench.briefing.runs import run
    from workbench.briefing.values import once
    from workbench.briefing.views import evidence_list, head, provenance
    from workbench.briefing.whole import write_briefing

__all__ = [
    "Finding",
    "Lead",
    "Records",
    "Statement",
    "Steps",
    "Table",
    "answer",
    "cited_events",
    "copy_notebooks",
    "evidence_list",
    "export_html",
    "finding_events",
    "findings",
    "findings_view",
    "head",
    "lab_command",
    "note",
    "note_each",
    "once",
    "provenance",
    "run",
    "start_lab",
    "too_short",
    "write_briefing",
]

# No module may bear the name of a function here: importing it would put the module in the function's place.
_ROOM_OF = {
    "Finding": "notes",
    "Lead": "lines",
    "Records": "display",
    "Statement": "display",
    "Steps": "display",
    "Table": "display",
    "answer": "answers",
    "cited_events": "cited",
    "copy_notebooks": "lab",
    "evidence_list": "views",
    "export_html": "export",
    "finding_events": "cited",
    "findings": "notes",
    "findings_view": "cited",
    "head": "views",
    "lab_command": "lab",
    "note": "notes",
    "note_each": "notes",
    "once": "values",
    "provenance": "views",
    "run": "runs",
    "start_lab": "lab",
    "too_short": "answers",
    "write_briefing": "whole",
}


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'workbench.briefing' has no attribute {name!r}")
    return getattr(import_module(f"workbench.briefing.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

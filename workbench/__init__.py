"""The face of the CloudTrail forensic workbench: every public name, and where it lives.

`import workbench as wb` is all a notebook needs. Names are fetched when they are first used (PEP 562), so
the import costs nothing and `workbench --help` never loads a database engine. One name cannot wait: the
function `events` shares its name with the room it lives in, and the import system would put the room there.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.events import events
from workbench.version import __version__ as __version__  # an attribute that everybody looks for

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from workbench import briefing, charts, detections, graphs, queries
    from workbench.events import LoadReport, evidence_files, load, open_case, raw_event, set_aside
    from workbench.evidence.acquisition import acquire
    from workbench.queries import (
        blast_radius,
        changes,
        coverage,
        gaps,
        integrity,
        role_sessions,
        run_sql,
        who_is_behind,
        with_origin,
        with_tags,
    )

__all__ = [
    "LoadReport",
    "WorkbenchError",
    "acquire",
    "blast_radius",
    "briefing",
    "changes",
    "charts",
    "coverage",
    "detections",
    "events",
    "evidence_files",
    "gaps",
    "graphs",
    "integrity",
    "load",
    "open_case",
    "queries",
    "raw_event",
    "role_sessions",
    "run_sql",
    "set_aside",
    "who_is_behind",
    "with_origin",
    "with_tags",
]

_ROOM_OF = {
    "LoadReport": "events",
    "acquire": "evidence.acquisition",
    "blast_radius": "queries",
    "changes": "queries",
    "coverage": "queries",
    "evidence_files": "events",
    "gaps": "queries",
    "integrity": "queries",
    "load": "events",
    "open_case": "events",
    "raw_event": "events",
    "role_sessions": "queries",
    "run_sql": "queries",
    "set_aside": "events",
    "who_is_behind": "queries",
    "with_origin": "queries",
    "with_tags": "queries",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    room = import_module(f"workbench.{_ROOM_OF.get(name, name)}")
    return getattr(room, name) if name in _ROOM_OF else room


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Register the cell magics, when a notebook says `%load_ext workbench`."""
    import_module("workbench.briefing.magics").register(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

"""The case folder, the columns of the events table, and the loader that fills it.

Where to look:

`case`, `schema`, `parts`
    Open a case; the tables of a case as Ibis tables: `events`, `config_items`, `resource_tags`,
    `evidence_files`, `set_aside`; the tables inside the case file, and the events beside it.
`columns`
    The columns of the events table, once: AWS's in CloudTrail Lake's order and types, then ours.
`identity`
    Who called: the one definition of `principal`.
`intake`
    A load: files into batches, batches into parts, and what became of each.
`batches`
    Thousands of records at once, as Arrow columns.
`rows`
    One record into the values of a row, with care for everything unusual.
`items`
    What a case holds beside events: configuration items, activity of others, audit evidence, tags.
`custody`
    What a load leaves in the manifest and the journal of its case.
`raw`
    One record as it was delivered, from the evidence.
`telling`
    What a load did, in words.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> from workbench.events import events, load, open_case
>>> evidence, case = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()) / "acme"
>>> _ = (evidence / "trail.json").write_text(
...     '{"Records": [{"eventID": "e-1", "eventName": "ListUsers", "eventTime": "2026-09-02T04:20:00Z"}]}'
... )
>>> con = open_case(case)
>>> load(con, evidence).events_new
1
>>> events(con).eventName.execute().tolist()
['ListUsers']
"""

from importlib import import_module
from typing import TYPE_CHECKING

from workbench.events.case import (
    case_folder,
    config_items,
    events,
    evidence_files,
    open_case,
    resource_tags,
    set_aside,
)

if TYPE_CHECKING:
    from workbench.events.intake.loading import load
    from workbench.events.intake.report import LoadReport
    from workbench.events.raw import RawEvent, raw_event

__all__ = [
    "LoadReport",
    "RawEvent",
    "case_folder",
    "config_items",
    "events",
    "evidence_files",
    "load",
    "open_case",
    "raw_event",
    "resource_tags",
    "set_aside",
]

_MODULE_OF = {"LoadReport": "intake.report", "RawEvent": "raw", "load": "intake.loading", "raw_event": "raw"}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'workbench.events' has no attribute {name!r}")
    return getattr(import_module(f"workbench.events.{_MODULE_OF[name]}"), name)

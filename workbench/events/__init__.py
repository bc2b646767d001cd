"""The case folder, the columns of the events table, and the loader that fills it.

Where to look:

`case`
    Open a case; the tables of a case as Ibis tables: `events`, `evidence_files`, `set_aside`.
`columns`
    The columns of the events table, once: AWS's in CloudTrail Lake's order and types, then ours.
`loading`
    Files and folders into a case: chunks, transactions, the report.
`decode`, `holds`, `jsontext`
    One record's text into the values of the columns, quality flags, and `extra`; how each type is taken; JSON
    text without a change of spelling.
`arrow`, `regular`, `repeated`, `maps`
    The same for thousands of regular records at once, as Arrow columns.
`identity`
    Who called: the one definition of `principal`.
`write`, `duplicates`, `canonical`, `schema`
    Chunks in transactions; second deliveries and conflicts; when two texts say the same; the tables in the
    case file.
`known`, `report`, `times`
    What earlier loads took; what this one did; readable times.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> import workbench as wb
>>> evidence, case = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()) / "acme"
>>> _ = (evidence / "trail.json").write_text(
...     '{"Records": [{"eventID": "e-1", "eventName": "ListUsers", "eventTime": "2026-09-02T04:20:00Z"}]}'
... )
>>> con = wb.open_case(case)
>>> wb.load(con, evidence).events_new
1
>>> wb.events(con).eventName.execute().tolist()
['ListUsers']
"""

from importlib import import_module
from typing import TYPE_CHECKING

from workbench.events.case import case_folder, events, evidence_files, open_case, set_aside

if TYPE_CHECKING:
    from workbench.events.loading import load
    from workbench.events.raw import RawEvent, raw_event
    from workbench.events.report import LoadReport

__all__ = [
    "LoadReport",
    "RawEvent",
    "case_folder",
    "events",
    "evidence_files",
    "load",
    "open_case",
    "raw_event",
    "set_aside",
]

_MODULE_OF = {"LoadReport": "report", "RawEvent": "raw", "load": "loading", "raw_event": "raw"}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'workbench.events' has no attribute {name!r}")
    return getattr(import_module(f"workbench.events.{_MODULE_OF[name]}"), name)

"""The case folder, the columns of the events table, and the loader that fills it.

Where to look:

`case`, `schema`
    Open a case; the tables of a case as Ibis tables: `events`, `evidence_files`, `set_aside`; the tables
    inside the case file.
`columns`
    The columns of the events table, once: AWS's in CloudTrail Lake's order and types, then ours.
`loading`, `tally`, `known`
    Files and folders into a case, chunk by chunk; what became of each file, and what earlier loads said.
`workers`, `reading`
    The processes that read and write, and what each of them does: files into batches, batches into a part.
`arrow`, `shortway`, `regular`, `maps`, `repeated`, `structs`
    A batch of records as Arrow columns: regular records many at a time, the others one by one.
`decode`, `holds`, `jsontext`, `times`
    One record into the values of the columns, quality flags, and `extra`; how each type is taken; JSON text
    without a change of spelling; readable times.
`identity`
    Who called: the one definition of `principal`.
`seen`, `settle`, `canonical`
    Second deliveries and conflicts: while records come in, and afterwards; when two texts say the same.
`parts`, `write`, `stored`
    Events on disk, what goes into the tables beside them, what is read back of both.
`raw`
    One record as it was delivered, from the evidence.
`report`, `telling`
    What a load did, as fields and in words.

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

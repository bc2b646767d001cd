"""What a load leaves in the manifest and the journal of its case."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.events.intake.report import NOT_VERIFIED
from workbench.evidence import path_to_text
from workbench.evidence.custody.manifest import File, kind_of_key
from workbench.evidence.custody.noting import record_load

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from workbench.events.intake.report import LoadReport

_COUNTS = ("files", "files_loaded", "files_unchanged", "records", "events", "events_new", "duplicates")
_LISTS = ("files_set_aside", "records_set_aside", "files_other", "warnings")
_KINDS = {"events": "log", "digest": "digest", "config": "config"}
_BY_NAME = (None, "copy")  # what the content does not say


def note_load(
    con: "DuckDBPyConnection",
    case: Path,
    evidence: Sequence[str | os.PathLike[str]],
    parameters: Mapping[str, Any],
    report: "LoadReport",
) -> list[dict[str, Any]]:
    """Write the manifest of a case, and append to its journal what a load did.

    Nothing here has parameters in SQL: DuckDB imports pandas to bind some.

    Parameters
    ----------
    con
        The case, after the load has written all it has to write.
    case
        The case folder.
    evidence
        What was loaded, as it was given.
    parameters
        How it was loaded: `between`, `salvage`, `verify_hash`.
    report
        What the load did.

    Returns
    -------
    list of dict
        `{"path", "kind", "detail"}` like the warnings of a report: files that are not what was acquired.

    Raises
    ------
    CaseError
        Manifest or journal cannot be written.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from tests.builders import case, event
    >>> from workbench.events.case import case_folder
    >>> from workbench.events.intake.report import LoadReport
    >>> con = case(mkdtemp(), event())
    >>> note_load(con.con, case_folder(con), ["evidence"], {}, LoadReport(files=1))
    []
    """
    rows = _rows(con)
    return record_load(
        case,
        [_file(row) for row in rows],
        evidence=[path_to_text(os.path.abspath(path)) for path in evidence],
        manifests=_of_kind(rows, "manifest"),
        public_keys=_of_kind(rows, "public-keys"),
        parameters=parameters,
        result=_result(report),
    )


def _rows(con: "DuckDBPyConnection") -> list[tuple[Any, ...]]:
    """Read all that the case knows of its files; the newest content of a path is no earlier one."""
    return con.execute(
        "SELECT absolute, size, mtime_ns, sha256, sha256_uncompressed, kind, events, integrity,"
        " row_number() OVER (PARTITION BY absolute ORDER BY loaded_at DESC) > 1 FROM file_rows"
    ).fetchall()


def _file(row: tuple[Any, ...]) -> File:
    path, size, mtime_ns, sha256, inside, kind, events, integrity, replaced = row
    return File(
        path=path,
        size=size,
        mtime_ns=mtime_ns,
        sha256=sha256,
        sha256_uncompressed=inside,
        kind=_kind(kind, path),
        events=events,
        verdict=None if integrity == NOT_VERIFIED else integrity,
        replaced=replaced,
    )


def _kind(kind: str | None, path: str) -> str:
    """Tell what a file is: by its content, and by its name where that says more."""
    if kind in _BY_NAME:
        return kind_of_key(path)
    if kind == "events" and "/CloudTrail-Insight/" in path:
        return "insight"
    return _KINDS.get(kind or "", "other")


def _of_kind(rows: Sequence[tuple[Any, ...]], kind: str) -> list[tuple[str, str | None]]:
    found = [(row[0], row[3]) for row in rows if row[5] == kind and not row[8]]
    return sorted(found)


def _result(report: "LoadReport") -> dict[str, int]:
    counts = {name: getattr(report, name) for name in _COUNTS}
    lists = {name: getattr(report, name) for name in _LISTS}
    counts["items_new"] = sum(store["new"] for store in report.items.values())
    return counts | {name: sum(entry.get("count", 1) for entry in told) for name, told in lists.items()}

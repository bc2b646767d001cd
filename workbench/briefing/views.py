"""The first and the last page of a briefing: what the case holds, and how to check it."""

from __future__ import annotations

import datetime as dt
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from workbench.briefing.custody import custody_line
from workbench.briefing.display import Display, Table
from workbench.briefing.markup import count
from workbench.briefing.places import evidence_root, shown_path
from workbench.briefing.proven import coverage_line, integrity_line
from workbench.briefing.values import cell_text
from workbench.errors import ParameterError, visible
from workbench.events import case_folder, evidence_files, set_aside
from workbench.events import events as case_events
from workbench.events.intake.known import LoadedWindow, loaded_windows

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

PACKAGES = (
    "cloudtrail-workbench", "ibis-framework", "duckdb", "sqlglot", "pandas", "pyarrow", "msgspec", "isal",
    "networkx", "altair", "vl-convert-python", "papermill", "nbclient", "nbconvert", "nbformat", "ipykernel",
    "mistune", "nh3",
)  # fmt: skip


def head(con: Backend, *, as_of: str | dt.datetime = "") -> Display:
    """Return the head of a briefing: case, times, events, evidence, custody, integrity, coverage.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    as_of : str or datetime
        The time the briefing speaks of (ISO 8601, UTC when there is no offset); empty: the last event's.

    Returns
    -------
    Display
        One line for each, and one for each ``--between`` that events were left out by; the exporter puts
        it at the top of the page. Where evidence, manifest or journal were changed, that line comes first.

    Raises
    ------
    ParameterError
        `as_of` is no time.
    """
    folder = case_folder(con)
    facts, windows = _event_facts(con), loaded_windows(con)
    spoken_of = _moment(as_of) if as_of else cell_text(facts["last"])
    lines = [
        ("Covered time", f"{cell_text(facts['first'])} – {cell_text(facts['last'])} UTC", ""),
        ("As of", f"{spoken_of} UTC", ""),
        ("Events", _events_line(facts), ""),
        _evidence_line(con),
        *_window_lines(windows),
        integrity_line(con),
        coverage_line(con),
    ]
    custody = custody_line(folder)
    lines.insert(0 if custody[2] == "bad" else 4, custody)
    name = visible(folder.resolve().name)
    rows = [{"label": label, "text": text, "tone": tone} for label, text, tone in lines]
    text = "\n".join([name, *(f"{label}: {text}" for label, text, _ in lines)])
    spans = [[_iso(each.start), _iso(each.end)] for each in windows if each.start or each.end]
    data = {"case": name, "as_of": spoken_of, "facts": rows, "windows": spans}
    return Display("head", data, text)


def _moment(as_of: str | dt.datetime) -> str:
    try:
        moment = dt.datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError as error:
        raise ParameterError(f"as_of {as_of!r} is no time; write it like 2026-03-01T12:00:00Z") from error
    return cell_text(moment)


def _event_facts(con: Backend) -> dict[str, Any]:
    events = case_events(con)
    [facts] = events.aggregate(
        n=events.count(),
        first=events.eventTime.min(),
        last=events.eventTime.max(),
        principals=events.principal.nunique(),
        accounts=events.recipientAccountId.nunique(),
        regions=events.awsRegion.nunique(),
    ).to_pyarrow().to_pylist()
    return dict(facts)


def _events_line(facts: dict[str, Any]) -> str:
    where = f"{count(facts['accounts'], 'account')} and {count(facts['regions'], 'region')}"
    return f"{count(facts['n'], 'event')} by {count(facts['principals'], 'principal')} in {where}"


def _evidence_line(con: Backend) -> tuple[str, str, str]:
    seen = evidence_files(con)
    counted = dict(_pairs(seen.group_by("status").aggregate(n=seen.count())))
    aside, records = counted.get("set-aside", 0), _records_set_aside(con)
    text = count(sum(counted.values()), "file")
    if not aside and not records:
        return "Evidence", f"{text}; nothing was set aside", "good"
    return "Evidence", f"{text}; {count(aside, 'file')} and {count(records, 'record')} set aside", "warn"


def _records_set_aside(con: Backend) -> int:
    """Count records, not rows: a run of equal faults is one row."""
    return int(set_aside(con)["count"].sum().fill_null(0).execute())


def _window_lines(windows: list[LoadedWindow]) -> list[tuple[str, str, str]]:
    """Tell what a load left out on purpose; a case that was loaded whole has no such line."""
    total = sum(each.files for each in windows)
    return [("Window", _window_words(each, total), "warn") for each in windows if each.start or each.end]


def _window_words(window: LoadedWindow, total: int) -> str:
    span = f"{cell_text(window.start)} to {cell_text(window.end)} UTC"
    where = "" if window.files == total else f" of {window.files:,} of {count(total, 'file')}"
    if window.outside is None:
        return f"only events{where} from {span} were loaded; how many lie outside was not counted"
    lie = "record lies" if window.outside == 1 else "records lie"
    return f"only events{where} from {span} were loaded; {window.outside:,} {lie} outside"


def _iso(moment: dt.datetime | None) -> str:
    return f"{moment.isoformat()}Z" if moment else ""


def _pairs(table: Any) -> list[tuple[str, int]]:
    rows = (row.values() for row in table.to_pyarrow().to_pylist())
    return [(str(key), int(number)) for key, number in rows]


def evidence_list(con: Backend, *, limit: int = 5000) -> Display:
    """Return the list of evidence files with their SHA-256, and the root hash over the whole list.

    The list has the form of ``sha256sum``, with paths from the folder that holds all the evidence: saved to
    a file, its own SHA-256 is the root hash, and ``sha256sum -c`` in that folder checks every file of it.

    Parameters
    ----------
    con : ibis DuckDB backend
        The case.
    limit : int
        At most this many lines are shown; the root hash always covers all.
    """
    files, folder = evidence_files(con), evidence_root(con)
    hashed = files.filter(files.sha256.notnull()).select("sha256", "path").distinct()
    rows = hashed.to_pyarrow().to_pylist()
    lines = sorted(f"{row['sha256']}  {shown_path(row['path'], folder)}\n" for row in rows)
    root = root_hash(lines)
    unhashed = int(files.filter(files.sha256.isnull()).count().execute())
    notes = [f"Root hash (SHA-256 of the list below): {root}", _list_note(len(lines), limit, unhashed)]
    text = "".join(visible(line[:-1]) + "\n" for line in lines[:limit])
    data = {"title": f"{count(len(lines), 'file')} with SHA-256", "notes": notes, "text": text, "root": root}
    return Display("listing", data, "\n".join(notes))


def _list_note(lines: int, limit: int, unhashed: int) -> str:
    parts = ["Save the list to a file: its SHA-256 is the root hash."]
    parts += ["Run sha256sum -c on it in the folder of the evidence to check each file."]
    if lines > limit:
        parts = [f"The first {limit:,} of {lines:,} files are listed; the root hash covers all."]
    if unhashed:
        parts.append(f"{count(unhashed, 'entry', 'entries')} could not be read, so without a hash.")
    return " ".join(parts)


def root_hash(lines: list[str]) -> str:
    r"""Return the SHA-256 over the sorted lines of an evidence list.

    Parameters
    ----------
    lines : list of str
        Each ``sha256, two spaces, path, newline``.

    Examples
    --------
    >>> root_hash(["b  2\n", "a  1\n"]) == hashlib.sha256(b"a  1\nb  2\n").hexdigest()
    True
    """
    return hashlib.sha256("".join(sorted(lines)).encode(errors="surrogateescape")).hexdigest()


def provenance(con: Backend) -> Table:
    """Return what made this briefing: versions, and the counts of the case.

    Returns
    -------
    Table
        Columns ``what``, ``value``.
    """
    import pandas as pd

    files, events = evidence_files(con), case_events(con)
    counts = {
        "evidence files": f"{int(files.count().execute()):,}",
        "records set aside": f"{_records_set_aside(con):,}",
        "events in the case": f"{int(events.count().execute()):,}",
    }
    rows = [("Python", platform.python_version())]
    rows += [*((name, _version(name)) for name in PACKAGES), *counts.items()]
    return Table(pd.DataFrame(rows, columns=["what", "value"]), title="Versions and counts")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"

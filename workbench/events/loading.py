"""Files and folders into a case: every record, or the reason why not."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import EvidenceError, ParameterError
from workbench.events.arrow import to_table
from workbench.events.case import case_folder
from workbench.events.decode import Row, content_hash, decode
from workbench.events.report import LoadReport
from workbench.events.times import parse_time
from workbench.events.write import FileRow, Writer
from workbench.evidence import EvidenceFault, find_files, parse_key, path_to_text, read_container, read_file
from workbench.evidence.files import FoundFile
from workbench.evidence.records import Container, check_record

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

Progress = Callable[[int, int, int], None]
Window = tuple[dt.datetime | None, dt.datetime | None]

_BATCH_ROWS = 5_000


def load(
    con: "Backend",
    *evidence: str | os.PathLike[str],
    between: tuple[str, str] | None = None,
    progress: Progress | None = None,
) -> LoadReport:
    """Load trail files and folders into a case. Evidence is only ever read.

    Parameters
    ----------
    con
        A case opened by `open_case`, writable.
    evidence
        Files and folders.
    between
        START and END in ISO 8601 (UTC without an offset): keep START <= eventTime < END.
    progress
        Called with files done, files in all, and events so far.

    Returns
    -------
    LoadReport
        Counts that add up, and what was set aside with its reason.

    Raises
    ------
    EvidenceError
        An argument does not exist, or there is no file at all.
    CaseError
        The case is read-only, or cannot be written (disk full).
    ParameterError
        `between` is no pair of times.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.events.case import open_case
    >>> evidence, case = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp()) / "acme"
    >>> _ = (evidence / "a.json").write_text('{"Records":[{"eventID":"e-1","eventName":"ListUsers"}, null]}')
    >>> report = load(open_case(case), evidence)
    >>> report.events_new, report.records_set_aside[0]["reason"]
    (1, 'not-an-object')
    """
    window = _window(between)
    found = find_files(*evidence)
    if not found:
        raise EvidenceError(f"no files in {', '.join(map(str, evidence)) or 'nothing'}. Name trail files or folders")
    return _Load(con, found, window, progress).run()


def _window(between: tuple[str, str] | None) -> Window:
    if between is None:
        return None, None
    times = [parse_time(text)[0] for text in between]
    if len(times) != 2 or None in times or times[0] >= times[1]:  # type: ignore[operator]
        raise ParameterError(
            f"between {' and '.join(between)} is no span of time. Give START before END, such as 2026-09-02T00:00:00Z"
        )
    return times[0], times[1]


class _Load:
    """One run of the loader: what is known of the case, the report so far, the writer."""

    def __init__(self, con: "Backend", found: list[FoundFile], window: Window, progress: Progress | None) -> None:
        self._duckdb = con.con
        self._case = case_folder(con)
        self._found, self._window, self._progress = found, window, progress
        self._report: dict[str, Any] = LoadReport(files=len(found)).as_dict()
        known = self._duckdb.execute(
            "SELECT absolute, size, mtime_ns, sha256, path, window_start, window_end FROM file_rows"
            " WHERE status <> 'set-aside'"
        ).fetchall()
        self._known = {row[0]: row[1:] for row in known}
        self._hashes = {row[3]: row[0] for row in known}

    def run(self) -> LoadReport:
        with Writer(self._duckdb) as writer:
            for done, found in enumerate(self._found, 1):
                self._take(found, writer)
                if self._progress:
                    self._progress(done, len(self._found), self._report["records"])
        self._report["duplicates"] = writer.duplicates
        self._report["events_new"] = self._report["records"] - writer.duplicates - len(self._report["records_set_aside"])
        rows = self._duckdb.execute("SELECT count(*) FROM event_rows").fetchall()
        self._report["events"] = rows[0][0]
        return LoadReport(**self._report)

    def _take(self, found: FoundFile, writer: Writer) -> None:
        known = self._known.get(found.absolute)
        if known and known[:2] == (found.size, found.mtime) and self._covers(known[4:]):
            self._report["files_unchanged"] += 1
            return
        row = FileRow(found.text, found.absolute, found.size, found.mtime)
        try:
            self._read(found, row, writer)
        except EvidenceFault as fault:
            row.status, row.reason, row.detail = "set-aside", fault.reason, fault.detail
            self._report["files_set_aside"].append(
                {"path": row.path, "reason": fault.reason, "detail": fault.detail}
            )
        writer.add_file(row)

    def _covers(self, earlier: Window) -> bool:
        """Tell whether an earlier load of a file took all that this one would."""
        start, end = self._window
        return (earlier[0] is None or (start is not None and earlier[0] <= start)) and (
            earlier[1] is None or (end is not None and end <= earlier[1])
        )

    def _read(self, found: FoundFile, row: FileRow, writer: Writer) -> None:
        delivered = read_file(found)
        row.sha256, row.sha256_uncompressed = delivered.sha256, delivered.sha256_uncompressed
        if self._is_copy(found, row):
            return
        key = parse_key(row.path)
        if key:
            row.account, row.region, row.key_time = key.account, key.region, key.time
        container = read_container(delivered.data, Path(found.path).name)
        row.kind, row.shape = container.kind, container.shape or None
        if container.kind != "events":
            row.status = "other"
            self._report["files_other"].append({"path": row.path, "kind": row.kind})
            return
        rows = self._rows(container, row)
        while batch := list(islice(rows, _BATCH_ROWS)):
            writer.add_events(to_table(batch))
        self._report["files_loaded"] += 1

    def _is_copy(self, found: FoundFile, row: FileRow) -> bool:
        """Recognise bytes that were read under another name; they need not be read twice."""
        first = self._hashes.setdefault(row.sha256, found.absolute)
        if first == found.absolute:
            return False
        row.status, row.kind, row.detail = "other", "copy", f"same bytes as {path_to_text(first)}"
        self._report["files_other"].append({"path": row.path, "kind": "copy"})
        return True

    def _rows(self, container: Container, file: FileRow) -> Iterator[Row]:
        for index, fault in container.faults:
            self._set_aside(file, index, fault)
        for index, record in zip(container.places(), container.records, strict=True):
            text = bytes(record)
            try:
                row = decode(check_record(text), container.flags)
            except EvidenceFault as fault:
                self._set_aside(file, index, fault)
                continue
            if not self._inside(row["eventTime"]):
                self._report["outside"] += 1
                continue
            file.records += 1
            self._report["records"] += 1
            row["source_file"], row["source_index"], row["content_hash"] = file.path, index, content_hash(text)
            yield row

    def _inside(self, time: dt.datetime | None) -> bool:
        start, end = self._window
        if start is None or end is None:
            return True
        return time is not None and start <= time < end

    def _set_aside(self, file: FileRow, index: int, fault: EvidenceFault) -> None:
        file.records += 1
        file.set_aside += 1
        file.faults.append((index, fault.reason, fault.detail))
        self._report["records"] += 1
        self._report["records_set_aside"].append(
            {"path": file.path, "index": index, "reason": fault.reason, "detail": fault.detail}
        )

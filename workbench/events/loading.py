"""Files and folders into a case: every record, or the reason why not."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import CaseError, EvidenceError
from workbench.events.arrow import Batch
from workbench.events.case import case_folder, is_read_only, private_files
from workbench.events.known import Known, Window, known_files, window_of
from workbench.events.report import FileRow, LoadReport, file_time
from workbench.events.write import Writer
from workbench.evidence import (
    EvidenceFault,
    find_files,
    parse_key,
    path_to_text,
    read_container,
    read_file,
)
from workbench.evidence.files import FoundFile
from workbench.evidence.records import Container

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

Progress = Callable[[int, int, int], None]

# One thread writes nested columns at less than half of the CPU of two, and needs no more memory than it got.
_SETTINGS = {"threads": "1", "memory_limit": "500MB", "preserve_insertion_order": "false"}
_BATCH_RECORDS = 5_000  # more records per batch share more, fewer need less memory
_BATCH_BYTES = 32 << 20


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
    window = window_of(between)
    _check_case(con, evidence)
    found = find_files(*evidence)
    if not found:
        named = ", ".join(map(str, evidence)) or "nothing"
        raise EvidenceError(f"no files in {named}. Name trail files, or folders that hold some")
    import duckdb

    try:
        with private_files(), _settings(con.con):
            return _Load(con.con, found, window).run(progress)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise CaseError(
            f"cannot write the case {case_folder(con)}: {reason}."
            " Nothing is lost or doubled: mend the cause, then load again"
        ) from error


@contextmanager
def _settings(con: "DuckDBPyConnection") -> Iterator[None]:
    """Bound what the engine takes while it writes, and give the connection back as it was."""
    before = {name: _setting(con, name) for name in _SETTINGS}
    for name, value in _SETTINGS.items():
        con.execute(f"SET {name} = '{value}'")
    try:
        yield
    finally:
        for name, value in before.items():
            con.execute(f"RESET {name}")
            if _setting(con, name) != value:  # DuckDB prints limits rounded: the default is better reset
                con.execute(f"SET {name} = '{value}'")


def _setting(con: "DuckDBPyConnection", name: str) -> str:
    return str(con.execute("SELECT current_setting(?)", [name]).fetchall()[0][0])


def _check_case(con: "Backend", evidence: tuple[str | os.PathLike[str], ...]) -> None:
    case = case_folder(con)
    if is_read_only(con):
        raise CaseError(f"{case} is open read-only. Open it to load: wb.open_case({str(case)!r})")
    for argument in evidence:
        if case.resolve().is_relative_to(Path(argument).resolve()):
            raise EvidenceError(f"the case {case} lies within the evidence {argument}. Keep cases elsewhere")


class _Load:
    """One run of the loader: what is known of the case, the report so far, the batch being filled."""

    def __init__(self, con: "DuckDBPyConnection", found: list[FoundFile], window: Window) -> None:
        self._con, self._found, self._window = con, found, window
        self._report: dict[str, Any] = LoadReport(files=len(found)).as_dict()
        self._known = known_files(con)
        self._hashes = {known.sha256: path for path, known in self._known.items() if known.covers(window)}
        self._batch = Batch()
        self._batch_bytes = 0
        self._complete: list[FileRow] = []
        self._touched: list[FoundFile] = []

    def run(self, progress: Progress | None) -> LoadReport:
        with Writer(self._con) as writer:
            for done, found in enumerate(self._found, 1):
                self._take(found, writer)
                if progress:
                    progress(done, len(self._found), self._report["records"])
            self._flush(writer)
        self._note_new_times()
        self._report |= {"events_new": writer.events_new, "duplicates": writer.duplicates}
        self._report["events"] = self._con.execute("SELECT count(*) FROM event_rows").fetchall()[0][0]
        return LoadReport(**self._report)

    def _take(self, found: FoundFile, writer: Writer) -> None:
        """Put one file into exactly one class of the report."""
        known = self._known.get(found.absolute)
        if known and known.covers(self._window) and known.is_now(found):
            self._report["files_unchanged"] += 1
            return
        row = FileRow(found.text, path_to_text(found.absolute), found.size, found.mtime)
        row.window_start, row.window_end = self._window
        try:
            status = self._read(found, row, known, writer)
        except EvidenceFault as fault:
            status, row.reason, row.detail = "set-aside", fault.reason, fault.detail
            self._tell("files_set_aside", row, reason=fault.reason, detail=fault.detail)
        if status == "unchanged":
            self._report["files_unchanged"] += 1
            return
        row.status = status
        if status == "loaded":
            self._report["files_loaded"] += 1
        elif status == "other":
            self._tell("files_other", row, kind=row.kind)
        self._complete.append(row)
        if len(self._batch.texts) >= _BATCH_RECORDS or self._batch_bytes >= _BATCH_BYTES:
            self._flush(writer)

    def _tell(self, part: str, row: FileRow, **said: Any) -> None:
        self._report[part].append({"path": row.path, **said})

    def _read(self, found: FoundFile, row: FileRow, known: Known | None, writer: Writer) -> str:
        """Read one file into the batch; say what became of it."""
        key = parse_key(row.path)
        if key:
            row.account, row.region, row.key_time = key.account, key.region, key.time
        delivered = read_file(found)
        row.sha256, row.sha256_uncompressed = delivered.sha256, delivered.sha256_uncompressed
        if known and known.sha256 != row.sha256:
            told = "its content is not what an earlier load read; the events of both are in the case"
            self._tell("warnings", row, kind="changed", detail=told)
        elif known and known.covers(self._window):
            self._touched.append(found)
            return "unchanged"
        if row.sha256 in self._hashes and self._hashes[row.sha256] != found.absolute:
            row.kind, row.detail = "copy", f"same bytes as {path_to_text(self._hashes[row.sha256])}"
            return "other"
        container = read_container(delivered.data, Path(found.path).name)
        row.kind, row.shape = container.kind, container.shape or None
        if delivered.data:
            self._hashes[row.sha256] = found.absolute
        if container.kind != "events":
            return "other"
        if delivered.members > 1:
            told = f"{delivered.members} gzip members, all of them read"
            self._tell("warnings", row, kind="gzip-members", detail=told)
        self._cut(container, row, writer)
        return "loaded"

    def _cut(self, container: Container, row: FileRow, writer: Writer) -> None:
        """Put a container's records into the batch; one that is larger than a batch goes in parts."""
        row.records = len(container.records) + len(container.faults)
        self._report["records"] += row.records
        for index, fault in container.faults:
            self._set_aside(row, index, fault)
        places = container.places()
        size = sum(map(len, container.records))
        if size > _BATCH_BYTES or len(places) > _BATCH_RECORDS:
            self._flush(writer)
        per_part = max(1, min(_BATCH_RECORDS, len(places) * _BATCH_BYTES // max(size, 1)))
        for start in range(0, len(places), per_part):
            if start:
                self._flush(writer)
            part = slice(start, start + per_part)
            self._batch.add(container.records[part], places[part], row, container.flags)
            self._batch_bytes += min(size, size * per_part // len(places))

    def _flush(self, writer: Writer) -> None:
        """Turn the batch into a table and hand it over with the rows of the files that are complete."""
        batch, complete = self._batch, self._complete
        self._batch, self._batch_bytes, self._complete = Batch(repeated=batch.repeated), 0, []
        table = batch.to_table()
        for row, index, fault in batch.faults:
            self._set_aside(row, index, fault)
        writer.add(self._within(table, batch.files), complete)

    def _within(self, table: pa.Table, rows: list[FileRow]) -> pa.Table:
        """Keep the events of the window; what is outside is counted apart from the records of its file."""
        start, end = self._window
        if start is None:
            return table
        times = table.column("eventTime")
        inside = pc.and_(pc.greater_equal(times, start), pc.less(times, end)).fill_null(False)
        by_path = {row.path: row for row in rows}
        for path in table.filter(pc.invert(inside)).column("source_file").to_pylist():
            by_path[path].records -= 1
            by_path[path].outside += 1
            self._report["records"] -= 1
            self._report["outside"] += 1
        return table.filter(inside)

    def _set_aside(self, row: FileRow, index: int, fault: EvidenceFault) -> None:
        row.faults.append((index, fault.reason, fault.detail))
        row.set_aside += 1
        self._tell("records_set_aside", row, index=index, reason=fault.reason, detail=fault.detail)

    def _note_new_times(self) -> None:
        """Remember the new times of files whose content is what it was, so that they are not hashed again."""
        for found in self._touched:
            self._con.execute(
                "UPDATE file_rows SET mtime_ns = ?, mtime = ? WHERE absolute = ?",
                [found.mtime, file_time(found.mtime), path_to_text(found.absolute)],
            )

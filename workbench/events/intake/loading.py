"""Files and folders into a case: every record, or the reason why not."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import CaseError, EvidenceError
from workbench.events.case import case_folder, first_line, is_read_only, private_files
from workbench.events.custody import note_load
from workbench.events.intake.folders import are_told, folders_of, note_begun
from workbench.events.intake.items import SeenItems, items_of, stored_items
from workbench.events.intake.known import Known, known_files, window_of
from workbench.events.intake.reading import Decision, Result, Settings, Task
from workbench.events.intake.report import NOT_VERIFIED, LoadReport
from workbench.events.intake.seen import Seen, Verdict
from workbench.events.intake.settle import settle
from workbench.events.intake.stored import stored_keys, summary
from workbench.events.intake.tally import Tally
from workbench.events.intake.verdicts import Verdicts
from workbench.events.intake.workers import Alone, Team, staff
from workbench.events.intake.write import Chunk, note_new_times, write_chunk
from workbench.events.parts import only_writer, parts_of
from workbench.evidence import FoundFile, find_files, path_to_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

Progress = Callable[[int, int, int], None]

_SETTINGS = {"threads": "2", "memory_limit": "500MB"}
CHUNK_ROWS = 200_000  # what a load that is killed has to do again, at most
TASK_BYTES, _TASK_FILES = 1 << 20, 500
_PACKED = 8  # how much smaller a trail file is when it is compressed


def load(
    con: "Backend",
    *evidence: str | os.PathLike[str],
    between: tuple[str, str] | None = None,
    verify_hash: bool = False,
    salvage: bool = False,
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
        START and END in ISO 8601 (UTC without an offset): keep START <= eventTime < END. Of events only:
        configuration items and tags are states, and kept whatever their time.
    verify_hash
        Hash files again whose size and time are what an earlier load saw, before taking them for unchanged.
    salvage
        Keep the whole records of files that are cut, flagged `salvaged`.
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
    window, case = window_of(between), case_folder(con)
    _check_case(con, evidence)
    found = find_files(*evidence)
    if not found:
        named = ", ".join(map(str, evidence)) or "nothing"
        raise EvidenceError(f"no files in {named}. Name trail files, or folders that hold some")
    import duckdb

    try:
        with private_files(), _without_collector(), _settings(con.con), only_writer(con.con, case):
            folders = folders_of(con.con, evidence)
            run = _Load(con.con, Settings(case, window, salvage), verify_hash, progress)
            report = run.run(found, folders)
            how = {"between": between, "salvage": salvage, "verify_hash": verify_hash}
            report.warnings.extend(note_load(con.con, case, evidence, how, report))
            return report
    except (duckdb.Error, OSError, MemoryError) as error:
        raise CaseError(
            f"cannot write the case {case}: {first_line(error)}."
            " Nothing is lost or doubled: mend the cause, then load again"
        ) from error
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # DuckDB gives Ctrl-C another name
            raise KeyboardInterrupt from error
        raise


@contextmanager
def _without_collector() -> Iterator[None]:
    """Records are trees without cycles; looking for cycles among so many costs a tenth of the load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


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
    return str(con.execute(f"SELECT current_setting('{name}')").fetchall()[0][0])


def _check_case(con: "Backend", evidence: tuple[str | os.PathLike[str], ...]) -> None:
    case = case_folder(con)
    if is_read_only(con):
        raise CaseError(f"{case} is open read-only. Open it to load: wb.open_case({str(case)!r})")
    for argument in evidence:
        if case.resolve().is_relative_to(Path(argument).resolve()):
            raise EvidenceError(f"the case {case} lies within the evidence {argument}. Keep cases elsewhere")


class _Load:
    """One run of the loader: what became of the files so far, and the chunk being filled."""

    def __init__(
        self, con: "DuckDBPyConnection", settings: Settings, verify_hash: bool, progress: Progress | None
    ) -> None:
        self._con, self._settings, self._progress = con, settings, progress
        self._tally = Tally(known_files(con), settings, verify_hash)
        self._seen: Seen | None = None
        self._items: SeenItems | None = None
        self._verdicts: Verdicts | None = None
        self._chunk = Chunk()
        self._taken = 0

    def run(self, found: Sequence[FoundFile], folders: Sequence[str]) -> LoadReport:
        settle(self._con, self._settings.case)
        before = self._count()
        while found:
            self._take(found, folders)
            found = self._tally.members()
        settle(self._con, self._settings.case)
        note_new_times(self._con, self._tally.touched)
        if self._verdicts or not are_told(self._con, folders):
            self._judge_all(folders)
        after = self._count()
        new = max(after - before, 0)  # a whole record takes the place of all partial ones
        counts = {"events": after, "events_new": new, "duplicates": self._taken - new}
        items = {"items": items_of(self._con, self._items)}
        return LoadReport(**self._tally.report | counts | summary(self._con) | items)

    def _count(self) -> int:
        return sum(part.rows for part in parts_of(self._con))

    def _judge_all(self, folders: Sequence[str]) -> None:
        """See to it that what the digests say is in the case, of what an interrupted load has taken, too."""
        verdicts = self._verdicts or Verdicts(folders)
        verdicts.note(self._con, self._settings.case)
        for folder, detail in verdicts.faults:
            self._tally.warn(path_to_text(folder), "not-verified", detail)
        for path in verdicts.lost:
            self._tally.warn(path, "no-longer-valid", "the digest that listed it is gone, or no longer valid")

    def _take(self, found: Sequence[FoundFile], folders: Sequence[str]) -> None:
        """Put each of some files into exactly one class of the report."""
        to_read = self._tally.to_read(found)
        self._tell_progress()
        tasks = list(_tasks(to_read))
        if not tasks:
            return
        if self._verdicts is None:
            note_begun(self._con, folders)
            self._verdicts = Verdicts(folders)
        with staff(self._settings, sum(_size(one) for one, _ in to_read)) as workers:
            for result, answer in workers.results(tasks):
                answer(self._decide(result))
                self._chunk.files += [row for row in result.complete if self._tally.classify(row)]
                self._tell_progress()
                if result.is_last and self._chunk.rows >= CHUNK_ROWS:
                    self._write(workers)
            self._write(workers)

    def _write(self, workers: Alone | Team) -> None:
        chunk, self._chunk = self._chunk, Chunk()
        write_chunk(self._con, self._settings.case, chunk, workers.close())

    def _decide(self, result: Result) -> Decision:
        """Decide which rows to keep, and what the digests say of their files."""
        for row in (*result.rows, *result.complete):
            row.integrity = self._verdicts.of(row) if self._verdicts else NOT_VERIFIED
        integrity = [row.integrity for row in result.rows]
        return Decision(self._judge(result).dropped, integrity, self._judge_items(result))

    def _judge(self, result: Result) -> Verdict:
        """Decide which rows of a batch are second deliveries."""
        copies = {place for place, row in enumerate(result.rows) if self._tally.is_copy(row)}
        ignored = {at for at, file in enumerate(result.keys.files) if file in copies} if copies else set()
        if self._seen is None and len(result.keys.ids) > len(ignored):
            self._seen = Seen()
            for keys, paths in stored_keys(self._con, self._settings.case):
                self._seen.add(keys, paths)
        if self._seen is None:
            return Verdict(dropped=sorted(ignored))
        verdict = self._seen.judge(result.keys, [row.path for row in result.rows], ignored)
        for file, row in enumerate(result.rows):
            if self._tally.is_changed(row):  # what its earlier content says at the same places counts, too
                dropped = result.keys.files[verdict.dropped] == file
                verdict.duplicates[row.path] = int(dropped.sum())
        self._chunk.add(verdict, len(result.keys.ids))
        self._taken += len(result.keys.ids) - len(ignored)
        return verdict

    def _judge_items(self, result: Result) -> list[int]:
        """Decide which items of a batch are second deliveries."""
        if not result.items:
            return []
        if self._items is None:
            self._items = SeenItems(stored_items(self._con, self._settings.case))
        copies = {place for place, row in enumerate(result.item_rows) if self._tally.is_copy(row)}
        verdict = self._items.judge(result.items, result.item_rows, copies)
        self._chunk.add_items(verdict, len(result.items))
        return verdict.dropped

    def _tell_progress(self) -> None:
        if self._progress:
            self._progress(self._tally.done, self._tally.report["files"], self._tally.report["records"])


def _size(found: FoundFile) -> int:
    """Guess how many bytes a file has when compressed; where its name is wrong, only time is lost."""
    return found.size if found.path.endswith(".gz") else found.size // _PACKED


def _tasks(files: Sequence[tuple[FoundFile, Known | None]]) -> Iterator[Task]:
    """Cut the list of files into tasks of about equal work."""
    start = size = number = 0
    for end, (found, _) in enumerate(files, 1):
        size += _size(found)
        if size >= TASK_BYTES or end - start >= _TASK_FILES or end == len(files):
            yield Task(number, list(files[start:end]))
            start, size, number = end, 0, number + 1

"""What became of each file: unchanged, loaded, of another kind, or set aside; and the report of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.events.intake.known import Known
from workbench.events.intake.reading import ARCHIVE, Settings
from workbench.events.intake.report import FileRow, LoadReport
from workbench.evidence import EvidenceFault, FoundFile, archive_members, path_from_text, path_to_text

COPY = "copy"


class Tally:
    """The report of one load so far; each file is counted in exactly one class.

    Parameters
    ----------
    known
        What earlier loads said of the files, by absolute path.
    settings
        What holds for this load.
    verify_hash
        Whether files are read again that look as they did.

    Attributes
    ----------
    report : dict
        The fields of a `LoadReport`.
    done : int
        How many files have their class.
    touched : list of FileRow
        Files whose content is what it was, but whose time is another now.

    Examples
    --------
    >>> from pathlib import Path
    >>> tally = Tally({}, Settings(Path("cases/acme")), verify_hash=False)
    >>> tally.classify(FileRow("a.json", "/e/a.json", 2, 0, sha256="4f53")), tally.report["files_loaded"]
    (True, 1)
    >>> tally.classify(FileRow("b.json", "/e/b.json", 2, 0, sha256="4f53")), tally.report["files_other"]
    (True, [{'path': 'b.json', 'kind': 'copy'}])
    """

    def __init__(self, known: Mapping[str, Known], settings: Settings, verify_hash: bool) -> None:
        self._known, self._settings, self._verify_hash = known, settings, verify_hash
        covered = ((path, one) for path, one in known.items() if self._covers(one))
        self._owners = {one.sha256: path for path, one in covered if one.kind != COPY}
        self._members: list[FoundFile] = []
        self.report: dict[str, Any] = LoadReport().as_dict()
        self.touched: list[FileRow] = []
        self.done = 0

    def _covers(self, known: Known) -> bool:
        return known.covers(self._settings.window, self._settings.salvage)

    def to_read(self, found: Sequence[FoundFile]) -> list[tuple[FoundFile, Known | None]]:
        """Count some files, and give those that must be read, each with what an earlier load said of it."""
        self.report["files"] += len(found)
        return [(one, self._known.get(one.absolute)) for one in found if not self._is_unchanged(one)]

    def _is_unchanged(self, found: FoundFile) -> bool:
        known = self._known.get(found.absolute)
        if self._verify_hash or not (known and self._covers(known) and known.is_now(found)):
            return False
        if known.kind == ARCHIVE and self._look_into(found):
            return False  # who reads it says what became of it
        self.report["files_unchanged"] += 1
        self.done += 1
        return True

    def _look_into(self, archive: FoundFile) -> EvidenceFault | None:
        """List the files in an archive, to be read after all others; give the fault of one without a list."""
        try:
            self._members += archive_members(archive)
        except EvidenceFault as fault:
            return fault
        return None

    def members(self) -> list[FoundFile]:
        """Give the files in the archives that were seen since the last call."""
        members, self._members = self._members, []
        return members

    def is_copy(self, row: FileRow) -> bool:
        """Tell whether another file has the same bytes; the first one that is seen owns them."""
        if row.status not in ("loaded", "other") or not row.size or not row.sha256:
            return False
        path = path_from_text(row.absolute)
        return self._owners.setdefault(row.sha256, path) != path

    def is_changed(self, row: FileRow) -> bool:
        """Tell whether an earlier load read other content at the same place."""
        known = self._known.get(path_from_text(row.absolute))
        return row.status == "loaded" and known is not None and known.sha256 != row.sha256

    def classify(self, row: FileRow) -> bool:
        """Tell what became of a file that was read; False when there is nothing new to write down."""
        self.done += 1
        is_copy = self.is_copy(row)
        fault = self._look_into(row.found) if row.found and not is_copy else None
        if fault:
            row.refuse(fault)
        if row.status == "unchanged":
            self.touched.append(row)
            self.report["files_unchanged"] += 1
            return False
        if is_copy:
            first = path_to_text(self._owners[row.sha256 or ""])
            row.status, row.kind, row.detail = "other", COPY, f"same bytes as {first}"
            row.records, row.set_aside, row.outside, row.faults, row.warnings = 0, 0, 0, [], []
            row.items = 0
        self.report["records"] += row.records
        self.report["outside"] += row.outside
        self._tell_all(row)
        return True

    def warn(self, path: str, kind: str, detail: str) -> None:
        """Tell what deserves a look, of something that is no file of its own."""
        self.report["warnings"].append({"path": path, "kind": kind, "detail": detail})

    def _tell_all(self, row: FileRow) -> None:
        if self.is_changed(row):
            told = "its content is not what an earlier load read; the events of both are in the case"
            self._tell("warnings", row, kind="changed", detail=told)
        for kind, detail in row.warnings:
            self._tell("warnings", row, kind=kind, detail=detail)
        for fault in row.faults:
            self._tell("records_set_aside", row, **fault.as_dict())
        if row.status == "loaded":
            self.report["files_loaded"] += 1
        elif row.status == "other":
            self._tell("files_other", row, kind=row.kind)
        else:
            self._tell("files_set_aside", row, reason=row.reason, detail=row.detail)

    def _tell(self, part: str, row: FileRow, **said: Any) -> None:
        self.report[part].append({"path": row.path, **said})

"""What one load did: to each file, and in all (the fields of `load --json`)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.evidence import EvidenceFault, FaultRun, FoundFile, add_faults, path_to_text


@dataclass(frozen=True)
class LoadReport:
    """Counts that add up, and everything that was not taken, with its reason.

    Always `files == files_loaded + files_unchanged + len(files_set_aside) + len(files_other)`, and
    `records == events_new + duplicates` plus the records set aside.

    Parameters
    ----------
    files
        Files seen, links and pipes included.
    files_loaded, files_unchanged
        Files read now, and files that an earlier load has read as they are.
    files_set_aside
        `{"path", "reason", "detail"}` per file; reasons are those of `workbench.evidence.REASONS`.
    records_set_aside
        `{"path", "index", "reason", "detail"}` per record; a run of equal faults is one entry with `"count"`.
    events, events_new
        Rows in the case now, and rows that were added by this load; a whole record that takes the place of
        partial rows adds none.
    duplicates
        Records that are a second delivery of an event.
    records
        Records read in this load, those outside `between` left out.
    outside
        Records whose time is not within `between`.
    files_other
        `{"path", "kind"}` of files that hold no events: digests, Config files, tag exports, markers, copies.
    items
        What the case holds beside events, by store (`config`, `activity`, `evidence`, `tags`):
        `{"in_case", "new", "duplicates"}`. An item that is set aside is one of `records`.
    warnings
        `{"path", "kind", "detail"}` of what was loaded but deserves a look.
    first_event, last_event
        Times of the case's first and last event, `YYYY-MM-DD HH:MM:SS` UTC; None where no event has a time.
    accounts, regions
        The case's, by `recipientAccountId` and `awsRegion`.
    integrity
        How many log files of the case have each verdict of the digests, those that are missing included;
        `not-verified` where no digest was there to speak.
    findings
        What the digests of the case let be found, by kind.
    """

    files: int = 0
    files_loaded: int = 0
    files_unchanged: int = 0
    files_set_aside: list[dict[str, Any]] = field(default_factory=list)
    records_set_aside: list[dict[str, Any]] = field(default_factory=list)
    events: int = 0
    events_new: int = 0
    duplicates: int = 0
    records: int = 0
    outside: int = 0
    files_other: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    first_event: str | None = None
    last_event: str | None = None
    accounts: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    integrity: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    items: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give the report as `load --json` prints it.

        Examples
        --------
        >>> LoadReport(files=1, files_loaded=1, events=2, events_new=2).as_dict()["events_new"]
        2
        """
        return asdict(self)


def file_time(nanoseconds: int) -> dt.datetime | None:
    """Give the time of a file as naive UTC, where the calendar has such a day.

    Examples
    --------
    >>> file_time(1_788_322_800_000_000_000)
    datetime.datetime(2026, 9, 2, 4, 20)
    """
    try:
        return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=nanoseconds // 1000)  # noqa: DTZ001
    except OverflowError:
        return None


def bounded(number: int) -> int:
    """Give a number as a table holds it: times of files and sizes in archives may say anything.

    Examples
    --------
    >>> bounded(42), bounded(1 << 64) == (1 << 63) - 1
    (42, True)
    """
    return max(-(1 << 63), min(number, (1 << 63) - 1))


NOT_VERIFIED = "not-verified"
"""No digest was there to speak for a file: it lies where no trail delivers, and none lists its content."""


@dataclass
class FileRow:
    """One row of `evidence_files`, filled while the file is read.

    Beside the columns that readers see: where the file lay (`absolute`), its exact time, the time in its
    name, the span of time it was loaded for, how many of its records lie outside of it, whether it was cut
    and salvaged, how many compressed streams it has, and what a file of AWS Config says of itself. `found`
    is set for an archive, whose members are still to read; `stores` are those that items of it belong to.
    """

    path: str
    absolute: str
    size: int
    mtime_ns: int
    status: str = "loaded"
    sha256: str | None = None
    sha256_uncompressed: str | None = None
    shape: str | None = None
    kind: str | None = None
    records: int = 0
    events: int = 0
    duplicates: int = 0
    set_aside: int = 0
    items: int = 0
    reason: str | None = None
    detail: str | None = None
    account: str | None = None
    region: str | None = None
    key_time: dt.datetime | None = None
    window_start: dt.datetime | None = None
    window_end: dt.datetime | None = None
    outside: int = 0
    salvaged: bool = False
    members: int = 0
    file_version: str | None = None
    config_snapshot_id: str | None = None
    stores: set[str] = field(default_factory=set)
    integrity: str = NOT_VERIFIED
    found: FoundFile | None = None
    faults: list[FaultRun] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: FoundFile) -> "FileRow":
        """Begin the row of a file."""
        return cls(found.text, path_to_text(found.absolute), bounded(found.size), bounded(found.mtime))

    def refuse(self, fault: EvidenceFault) -> None:
        """Note that the file as a whole is set aside."""
        fault.forget_stack()
        self.status, self.reason, self.detail = "set-aside", fault.reason, fault.detail

    def set_aside_records(self, faults: Sequence[FaultRun]) -> None:
        """Note records that are set aside; a run of equal faults is one entry."""
        self.set_aside += sum(fault.count for fault in faults)
        add_faults(self.faults, faults)

    def refuse_item(self, index: int, fault: EvidenceFault) -> None:
        """Note that what was taken for an item is none: it is one of the records that are set aside."""
        self.items -= 1
        self.records += 1
        self.set_aside_records([FaultRun(index, fault.reason, fault.detail)])

    @property
    def mtime(self) -> dt.datetime | None:
        """The file's time as a timestamp, where the calendar has one."""
        return file_time(self.mtime_ns)

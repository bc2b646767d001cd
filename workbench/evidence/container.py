"""What one file holds, or a part of it: records in their order, and why the other entries are none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.evidence.checks import RecordText, check_record
from workbench.evidence.faults import EvidenceFault, FaultRun, add_faults
from workbench.evidence.slices import spell_odd_numbers

Flags = tuple[str, ...]
Reader = Callable[[bytes], tuple[bytes, Flags]]
"""Takes one entry of a container; gives the record's text, and the flags that hold for this one only."""


@dataclass(frozen=True)
class Container:
    """What one file holds; a large file gives several, one after the other, each with a part of the records.

    Parameters
    ----------
    shape
        A name of the table in `workbench.evidence.shapes`; empty for a file that holds no events.
    kind
        `events`, or why it holds none: `digest`, `config`, `marker`, `picture`, `public-keys`, `metadata`,
        `organization`, `truth`, `query-signature`. The records of `config` and `tags` are no events.
    records
        Texts of the records in their order; a text shorter than its record never occurs.
    indexes
        Place of each record in the container (0-based), when that is not simply 0, 1, 2...
    faults
        Places, and why the entries there were set aside.
    flags
        Quality flags that hold for each record, such as `decoded-utf16`.
    own_flags
        The flags of single records, in the order of `records`; None when no record has any of its own.
    warnings
        Kind and detail of what deserves a look although the file is loaded.
    about
        What an object says beside its list of entries, where anybody asks for it.
    odd
        By place, the bytes delivered of records whose text is another: `odd-number`.
    """

    shape: str
    kind: str = "events"
    records: Sequence[RecordText] = ()
    indexes: Sequence[int] | None = None
    faults: Sequence[FaultRun] = ()
    flags: Flags = ()
    own_flags: Sequence[Flags] | None = None
    warnings: tuple[tuple[str, str], ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    odd: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """How many entries it has: records, and what was set aside."""
        return len(self.records) + sum(fault.count for fault in self.faults)

    def places(self) -> Sequence[int]:
        """Give the index of each record in `records`."""
        return range(len(self.records)) if self.indexes is None else self.indexes

    def flags_by_record(self) -> Sequence[Flags]:
        """Give the flags of each record in `records`: its own and those of all."""
        if self.own_flags is None:
            return [self.flags] * len(self.records)
        return [tuple(sorted({*self.flags, *own})) for own in self.own_flags]


def salvaged(container: Container, cut: EvidenceFault) -> Container:
    """Flag what was kept of a file that stops before its end, and say so."""
    others = tuple(warning for warning in container.warnings if warning[0] != "salvaged")
    flags = (*(flag for flag in container.flags if flag != "salvaged"), "salvaged")
    return replace(container, flags=flags, warnings=(*others, ("salvaged", str(cut))))


def joined(parts: Sequence[Container]) -> Container:
    """Put the containers of one file together.

    Examples
    --------
    >>> joined([Container("list", records=[b"{}"]), Container("list", records=[b"[]"], indexes=[1])]).records
    [b'{}', b'[]']
    """
    if len(parts) == 1:
        return parts[0]
    faults: list[FaultRun] = []
    add_faults(faults, (fault for part in parts for fault in part.faults))
    flags = [own for part in parts for own in part.flags_by_record()]
    common = set(flags) or {parts[0].flags}
    return replace(
        parts[0],
        records=[record for part in parts for record in part.records],
        indexes=[index for part in parts for index in part.places()],
        faults=faults,
        flags=common.pop() if len(common) == 1 else (),
        own_flags=flags if common else None,
        odd={place: text for part in parts for place, text in part.odd.items()},
    )


@dataclass
class Collected:
    """Records and faults while a container is being cut; `entries` counts from the beginning of the file."""

    entries: int = 0
    records: list[bytes] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    faults: list[FaultRun] = field(default_factory=list)
    flags: list[Flags] = field(default_factory=list)
    odd: dict[int, bytes] = field(default_factory=dict)
    size: int = 0

    def take(self, entry: bytes, reader: Reader) -> None:
        """Read the next entry of the container: a record, or a fault at its place."""
        try:
            text, flags = reader(entry)
        except EvidenceFault as fault:
            self.set_aside(fault)
        else:
            self.add(text, flags)

    def add(self, text: bytes, flags: Flags = ()) -> None:
        """Check the text of the next entry: a record, or a fault at its place."""
        try:
            record, odd = _checked(text)
        except EvidenceFault as fault:
            self.set_aside(fault)
        else:
            self.indexes.append(self.entries)
            self.records.append(record)
            self.flags.append((*flags, *odd))
            if odd:
                self.odd[self.entries] = text
                self.size += len(text)
            self.entries += 1
            self.size += len(record)

    def set_aside(self, fault: EvidenceFault, count: int = 1) -> None:
        """Note that the next entries of the container are no records."""
        add_faults(self.faults, [FaultRun(self.entries, fault.reason, fault.detail, count)])
        self.entries += count

    def container(self, shape: str) -> Container:
        """Give what was cut; flags that every record has are told once."""
        common = set(self.flags)
        same = common.pop() if len(common) == 1 else ()
        own = self.flags if common else None
        return Container(
            shape, "events", self.records, self.indexes, self.faults, same, own, odd=self.odd
        )


def _checked(text: bytes) -> tuple[bytes, Flags]:
    """Check a record; one that is refused for NaN or Infinity is kept with the word as a text."""
    try:
        return check_record(text), ()
    except EvidenceFault as fault:
        spelled = spell_odd_numbers(text) if fault.reason == "invalid-json" else text
        if spelled == text:
            raise
        return check_record(spelled), ("odd-number",)

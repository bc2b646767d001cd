"""A text of any size is gone through twice: to see what it is and that it is sound, then for its records.

Nothing of a text that turns out to be cut, or something else, is ever given. What the first pass found is
kept where it is little, so that nearly all files are gone through once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from workbench.evidence import feed as feeds
from workbench.evidence.checks import RecordText, looks_like_event, may_have_many_values
from workbench.evidence.container import Collected, Container, Reader
from workbench.evidence.cutting import MOST_ENTRIES, Cutter
from workbench.evidence.faults import EvidenceFault, FaultRun
from workbench.evidence.feed import Feed
from workbench.evidence.small import Run

Source = Callable[[], Iterator[bytes]]
"""Gives a text in pieces, from its beginning, each time it is called."""

IsRaw = Callable[[Sequence[RecordText]], bool]

KEPT = 16 << 20  # bytes of records that are kept from the first pass
PART = 50_000  # entries of a container that were looked at one by one: some hundred bytes each
_FEWEST_BYTES = 64  # per entry, where lists are of events


class Pass(ABC):
    """One way through a text: its parts, and what they tell of the whole.

    Attributes
    ----------
    has_records, has_event
        Whether there is any record so far, and one that looks like CloudTrail's.
    first_fault, reasons
        The first entry that was set aside, and the reasons so far.
    """

    def __init__(self, source: Source) -> None:
        self.feed, self.collected = Feed(source()), Collected()
        self.has_records = self.has_event = False
        self.first_fault: FaultRun | None = None
        self.reasons: set[str] = set()

    @abstractmethod
    def parts(self) -> Iterator[Container]:
        """Go through the text; raises what makes the whole of it useless."""

    @abstractmethod
    def verdict(self) -> Container | None:
        """Tell at the end what the text is, in a container without records; None when it is none of these.

        Raises
        ------
        EvidenceFault
            The text cannot be used.
        """

    def cut(self, feed: Feed, reader: Reader, is_raw: IsRaw) -> Iterator[Container]:
        """Read the list at a feed's place; `is_raw` tells entries that are records as they stand."""
        cutter = Cutter(feed)
        for some in cutter:
            if isinstance(some, Run):
                self.collected.set_aside(some.fault, some.number)
            elif isinstance(some, bytes):
                self.collected.take(some, reader)
            elif are_usual(some) and is_raw(some):
                yield from self._raw(some)
            else:
                for entry in some:
                    self.collected.take(bytes(entry), reader)
            yield from self.turn(least=PART)
        self.is_closed = cutter.is_whole

    def turn(self, *, least: int = 1) -> Iterator[Container]:
        """Give what was collected, where it is enough."""
        collected = self.collected
        some = len(collected.records) + len(collected.faults)
        if some >= least or (some and collected.size > feeds.WINDOW):
            self.collected = Collected(collected.entries)
            yield self._noted(collected.container(""))

    def _raw(self, records: Sequence[RecordText]) -> Iterator[Container]:
        yield from self.turn()
        start = self.collected.entries
        self.collected.entries += len(records)
        yield self._noted(Container("", records=records, indexes=range(start, self.collected.entries)))

    def _noted(self, part: Container) -> Container:
        self.has_records = self.has_records or bool(part.records)
        self.has_event = self.has_event or any(map(looks_like_event, part.records))
        self.reasons.update(fault.reason for fault in part.faults)
        self.first_fault = self.first_fault or next(iter(part.faults), None)
        return part


def are_usual(entries: Sequence[RecordText]) -> bool:
    """Tell whether entries may be taken for records without a look at each: none tiny, none huge.

    Examples
    --------
    >>> are_usual([b'{"eventName":"ListUsers","eventSource":"iam.amazonaws.com","eventID":"e-1"}'])
    True
    >>> are_usual([b"null", b"1"]), are_usual([b"{}", bytes(1_000_000)])
    (False, False)
    """
    size = sum(map(len, entries))
    if size < _FEWEST_BYTES * len(entries):
        return False
    return not may_have_many_values(size) or not may_have_many_values(max(map(len, entries)))


def read_twice(begin: Callable[[], Pass]) -> Iterator[Container] | None:
    """Go through a text, and give its records when all of it is sound; None when it is something else.

    Raises
    ------
    EvidenceFault
        The text cannot be used.
    """
    survey = begin()
    kept: list[Container] | None = []
    size = entries = 0
    for part in survey.parts():
        size, entries = size + sum(map(len, part.records)), entries + part.entries
        if kept is not None:
            kept.append(part)
        if size > KEPT or len(part.records) + len(part.faults) > MOST_ENTRIES:
            kept = None
    told = survey.verdict()
    if told is None:
        return None
    if not told.shape or kept == []:
        return iter([told])
    again = begin().parts() if kept is None else iter(kept)
    return all_of(told, again, entries)


def all_of(told: Container, parts: Iterable[Container], entries: int | None = None) -> Iterator[Container]:
    """Give the parts of a text that is known to be sound.

    Should its file change now, what was given is what was hashed, and the rest is set aside.

    Parameters
    ----------
    told
        What holds for all of them.
    parts
        They.
    entries
        How many entries there are in all, where that is known.
    """
    done, warnings = 0, told.warnings
    try:
        for part in parts:
            flags = (*part.flags, *told.flags)
            of_all = replace(part, shape=told.shape, kind=told.kind, about=told.about)
            yield replace(of_all, flags=flags, warnings=warnings)
            done, warnings = done + part.entries, ()
    except EvidenceFault as fault:
        yield _rest(told, done, entries, fault)
    else:
        if not done:
            yield told


def _rest(told: Container, done: int, entries: int | None, fault: EvidenceFault) -> Container:
    if done == entries:
        return replace(told, warnings=(("changed", f"after it was read: {fault.detail}"),))
    missing = 1 if entries is None else entries - done
    return replace(told, faults=[FaultRun(done, fault.reason, fault.detail, missing)], warnings=())

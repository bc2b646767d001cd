"""Why a file or a record was set aside: one word that never changes, and a sentence for people."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import EvidenceError

MOST_RUNS = 10_000
"""Entries of a list of faults; those beyond are one entry for each reason, wherever they stand."""

REASONS = frozenset({
    "truncated-gzip",
    "bad-checksum",
    "trailing-data",
    "empty",
    "too-large",
    "unsupported-compression",
    "unsupported-encoding",
    "invalid-json",
    "not-json",
    "too-deep",
    "not-cloudtrail",
    "records-not-a-list",
    "not-an-object",
    "empty-record",
    "changed-while-reading",
    "unreadable",
    "not-a-file",
    "bad-archive",
    "opensearch",
})


class EvidenceFault(EvidenceError):  # noqa: N818 (a property of the evidence, not an error of ours)
    """One file or record cannot be used. The loader turns it into a row; nothing else stops.

    Parameters
    ----------
    reason
        One word of `REASONS`; scripts compare it.
    detail
        What was seen and, where there is one, the remedy.

    Examples
    --------
    >>> fault = EvidenceFault("empty", "the file has no bytes")
    >>> fault.reason, str(fault)
    ('empty', 'empty: the file has no bytes')
    """

    def __init__(self, reason: str, detail: str) -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not a reason of the vocabulary: {', '.join(sorted(REASONS))}")
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"

    def forget_stack(self) -> None:
        """Let go of where it was raised: these frames hold whole files, in circles that keep them alive.

        Examples
        --------
        >>> try:
        ...     raise EvidenceFault("empty", "the file has no bytes")
        ... except EvidenceFault as fault:
        ...     fault.forget_stack()
        ...     print(fault.__traceback__)
        None
        """
        self.__traceback__ = self.__cause__ = self.__context__ = None


@dataclass
class FaultRun:
    """Records of one file that were set aside for one reason: `count` of them, from `index` on."""

    index: int
    reason: str
    detail: str
    count: int = 1

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as `load --json` prints them: a single record needs no count.

        Examples
        --------
        >>> FaultRun(3, "empty-record", "an object without a key").as_dict()
        {'index': 3, 'reason': 'empty-record', 'detail': 'an object without a key'}
        """
        said = asdict(self)
        return said if self.count > 1 else {name: said[name] for name in ("index", "reason", "detail")}

    def takes(self, run: "FaultRun") -> bool:
        """Take another run into this one, where it goes on with the same."""
        same = (self.reason, self.detail) == (run.reason, run.detail)
        goes_on = same and run.index == self.index + self.count
        self.count += run.count if goes_on else 0
        return goes_on


def add_faults(faults: list[FaultRun], more: Iterable[FaultRun]) -> None:
    """Add to the faults of one file, so that a hundred million of them take little memory.

    Examples
    --------
    >>> faults = []
    >>> add_faults(faults, (FaultRun(index, "not-an-object", "null") for index in range(1_000_000)))
    >>> faults
    [FaultRun(index=0, reason='not-an-object', detail='null', count=1000000)]
    """
    for run in more:
        if faults and faults[-1].takes(run):
            continue
        others = [fault for fault in faults[MOST_RUNS:] if fault.reason == run.reason]
        if others:
            others[0].count += run.count
        else:
            faults.append(FaultRun(run.index, run.reason, run.detail, run.count))

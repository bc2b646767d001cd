"""Why a file or a record was set aside: one word that never changes, and a sentence for people."""

from workbench.errors import EvidenceError

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

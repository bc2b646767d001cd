"""What verification answers: the words for digests and logs, findings, covered time. Plain data, no logic."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

WRONG = frozenset({"modified", "missing"})
UNCOVERED = frozenset({"unreadable", "not-in-any-digest"})
VALID = frozenset({"valid", "valid-by-chain"})

NOTHING_WRONG, SOMETHING_WRONG, NOT_ALL_TOLD = 0, 1, 2


class Finding(NamedTuple):
    """One thing to look at: a word of the vocabulary, the object it is about, and what was seen there."""

    kind: str
    path: str
    detail: str


class Listing(NamedTuple):
    """What one digest says of one log file.

    `path` is the file's, `digest` the digest's, both below the root. `is_valid` tells whether the digest's
    signature holds. `is_uncompressed` is set where the digest lists `X.json.gz`, and this is `X.json`.
    `oldest` and `newest` are the times of its events, naive UTC.
    """

    path: str
    hash_value: str
    digest: str
    is_valid: bool
    is_uncompressed: bool = False
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None


@dataclass(frozen=True)
class LogFacts:
    """What reading a log file told. Nothing of it is an error: bad evidence is a verdict.

    Parameters
    ----------
    sha256
        Hex, of the inflated bytes of the first gzip member; of a file that is no gzip, of its bytes.
    is_gzip
        It begins as gzip does (an empty file is a gzip file cut at its very beginning).
    is_cut
        It stops before its gzip member does.
    is_damaged
        What it holds cannot be inflated, or checksum or length of the member are wrong.
    has_trailing
        Anything follows the first member.
    error
        Why it could not be read; empty when it was.
    """

    sha256: str = ""
    is_gzip: bool = True
    is_cut: bool = False
    is_damaged: bool = False
    has_trailing: bool = False
    error: str = ""


class LogVerdict(NamedTuple):
    """The word for one log file, and what else was seen with it."""

    verdict: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DigestVerdict:
    """One digest file and its verdict; what its name does not say, or nobody could read, is None.

    `start` and `end` are the covered time, naive UTC. `size` and `sha256` are of the bytes on disk,
    `sha256_uncompressed` is what the signature covers. `logs` counts the log files it lists.
    """

    path: str
    verdict: str
    detail: str = ""
    account: str | None = None
    region: str | None = None
    trail: str | None = None
    home_region: str | None = None
    organization: str | None = None
    prefix: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    is_backfill: bool = False
    logs: int = 0
    sha256: str | None = None
    sha256_uncompressed: str | None = None
    size: int | None = None


class Span(NamedTuple):
    """Covered time of a chain, or what kind of time is not covered beside it.

    `kind` is `covered`, `gap-logging-stopped`, `gap-digests-absent`, `open-start` (its `start` is None) or
    `open-end` (it ends when the evidence was acquired). `path` is the digest that tells it: of covered time
    the first, of a gap and an open start the one after it, of an open end the one before it.
    """

    account: str | None
    region: str | None
    trail: str | None
    home_region: str | None
    organization: str | None
    prefix: str | None
    start: dt.datetime | None
    end: dt.datetime | None
    kind: str
    path: str


@dataclass(frozen=True)
class Verification:
    """The verdicts of an evidence folder: every digest, every log, findings, and a summary.

    `logs` pairs each path with its verdict, in the order of paths.
    """

    root: str
    digests: tuple[DigestVerdict, ...]
    logs: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    spans: tuple[Span, ...] = ()
    not_judged: tuple[str, ...] = ()
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """Tell it as a number: 0 all valid, 1 anything wrong or found, 2 something cannot be told.

        Examples
        --------
        >>> Verification("", (), (("a.json.gz", "not-in-any-digest"),), ()).exit_code
        2
        """
        verdicts = {digest.verdict for digest in self.digests} | {verdict for _, verdict in self.logs}
        if self.findings or any(word in WRONG or word.startswith("invalid-") for word in verdicts):
            return SOMETHING_WRONG
        uncertain = any(word in UNCOVERED or word.startswith("unverifiable-") for word in verdicts)
        return NOT_ALL_TOLD if uncertain else NOTHING_WRONG

    def summary(self) -> dict[str, Any]:
        """Count the verdicts and findings, and say which time is covered and what was not judged."""
        valid = [digest for digest in self.digests if digest.verdict in VALID]
        first = min((digest.start for digest in valid if digest.start), default=None)
        last = max((digest.end for digest in valid if digest.end), default=None)
        return {
            "root": self.root,
            "digests": dict(sorted(Counter(digest.verdict for digest in self.digests).items())),
            "logs": dict(sorted(Counter(verdict for _, verdict in self.logs).items())),
            "findings": dict(sorted(Counter(finding.kind for finding in self.findings).items())),
            "first_covered": _iso(first),
            "last_covered": _iso(last),
            "not_judged": list(self.not_judged),
            **self.sources,
        }

    def as_dict(self) -> dict[str, Any]:
        """Give what `workbench verify --json` prints."""
        return {
            "digests": [{"path": digest.path, "verdict": digest.verdict} for digest in self.digests],
            "logs": [{"path": path, "verdict": verdict} for path, verdict in self.logs],
            "findings": [finding._asdict() for finding in self.findings],
            "summary": self.summary(),
        }


def _iso(time: dt.datetime | None) -> str | None:
    return f"{time.isoformat()}Z" if time else None

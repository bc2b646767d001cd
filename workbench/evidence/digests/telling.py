"""A verification in words: counts, what is not valid, what each finding means, what was not judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import visible
from workbench.evidence.digests.answers import VALID, Finding, Verification

DIGEST_VERDICTS = {
    "missing": "A valid digest names it as the one before it, and it is not here.",
    "invalid-format": "No digest can be read from it; the logs it listed count as not listed.",
    "invalid-moved": "It is not where it says it was delivered. A copy of part of a bucket looks the same:"
    " name the folder where keys begin, or use --bucket-map.",
    "invalid-signature": "AWS did not sign this content. What it says of logs is not believed.",
    "unverifiable-no-key": "No public key that fits was given: ask for the keys of its region and time.",
    "unverifiable-no-signature": "Its signature is lost with the metadata, and no later digest holds a copy:"
    " give the head-object output with --metadata.",
}
LOG_VERDICTS = {
    "modified": "Its content is not what AWS delivered.",
    "missing": "AWS delivered it, and it is not here.",
    "invalid-format": "It is not the gzip file that AWS delivered, or it is damaged.",
    "invalid-trailing-data": "Something was added after what AWS delivered; many programs read it as events.",
    "unreadable": "A valid digest lists it, but it could not be read or is no place in this folder.",
    "unverifiable-digest-not-valid": "Only digests that are not valid list it, so nothing is said of it.",
    "not-in-any-digest": "No readable digest lists it: it was planted, or its digest is not here.",
}
FINDINGS = {
    "gap-logging-stopped": "Logging was stopped, or the trail made anew: look for StopLogging, DeleteTrail.",
    "gap-digests-absent": "For this time no valid digest speaks: get the digests, or say so in the report.",
    "open-start": "Older digests exist: acquire them, or take the first covered time as the beginning.",
    "open-end": "Newer digests should exist: acquire again, and ask who could delete them.",
    "chain-mismatch": "A later digest remembers this one otherwise: it was replaced or changed.",
    "chain-fork": "Two digests claim to follow the same one: AWS makes one chain.",
    "digest-clock-reversed": "Its time runs backwards: do not conclude order from it.",
    "digest-time-name-mismatch": "Its name and its content state different times: it may be a twin.",
    "digest-trailing-data": "Only the signed part was used; keep the file, somebody added to it.",
    "backfill-no-timestamp": "Get its metadata with head-object: without the time no key can be chosen.",
    "key-of-other-region": "Ask for the public keys of the digest's own region.",
    "key-outside-validity": "Ask for the public keys of its time, with --start-time and --end-time.",
    "key-fingerprint-mismatch": "The keys file was changed or damaged: ask AWS for it again.",
    "metadata-unreadable": "The other lines count; get the metadata of these digests again.",
    "log-in-two-digests": "AWS lists a log once: look at both digests.",
    "log-truncated": "All content is there; the end of the file was cut, so acquire it again.",
    "log-uncompressed": "The content is AWS's; somebody unpacked it.",
    "path-refused": "Nothing outside the folder is opened, and no link is followed: look at who wrote this.",
    "no-digests": "Log file validation was off, the digests were left behind, or all were deleted.",
}
"""What each verdict on a digest, each verdict on a log and each finding means, and what to do."""


def told(verification: Verification) -> Iterator[str]:
    """Give the lines that `workbench verify` prints; characters that steer a terminal are spelled out.

    Examples
    --------
    >>> found = Verification("", (), (("b.json.gz", "modified"),), ())
    >>> print("\\n".join(told(found)))
    digests: none
    logs: modified 1
    covered: nothing
    <BLANKLINE>
    logs modified (1): Its content is not what AWS delivered.
      b.json.gz
    """
    summary = verification.summary()
    yield f"digests: {_counts(summary['digests'])}"
    yield f"logs: {_counts(summary['logs'])}"
    if summary["findings"]:
        yield f"findings: {_counts(summary['findings'])}"
    first, last = summary["first_covered"], summary["last_covered"]
    yield f"covered: {first} to {last}" if first else "covered: nothing"
    digests = [(digest.path, digest.verdict, digest.detail) for digest in verification.digests]
    yield from _not_valid("digests", digests, DIGEST_VERDICTS)
    yield from _not_valid("logs", [(path, verdict, "") for path, verdict in verification.logs], LOG_VERDICTS)
    yield from _findings(verification.findings)
    if verification.not_judged:
        yield "\nnot judged:"
        yield from (f"  {visible(what)}" for what in verification.not_judged)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {count:,}" for word, count in counts.items()) or "none"


def _not_valid(what: str, rows: Sequence[tuple[str, str, str]], means: Mapping[str, str]) -> Iterator[str]:
    for word, sentence in means.items():
        those = [(path, detail) for path, verdict, detail in rows if verdict == word and word not in VALID]
        if those:
            yield f"\n{what} {word} ({len(those):,}): {sentence}"
            yield from (_line(path, detail) for path, detail in those)


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    for kind, those in by_kind.items():
        yield f"\nfinding {kind} ({len(those):,}): {FINDINGS[kind]}"
        yield from (_line(finding.path, finding.detail) for finding in those)


def _line(path: Any, detail: str) -> str:
    return f"  {visible(path)}" + (f": {visible(detail)}" if detail else "")

"""Digest validation: did AWS deliver exactly these bytes? Yes, no, or it cannot be told; never a guess.

It needs no network and no clock, writes nothing, and no evidence makes it raise. Where to look:

`verification`
    `verify`: the whole answer for an evidence folder.
`proof`
    What the digests prove; asked about each log by `verify` and by the loader.
`answers`
    The words, and the plain data that carry them.
`places`
    Where the object of a bucket and key lies; nothing outside the evidence folder is opened.
`public_keys`, `metadata`
    The two files beside the evidence: AWS's keys, and what S3 said of each digest.
`documents`
    One digest file, read and parsed.
`signatures`
    Which digests AWS signed.
`chains`
    What links digests, the time they cover, and the gaps.
`logs`, `judging`
    What reading a log tells, its verdict; all logs of a folder.
`decoding`, `times`
    JSON and times that an attacker may have written.
"""

from workbench.evidence.digests.answers import (
    DigestVerdict,
    Finding,
    Listing,
    LogFacts,
    LogVerdict,
    Span,
    Verification,
)
from workbench.evidence.digests.logs import facts_of, judge, read_facts
from workbench.evidence.digests.proof import Proof, read_proof
from workbench.evidence.digests.verification import verify

__all__ = [
    "DigestVerdict",
    "Finding",
    "Listing",
    "LogFacts",
    "LogVerdict",
    "Proof",
    "Span",
    "Verification",
    "facts_of",
    "judge",
    "read_facts",
    "read_proof",
    "verify",
]

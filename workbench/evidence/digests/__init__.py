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
`documents`, `names`
    One digest file, read and parsed; what its key says.
`signatures`
    Which digests AWS signed.
`chains`
    What links digests, the time they cover, and the gaps.
`logs`, `judging`
    What reading a log tells, its verdict; all logs of a folder.
`telling`
    All of it in sentences.
`of_case`
    The folders that a case was loaded from.
`decoding`, `times`, `der`
    JSON, times and keys that an attacker may have written.
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
from workbench.evidence.digests.of_case import evidence_of, is_case, joined
from workbench.evidence.digests.proof import Proof, read_proof
from workbench.evidence.digests.telling import told
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
    "evidence_of",
    "facts_of",
    "is_case",
    "joined",
    "judge",
    "read_facts",
    "read_proof",
    "told",
    "verify",
]

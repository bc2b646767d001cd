"""Which digests AWS signed: with their own signature, or with the copy that the next digest holds."""

import binascii
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from workbench.evidence.digests.answers import VALID
from workbench.evidence.digests.documents import Digest
from workbench.evidence.digests.metadata import Head
from workbench.evidence.digests.public_keys import PublicKey, PublicKeys

_BEFORE, _AFTER = dt.timedelta(hours=1), dt.timedelta(hours=2)
_AROUND = dt.timedelta(hours=1)
_NO_KEY = {
    "key-of-other-region": "the key of this fingerprint is listed, but for another region",
    "key-outside-validity": "the key of this fingerprint is listed, but was valid at another time",
}


def judge_digests(
    digests: Sequence[Digest], keys: PublicKeys, heads: Mapping[str, Sequence[Head]]
) -> dict[str, list[Digest]]:
    """Give each digest its verdict; return the children of each place, by its path.

    Parameters
    ----------
    digests
        As they were read.
    keys
        All that were given.
    heads
        What the metadata says of each digest, by its path.
    """
    children: dict[str, list[Digest]] = {}
    for digest in digests:
        if digest.document and digest.parent:
            children.setdefault(digest.parent, []).append(digest)
    for digest in digests:
        own = heads.get(digest.path, ())
        digest.verdict, digest.detail = _first_verdict(digest, keys, own, children.get(digest.path, ()))
    for digest in digests:
        refuting = [child for child in children.get(digest.path, ()) if _speaks(child)]
        if digest.verdict == "unverifiable-no-signature" and refuting:
            digest.verdict = "invalid-signature"
            digest.detail = f"the signature that {refuting[0].text} holds of it does not fit its content"
    return children


def _speaks(child: Digest) -> bool:
    document = child.document
    return child.verdict in VALID and document is not None and document.previous_digest_signature is not None


def _first_verdict(
    digest: Digest, keys: PublicKeys, heads: Sequence[Head], children: Sequence[Digest]
) -> tuple[str, str]:
    """Say the first that holds; a digest that only a valid child could refute is not judged to the end."""
    signatures = [head.signature for head in heads if head.signature is not None]
    generated = next((head.generated for head in heads if head.generated), None)
    document = digest.document
    if document is None:
        return "invalid-format", digest.fault
    if digest.name.is_backfill and signatures and not generated:
        detail = "a backfill digest whose metadata has no backfill-generation-timestamp"
        digest.finding_kinds.append(("backfill-no-timestamp", detail))
        return "invalid-format", detail
    if digest.stated != digest.path:
        return "invalid-moved", f"delivered as {document.digest_s3_bucket}/{document.digest_s3_object}"
    fitting, why = keys.choose(
        document.digest_public_key_fingerprint, digest.name.chain.region, *_times(digest, generated)
    )
    if not fitting:
        if why:
            digest.finding_kinds.append((why, _NO_KEY[why]))
        return "unverifiable-no-key", f"no key {document.digest_public_key_fingerprint} was given that fits"
    if signatures:
        is_signed = _is_signed(digest, fitting, signatures)
        return ("valid", "") if is_signed else ("invalid-signature", "the signature does not fit its content")
    for child in children:
        copy = child.document and child.document.previous_digest_signature
        if copy and _is_signed(digest, fitting, [copy]):
            return "valid-by-chain", f"its signature is lost; the copy in {child.text} fits"
    return "unverifiable-no-signature", "its signature is lost, and no digest here holds a copy"


def _times(digest: Digest, generated: dt.datetime | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Give the time in which a key that signed this digest was valid."""
    if generated:
        return generated - _AROUND, generated + _AROUND
    if digest.name.is_backfill or not digest.start or not digest.end:
        return None, None
    return digest.start - _BEFORE, digest.end + _AFTER


def _is_signed(digest: Digest, keys: Iterable[PublicKey], signatures: Sequence[str]) -> bool:
    text = digest.signed_text()
    return any(_fits(key, signature, text) for key in keys for signature in signatures)


def _fits(key: PublicKey, signature: str, text: bytes) -> bool:
    try:
        key.key.verify(binascii.unhexlify(signature), text, PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True

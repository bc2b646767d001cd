"""Digest files: what CloudTrail signs every hour, and the keys it signs with."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from workbench.simulation.clock import HOUR, compact, iso
from workbench.simulation.dice import Dice
from workbench.simulation.organization import (
    ELSEWHERE,
    HOME,
    LOG_BUCKET,
    ORGANIZATION_ID,
    TRAIL,
)

Json = dict[str, Any]
_PUBLIC_EXPONENT = 65537
_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


@cache
def signing_key(seed: int, region: str) -> rsa.RSAPrivateKey:
    """Return a region's RSA key of 2048 bits, always the same for a seed.

    It signs simulated digests and is no secret: everybody can make it again.
    """
    dice = Dice(seed, "signing key", region)
    p, q = _prime(dice), _prime(dice)
    private = pow(_PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_PUBLIC_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(
        p,
        q,
        private,
        rsa.rsa_crt_dmp1(private, p),
        rsa.rsa_crt_dmq1(private, q),
        rsa.rsa_crt_iqmp(p, q),
        public,
    ).private_key()


def _prime(dice: Dice) -> int:
    """Return a prime of 1,024 bits whose two highest bits are set, so that a product has all 2,048."""
    while True:
        candidate = dice.bits(1024) | (3 << 1022) | 1
        if candidate % _PUBLIC_EXPONENT != 1 and _is_prime(candidate):
            return candidate


def _is_prime(number: int) -> bool:
    if any(number % small == 0 for small in _SMALL_PRIMES):
        return False
    twos = ((number - 1) & -(number - 1)).bit_length() - 1
    return all(_passes(number, witness, twos) for witness in _WITNESSES)


_SMALL_PRIMES = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))


def _passes(number: int, witness: int, twos: int) -> bool:
    """Miller and Rabin's test with one witness."""
    value = pow(witness, (number - 1) >> twos, number)
    if value in (1, number - 1):
        return True
    for _ in range(twos - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False


def _public_der(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


@cache
def fingerprint(seed: int, region: str) -> str:
    """Return the MD5 of a region's public key, as AWS names keys."""
    return hashlib.md5(_public_der(signing_key(seed, region)), usedforsecurity=False).hexdigest()


def public_keys(seed: int, region: str, start: int, end: int) -> Json:
    """Return what `aws cloudtrail list-public-keys` prints for a region.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-cli.html
    """
    return {"PublicKeyList": [{
        "Value": b64encode(_public_der(signing_key(seed, region))).decode(), "ValidityStartTime": iso(start),
        "ValidityEndTime": iso(end), "Fingerprint": fingerprint(seed, region),
    }]}


def digest_key(account: str, region: str, end: int) -> str:
    """Return the object key of the digest that ends at `end`."""
    folder = f"{trail_folder(account)}/CloudTrail-Digest/{region}/{compact(end, '%Y/%m/%d')}"
    stamp = compact(end, "%Y%m%dT%H%M%SZ")
    trail = f"{TRAIL}_{HOME}" if account not in _TRAILS else f"trail_{_TRAILS[account]}"
    return f"{folder}/{account}_CloudTrail-Digest_{region}_{trail}_{stamp}.json.gz"


_TRAILS = {account.id: account.regions[0] for account in ELSEWHERE}


def trail_folder(account: str) -> str:
    """Return the folder of an account: below the organization's, unless it has a trail of its own."""
    return f"AWSLogs/{account}" if account in _TRAILS else f"AWSLogs/{ORGANIZATION_ID}/{account}"


@dataclass(slots=True)
class Chain:
    """The digests of one account and region: each names, hashes and quotes the one before."""

    seed: int
    account: str
    region: str
    start: int
    logs: list[Json] = field(default_factory=list)
    previous: Json = field(default_factory=dict)

    def add(self, key: str, content: bytes, oldest: int, newest: int) -> None:
        """List a log file that was delivered in the current hour."""
        self.logs.append({
            "s3Bucket": LOG_BUCKET, "s3Object": key, "hashValue": hashlib.sha256(content).hexdigest(),
            "hashAlgorithm": "SHA-256", "newestEventTime": iso(newest), "oldestEventTime": iso(oldest),
        })

    def close(self) -> tuple[str, Json]:
        """Return the hour's digest and its key, and begin the next hour; `sign` must follow."""
        end = self.start + HOUR
        key = digest_key(self.account, self.region, end)
        digest = {
            "awsAccountId": self.account,
            "digestStartTime": iso(self.start),
            "digestEndTime": iso(end),
            "digestS3Bucket": LOG_BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint(self.seed, self.region),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": max((log["newestEventTime"] for log in self.logs), default=None),
            "oldestEventTime": min((log["oldestEventTime"] for log in self.logs), default=None),
            "previousDigestS3Bucket": self.previous.get("bucket"),
            "previousDigestS3Object": self.previous.get("key"),
            "previousDigestHashValue": self.previous.get("hash"),
            "previousDigestHashAlgorithm": "SHA-256" if self.previous else None,
            "previousDigestSignature": self.previous.get("signature"),
            "logFiles": self.logs,
        }
        self.start, self.logs = end, []
        return key, digest

    def sign(self, key: str, digest: Json, content: bytes) -> str:
        """Sign a digest's content and remember it as the parent of the next; return the signature.

        The signed text has four lines: end, place, hash of the content, signature of the parent.

        References
        ----------
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
        """
        content_hash = hashlib.sha256(content).hexdigest()
        parent = digest["previousDigestSignature"] or "null"
        text = f"{digest['digestEndTime']}\n{LOG_BUCKET}/{key}\n{content_hash}\n{parent}"
        private = signing_key(self.seed, self.region)
        signature = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
        self.previous = {"bucket": LOG_BUCKET, "key": key, "hash": content_hash, "signature": signature}
        return signature

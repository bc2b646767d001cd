"""CloudTrail's public keys, as `aws cloudtrail list-public-keys` prints them, and which one serves a digest.

A key's fingerprint only checks the file against itself. What makes a key AWS's is where the file came from.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
"""

import datetime as dt
import hashlib
import json
import os
import re
from base64 import b64decode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from workbench.errors import EvidenceError
from workbench.evidence.digests.answers import Finding
from workbench.evidence.digests.der import read_rsa_key
from workbench.evidence.digests.times import read_time
from workbench.evidence.files import path_to_text

_NAME = re.compile(r"public-keys-(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)(?=[._-]|$)")
_BLANKS = re.compile(r"\s+")
_REMEDY = "Write what `aws cloudtrail list-public-keys --region REGION` prints into public-keys-REGION.json"


class PublicKey(NamedTuple):
    """One key: for which region and time it signs."""

    region: str
    fingerprint: str
    start: dt.datetime
    end: dt.datetime
    key: RSAPublicKey


class PublicKeys(NamedTuple):
    """All keys by their fingerprint, where they were read, and the entries that cannot be used."""

    by_fingerprint: dict[str, list[PublicKey]]
    files: tuple[str, ...]
    findings: tuple[Finding, ...]

    def choose(
        self, fingerprint: str, region: str | None, first: dt.datetime | None, last: dt.datetime | None
    ) -> tuple[list[PublicKey], str | None]:
        """Give the keys that fit a digest, or the kind of finding that tells why a known one does not.

        Without times (None) only fingerprint and region count.
        """
        known = self.by_fingerprint.get(fingerprint, [])
        here = [key for key in known if key.region == region]
        fitting = [key for key in here if not first or not last or (key.start <= last and first <= key.end)]
        why = "key-outside-validity" if here else "key-of-other-region" if known else None
        return fitting, None if fitting else why


def read_public_keys(files: Iterable[str | os.PathLike[str]]) -> PublicKeys:
    """Read all keys files.

    Raises
    ------
    EvidenceError
        A file is not there, does not name its region, or is not the output of `list-public-keys`.
    """
    keys: dict[str, list[PublicKey]] = {}
    findings: list[Finding] = []
    names = tuple(os.fspath(file) for file in files)
    for name in names:
        region = _region(name)
        for number, entry in enumerate(_entries(name)):
            try:
                key = _read(entry, region)
            except ValueError as error:
                detail = f"entry {number} is not used: {error}"
                findings.append(Finding("key-fingerprint-mismatch", path_to_text(name), detail))
            else:
                keys.setdefault(key.fingerprint, []).append(key)
    return PublicKeys(keys, names, tuple(findings))


def keys_beside(folders: Sequence[str]) -> list[str]:
    """List the keys files in the first of the folders that holds any.

    Raises
    ------
    EvidenceError
        One of them is a symbolic link: evidence does not choose what is read outside it.
    """
    for folder in folders:
        found = sorted(str(path) for path in Path(folder).glob("public-keys-*.json"))
        for path in found:
            if os.path.islink(path):
                raise EvidenceError(f"{path} is a symbolic link. Name the file itself with --public-keys")
        if found:
            return found
    return []


def _region(name: str) -> str:
    found = _NAME.match(os.path.basename(name))
    if not found:
        raise EvidenceError(f"{name}: its name does not say which region's keys it holds. {_REMEDY}")
    return found["region"]


def _entries(name: str) -> list[Any]:
    try:
        raw = Path(name).read_bytes()
        documents = list(_documents(raw.decode(json.detect_encoding(raw))))
    except OSError as error:
        raise EvidenceError(f"{name}: {error.strerror or error}. Name a readable keys file") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{name}: no JSON ({error}). {_REMEDY}") from error
    lists = [document.get("PublicKeyList") if isinstance(document, dict) else None for document in documents]
    if not lists or not all(isinstance(entries, list) for entries in lists):
        raise EvidenceError(f"{name}: JSON without a PublicKeyList. {_REMEDY}")
    return [entry for entries in lists for entry in entries or ()]


def _documents(text: str) -> Iterable[Any]:
    """Read JSON documents that stand one after the other, as appended pages do."""
    decoder, text = json.JSONDecoder(), text.rstrip()
    place = 0
    while place < len(text):
        document, place = decoder.raw_decode(text, _after_blanks(text, place))
        yield document


def _after_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _read(entry: Any, region: str) -> PublicKey:
    """Read one entry, or say in a ValueError why it cannot be used."""
    if not isinstance(entry, dict) or not isinstance(entry.get("Value"), str):
        raise ValueError("it has no Value")
    der = b64decode(entry["Value"])
    fingerprint = hashlib.md5(der, usedforsecurity=False).hexdigest()
    if str(entry.get("Fingerprint")).lower() != fingerprint:
        raise ValueError(f"its Fingerprint is {entry.get('Fingerprint')!r}, that of its Value {fingerprint}")
    start, end = read_time(entry.get("ValidityStartTime")), read_time(entry.get("ValidityEndTime"))
    if not start or not end:
        raise ValueError("its validity has no start or no end")
    return PublicKey(region, fingerprint, start, end, read_rsa_key(der))

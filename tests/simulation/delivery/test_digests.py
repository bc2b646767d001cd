"""The digests are signed, linked and complete, by the letter of AWS's own description."""

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from workbench.simulation.delivery.digests import signing_key

Json = dict[str, Any]
NAME = re.compile(
    r"AWSLogs/(o-[a-z0-9]+)/(\d{12})/CloudTrail-Digest/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/"
    r"\2_CloudTrail-Digest_\3_org-trail_us-east-1_\4\5\6T\d{6}Z\.json\.gz"
)
LOG_NAME = re.compile(
    r"AWSLogs/(o-[a-z0-9]+)/(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/"
    r"\2_CloudTrail_\3_\4\5\6T\d\d[0-5][05]Z_[A-Za-z0-9]{16}\.json\.gz"
)


@pytest.fixture(scope="session")
def signatures(sample: Path) -> dict[str, str]:
    lines = (sample / "meta.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["Key"]: line["Metadata"]["signature"] for line in map(json.loads, lines)}


@pytest.fixture(scope="session")
def parsed(digests: dict[str, bytes]) -> dict[str, Json]:
    return {key: json.loads(content) for key, content in digests.items()}


@pytest.fixture(scope="session")
def keys(sample: Path) -> dict[str, rsa.RSAPublicKey]:
    found = {}
    for path in sample.glob("public-keys-*.json"):
        (entry,) = json.loads(path.read_text(encoding="utf-8"))["PublicKeyList"]
        der = base64.b64decode(entry["Value"])
        assert hashlib.md5(der).hexdigest() == entry["Fingerprint"]
        key = load_der_public_key(der)
        assert isinstance(key, rsa.RSAPublicKey)
        found[path.stem.removeprefix("public-keys-")] = key
    return found


def chains(parsed: dict[str, Json]) -> dict[tuple[str, str], list[Json]]:
    found: dict[tuple[str, str], list[Json]] = {}
    for digest in sorted(parsed.values(), key=lambda each: each["digestEndTime"]):
        region = digest["digestS3Object"].split("/")[4]
        found.setdefault((digest["awsAccountId"], region), []).append(digest)
    return found


def signed_text(digest: Json, content: bytes) -> bytes:
    return "\n".join((
        digest["digestEndTime"], f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
        hashlib.sha256(content).hexdigest(), digest["previousDigestSignature"] or "null",
    )).encode()


def test_names_are_as_cloudtrail_writes_them(digests: dict[str, bytes], logs: dict[str, bytes]) -> None:
    assert [key for key in digests if not NAME.fullmatch(key)] == []
    assert [key for key in logs if not LOG_NAME.fullmatch(key)] == []


def test_every_signature_verifies(
    digests: dict[str, bytes], parsed: dict[str, Json], signatures: dict[str, str],
    keys: dict[str, rsa.RSAPublicKey],
) -> None:
    assert set(signatures) == set(digests)
    for key, digest in parsed.items():
        text = signed_text(digest, digests[key])
        signature = bytes.fromhex(signatures[key])
        keys[key.split("/")[4]].verify(signature, text, padding.PKCS1v15(), hashes.SHA256())


def test_a_changed_digest_does_not_verify(
    digests: dict[str, bytes], parsed: dict[str, Json], signatures: dict[str, str],
    keys: dict[str, rsa.RSAPublicKey],
) -> None:
    key = next(iter(digests))
    text = signed_text(parsed[key], digests[key] + b" ")
    with pytest.raises(InvalidSignature):
        keys[key.split("/")[4]].verify(
            bytes.fromhex(signatures[key]), text, padding.PKCS1v15(), hashes.SHA256()
        )


def test_the_keys_belong_to_their_regions(parsed: dict[str, Json], keys: dict[str, rsa.RSAPublicKey]) -> None:
    used = {(key.split("/")[4], digest["digestPublicKeyFingerprint"]) for key, digest in parsed.items()}
    assert len(used) == len(keys) == len({fingerprint for _, fingerprint in used})
    assert all(key.key_size == 2048 for key in keys.values())


def test_each_digest_links_to_the_hour_before(
    digests: dict[str, bytes], parsed: dict[str, Json], signatures: dict[str, str]
) -> None:
    for chain in chains(parsed).values():
        assert [value for name, value in chain[0].items() if name.startswith("previous")] == [None] * 5
        for parent, child in pairwise(chain):
            key = parent["digestS3Object"]
            assert child["digestStartTime"] == parent["digestEndTime"]
            assert child["previousDigestS3Object"] == key
            assert child["previousDigestSignature"] == signatures[key]
            assert child["previousDigestHashValue"] == hashlib.sha256(digests[key]).hexdigest()


def test_every_log_is_listed_once_with_its_hash(logs: dict[str, bytes], parsed: dict[str, Json]) -> None:
    listed = [log for digest in parsed.values() for log in digest["logFiles"]]
    assert sorted(log["s3Object"] for log in listed) == sorted(logs)
    for log in listed:
        content = logs[log["s3Object"]]
        times = [record["eventTime"] for record in json.loads(content)["Records"]]
        assert log["hashValue"] == hashlib.sha256(content).hexdigest()
        assert (log["oldestEventTime"], log["newestEventTime"]) == (min(times), max(times))


def test_a_log_is_listed_in_the_hour_of_its_delivery(parsed: dict[str, Json]) -> None:
    for digest in parsed.values():
        for log in digest["logFiles"]:
            stamp = log["s3Object"].rsplit("_", 2)[1]
            delivered = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:00Z"
            assert digest["digestStartTime"] <= delivered <= digest["digestEndTime"]
            assert log["newestEventTime"] < delivered, "delivered some minutes after it happened"


def test_quiet_hours_have_empty_digests(parsed: dict[str, Json]) -> None:
    quiet = [digest for digest in parsed.values() if not digest["logFiles"]]
    assert quiet
    assert all(digest["newestEventTime"] is None is digest["oldestEventTime"] for digest in quiet)


def test_the_unused_region_begins_when_it_was_enabled(parsed: dict[str, Json], truth: Json) -> None:
    (late,) = [chain for place, chain in chains(parsed).items() if place[1] == "af-south-1"]
    (enabled,) = [step["time"] for step in truth["intrusion"]["steps"] if "Enabled" in step["what"]]
    assert late[0]["digestStartTime"] > enabled
    assert {len(chain) for place, chain in chains(parsed).items() if place[1] != "af-south-1"} == {24 * 7 + 1}


def test_acquisition_follows_the_last_digest(sample: Path, parsed: dict[str, Json]) -> None:
    lines = (sample / "meta.jsonl").read_text(encoding="utf-8").splitlines()
    (at,) = {json.loads(line)["HeadAt"] for line in lines}
    assert at >= max(digest["digestEndTime"] for digest in parsed.values())


def test_the_signing_key_depends_on_seed_and_region() -> None:
    numbers = [
        signing_key(seed, region).private_numbers()
        for seed in (7, 8)
        for region in ("us-east-1", "eu-west-1")
    ]
    assert len({number.p for number in numbers} | {number.q for number in numbers}) == 8
    assert all(number.p * number.q == number.public_numbers.n for number in numbers)

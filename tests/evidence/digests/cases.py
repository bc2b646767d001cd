"""The cases of the specification: what was done to a trail, and what verification must say of it.

Each states the verdicts of digests and logs that are not valid, and the findings; `u` stands for
`unverifiable-digest-not-valid`, `n` for `not-in-any-digest`, `*2` for twice.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization

from tests.evidence.digests.trails import (
    ACCOUNT,
    ATTACKER,
    BUCKET,
    HOUR,
    NEWER,
    OTHER_REGION,
    REGION,
    START,
    TRUE,
    Digest,
    Evidence,
    Trail,
    base,
    fingerprint,
    follows,
    iso,
    key_entry,
    log_content,
    pack,
    sha256,
    unpack,
    wrong_crc,
)

_SHORT = {"u": "unverifiable-digest-not-valid", "n": "not-in-any-digest"}
GAP = "gap-digests-absent"


@dataclass(frozen=True)
class Case:
    """One case: how it is made, and what is expected of it."""

    number: str
    make: Callable[[], Evidence]
    digests: Counter[str]
    logs: Counter[str]
    findings: Counter[str]
    code: int
    below: str = ""

    @property
    def id(self) -> str:
        return f"{self.number}-{self.make.__name__}"


CASES: list[Case] = []


def case(
    number: float | str,
    *,
    digests: str = "",
    logs: str = "",
    findings: str = "",
    code: int | None = None,
    below: str = "",
) -> Callable[[Callable[[], Evidence]], Callable[[], Evidence]]:
    """Enter a case into the table; a word may be followed by `*COUNT`."""
    wanted = [_count(words) for words in (digests, logs, findings)]

    def enter(make: Callable[[], Evidence]) -> Callable[[], Evidence]:
        expected = code if code is not None else int(any(wanted))
        CASES.append(Case(str(number), make, *wanted, expected, below))
        return make

    return enter


def _count(words: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for word in words.split():
        name, _, count = word.partition("*")
        counted[_SHORT.get(name, name)] += int(count or 1)
    return counted


@case(1)
def valid() -> Evidence:
    return base()


@case(2, logs="modified")
def log_modified() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] = pack(log_content("forged"))
    return evidence


@case(3)
def log_recompressed() -> Evidence:
    evidence = base()
    content = unpack(evidence.files[evidence.log(2)])
    evidence.files[evidence.log(2)] = gzip.compress(content, 1, mtime=1772323200)
    return evidence


@case(4, logs="missing")
def log_deleted() -> Evidence:
    evidence = base()
    del evidence.files[evidence.log(2)]
    return evidence


@case(5, logs="modified")
def log_cut_in_half() -> Evidence:
    evidence = base()
    packed = evidence.files[evidence.log(2)]
    evidence.files[evidence.log(2)] = packed[: len(packed) // 2]
    return evidence


@case(6, findings="log-truncated")
def log_without_trailer() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] = evidence.files[evidence.log(2)][:-8]
    return evidence


@case(7, logs="invalid-format")
def log_with_wrong_crc() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] = wrong_crc(evidence.files[evidence.log(2)])
    return evidence


@case(8, logs="invalid-trailing-data")
def log_with_second_member() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] += pack(log_content("forged"))
    return evidence


@case(9, logs="invalid-trailing-data")
def log_with_garbage_behind() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] += b"\0"
    return evidence


@case(10, logs="modified")
def log_empty() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] = b""
    return evidence


@case(11, logs="invalid-format")
def log_not_compressed() -> Evidence:
    evidence = base()
    evidence.files[evidence.log(2)] = unpack(evidence.files[evidence.log(2)])
    return evidence


@case(12, logs="modified*2")
def logs_swapped() -> Evidence:
    evidence = base()
    one, other = evidence.log(2, 0), evidence.log(3, 1)
    evidence.files[one], evidence.files[other] = evidence.files[other], evidence.files[one]
    return evidence


@case(13, logs="unreadable", code=2)
def log_not_readable() -> Evidence:
    evidence = base()
    evidence.unreadable.append(evidence.log(2))
    return evidence


@case(14, logs="n", code=2)
def log_planted() -> Evidence:
    evidence = base()
    evidence.files[f"{BUCKET}/{evidence.trails[0].log_key(START, 99)}"] = pack(log_content("planted"))
    return evidence


@case(15, findings="log-in-two-digests")
def log_listed_twice() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 3:
            first = trail.digests[2].document["logFiles"][0]
            digest.document["logFiles"].append(first)

    trail = Trail(0, edit=edit)
    for hour in range(6):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


def _rewritten(change: Callable[[Evidence, dict[str, Any]], None], **dumped: Any) -> Evidence:
    """A digest in the middle is written anew, its signature stays."""
    evidence = base()
    document = json.loads(evidence.digests[2].content)
    change(evidence, document)
    evidence.files[evidence.digest(2)] = pack(json.dumps(document, **dumped).encode())
    return evidence


@case(16, digests="invalid-signature", logs="u*2", findings=f"chain-mismatch {GAP}")
def digest_changed() -> Evidence:
    return _rewritten(lambda evidence, document: document.update(newestEventTime="2026-03-01T02:59:59Z"))


@case(17, digests="invalid-signature", logs="u*2", findings=f"chain-mismatch {GAP}")
def digest_fitted_to_a_modified_log() -> Evidence:
    def fit(evidence: Evidence, document: dict[str, Any]) -> None:
        evidence.files[evidence.log(2)] = pack(log_content("forged"))
        document["logFiles"][0]["hashValue"] = sha256(log_content("forged"))

    return _rewritten(fit)


@case(18, digests="invalid-signature", logs="u*2", findings=f"chain-mismatch {GAP}")
def digest_pretty_printed() -> Evidence:
    return _rewritten(lambda evidence, document: None, indent=2)


@case(19)
def digest_recompressed() -> Evidence:
    evidence = base()
    evidence.files[evidence.digest(2)] = gzip.compress(evidence.digests[2].content, 1, mtime=7)
    return evidence


@case(20, findings="digest-trailing-data")
def digest_with_second_member() -> Evidence:
    evidence = base()
    evidence.files[evidence.digest(2)] += pack(b"{}")
    return evidence


@case(21, digests="invalid-format", logs="n*2", findings=GAP)
def digest_not_compressed() -> Evidence:
    evidence = base()
    evidence.files[evidence.digest(2)] = evidence.digests[2].content
    return evidence


@case(22, digests="invalid-format", logs="n*2", findings=GAP)
def digest_not_json() -> Evidence:
    evidence = base()
    evidence.files[evidence.digest(2)] = pack(b"not json")
    return evidence


@case(23, digests="invalid-format", logs="n*2", findings=GAP)
def digest_signed_without_start() -> Evidence:
    return base(edit=lambda hour, digest: digest.document.pop("digestStartTime") if hour == 2 else None)


@case(24, digests="missing", logs="n*2", findings=GAP)
def digest_deleted() -> Evidence:
    evidence = base()
    evidence.remove(2)
    return evidence


@case(25, digests="missing", logs="n*4", findings=GAP)
def two_digests_deleted() -> Evidence:
    evidence = base()
    evidence.remove(2, 3)
    return evidence


@case(26, logs="n*4", findings="open-end")
def newest_digests_deleted() -> Evidence:
    evidence = base()
    evidence.remove(4, 5)
    return evidence


@case(27, findings="open-end")
def newest_digests_and_logs_deleted() -> Evidence:
    evidence = base()
    evidence.remove(4, 5, logs=True)
    return evidence


@case(28, digests="missing", logs="n*2", findings="open-start")
def oldest_digest_deleted() -> Evidence:
    evidence = base()
    evidence.remove(0)
    return evidence


@case(29, logs="n*12", findings="no-digests")
def all_digests_deleted() -> Evidence:
    evidence = base()
    evidence.remove(*range(6))
    return evidence


@case(30, digests="invalid-moved missing", logs="u*2", findings=GAP)
def digest_under_another_name() -> Evidence:
    evidence = base()
    evidence.files[evidence.digest(2).replace("_main_", "_other_")] = evidence.files.pop(evidence.digest(2))
    return evidence


@case(31, digests="invalid-moved", logs="n*2", findings=GAP)
def digest_replayed_over_its_successor() -> Evidence:
    evidence = base()
    evidence.take(evidence.digests[2], path=evidence.digest(3))
    return evidence


@case(32, digests="valid-by-chain", code=0)
def signature_lost() -> Evidence:
    evidence = base()
    evidence.lose_signature(2)
    return evidence


@case(33, digests="valid-by-chain*5 unverifiable-no-signature", logs="u*2", code=2)
def all_metadata_lost() -> Evidence:
    evidence = base()
    evidence.heads.clear()
    return evidence


@case(34, digests="unverifiable-no-signature", logs="u*2", code=2)
def newest_signature_lost() -> Evidence:
    evidence = base()
    evidence.lose_signature(5)
    return evidence


@case(35, digests="invalid-signature", logs="u*2")
def newest_signature_no_hex() -> Evidence:
    evidence = base()
    evidence.heads[evidence.digest(5)]["Metadata"]["signature"] = "nothing of hex"
    return evidence


@case(36)
def signature_in_upper_case() -> Evidence:
    evidence = base()
    metadata = evidence.heads[evidence.digest(2)]["Metadata"]
    metadata["signature"] = metadata["signature"].upper()
    return evidence


@case(37, digests="invalid-signature", logs="u*2", findings=GAP)
def signed_by_an_attacker() -> Evidence:
    return base(edit=lambda hour, digest: setattr(digest, "signer", ATTACKER if hour == 2 else TRUE))


@case(38, digests="unverifiable-no-key", logs="u*2", findings=GAP)
def signed_by_an_attacker_who_says_so() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 2:
            digest.signer = ATTACKER
            digest.document["digestPublicKeyFingerprint"] = fingerprint(ATTACKER)

    return base(edit=edit)


def _rotated(*names: str) -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour >= 3:
            digest.signer = NEWER
            digest.document["digestPublicKeyFingerprint"] = fingerprint(NEWER)

    evidence = base(edit=edit)
    evidence.keys = {f"public-keys-{REGION}.json": [{"PublicKeyList": [key_entry(name) for name in names]}]}
    return evidence


@case(39)
def key_rotated() -> Evidence:
    return _rotated(TRUE, NEWER)


@case(40, digests="unverifiable-no-key*3", logs="u*6", findings="open-start")
def key_rotated_and_the_older_not_listed() -> Evidence:
    return _rotated(NEWER)


@case(41, digests="unverifiable-no-key*3", logs="u*6", code=2)
def no_key_listed() -> Evidence:
    evidence = base(3)
    evidence.keys = {f"public-keys-{REGION}.json": [{"PublicKeyList": []}]}
    return evidence


@case(42, digests="unverifiable-no-key*3", logs="u*6", findings="key-of-other-region*3")
def key_of_another_region() -> Evidence:
    evidence = base(3)
    evidence.keys = {f"public-keys-{OTHER_REGION}.json": [{"PublicKeyList": [key_entry(TRUE)]}]}
    return evidence


@case(43)
def key_as_subject_public_key_info() -> Evidence:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    told = fingerprint(TRUE, form)
    evidence = base(3, edit=lambda _, digest: digest.document.update(digestPublicKeyFingerprint=told))
    evidence.keys = {f"public-keys-{REGION}.json": [{"PublicKeyList": [key_entry(TRUE, form)]}]}
    return evidence


@case(44, findings="gap-logging-stopped")
def logging_stopped_and_restarted() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 3:
            digest.document |= follows(None)

    trail = Trail(3, edit=edit)
    for hour in range(5, 8):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


@case(45, findings=GAP)
def hole_between_linked_digests() -> Evidence:
    trail = Trail(3)
    for hour in range(5, 8):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


@case(46)
def whole_chain_of_a_day() -> Evidence:
    return base(24)


@case(47)
def empty_hour() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 2:
            digest.logs.clear()
            digest.document |= {"logFiles": [], "newestEventTime": None, "oldestEventTime": None}

    return base(edit=edit)


@case(48, logs="n*2", findings="chain-mismatch")
def parent_issued_again() -> Evidence:
    evidence = base()
    digest = evidence.digests[2]
    digest.document["logFiles"] = []
    digest.sign()
    evidence.take(digest)
    return evidence


@case(49)
def prefix_with_spaces_and_accents() -> Evidence:
    return base(3, prefix="équipe sécurité/日本 logs")


@case(50)
def any_prefix() -> Evidence:
    return base(3, prefix="some/where/AWSLogs-old")


def _copied() -> Evidence:
    evidence = base()
    evidence.files = {path.replace(BUCKET, "copy", 1): content for path, content in evidence.files.items()}
    return evidence


@case(51)
def copied_into_another_bucket() -> Evidence:
    evidence = _copied()
    for head in evidence.heads.values():
        head["Bucket"] = "copy"
    evidence.bucket_map[BUCKET] = "copy"
    return evidence


@case(52)
def bucket_changed() -> Evidence:
    trail = Trail(3)
    trail.bucket = "acme-new"
    for hour in range(3, 6):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


@case(53)
def organization_trail() -> Evidence:
    return base(organization="o-a1b2c3d4e5")


@case(54)
def digests_of_another_region_than_home() -> Evidence:
    return base(region="ap-southeast-2", home="us-east-1")


@case(55, logs="modified")
def second_of_two_regions_modified() -> Evidence:
    evidence = Evidence([Trail(), Trail(region=OTHER_REGION)])
    log = next(iter(evidence.trails[1].digests[2].logs))
    evidence.files[log] = pack(log_content("forged"))
    return evidence


@case(56)
def two_trails_in_one_bucket() -> Evidence:
    return Evidence([Trail(), Trail(name="main_backup")])


def _backfilled(*, stamped: bool = True) -> Evidence:
    trail = Trail(3)
    digest = trail.add(START + HOUR, START + 2 * HOUR, 0, more="_backfill")
    digest.document |= follows(None)
    digest.list_log(trail.log_key(START + HOUR, 77), log_content("late"))
    digest.sign()
    if stamped:
        digest.metadata["backfill-generation-timestamp"] = "2026-03-01T02:30:00Z"
    return Evidence([trail])


@case(57)
def backfill() -> Evidence:
    return _backfilled()


@case(58, digests="invalid-format", logs="n", findings="backfill-no-timestamp")
def backfill_without_timestamp() -> Evidence:
    return _backfilled(stamped=False)


@case(59, logs="modified")
def log_of_a_backfill_modified() -> Evidence:
    evidence = _backfilled()
    evidence.files[evidence.log(3)] = pack(log_content("forged"))
    return evidence


@case(60, logs="modified*2")
def hash_in_upper_case() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        for log in digest.document["logFiles"] if hour == 2 else ():
            log["hashValue"] = log["hashValue"].upper()

    return base(edit=edit)


@case(61)
def log_in_another_bucket() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 2:
            digest.list_log(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/x.json.gz", b"{}", "acme-more")

    return base(edit=edit)


@case(62, findings="digest-clock-reversed")
def clock_set_back() -> Evidence:
    trail = Trail(3)
    trail.add(START + 2 * HOUR, START + 2.5 * HOUR, 0)
    for hour in range(3, 6):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


@case("62b", findings="digest-clock-reversed")
def clock_set_back_before_the_beginning() -> Evidence:
    trail = Trail(3)
    trail.add(START - 5 * HOUR, START - 4 * HOUR)
    for hour in range(3, 6):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR)
    return Evidence([trail])


@case(63, findings="chain-fork digest-time-name-mismatch")
def twin_digest() -> Evidence:
    evidence = base()
    original, trail = evidence.digests[3], evidence.trails[0]
    end = START + 4 * HOUR
    twin = trail.add(START + 3 * HOUR, end.replace(second=1), 0, parent=evidence.digests[2])
    twin.document |= {"digestEndTime": original.document["digestEndTime"]}
    twin.sign()
    evidence.take(twin)
    return evidence


@case(64, logs="unreadable*3", findings="path-refused*3")
def keys_that_lead_out() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 2:
            digest.list_only(BUCKET, "../../outside.json.gz", sha256(b"outside"))
            digest.list_only("..", "outside.json.gz", sha256(b"outside"))
            digest.list_only(BUCKET, "/etc/hostname", sha256(b"outside"))

    return base(edit=edit)


@case(65, logs="unreadable", findings="path-refused")
def log_is_a_link() -> Evidence:
    evidence = base()
    evidence.files[f"{BUCKET}/aside.json.gz"] = evidence.files.pop(evidence.log(2))
    evidence.links[evidence.log(2)] = "../../../../../../../aside.json.gz"
    return evidence


@case(66)
def newline_in_a_key() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        if hour == 2:
            digest.list_log(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/a\nb.json.gz", b"{}")

    return base(edit=edit)


@case(67, findings="log-uncompressed")
def log_unpacked() -> Evidence:
    evidence = base()
    packed = evidence.files.pop(evidence.log(2))
    evidence.files[evidence.log(2).removesuffix(".gz")] = unpack(packed)
    return evidence


@case(68)
def twenty_thousand_logs() -> Evidence:
    def edit(hour: int, digest: Digest) -> None:
        for number in range(20_000):
            key = trail.log_key(START, 10_000 + number)
            digest.list_only(BUCKET, key, empty)
            digest.logs[f"{BUCKET}/{key}"] = packed

    packed, empty = pack(b'{"Records":[]}'), sha256(b'{"Records":[]}')
    trail = Trail(0, edit=edit)
    trail.add(START, START + HOUR, 0)
    return Evidence([trail])


@case(69)
def keys_in_two_files_and_two_pages() -> Evidence:
    evidence = _rotated(TRUE)
    strangers = {"PublicKeyList": [key_entry(ATTACKER)], "NextToken": "more"}
    evidence.keys[f"public-keys-{REGION}.page2.json"] = [strangers, {"PublicKeyList": [key_entry(NEWER)]}]
    return evidence


@case(70, digests="unverifiable-no-key", logs="u*2", findings="key-outside-validity")
def key_of_another_time() -> Evidence:
    start = iso(START + 3 * HOUR)
    other_time = key_entry(NEWER, ValidityEndTime=start)

    def edit(hour: int, digest: Digest) -> None:
        if hour == 5:
            digest.signer = NEWER
            digest.document["digestPublicKeyFingerprint"] = fingerprint(NEWER)

    evidence = base(edit=edit)
    evidence.keys = {f"public-keys-{REGION}.json": [{"PublicKeyList": [key_entry(TRUE), other_time]}]}
    return evidence


@case(71, digests="invalid-signature", logs="u*2", findings=f"chain-mismatch {GAP}")
def own_signature_wrong() -> Evidence:
    evidence = base()
    evidence.heads[evidence.digest(2)]["Metadata"]["signature"] = "00" * 256
    return evidence


@case(72, digests="invalid-signature", logs="u*2", findings=f"chain-mismatch {GAP}")
def digest_changed_and_its_metadata_removed() -> Evidence:
    evidence = digest_changed()
    del evidence.heads[evidence.digest(2)]
    return evidence


@case(73, digests="unverifiable-no-signature", logs="modified")
def forged_digest_vouches() -> Evidence:
    evidence = base()
    forged = copy_of_newest(evidence)
    evidence.files[evidence.log(2)] = pack(log_content("forged"))
    bucket, key = evidence.log(2).split("/", 1)
    forged.list_only(bucket, key, sha256(log_content("forged")))
    forged.sign()
    evidence.take(forged)
    del evidence.heads[forged.path]
    return evidence


def copy_of_newest(evidence: Evidence) -> Digest:
    return evidence.trails[0].add(START + 6 * HOUR, START + 7 * HOUR, 0)


@case(74, digests="invalid-moved*6", logs="u*12 n*12")
def copied_without_a_map() -> Evidence:
    return _copied()


@case(75, digests="unverifiable-no-key*3", logs="u*6", findings="key-fingerprint-mismatch")
def attackers_key_under_the_true_fingerprint() -> Evidence:
    evidence = base(3, edit=lambda _, digest: setattr(digest, "signer", ATTACKER))
    forged = key_entry(ATTACKER, Fingerprint=fingerprint(TRUE))
    evidence.keys = {f"public-keys-{REGION}.json": [{"PublicKeyList": [forged]}]}
    return evidence


@case(76, digests="valid-by-chain", findings="metadata-unreadable")
def metadata_with_broken_lines() -> Evidence:
    evidence = base()
    line = json.dumps(evidence.heads.pop(evidence.digest(2))).encode()
    evidence.lines += [line[:100], b"null", b"\x1f\x8b\x00", b'{"Bucket": 1}']
    return evidence


@case(77)
def keys_and_metadata_in_the_folder() -> Evidence:
    return base()


@case("77b", below=f"{BUCKET}/AWSLogs")
def path_that_ends_in_awslogs() -> Evidence:
    evidence = base()
    evidence.beside = f"{BUCKET}/AWSLogs"
    return evidence


@case(78, digests="unverifiable-no-key*6", logs="u*12", code=2)
def no_keys_given() -> Evidence:
    evidence = base()
    evidence.keys.clear()
    return evidence

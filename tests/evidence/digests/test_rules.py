"""Each rule of verification: hit, near miss, absent field."""

import datetime as dt
import json
import os
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.digests.cases import CASES
from tests.evidence.digests.trails import (
    ACCOUNT,
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
    iso,
    key_entry,
    pack,
    sha256,
    unpack,
)
from workbench.errors import EvidenceError
from workbench.evidence.digests import LogFacts, Verification, judge, read_facts, read_proof, verify
from workbench.evidence.digests.answers import Listing

MINUTE = dt.timedelta(minutes=1)
KEYS = f"public-keys-{REGION}.json"
MAKE = {case.number: case.make for case in CASES}


def kinds(found: Verification) -> Counter[str]:
    return Counter(finding.kind for finding in found.findings)


def words(found: Verification) -> Counter[str]:
    return Counter([digest.verdict for digest in found.digests] + [verdict for _, verdict in found.logs])


def listed(evidence: Evidence, *entries: dict[str, Any]) -> Evidence:
    evidence.keys = {KEYS: [{"PublicKeyList": list(entries)}]}
    return evidence


# --- keys


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (None, None, True),
        (START + 3 * HOUR, None, True),  # the digest ends at 1:00, two hours more are granted
        (START + 3 * HOUR + MINUTE, None, False),
        (None, START - HOUR, True),  # it starts at 0:00, an hour before is granted
        (None, START - HOUR - MINUTE, False),
    ],
)
def test_a_key_serves_about_the_time_of_its_digest(
    start: dt.datetime | None, end: dt.datetime | None, fits: bool, tmp_path: Path
) -> None:
    times = {"ValidityStartTime": start, "ValidityEndTime": end}
    entry = key_entry(TRUE, **{name: iso(time) for name, time in times.items() if time})
    found = verify(listed(base(1), entry).write(tmp_path))
    assert found.digests[0].verdict == ("valid" if fits else "unverifiable-no-key")
    assert kinds(found) == Counter({} if fits else {"key-outside-validity": 1})


def test_a_key_may_be_listed_for_two_regions(tmp_path: Path) -> None:
    evidence = base(1)
    evidence.keys[f"public-keys-{OTHER_REGION}.json"] = evidence.keys[KEYS]
    assert verify(evidence.write(tmp_path)).exit_code == 0


@pytest.mark.parametrize("name", [KEYS, f"public-keys-{REGION}_2.json", f"public-keys-{REGION}-b.txt"])
def test_a_keys_file_says_its_region(name: str, tmp_path: Path) -> None:
    evidence = base(1)
    keys = tmp_path / name
    keys.write_text(json.dumps(evidence.keys.pop(KEYS)[0]))
    assert verify(evidence.write(tmp_path / "evidence"), [keys]).exit_code == 0


def test_keys_beside_count_only_where_none_are_given(tmp_path: Path) -> None:
    evidence = listed(base(1), key_entry(NEWER))
    keys = tmp_path / KEYS
    keys.write_text(json.dumps({"PublicKeyList": [key_entry(TRUE)]}))
    folder = evidence.write(tmp_path / "evidence")
    assert words(verify(folder))["unverifiable-no-key"] == 1
    assert verify(folder, [keys]).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_keys_file_of_another_shell(encoding: str, tmp_path: Path) -> None:
    folder = base(1).write(tmp_path)
    text = (folder / KEYS).read_text()
    (folder / KEYS).write_text(text, encoding=encoding)
    assert verify(folder).exit_code == 0


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"Value": 7},
        key_entry(TRUE, Value="a"),
        key_entry(TRUE, Value="MAA="),
        key_entry(TRUE, Fingerprint="0" * 32),
        key_entry(TRUE, Fingerprint=None),
        key_entry(TRUE, ValidityStartTime="2026-13-45T00:00:00Z"),
        key_entry(TRUE, ValidityEndTime=None),
        key_entry(TRUE, ValidityEndTime=1e300),
    ],
)
def test_an_entry_that_cannot_be_used_is_a_finding(entry: Any, tmp_path: Path) -> None:
    found = verify(listed(base(1), entry, key_entry(TRUE)).write(tmp_path))
    assert words(found) == {"valid": 3}
    assert [(finding.kind, finding.path) for finding in found.findings] == [
        ("key-fingerprint-mismatch", KEYS)
    ]


def test_many_documents_in_a_keys_file(tmp_path: Path) -> None:
    folder = base(1).write(tmp_path)
    text = (folder / KEYS).read_text()
    (folder / KEYS).write_text(text + ' \n{"PublicKeyList": []}' * 20_000 + "\n")
    assert verify(folder).exit_code == 0


def test_keys_beside_that_are_a_link_are_not_read(tmp_path: Path) -> None:
    folder = base(1).write(tmp_path / "evidence")
    (folder / KEYS).rename(tmp_path / KEYS)
    (folder / KEYS).symlink_to(tmp_path / KEYS)
    with pytest.raises(EvidenceError, match="symbolic link"):
        verify(folder)


# --- metadata


@pytest.mark.parametrize("name", ["x-amz-meta-signature", "Signature", "X-Amz-Meta-Signature"])
def test_names_of_metadata_have_no_case(name: str, tmp_path: Path) -> None:
    evidence = base(1)
    metadata = evidence.heads[evidence.digest(0)]["Metadata"]
    metadata[name] = metadata.pop("signature")
    assert verify(evidence.write(tmp_path)).exit_code == 0


def test_of_several_lines_one_that_fits_is_enough(tmp_path: Path) -> None:
    evidence = base(1)
    head = evidence.heads[evidence.digest(0)]
    evidence.lines.append(json.dumps(head | {"Metadata": {"signature": "00"}}).encode())
    assert verify(evidence.write(tmp_path)).exit_code == 0


@pytest.mark.parametrize("spelled", ["{} ", "0x{}", "{}0", ""])
def test_a_signature_that_is_no_hex(spelled: str, tmp_path: Path) -> None:
    evidence = base(1)
    metadata = evidence.heads[evidence.digest(0)]["Metadata"]
    metadata["signature"] = spelled.format(metadata["signature"])
    assert verify(evidence.write(tmp_path)).digests[0].verdict == "invalid-signature"


def test_without_the_time_of_acquisition_nothing_is_said_of_the_end(tmp_path: Path) -> None:
    evidence = MAKE["27"]()
    for head in evidence.heads.values():
        del head["HeadAt"]
    found = verify(evidence.write(tmp_path))
    assert found.exit_code == 0
    assert "HeadAt" in str(found.summary()["not_judged"])


@pytest.mark.parametrize(("after", "is_open"), [(2 * HOUR, False), (2 * HOUR + MINUTE, True)])
def test_open_end_is_more_than_two_hours(after: dt.timedelta, is_open: bool, tmp_path: Path) -> None:
    evidence = base(2)
    for head in evidence.heads.values():
        head["HeadAt"] = iso(START + 2 * HOUR + after)
    assert kinds(verify(evidence.write(tmp_path)))["open-end"] == is_open


def test_metadata_elsewhere(tmp_path: Path) -> None:
    folder = base(1).write(tmp_path / "evidence")
    (folder / "meta.jsonl").rename(tmp_path / "heads.jsonl")
    assert verify(folder).exit_code == 2
    assert verify(folder, metadata=tmp_path / "heads.jsonl").exit_code == 0


def test_metadata_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    folder = base(1).write(tmp_path / "evidence")
    (folder / "meta.jsonl").rename(tmp_path / "meta.jsonl")
    (folder / "meta.jsonl").symlink_to(tmp_path / "meta.jsonl")
    found = verify(folder)
    assert kinds(found) == {"metadata-unreadable": 1}
    assert found.digests[0].verdict == "unverifiable-no-signature"


# --- places


def test_a_copy_without_the_bucket_folder(tmp_path: Path) -> None:
    evidence = base(2)
    evidence.files = {path.removeprefix(f"{BUCKET}/"): raw for path, raw in evidence.files.items()}
    assert verify(evidence.write(tmp_path)).exit_code == 0


def test_a_folder_below_awslogs_is_judged_alone(tmp_path: Path) -> None:
    folder = Evidence([Trail(2), Trail(2, region=OTHER_REGION)]).write(tmp_path)
    options = [folder / KEYS], folder / "meta.jsonl"
    found = verify(folder / BUCKET / "AWSLogs" / ACCOUNT / "CloudTrail-Digest" / REGION, *options)
    assert found.exit_code == 0
    assert words(found) == {"valid": 6}
    assert all(REGION in digest.path for digest in found.digests)


def test_the_last_digest_alone_says_where_the_others_lie(tmp_path: Path) -> None:
    trail = Trail(2, start=START + 23 * HOUR)
    folder = Evidence([trail]).write(tmp_path)
    day = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/02"
    found = verify(folder / BUCKET / day, [folder / KEYS], folder / "meta.jsonl")
    assert "missing" not in words(found)


def test_a_user_folder_named_awslogs_is_not_where_keys_begin(tmp_path: Path) -> None:
    assert verify(base(1).write(tmp_path / "AWSLogs" / "acme")).exit_code == 0


def test_dots_in_a_key_are_no_way_out(tmp_path: Path) -> None:
    def edit(_: int, digest: Digest) -> None:
        for name in ("a..b.json.gz", "..c.json.gz", ".../d.json.gz"):
            digest.list_log(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/{name}", b"{}")

    assert verify(base(1, edit=edit).write(tmp_path)).exit_code == 0


@pytest.mark.parametrize("key", ["a\0b.json.gz", "\ud800.json.gz", "", "a/../b", "..", "/a"])
def test_a_key_that_is_no_path_is_told_as_it_is_written(key: str, tmp_path: Path) -> None:
    evidence = base(1, edit=lambda _, digest: digest.list_only(BUCKET, key, sha256(b"")))
    found = verify(evidence.write(tmp_path))
    assert dict(found.logs)[key] == "unreadable"
    assert [(finding.kind, finding.path) for finding in found.findings] == [("path-refused", key)]


@pytest.mark.parametrize("bucket", ["..", "../..", "/", "/etc", ".", "a/../..", "\0"])
def test_a_bucket_that_leads_out(bucket: str, tmp_path: Path) -> None:
    evidence = base(1, edit=lambda _, digest: digest.list_only(bucket, "x.json.gz", sha256(b"")))
    found = verify(evidence.write(tmp_path / "evidence"))
    assert dict(found.logs)[f"{bucket}/x.json.gz"] == "unreadable"
    assert kinds(found) == {"path-refused": 1}


def test_an_unproven_digest_makes_no_refusal(tmp_path: Path) -> None:
    evidence = base(1, edit=lambda _, digest: digest.list_only(BUCKET, "../x.json.gz", sha256(b"")))
    evidence.keys.clear()
    found = verify(evidence.write(tmp_path))
    assert dict(found.logs)["../x.json.gz"] == "unverifiable-digest-not-valid"
    assert not found.findings


def test_a_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    evidence = base(1)
    folder = evidence.write(tmp_path / "evidence")
    logs = folder / BUCKET / "AWSLogs" / ACCOUNT / "CloudTrail"
    logs.rename(tmp_path / "elsewhere")
    logs.symlink_to(tmp_path / "elsewhere")
    found = verify(folder)
    assert dict(found.logs) == dict.fromkeys(evidence.digests[0].logs, "unreadable")
    assert kinds(found) == {"path-refused": 2}


def test_nothing_below_a_link_is_read_however_deep(tmp_path: Path) -> None:
    def edit(_: int, digest: Digest) -> None:
        for name in ("x.json.gz", "a/x.json.gz", "a/b/c/x.json.gz", "a/b/y.json.gz", "../link/z.json.gz"):
            digest.list_only(BUCKET, f"link/{name}", sha256(b"{}"))

    folder = base(1, edit=edit).write(tmp_path / "evidence")
    for place in ("x.json.gz", "a/x.json.gz", "a/b/c/x.json.gz", "a/b/y.json.gz", "z.json.gz"):
        (tmp_path / "out" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / place).write_bytes(pack(b"{}"))
    (folder / BUCKET / "link").symlink_to(tmp_path / "out")
    assert words(verify(folder)) == {"valid": 3, "unreadable": 5}


@pytest.mark.parametrize("key", ["a/" * 3000 + "x.json.gz", "a" * 3000 + ".json.gz", "AWSLogs/" * 3000 + "x"])
def test_a_key_longer_than_any_path(key: str, tmp_path: Path) -> None:
    evidence = base(1, edit=lambda _, digest: digest.list_only(BUCKET, key, sha256(b"")))
    evidence.lines.append(json.dumps({"Bucket": BUCKET, "Key": key, "Metadata": {}}).encode())
    assert words(verify(evidence.write(tmp_path))) == {"valid": 3, "unreadable": 1}


def test_one_log_listed_very_often(tmp_path: Path) -> None:
    def edit(_: int, digest: Digest) -> None:
        digest.document["logFiles"] *= 20_000

    assert verify(base(1, edit=edit).write(tmp_path)).exit_code == 0


def test_a_digest_that_is_a_link(tmp_path: Path) -> None:
    evidence = base(2)
    folder = evidence.write(tmp_path / "evidence")
    digest = folder / evidence.digest(1)
    digest.rename(tmp_path / "digest")
    digest.symlink_to(tmp_path / "digest")
    found = verify(folder)
    assert words(found) == {"valid": 3, "invalid-format": 1, "not-in-any-digest": 2}
    assert kinds(found)["path-refused"] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    evidence = base(2)
    folder = evidence.write(tmp_path)
    for path in (evidence.log(0), evidence.digest(1)):
        (folder / path).unlink()
        os.mkfifo(folder / path)
    assert words(verify(folder)) == {
        "valid": 2, "unreadable": 1, "invalid-format": 1, "not-in-any-digest": 2
    }  # fmt: skip


def test_files_elsewhere_are_no_logs(tmp_path: Path) -> None:
    evidence = base(1)
    for path in ("notes.txt", f"{BUCKET}/AWSLogs/{ACCOUNT}/Config/{REGION}/2026/3/1/x.json.gz"):
        evidence.files[path] = b"{}"
    evidence.files[f"{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/x.json.gz"] = b"{}"
    assert words(verify(evidence.write(tmp_path))) == {"valid": 3}


def test_objects_whose_names_spell_their_keys_are_not_judged(tmp_path: Path) -> None:
    evidence = base(1)
    evidence.files[f"{BUCKET}~other/%41%57%53%4cogs%2f%2fx.json.gz"] = b"{}"
    found = verify(evidence.write(tmp_path))
    assert (words(found), found.exit_code) == ({"valid": 3}, 0)
    assert found.not_judged[0].startswith(f"objects in {BUCKET}~other: ")


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(path: str | Path) -> Any:
        if str(path).endswith("private"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    folder = base(1).write(tmp_path)
    (folder / "private").mkdir()
    real = os.scandir
    monkeypatch.setattr(os, "scandir", scandir)
    found = verify(folder)
    assert found.not_judged == ("what lies in private: Permission denied",)


def test_a_flat_copy_is_moved(tmp_path: Path) -> None:
    evidence = base(1)
    evidence.files = {path.rpartition("/")[2]: raw for path, raw in evidence.files.items()}
    assert words(verify(evidence.write(tmp_path)))["invalid-moved"] == 1


# --- digests


@pytest.mark.parametrize(
    "field",
    [
        "digestPublicKeyFingerprint", "digestS3Bucket", "digestS3Object", "previousDigestSignature",
        "digestStartTime", "digestEndTime", "logFiles",
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrong", ["absent", 7, ["x"], {"x": "y"}])
def test_a_required_field(field: str, wrong: Any, tmp_path: Path) -> None:
    evidence = base(1)
    digest = evidence.digests[0]
    if wrong == "absent":
        del digest.document[field]
    else:
        digest.document[field] = wrong
    evidence.files[digest.path] = pack(json.dumps(digest.document).encode())
    assert verify(evidence.write(tmp_path)).digests[0].verdict == "invalid-format"


def test_what_is_not_required_may_be_absent(tmp_path: Path) -> None:
    def edit(_: int, digest: Digest) -> None:
        for field in ("awsAccountId", "newestEventTime", "oldestEventTime", "previousDigestHashAlgorithm"):
            del digest.document[field]
        for log in digest.document["logFiles"]:
            del log["newestEventTime"], log["oldestEventTime"], log["hashAlgorithm"]

    assert verify(base(2, edit=edit).write(tmp_path)).exit_code == 0


def test_a_digest_that_does_not_inflate_whole(tmp_path: Path) -> None:
    evidence = base(1)
    evidence.files[evidence.digest(0)] = evidence.files[evidence.digest(0)][:-8]
    assert verify(evidence.write(tmp_path)).digests[0].verdict == "invalid-format"


def test_a_bomb_is_not_inflated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.evidence.digests.documents.INFLATED_CAP", 10_000)
    evidence = base(1)
    evidence.files[evidence.digest(0)] = pack(evidence.digests[0].content + b" " * 10_000)
    digest = verify(evidence.write(tmp_path)).digests[0]
    assert digest.verdict == "invalid-format"
    assert "more than 10,000 bytes" in digest.detail


def test_a_digest_tells_who_when_and_how_large(tmp_path: Path) -> None:
    evidence = base(1, prefix="some/prefix", organization="o-a1b2c3d4e5", name="a_b.c-d", home=OTHER_REGION)
    folder = evidence.write(tmp_path)
    digest = verify(folder).digests[0]
    raw = (folder / digest.path).read_bytes()
    assert (digest.prefix, digest.organization, digest.account) == ("some/prefix", "o-a1b2c3d4e5", ACCOUNT)
    assert (digest.region, digest.trail, digest.home_region) == (REGION, "a_b.c-d", OTHER_REGION)
    assert (digest.start, digest.end, digest.logs) == (START, START + HOUR, 2)
    assert (digest.size, digest.sha256, digest.sha256_uncompressed) == (
        len(raw),
        sha256(raw),
        sha256(unpack(raw)),
    )


# --- chains


def test_a_child_that_states_no_hash_contradicts_nothing(tmp_path: Path) -> None:
    def edit(hour: int, digest: Digest) -> None:
        digest.document["previousDigestHashValue"] = None

    assert verify(base(3, edit=edit).write(tmp_path)).exit_code == 0


def test_digests_that_overlap_leave_no_gap(tmp_path: Path) -> None:
    trail = Trail(2)
    trail.add(START + 1.5 * HOUR, START + 3 * HOUR, 0)
    assert verify(Evidence([trail]).write(tmp_path)).exit_code == 0


def test_a_digest_that_starts_after_its_end(tmp_path: Path) -> None:
    trail = Trail(1)
    trail.add(START + 2 * HOUR, START + 1.5 * HOUR, 0)
    assert kinds(verify(Evidence([trail]).write(tmp_path)))["digest-clock-reversed"] == 1


SPANS: list[tuple[str, list[tuple[str, float | None, float]]]] = [
    ("1", [("covered", 0, 6)]),
    ("24", [("covered", 0, 2), ("gap-digests-absent", 2, 3), ("covered", 3, 6)]),
    ("26", [("covered", 0, 4), ("open-end", 4, 6 + 35 / 60)]),
    ("28", [("open-start", None, 1), ("covered", 1, 6)]),
    ("29", []),
    ("33", [("covered", 0, 5)]),
    ("44", [("covered", 0, 3), ("gap-logging-stopped", 3, 5), ("covered", 5, 8)]),
    ("45", [("covered", 0, 3), ("gap-digests-absent", 3, 5), ("covered", 5, 8)]),
    ("47", [("covered", 0, 6)]),
    ("52", [("covered", 0, 6)]),
    ("62", [("covered", 0, 6)]),
    ("78", []),
]


@pytest.mark.parametrize(("number", "spans"), SPANS)
def test_covered_time(number: str, spans: list[tuple[str, float | None, float]], tmp_path: Path) -> None:
    found = verify(MAKE[number]().write(tmp_path))
    assert [(span.kind, _hours(span.start), _hours(span.end)) for span in found.spans] == spans
    assert {(span.account, span.region, span.trail) for span in found.spans} <= {(ACCOUNT, REGION, "main")}


def _hours(time: dt.datetime | None) -> float | None:
    return (time - START) / HOUR if time else None


# --- logs


def facts(content: bytes = b"{}", **more: Any) -> LogFacts:
    return LogFacts(sha256(content), **more)


@pytest.mark.parametrize(
    ("told", "verdict", "found"),
    [
        (facts(), "valid", []),
        (facts(b"forged"), "modified", []),
        (facts(is_cut=True), "valid", ["log-truncated"]),
        (facts(b"", is_cut=True), "modified", []),
        (facts(is_gzip=False), "invalid-format", []),
        (facts(is_damaged=True), "invalid-format", []),
        (facts(has_trailing=True), "invalid-trailing-data", []),
        (facts(b"forged", has_trailing=True), "invalid-trailing-data", []),
        (LogFacts(error="Permission denied"), "unreadable", []),
    ],
)
def test_judge(told: LogFacts, verdict: str, found: list[str]) -> None:
    listing = Listing("a.json.gz", sha256(b"{}"), "one", is_valid=True)
    judged = judge([listing], told)
    assert (judged.verdict, [finding.kind for finding in judged.findings]) == (verdict, found)


@pytest.mark.parametrize(
    ("listings", "verdict", "found"),
    [
        ([], "not-in-any-digest", 0),
        ([("{}", "one", False)], "unverifiable-digest-not-valid", 0),
        ([("{}", "one", True), ("forged", "two", False)], "valid", 0),
        ([("forged", "one", True), ("{}", "two", False)], "modified", 0),
        ([("{}", "one", True), ("{}", "two", True)], "valid", 1),
        ([("{}", "one", True), ("{}", "one", True)], "valid", 0),
        ([("{}", "one", True), ("forged", "two", True)], "modified", 1),
    ],
)
def test_judge_what_several_digests_say(
    listings: list[tuple[str, str, bool]], verdict: str, found: int
) -> None:
    said = [Listing("a", sha256(text.encode()), digest, is_valid) for text, digest, is_valid in listings]
    judged = judge(said, facts())
    assert (judged.verdict, len(judged.findings)) == (verdict, found)


def test_an_unpacked_log_beside_the_packed_one_is_not_listed(tmp_path: Path) -> None:
    evidence = base(1)
    extra = evidence.log(0).removesuffix(".gz")
    evidence.files[extra] = unpack(evidence.files[evidence.log(0)])
    found = dict(verify(evidence.write(tmp_path)).logs)
    assert (found[evidence.log(0)], found[extra]) == ("valid", "not-in-any-digest")


def test_an_unpacked_log_with_other_content(tmp_path: Path) -> None:
    evidence = MAKE["67"]()
    extra = evidence.log(2).removesuffix(".gz")
    evidence.files[extra] = b"forged"
    found = dict(verify(evidence.write(tmp_path)).logs)
    assert (found[evidence.log(2)], found[extra]) == ("missing", "not-in-any-digest")


@pytest.mark.parametrize("flag", [0x20, 0x40, 0x80])
def test_a_gzip_header_with_unknown_flags(flag: int, tmp_path: Path) -> None:
    evidence = base(2)
    for path in (evidence.log(0), evidence.digest(1)):
        raw = evidence.files[path]
        evidence.files[path] = raw[:3] + bytes([flag]) + raw[4:]
    assert words(verify(evidence.write(tmp_path))) == {
        "valid": 2,
        "invalid-format": 2,
        "not-in-any-digest": 2,
    }


def test_a_log_larger_than_what_is_read_at_a_time(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    evidence = base(1, edit=lambda _, digest: digest.list_log(f"AWSLogs/{ACCOUNT}/large.json.gz", content))
    assert verify(evidence.write(tmp_path)).exit_code == 0


# --- the proof, as the loader uses it


def proof_and_verdicts(folder: Path) -> tuple[Any, dict[str, str]]:
    proof = read_proof(folder)
    places = [path for path in folder.rglob("*.json.gz") if proof.is_log_place(str(path))]
    told = {}
    for path in places:
        place = proof.root.inside(str(path))
        told[str(path)] = judge(proof.listings(str(path)), read_facts(proof.root, place)).verdict
    return proof, told


@pytest.mark.parametrize("number", ["1", "2", "4", "14", "17", "24", "33", "74"])
def test_a_proof_and_its_logs_make_the_same_verification(number: str, tmp_path: Path) -> None:
    folder = MAKE[number]().write(tmp_path)
    proof, told = proof_and_verdicts(folder)
    assert proof.finish(told).as_dict() == verify(folder).as_dict()


def test_verdicts_that_are_given_are_not_judged_again(tmp_path: Path) -> None:
    evidence = base(1)
    folder = evidence.write(tmp_path)
    told = {str(folder / evidence.log(0)): "modified"}
    found = dict(read_proof(folder).finish(told).logs)
    assert (found[evidence.log(0)], found[evidence.log(0, 1)]) == ("modified", "valid")


def test_an_unpacked_log_that_is_given_stands_for_the_listed_one(tmp_path: Path) -> None:
    evidence = MAKE["67"]()
    folder = evidence.write(tmp_path)
    unpacked = evidence.log(2).removesuffix(".gz")
    proof = read_proof(folder)
    content = (folder / unpacked).read_bytes()
    judged = judge(proof.listings(str(folder / unpacked)), facts(content, is_gzip=False))
    found = proof.finish({str(folder / unpacked): judged.verdict}, judged.findings)
    assert kinds(found) == {"log-uncompressed": 1}
    assert evidence.log(2) not in dict(found.logs)


def test_listings_can_be_pickled_and_know_their_times(tmp_path: Path) -> None:
    evidence = base(1)
    folder = evidence.write(tmp_path)
    listings = read_proof(folder).listings(str(folder / evidence.log(0)))
    assert pickle.loads(pickle.dumps(listings)) == listings
    assert (listings[0].oldest, listings[0].newest) == (START, START + HOUR)
    assert read_proof(folder).listings("/somewhere/else.json.gz") == ()


def test_reading_a_proof_opens_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = base(2).write(tmp_path)
    opened: list[str] = []
    real: Callable[..., int] = os.open
    monkeypatch.setattr(os, "open", lambda path, *more: opened.append(str(path)) or real(path, *more))
    read_proof(folder)
    assert len(opened) == 2
    assert all("CloudTrail-Digest" in path for path in opened)


def test_evidence_is_only_read(tmp_path: Path) -> None:
    folder = MAKE["17"]().write(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    verify(folder)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_same_bytes_under_another_name_are_not_listed(tmp_path: Path) -> None:
    evidence = base(1)
    evidence.files[evidence.log(0).replace("0000.json", "0009.json")] = evidence.files[evidence.log(0)]
    assert words(verify(evidence.write(tmp_path))) == {"valid": 3, "not-in-any-digest": 1}


def test_fingerprints_name_keys_only(tmp_path: Path) -> None:
    """Two entries may claim one fingerprint; only the one whose bytes have it is used."""
    liar = key_entry(NEWER, Fingerprint=fingerprint(TRUE))
    found = verify(listed(base(1), liar, key_entry(TRUE)).write(tmp_path))
    assert (words(found), kinds(found)) == ({"valid": 3}, {"key-fingerprint-mismatch": 1})


def test_what_an_acquisition_says_of_logs_is_no_matter(tmp_path: Path) -> None:
    evidence = base(1)
    bucket, key = evidence.log(0).split("/", 1)
    evidence.lines.append(json.dumps({"Bucket": bucket, "Key": key, "Metadata": {}, "HeadAt": "?"}).encode())
    assert verify(evidence.write(tmp_path)).exit_code == 0

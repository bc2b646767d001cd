"""Two thousand random mutants of logs, digests, metadata and keys: nothing that was changed passes as valid,
nothing untouched loses its verdict, and nothing raises.
"""

import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.digests.trails import BUCKET, REGION, Evidence, base, pack
from workbench.errors import EvidenceError
from workbench.evidence.digests import Verification, verify

pytestmark = pytest.mark.slow

MUTANTS = 500  # of each of four kinds of file
VALID = {"valid", "valid-by-chain"}
ODD_TEXTS = [
    "2026-13-45T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "", "null", "\0",
    "\ud800", "../../etc/passwd", "/etc/passwd",
    "a" * 5000, "é日本", "\n", "00" * 256, "AA", " ", "NaN", "-", "\udce9",
]  # fmt: skip
ODD_VALUES: list[Any] = [
    None, True, 0, -1, 10**5000, 1e308, float("nan"), [], {}, [[]], {"a": None}, [None], *ODD_TEXTS,
]  # fmt: skip

Mutate = Callable[[random.Random, bytes], bytes]


def flip(dice: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(dice.choice((1, 1, 1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(dice: random.Random, raw: bytes) -> bytes:
    return raw[: dice.randrange(len(raw))] if dice.random() < 0.5 else raw[dice.randrange(1, len(raw)) :]


def splice(dice: random.Random, raw: bytes) -> bytes:
    place = dice.randrange(len(raw) + 1)
    inserted = dice.choice(
        (b"\0", b"{}", b'"', raw[:40], dice.randbytes(dice.randrange(1, 50)), raw, b"\xff\xfe")
    )
    return raw[:place] + inserted + raw[place + dice.choice((0, 0, len(inserted))) :]


def swap(dice: random.Random, raw: bytes) -> bytes:
    one, two, three = sorted(dice.randrange(len(raw) + 1) for _ in range(3))
    return raw[:one] + raw[two:three] + raw[one:two] + raw[three:]


def other_json(dice: random.Random, raw: bytes) -> bytes:
    """Change one value somewhere, take a key away, write it otherwise, or nest it deeply."""
    try:
        found = json.loads(raw)
    except ValueError:
        return flip(dice, raw)
    way = dice.random()
    if way < 0.1:
        return json.dumps(found, indent=dice.choice((1, 2))).encode()
    if way < 0.15:
        return b'{"deep":' * 30_000 + raw + b"}" * 30_000
    if way < 0.2:
        return raw[:-1] + b', "deep": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    where, name = dice.choice(list(_places(found)) or [(found, None)])
    if name is None:
        return b"[]"
    if dice.random() < 0.2 and isinstance(where, dict):
        del where[name]
        return json.dumps(found).encode()
    where[name] = "the odd value"
    odd = dice.choice(ODD_VALUES)
    spelled = "1" * 5000 if odd == 10**5000 else json.dumps(odd)
    return json.dumps(found).replace('"the odd value"', spelled).encode()


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    pairs = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, value in pairs:
        yield found, name
        yield from _places(value)


BYTES: list[Mutate] = [flip, cut, splice, swap]


def first_member(raw: bytes) -> bytes | None:
    """What a validator may hash: the whole first gzip member, with sound checksum; None if there is none."""
    stream = zlib.decompressobj(31)
    try:
        return stream.decompress(raw) if raw else None
    except zlib.error:
        return None


def mutated(dice: random.Random, raw: bytes) -> bytes:
    """Mutate the bytes on disk, or what they inflate to."""
    if dice.random() < 0.5:
        return dice.choice(BYTES)(dice, raw)
    content = dice.choice([*BYTES, other_json, other_json])(dice, gzip.decompress(raw))
    return pack(content)


class Bed:
    """A trail in a folder, one file of which is another for a moment."""

    def __init__(self, folder: Path) -> None:
        self.evidence: Evidence = base(4)
        self.folder = self.evidence.write(folder)
        self.before = verdicts(verify(folder))
        assert set(self.before.values()) == {"valid"}

    def with_file(self, path: str, raw: bytes) -> dict[str, str]:
        place = self.folder / path
        sound = place.read_bytes()
        place.write_bytes(raw)
        try:
            return verdicts(verify(self.folder))
        finally:
            place.write_bytes(sound)


def verdicts(found: Verification) -> dict[str, str]:
    assert isinstance(json.loads(json.dumps(found.as_dict())), dict)
    return {digest.path: digest.verdict for digest in found.digests} | dict(found.logs)


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    return Bed(tmp_path_factory.mktemp("mutants"))


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.node.name)


def test_mutants_of_logs(bed: Bed, dice: random.Random) -> None:
    logs = [path for path in bed.evidence.files if "/CloudTrail/" in path]
    for number in range(MUTANTS):
        path = dice.choice(logs)
        raw = mutated(dice, bed.evidence.files[path])
        found = bed.with_file(path, raw)
        is_same = first_member(raw) == first_member(bed.evidence.files[path])
        assert found[path] not in VALID or is_same, number
        del found[path]
        assert found == {other: "valid" for other in bed.before if other != path}, number


def test_mutants_of_digests(bed: Bed, dice: random.Random) -> None:
    for number in range(MUTANTS):
        digest = dice.choice(bed.evidence.digests)
        raw = mutated(dice, bed.evidence.files[digest.path])
        if dice.random() < 0.1:
            raw = bed.evidence.files[dice.choice([other.path for other in bed.evidence.digests])]
        found = bed.with_file(digest.path, raw)
        is_same = first_member(raw) == digest.content
        assert found[digest.path] not in VALID or is_same, number
        others = {path for path in bed.before if path != digest.path and path not in digest.logs}
        assert {found[path] for path in others} == {"valid"}, number
        assert is_same or not VALID & {found[path] for path in digest.logs}, number


def test_mutants_of_metadata(bed: Bed, dice: random.Random) -> None:
    lines = (bed.folder / "meta.jsonl").read_bytes().splitlines(keepends=True)
    for number in range(MUTANTS):
        place = dice.randrange(len(lines))
        changed = dice.choice([*BYTES, other_json, other_json])(dice, lines[place].rstrip(b"\n"))
        if b"\n" in changed:
            continue
        found = bed.with_file("meta.jsonl", b"".join([*lines[:place], changed + b"\n", *lines[place + 1 :]]))
        touched = bed.evidence.digests[place]
        others = {path for path in bed.before if path != touched.path and path not in touched.logs}
        assert {found[path] for path in others} == {"valid"}, number
        assert set(found) == set(bed.before), number


def test_mutants_of_keys(bed: Bed, dice: random.Random) -> None:
    name = f"public-keys-{REGION}.json"
    sound = (bed.folder / name).read_bytes()
    refused = 0
    for number in range(MUTANTS):
        try:
            found = bed.with_file(name, dice.choice([*BYTES, other_json, other_json])(dice, sound))
        except EvidenceError:  # the file as a whole is no list of keys
            refused += 1
            continue
        words = set(found.values())
        assert words <= {"valid", "unverifiable-no-key", "unverifiable-digest-not-valid"}, number
        assert len(words & {"valid", "unverifiable-no-key"}) == 1, number
    assert 0 < refused < MUTANTS


def test_what_means_the_same_stays_valid(bed: Bed, dice: random.Random) -> None:
    """Recompression, gzip headers, and metadata lines in another order and spelling."""
    for path, raw in bed.evidence.files.items():
        content = gzip.decompress(raw)
        named = b"\x1f\x8b\x08\x18" + dice.randbytes(4) + b"\x02\x03a name\0a comment\0" + raw[10:]
        for same in (gzip.compress(content, 1), gzip.compress(content, 0), named):
            assert bed.with_file(path, same) == bed.before
    heads = [json.loads(line) for line in (bed.folder / "meta.jsonl").read_bytes().splitlines()]
    dice.shuffle(heads)
    lines = [json.dumps(_respelled(head), separators=(" ,  ", " : ")) + "\r" for head in heads]
    assert bed.with_file("meta.jsonl", "\n\n".join(lines).encode()) == bed.before
    assert f"{BUCKET}/" in "".join(bed.before)


def _respelled(head: dict[str, Any]) -> dict[str, Any]:
    metadata = {f"X-Amz-Meta-{name.title()}": text for name, text in head["Metadata"].items()}
    return {
        "StorageClass": "STANDARD",
        "Metadata": metadata,
        **{k: head[k] for k in ("HeadAt", "Key", "Bucket")},
    }

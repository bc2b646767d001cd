"""The AWS CLI itself, asked about the same evidence: where it speaks it says the same, or we know why not."""

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.digests import aws_cli
from tests.evidence.digests.cases import CASES
from workbench.evidence.digests import verify

pytestmark = pytest.mark.slow

MEANS = {
    "valid": "valid",
    "INVALID: signature verification failed": "invalid-signature",
    "INVALID: Non-hexadecimal digit found": "invalid-signature",
    "INVALID: has been moved from its original location": "invalid-moved",
    "INVALID: public key not found": "unverifiable-no-key",
    "INVALID: Unable to load PKCS #1 key": "unverifiable-no-key",
    "INVALID: not found": "missing",
    "INVALID: invalid format": "invalid-format",
    "INVALID: hash value doesn't match": "modified",
    "INVALID: unexpected data after end of compressed stream": "invalid-trailing-data",
}
ABORTS = 255
BY = {int(case.number): case for case in CASES if case.number.isdigit()}

# Both say the same of every object.
SAME = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 19, 36, 39, 46, 47, 52, 53, 54, 56, 57, 59, 60]

# It says nothing of so many objects, and the same of all others.
SILENT = {
    14: 1, 16: 2, 17: 2, 18: 2, 21: 2, 22: 2, 23: 2, 24: 2, 25: 4, 26: 4, 28: 2, 29: 12, 30: 3, 31: 2, 35: 2,
    37: 2, 38: 2, 40: 6, 48: 2, 58: 1, 63: 1, 71: 2, 72: 2,
}  # fmt: skip

# It ends well and says no word of what we find.
NO_FINDING = [6, 15, 20, 27, 44, 45, 62]

# It says something else: our word, its word, how often.
OTHERWISE = {
    32: ("valid-by-chain", "invalid-signature", 1),
    33: ("valid-by-chain", "invalid-signature", 5),
    34: ("unverifiable-no-signature", "invalid-signature", 1),
    43: ("valid", "unverifiable-no-key", 3),
}


def said_by_aws(number: int) -> tuple[aws_cli.Answer, dict[str, str]]:
    answer = aws_cli.ask(BY[number].make())
    words = {
        path: next(MEANS[m] for m in MEANS if told.startswith(m)) for path, told in answer.objects.items()
    }
    return answer, words


def said_by_us(number: int, folder: Path) -> dict[str, str]:
    evidence = BY[number].make()
    verification = verify(evidence.write(folder), bucket_map=evidence.bucket_map)
    return {digest.path: digest.verdict for digest in verification.digests} | dict(verification.logs)


@pytest.mark.parametrize("number", SAME)
def test_the_same_answer(number: int, tmp_path: Path) -> None:
    answer, theirs = said_by_aws(number)
    ours = said_by_us(number, tmp_path)
    if number == 56:  # it is asked about one trail at a time
        ours = {path: word for path, word in ours.items() if "main_backup" not in path}
    assert theirs == ours
    assert answer.code == (1 if set(theirs.values()) != {"valid"} else 0)


@pytest.mark.parametrize("number", SILENT)
def test_the_same_answer_where_it_speaks(number: int, tmp_path: Path) -> None:
    _, theirs = said_by_aws(number)
    ours = said_by_us(number, tmp_path)
    assert {path: ours[path] for path in theirs} == theirs
    assert len(ours) - len(theirs) == SILENT[number]


@pytest.mark.parametrize("number", NO_FINDING)
def test_it_has_no_finding(number: int, tmp_path: Path) -> None:
    answer, theirs = said_by_aws(number)
    assert answer.code == 0
    assert theirs == said_by_us(number, tmp_path)
    assert BY[number].findings
    assert ("No log files were delivered" in answer.output) == (number == 44)


@pytest.mark.parametrize("number", OTHERWISE)
def test_it_cannot_tell_what_we_can(number: int, tmp_path: Path) -> None:
    _, theirs = said_by_aws(number)
    ours = said_by_us(number, tmp_path)
    our_word, their_word, count = OTHERWISE[number]
    differing = Counter((ours[path], word) for path, word in theirs.items() if ours[path] != word)
    assert differing[our_word, their_word] == count


@pytest.mark.parametrize("number", [41, 42])
def test_it_stops_at_an_empty_list_of_keys(number: int) -> None:
    answer, _ = said_by_aws(number)
    assert answer.code == ABORTS
    assert "No public keys found" in answer.output


def test_it_misses_an_unpacked_log() -> None:
    _, theirs = said_by_aws(67)
    assert Counter(theirs.values()) == {"valid": 17, "missing": 1}

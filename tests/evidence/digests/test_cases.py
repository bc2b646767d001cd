"""Every case of the specification, through the command line as a user sees it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.evidence.digests.cases import CASES, Case
from tests.evidence.digests.trails import base, pack
from workbench.cli import main

VALID = {"valid"}


def words(case: Case, folder: Path) -> list[str]:
    evidence = case.make()
    evidence.write(folder)
    options = [f"--bucket-map={bucket}={to}" for bucket, to in evidence.bucket_map.items()]
    return ["verify", str(folder / case.below), *options]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "two" / "deep"
    folder.mkdir(parents=True)
    for beside in (tmp_path, tmp_path / "two"):
        (beside / "outside.json.gz").write_bytes(pack(b"outside"))
    arguments = words(case, folder)
    code = main([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert not_valid(found["digests"]) == case.digests
    assert not_valid(found["logs"]) == case.logs
    assert Counter(finding["kind"] for finding in found["findings"]) == case.findings
    assert code == case.code
    for rows in (found["digests"], found["logs"]):
        assert len({row["path"] for row in rows}) == len(rows)
    assert main(arguments) == code
    text = capsys.readouterr().out
    assert all(kind in text for kind in (*case.digests, *case.logs, *case.findings))


def not_valid(rows: list[dict[str, str]]) -> Counter[str]:
    return Counter(row["verdict"] for row in rows if row["verdict"] not in VALID)


def test_every_case_of_the_specification_is_here() -> None:
    numbers = {int("".join(filter(str.isdigit, case.number))) for case in CASES}
    assert numbers == set(range(1, 79)), "case 79, the wrong calls, is tested below"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("public-keys-eu-west-1.json", "no JSON", "no JSON"),
        ("public-keys-eu-west-1.json", "", "without a PublicKeyList"),
        ("public-keys-eu-west-1.json", "[]", "without a PublicKeyList"),
        ("public-keys-eu-west-1.json", "[" * 40_000, "no JSON"),
        ("public-keys.json", '{"PublicKeyList": []}', "which region"),
        ("keys-eu-west-1.json", '{"PublicKeyList": []}', "which region"),
        ("public-keys-nowhere.json", '{"PublicKeyList": []}', "which region"),
    ],
)
def test_case_79_unusable_keys_file(
    name: str, content: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = base(1).write(tmp_path)
    (tmp_path / "given").mkdir()
    keys = tmp_path / "given" / name
    keys.write_text(content)
    assert main(["verify", str(folder), "--public-keys", str(keys)]) == 3
    said = capsys.readouterr().err
    assert told in said
    assert name in said
    assert "list-public-keys" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["absent"], "no such folder"),
        ([".", "--public-keys", "absent.json"], "does not say which region"),
        ([".", "--public-keys", "public-keys-eu-west-1.json"], "No such file"),
        ([".", "--metadata", "absent.jsonl"], "No such file"),
        ([".", "--bucket-map", "no-equals-sign"], "FROM=TO"),
        ([".", "--bucket-map", "=folder"], "FROM=TO"),
        ([".", "--bucket-map", "a="], "FROM=TO"),
        ([".", "--bucket-map", "a=../b"], "FROM=TO"),
        ([".", "--bucket-map", "a=/b"], "FROM=TO"),
        ([".", "--bucket-map", "a=b", "--bucket-map", "a=c"], "each bucket once"),
    ],
)
def test_case_79_wrong_call(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["verify", *arguments]) == 3
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said

"""`workbench verify` as a user and a script see it: text, JSON, cases, and what it must not import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evidence.digests.cases import CASES
from tests.evidence.digests.trails import ACCOUNT, BUCKET, REGION, Digest, base, log_content, pack
from workbench.cli import main
from workbench.evidence.digests.telling import DIGEST_VERDICTS, FINDINGS, LOG_VERDICTS

HEAVY = ("ibis", "duckdb", "pandas", "pyarrow", "numpy", "boto3", "msgspec", "networkx", "altair")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main(["verify", *map(str, words)])
    return code, capsys.readouterr().out


def test_text_tells_counts_then_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = base()
    evidence.files[evidence.log(2)] = pack(log_content("forged"))
    evidence.remove(4, 5)
    code, text = run(capsys, evidence.write(tmp_path))
    assert code == 1
    lines = text.splitlines()
    assert lines[:4] == [
        "digests: valid 4",
        "logs: modified 1, not-in-any-digest 4, valid 7",
        "findings: open-end 1",
        "covered: 2026-03-01T00:00:00Z to 2026-03-01T04:00:00Z",
    ]
    assert f"  {evidence.log(2)}" in lines
    places = [
        text.index(word)
        for word in ("logs modified (1)", "logs not-in-any-digest (4)", "finding open-end (1)")
    ]
    assert places == sorted(places)


def test_what_was_not_judged_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = base(1)
    evidence.keys.clear()
    evidence.heads.clear()
    code, text = run(capsys, evidence.write(tmp_path))
    assert code == 2
    assert "\nnot judged:\n" in text
    assert "no public keys" in text


def test_every_word_has_a_sentence() -> None:
    told = [set(DIGEST_VERDICTS), set(LOG_VERDICTS), set(FINDINGS)]
    expected = [
        {word for case in CASES for word in getattr(case, kind)} for kind in ("digests", "logs", "findings")
    ]
    assert told[0] == expected[0] - {"valid-by-chain"}
    assert told[1] == expected[1]
    assert told[2] == expected[2]


def test_names_cannot_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def edit(_: int, digest: Digest) -> None:
        key = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/a\n\x1b[2J\u202eb.json.gz"
        digest.list_only(BUCKET, key, "0" * 64)
        digest.list_only(BUCKET, "../\x07", "0" * 64)

    folder = base(1, edit=edit).write(tmp_path)
    code, text = run(capsys, folder)
    assert code == 1
    assert not {"\x1b", "\u202e", "\x07"} & set(text)
    assert r"a\n\x1b[2J\u202eb.json.gz" in text
    code, document = run(capsys, folder, "--json")
    assert {row["path"].rpartition("/")[2] for row in json.loads(document)["logs"]} >= {
        "a\n\x1b[2J\u202eb.json.gz", "\x07",
    }  # fmt: skip


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = run(capsys, base().write(tmp_path), "--json")
    found = json.loads(document)
    assert code == 0
    assert list(found) == ["digests", "logs", "findings", "summary"]
    assert found["summary"] | {"root": "", "public_keys": [], "metadata": ""} == {
        "root": "", "digests": {"valid": 6}, "logs": {"valid": 12}, "findings": {},
        "first_covered": "2026-03-01T00:00:00Z", "last_covered": "2026-03-01T06:00:00Z",
        "not_judged": [], "public_keys": [], "metadata": "",
    }  # fmt: skip


def a_case(folder: Path, manifest: object) -> Path:
    folder.mkdir()
    (folder / "case.duckdb").write_bytes(b"")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    return folder


def test_a_case_is_verified_by_its_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = base().write(tmp_path / "evidence")
    case = a_case(tmp_path / "case", {"evidence": [str(evidence), str(evidence / "meta.jsonl")]})
    assert run(capsys, case, "--json")[1] == run(capsys, evidence, "--json")[1]


def test_a_case_of_two_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [base(hours).write(tmp_path / f"evidence {hours}") for hours in (1, 2)]
    case = a_case(tmp_path / "case", {"evidence": [*map(str, folders)]})
    code, document = run(capsys, case, "--json")
    found = json.loads(document)
    assert code == 0
    assert found["summary"]["digests"] == {"valid": 3}
    assert len({row["path"] for row in found["digests"]}) == 3
    assert all(Path(row["path"]).is_file() for row in found["logs"])


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (None, "no manifest.json"),
        ("{", "not readable as a manifest"),
        ([], "not readable as a manifest"),
        ({}, "names no evidence"),
        ({"evidence": []}, "names no evidence"),
        ({"evidence": [7]}, "names no evidence"),
        ({"evidence": "/"}, "names no evidence"),
        ({"evidence": ["/not/there"]}, "no such folder"),
    ],
)
def test_a_case_that_does_not_say_its_evidence(
    manifest: object, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(a_case(tmp_path / "case", manifest))]) == 3
    assert told in capsys.readouterr().err


def test_the_sample_is_valid(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, sample)[0] == 0


def test_it_starts_without_heavy_libraries(tmp_path: Path) -> None:
    folder = base(1).write(tmp_path)
    program = (
        f"import sys; from workbench.cli import main; code = main(['verify', {str(folder)!r}]);"
        f" loaded = [name for name in {HEAVY!r} if name in sys.modules]; sys.exit(str(loaded or '') or code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

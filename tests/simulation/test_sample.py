"""The committed sample is what the code writes, and no call destroys somebody's files."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import ParameterError
from workbench.simulation import write_sample

LARGEST = 3_000_000


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fingerprint(folder: Path) -> str:
    lines = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in contents(folder).items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("sample") / "new"
    return folder, write_sample(folder)


def test_the_default_output_is_the_committed_sample(written: tuple[Path, dict], sample: Path) -> None:
    made, kept = contents(written[0]), contents(sample)
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_committed_sample_stays_small(sample: Path) -> None:
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) <= LARGEST


def test_gzip_headers_carry_neither_time_nor_name(sample: Path) -> None:
    for path in sample.rglob("*.gz"):
        header = path.read_bytes()[:10]
        assert header[:3] == b"\x1f\x8b\x08"
        assert header[3] == 0, "no flags: no name, no comment, no extra field"
        assert header[4:8] == b"\0\0\0\0"


def test_the_summary_counts_what_was_written(written: tuple[Path, dict]) -> None:
    folder, summary = written
    logs = list(folder.glob("AWSLogs/*/*/CloudTrail/**/*.json.gz"))
    delivered = sum(len(json.loads(gzip.decompress(path.read_bytes()))["Records"]) for path in logs)
    assert summary["log_files"] == len(logs)
    assert summary["digests"] == len(list(folder.glob("AWSLogs/*/*/CloudTrail-Digest/**/*.json.gz")))
    assert summary["events"] + summary["duplicates"] == delivered
    assert summary["events"] == sum(summary["accounts"].values()) == sum(summary["regions"].values())


@pytest.mark.slow
def test_surroundings_change_nothing(written: tuple[Path, dict], tmp_path: Path) -> None:
    """Another time zone, hash seed, locale and working directory: the same bytes."""
    code = "import sys; from workbench.simulation import write_sample; write_sample(sys.argv[1])"
    root = Path(__file__).resolve().parents[2]
    surroundings = {
        **os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "4711", "LC_ALL": "C", "PYTHONPATH": str(root),
    }
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "far")], check=True, env=surroundings, cwd=tmp_path
    )
    assert fingerprint(tmp_path / "far") == fingerprint(written[0])


def test_another_seed_gives_other_events_and_other_keys(tmp_path: Path) -> None:
    for seed in (7, 8):
        write_sample(tmp_path / str(seed), days=3, events=400, seed=seed)
    first, second = contents(tmp_path / "7"), contents(tmp_path / "8")
    assert first["public-keys-us-east-1.json"] != second["public-keys-us-east-1.json"]
    assert first["truth.json"] != second["truth.json"]


@pytest.mark.parametrize("days", [3, 9])
def test_every_length_holds_the_whole_intrusion(tmp_path: Path, days: int) -> None:
    summary = write_sample(tmp_path / "new", days=days, events=500)
    truth = json.loads((tmp_path / "new" / "truth.json").read_text(encoding="utf-8"))
    assert summary["steps"] == 17
    assert all(step["time"] < summary["last"] for step in truth["intrusion"]["steps"])


def test_more_accounts_deliver_more_chains(tmp_path: Path) -> None:
    summary = write_sample(tmp_path / "new", accounts=6, days=3, events=3000)
    organization = json.loads((tmp_path / "new" / "organization.json").read_text(encoding="utf-8"))
    assert len(organization["accounts"]) == len(summary["accounts"]) == 6
    assert set(summary["accounts"]) == {account["id"] for account in organization["accounts"]}
    assert all(count > 20 for count in summary["accounts"].values())


@pytest.mark.parametrize("events", [500, 4000, 12_000])
def test_about_as_many_events_as_asked_for(tmp_path: Path, events: int) -> None:
    made = write_sample(tmp_path / "new", days=4, events=events)["events"]
    assert made == pytest.approx(events, rel=0.12, abs=250)


def test_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    write_sample(folder, days=4, events=300)
    write_sample(folder, days=3, events=300, seed=8)
    again = tmp_path / "again"
    write_sample(again, days=3, events=300, seed=8)
    assert contents(folder) == contents(again)


def test_a_folder_with_something_else_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"holds thesis\.txt.*nothing was changed.*Name a new folder"):
        write_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_sample_with_a_stranger_in_it_is_refused_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    write_sample(folder, days=3, events=300)
    before = contents(folder)
    (folder / "AWSLogs" / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"AWSLogs/notes\.md"):
        write_sample(folder, days=3, events=300)
    (folder / "AWSLogs" / "notes.md").unlink()
    assert contents(folder) == before


def test_files_named_like_a_sample_without_its_mark_are_refused(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"holds truth\.json"):
        write_sample(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ParameterError, match="is a file"):
        write_sample(tmp_path / "file")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"accounts": 3}, "accounts=3"), ({"days": 2}, "days=2"), ({"events": 0}, "events=0")],
)
def test_numbers_too_small_are_refused(tmp_path: Path, wrong: dict[str, int], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        write_sample(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_hundred_thousand_events_are_true_too(tmp_path: Path) -> None:
    summary = write_sample(tmp_path / "new", accounts=8, events=100_000)
    assert summary["events"] == pytest.approx(100_000, rel=0.01)
    logs = sorted((tmp_path / "new").glob("AWSLogs/*/*/CloudTrail/**/*.json.gz"))
    seen: set[str] = set()
    twice = 0
    for path in logs:
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
            twice += record["eventID"] in seen
            seen.add(record["eventID"])
    assert (len(seen), twice) == (summary["events"], summary["duplicates"])

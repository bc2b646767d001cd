"""The manual fails the build: its commands and its Python run as they stand."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import event, trail
from workbench.cli import cli, main
from workbench.evidence import checks, inflate


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", readme, re.M | re.S)


def console(readme: str) -> list[list[str]]:
    lines = [line for block in blocks(readme, "console") for line in block.splitlines()]
    assert not [line for line in lines if not line.startswith("$ ")], "what is typed stands behind a $"
    return [shlex.split(line[2:]) for line in lines]


def written(readme: str, folder: Path) -> None:
    """Write the files that the README shows: their first line is a comment with their name."""
    for block in blocks(readme, "yaml"):
        path = folder / block.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(block, encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, root: Path, sample_case: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the README supposes it: some evidence, the sample, and a case of its own to write into."""
    trail(tmp_path / "evidence", event(), event())
    (tmp_path / "data/cases").mkdir(parents=True)
    shutil.copytree(sample_case, tmp_path / "data/cases/sample")
    (tmp_path / "data/sample").symlink_to(root / "data/sample")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def acme_trail(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bucket from which the README acquires, on this machine."""
    from tests.evidence.acquisition.moto_bucket import Bucket, environment, serving

    with serving() as url:
        for name, value in environment(url).items():
            monkeypatch.setenv(name, value)
        log = next((desk / "evidence").rglob("*.json.gz"))
        Bucket("acme-trail").put(str(log.relative_to(desk / "evidence")), log.read_bytes())
        yield


def test_python_blocks_run(readme: str, desk: Path) -> None:
    shared: dict[str, object] = {}
    for block in blocks(readme, "python"):
        exec(block, shared)
    shared["con"].disconnect()
    assert shared["G"].number_of_edges() > 0


@pytest.mark.slow
def test_console_lines_run(readme: str, desk: Path, acme_trail: None) -> None:
    ours = [words[1:] for words in console(readme) if words[0] == "workbench" and words[1] != "lab"]
    assert ours, "the README shows no command"
    written(readme, desk)
    for words in ours:
        assert main(words) == 0, words
    assert (desk / "acme.html").is_file()
    assert (desk / "evidence/acme/manifest.json").is_file()


@pytest.mark.slow
def test_the_way_from_an_alert_to_a_rule_leads_there(
    readme: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(readme, desk)
    words = [
        "detect",
        "data/cases/sample",
        "--rules",
        "rules",
        "--suppress",
        "expected.yml",
        "--format",
        "json",
    ]
    assert main(words) == 0
    hits = json.loads(capsys.readouterr().out)
    (shown,) = [row for row in hits if row["rule_id"] == "trust-opened"]
    for value in (shown["title"], shown["origin_principal"], shown["reason"], shown["eventID"]):
        assert value in readme
    expected = [row for row in hits if "shells of the platform team" in row["reason"]]
    assert {(row["rule_id"], row["severity"]) for row in expected} == {("session-started", "informational")}
    assert {row["severity"] for row in hits if row["rule_id"] == "reporting-by-hand"} == {"high"}
    assert main(["detect", "data/cases/sample", "--rules", "rules", "--test"]) == 0
    assert capsys.readouterr().out == "3 of 3 tests passed, of 1 rules; 0 refused\n"


def test_make_targets_exist(readme: str, root: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (root / "Makefile").read_text(), re.M))
    named = {words[1] for words in console(readme) if words[0] == "make"}
    named |= set(re.findall(r"`make (\w+)`", readme))
    assert {"briefing", "test"} <= named <= targets


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_is_in_the_table(name: str, readme: str) -> None:
    row = next(line for line in readme.splitlines() if line.startswith(f"| `workbench {name}"))
    shown = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row))
    options = [set(p.opts) for p in cli.commands[name].params if p.opts[0].startswith("-")]
    assert all(shown & spellings for spellings in options)
    assert shown <= set().union(*options)


def test_limits_and_flags_are_those_of_the_code(readme: str, root: Path) -> None:
    sizes = [f"{size >> 20} MiB" for size in (checks.RECORD_CAP, inflate.INFLATED_CAP)]
    limits = [sizes[0], f"{checks.VALUES_CAP:,}", str(checks.DEPTH_CAP), sizes[1]]
    assert f"more than {inflate.RATIO_CAP} times" in readme
    section = readme.partition("### Limits")[2].partition("###")[0]
    assert re.findall(r"\| (\d+.*?) \|$", section, re.M) == limits
    flags = re.findall(r"`([a-z0-9-]+)`", "".join(re.findall(r"^\| (`.*?) \|", readme, re.M)))
    sources = [path for room in ("evidence", "events") for path in (root / "workbench" / room).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert "eventid-conflict" in flags
    assert not [flag for flag in flags if f'"{flag}"' not in code]


def test_links_lead_somewhere(readme: str, root: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (root / target).exists(), target


def test_pictures_are_small_enough_to_clone(root: Path) -> None:
    pictures = list((root / "data/pictures").glob("*.png"))
    assert len(pictures) >= 2
    assert sum(path.stat().st_size for path in pictures) < 1_000_000

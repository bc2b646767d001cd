"""The catalogue as it is searched, in Python and on the command line."""

import json
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.errors import ParameterError
from workbench.queries.catalogue import find, query

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("root", "root_activity"),
        ("console mfa", "console_logins_without_mfa"),
        ("access key activity", "activity_by_access_key"),
        ("TLS old", "tls_old_clients"),
        ("bucket policy", "s3_bucket_policy_changes"),
        ("secrets read", "secrets_read"),
        ("athena denied", "athena_denied_by_day"),
        (["unused", "regions"], "regions_unused"),
    ],
)
def test_the_best_comes_first(words: str, first: str) -> None:
    assert find(words)[0].name == first


def test_without_words_all_by_name() -> None:
    names = [entry.name for entry in find()]
    assert names == sorted(names)


def test_words_of_nothing() -> None:
    assert find("xyzzy") == []


def test_a_word_that_nothing_has_does_not_hide_the_others() -> None:
    assert find("xyzzy tls") == find("tls")


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(ParameterError, match="Nearest: console_logins"):
        query("console_login")


def run(capsys: Capture, *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_command_lists(capsys: Capture) -> None:
    code, out, _ = run(capsys, "queries", "root", "member")
    assert code == 0
    assert out.startswith("root_sessions_of_members  (lake)\n    Who took root of a member account")


def test_command_tells_that_nothing_matches(capsys: Capture) -> None:
    code, out, _ = run(capsys, "queries", "xyz\x1bzy")
    assert (code, out.startswith("no ready query matches xyz\\x1bzy")) == (1, True)


def test_command_shows_one(capsys: Capture) -> None:
    code, out, _ = run(capsys, "queries", "activity_by_ip", "--show")
    assert code == 0
    assert "-- parameter: end time = 9999-12-31, events before this time\n" in out
    assert out.endswith(query("activity_by_ip").sql)


@pytest.mark.parametrize("words", [["activity_by_i", "--show"], ["--show"], ["a", "b", "--show"]])
def test_command_called_wrongly(capsys: Capture, words: list[str]) -> None:
    assert run(capsys, "queries", *words)[0] == 3


def test_sql_by_name(capsys: Capture, sample_case: Path) -> None:
    words = [
        "sql",
        str(sample_case),
        "--name",
        "athena_object_reads",
        "--format",
        "json",
        "-p",
        "end",
        "2026-03-03",
    ]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert {row["last_read"][:10] for row in json.loads(out)} == {"2026-03-02"}
    noted = json.loads((sample_case / "custody.jsonl").read_text().splitlines()[-1])
    assert "eventtime < '2026-03-03T00:00:00Z'" in noted["parameters"]["sql"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--name", "activity_by_ip"], "needs ip"),
        (["--name", "activity_by_ip", "-p", "address", "x"], "no parameter address"),
        (["--name", "nonsense_xyz"], "no ready query nonsense_xyz"),
        (["SELECT 1", "--name", "activity_by_ip"], "--name"),
        (["SELECT 1", "-p", "ip", "x"], "-p"),
    ],
)
def test_sql_by_name_called_wrongly(capsys: Capture, sample_case: Path, words: list[str], fault: str) -> None:
    code, out, err = run(capsys, "sql", str(sample_case), *words)
    assert (code, out) == (3, "")
    assert fault in err

"""Hits that are expected stay hits: informational, with the reason why."""

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.builders import case, event, role_event, table
from tests.detections.asking import rule, rules
from workbench.detections import Rule, Suppression, examine, load_rules, load_suppressions
from workbench.errors import ParameterError


def suppressed(folder: Path, text: str) -> list[str]:
    """Return the labels of the hits that a list suppresses."""
    (folder / "list.txt").write_text(text, encoding="utf-8")
    known = rules(folder, {"off": rule({"s": {"eventName": "StopLogging"}}, level="high")})
    stop: dict[str, Any] = {"eventName": "StopLogging", "eventTime": "2026-09-02T04:00:00Z"}
    events = table(
        event(**stop, eventID="alice", sourceIPAddress="198.51.100.7", userAgent="aws-cli/2"),
        role_event(
            "Deploy", **stop, eventID="deploy", sourceIPAddress="::ffff:10.1.2.3", userAgent="Terraform/1.9"
        ),
        event(**stop, eventID="bare", userIdentity=..., sourceIPAddress=..., userAgent=...),
    )
    rows = (
        examine(events, known, suppressions=load_suppressions(folder / "list.txt"))
        .hits.to_pyarrow()
        .to_pylist()
    )
    assert {row["rule_level"] for row in rows} == {"high"}
    assert len(rows) == 3
    lowered = [row for row in rows if row["severity"] == "informational"]
    assert all("; suppressed: " in row["reason"] for row in lowered)
    return sorted(row["eventID"] for row in lowered)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- {rule: off, principal: '*:user/ALICE', why: knows}", ["alice"]),
        ("- {rule: off, role_arn: '*:role/Deploy'}", ["deploy"]),
        ("- {rule: off, userAgent: 'terraform/*'}", ["deploy"]),
        ("- {rule: off, sourceIPAddress: 10.0.0.0/8}", ["deploy"]),
        ("- {rule: off, sourceIPAddress: 198.51.100.?}", ["alice"]),
        ("- {rule: off, sourceIPAddress: 10.1.2.3}", ["deploy"]),
        ("- {rule: off, sourceIPAddress: '::ffff:*'}", ["deploy"]),
        ("- {rule: off, sourceIPAddress: '::10.1.2.3'}", []),
        ("- {rule: off, sourceIPAddress: 10.0.0.0/8, userAgent: 'aws-cli/*'}", []),
        ("- {rule: other}", []),
        ("- {rule: 'o*'}", ["alice", "bare", "deploy"]),
        ("- {rule: off, until: 2026-09-02}", ["alice", "bare", "deploy"]),
        ("- {rule: off, until: 2026-09-01}", []),
        ("- {userAgent: '*'}", ["alice", "deploy"]),
        ("", []),
    ],
)
def test_what_is_suppressed(text: str, found: list[str], tmp_path: Path) -> None:
    assert suppressed(tmp_path, text) == found


def test_many_wildcards_over_a_long_user_agent_take_no_time() -> None:
    wanted = Suppression("off", {"userAgent": "*a" * 40 + "b?c*d"})
    assert wanted.fits("off", {"userAgent": ["a" * 5_000 + "bxc" + "e" * 5_000 + "d"]}, None)
    assert not wanted.fits("off", {"userAgent": ["a" * 5_000 + "bxc" + "e" * 5_000]}, None)
    assert not wanted.fits("off", {"userAgent": ["a" * 39 + "bxcd"]}, None)


@pytest.mark.parametrize(
    "text",
    [
        "- {rul: off}",
        "- off",
        "off",
        "- {rule: off, until: soon}",
        "- {why: x}",
        "- {sourceIPAddress: 10.0.0/8}",
        "- [",
    ],
)
def test_a_list_that_nobody_understands_suppresses_nothing(text: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="is no list of suppressions"):
        suppressed(tmp_path, text)


def test_what_fits_no_hit_of_any_severity_is_told(tmp_path: Path) -> None:
    known = rules(tmp_path, {"off": rule({"s": {"eventName": "StopLogging"}}, level="low")})
    (tmp_path / "list.txt").write_text("- {rule: off}\n- {rule: of, until: 2026-12-31, why: a slip}")
    events = table(event(eventName="StopLogging"))
    expected = load_suppressions(tmp_path / "list.txt")
    found = examine(events, known, "high", suppressions=expected)
    assert found.hits.count().execute() == 0
    assert [(str(one), one.path) for one in found.unused] == [
        ("{rule: 'of', until: 2026-12-31}", str(tmp_path / "list.txt"))
    ]
    nothing = examine(table(event()), known, suppressions=expected)
    assert nothing.unused == tuple(expected)


def test_suppressions_of_what_is_looked_for_beside_the_rules_are_used(tmp_path: Path) -> None:
    stolen = role_event(session="i-0123456789abcdef0", userAgent="aws-cli/2", sourceIPAddress="203.0.113.9")
    home = role_event(session="i-0123456789abcdef0", userAgent="agent", sourceIPAddress="198.51.100.7")
    expected = [Suppression("instance-*"), Suppression("instances-*")]
    found = examine(table(home, stolen), [], instances=True, suppressions=expected)
    assert [row["severity"] for row in found.hits.to_pyarrow().to_pylist()] == ["informational"]
    assert found.unused == (expected[1],)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(["cis-4-5"], ["{rule: 'cis-4-5'}"], id="the one it names"),
        pytest.param(["cis-4-6"], [], id="another one"),
        pytest.param(["cis-4-5", "cis-4-6"], ["{rule: 'cis-4-5'}"], id="some of the others"),
        pytest.param(None, ["{rule: 'cis-4-5'}", "{rule: 'cis-?-*'}", "{rule: 'slip'}"], id="all"),
    ],
)
def test_suppressions_of_the_case_are_unused_only_where_all_they_name_was_run(
    asked: list[str] | None, told: list[str], tmp_path: Path
) -> None:
    events = wb.events(case(tmp_path, event()))
    listed = ["cis-4-5", "cis-?-*", "slip"]
    (tmp_path / "case" / "suppressions.yml").write_text("".join(f"- {{rule: '{name}'}}\n" for name in listed))
    chosen = [one for one in load_rules() if asked is None or one.id in asked]
    found = examine(events, chosen)
    assert [str(one) for one in found.unused] == told


def test_a_suppression_of_the_case_for_a_rule_that_was_refused_is_not_unused(tmp_path: Path) -> None:
    events = wb.events(case(tmp_path, event()))
    (tmp_path / "case" / "suppressions.yml").write_text("- {rule: odd}\n")
    assert examine(events, [*load_rules(), Rule("odd", "Odd", refused="unknown field x")]).unused == ()

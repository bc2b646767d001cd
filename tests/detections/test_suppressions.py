"""Hits that are expected stay hits: informational, with the reason why."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders import event, role_event, table
from tests.detections.asking import rule, rules
from workbench.detections import examine, load_suppressions
from workbench.errors import ParameterError


def suppressed(folder: Path, text: str) -> list[str]:
    """Return the labels of the hits that a list suppresses."""
    (folder / "list.txt").write_text(text, encoding="utf-8")
    known = rules(folder, {"off": rule({"s": {"eventName": "StopLogging"}}, level="high")})
    stop: dict[str, Any] = {"eventName": "StopLogging", "eventTime": "2026-09-02T04:00:00Z"}
    events = table(
        event(**stop, eventID="alice", sourceIPAddress="198.51.100.7", userAgent="aws-cli/2"),
        role_event("Deploy", **stop, eventID="deploy", sourceIPAddress="10.1.2.3", userAgent="Terraform/1.9"),
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

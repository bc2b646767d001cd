"""The test events inside rule files, made whole and put on one timeline, so that one run asks them all."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders import event, user
from tests.detections.evaluator import read_rules

RULES = Path(__file__).resolve().parents[2] / "workbench" / "detections" / "rules"
START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(hours=3)


class Told(NamedTuple):
    """One test of a rule file: what the file says, and the events that say it."""

    rule: str
    number: int
    expect: str
    why: str | None
    severity: str | None
    events: list[dict[str, Any]]


def told(rules: list[dict[str, Any]]) -> list[Told]:
    """Return the tests of all rules, hours apart from each other, each with callers of its own."""
    times = itertools.count()
    return [
        Told(
            rule["id"], number, test["expect"], test.get("why"), test.get("severity"),
            list(_events(test, START + next(times) * APART, f"{rule['id']}-{number}")),
        )
        for rule in rules
        for number, test in enumerate((rule.get("custom") or {}).get("tests", []))
    ]  # fmt: skip


def _events(test: dict[str, Any], start: datetime, caller: str) -> Iterator[dict[str, Any]]:
    seconds = 0
    for part in test.get("events") or [test["event"]]:
        every, fields = part.get("every", 1), part.get("event", part) if "repeat" in part else part
        for number in range(part.get("repeat", 1)):
            moment = (start + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
            written = json.loads(json.dumps(fields).replace("{n}", str(number)))
            yield event(**({"userIdentity": user(caller), "eventTime": moment} | written))
            seconds += every


def built_in() -> list[dict[str, Any]]:
    """Return the documents of the built-in rules."""
    return read_rules(RULES)

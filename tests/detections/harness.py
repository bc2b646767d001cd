"""The built-in rules as documents, and the tests inside them, made whole as the engine runs them."""

from functools import cache
from pathlib import Path
from typing import Any

from tests.detections.evaluator import read_rules
from workbench.detections.trying import Trial, trials

RULES = Path(__file__).resolve().parents[2] / "workbench" / "detections" / "rules"


def told(rules: list[dict[str, Any]]) -> list[Trial]:
    """Return the tests of all rules, hours apart from each other, each with callers of its own."""
    return trials((rule["id"], (rule.get("custom") or {}).get("tests", [])) for rule in rules)


@cache
def built_in() -> list[dict[str, Any]]:
    """Return the documents of the built-in rules, read once."""
    return read_rules(RULES)

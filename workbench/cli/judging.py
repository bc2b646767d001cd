"""What is said of rules themselves: what is odd about them, and whether they do what their tests say."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.words import TEST_FAILED, printable

if TYPE_CHECKING:
    from workbench.detections import Rule


def print_lint(rules: "Sequence[Rule]") -> None:
    """Print what is odd about rules, and of those that are refused why."""
    from workbench.detections.reading.linting import twins

    known = twins(rules)
    for place, rule in enumerate(rules):
        twin = [known[place]] if place in known else []
        for told in [f"refused: {rule.refused}"] if rule.refused else [*rule.lint, *twin]:
            print(printable(f"{rule.path}: {rule.id}: {told}"))


def print_tests(folders: Sequence[Path]) -> int:
    """Run the tests inside the rules of folders, or the built-in ones, and print what failed."""
    from workbench.detections import load_rules, try_rules

    built_in = load_rules()
    rules = load_rules(*folders) if folders else built_in
    tried = try_rules(rules, built_in)
    failed = [one for one in tried if not one.passed]
    for one in failed:
        why = f" ({one.why})" if one.why else ""
        print(printable(f"{one.rule_id} test {one.number}: {one.expect} expected, {one.found}{why}"))
    known = {one.rule_id for one in tried}
    for rule in rules:
        if rule.refused and rule.id not in known:
            print(printable(f"{rule.id}: refused: {rule.refused}"))
    refused = sum(rule.refused is not None for rule in rules)
    passed = len(tried) - len(failed)
    print(f"{passed:,} of {len(tried):,} tests passed, of {len(known):,} rules; {refused:,} refused")
    return TEST_FAILED if failed or refused else 0

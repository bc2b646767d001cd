"""What the author of a rule may want to look at: tests that can never hold, or never matter."""

from collections.abc import Iterator, Sequence

from workbench.detections.reading.model import Rule
from workbench.detections.reading.tree import ANY, And, Exists, Match, Node, Not, Or, Text, matches

_SERVICE = ("eventSource",)
_ENUMERATED = {
    "userIdentity.type": (
        "AWSAccount", "AWSService", "AssumedRole", "Directory", "FederatedUser", "IAMUser",
        "IdentityCenterUser", "Role", "Root", "SAMLUser", "Unknown", "WebIdentityUser",
    ),
    "eventType": (
        "AwsApiCall", "AwsConsoleAction", "AwsConsoleSignIn", "AwsServiceEvent", "AwsVpceEvent",
        "AwsCloudTrailInsight", "AwsAggregatedEvent",
    ),
    "eventCategory": ("Management", "Data", "Insight", "NetworkActivity", "Aggregated"),
    "readOnly": ("true", "false"),
    "managementEvent": ("true", "false"),
}  # fmt: skip


def lint(detection: Node) -> list[str]:
    """List what is odd about a detection; each entry says what and where.

    Examples
    --------
    >>> from workbench.detections.reading.tree import Text
    >>> lint(Match("eventSource", (Text(("IAM.amazonaws.com",)),)))
    ['eventSource is always in lower case: IAM.amazonaws.com']
    >>> lint(Match("userIdentity.type", (Text(("User",)),)))
    ['userIdentity.type is never User']
    """
    found = [told for leaf in matches(detection) for told in _leaf(leaf)]
    return list(dict.fromkeys([*found, *_idle_filters(detection)]))


def twins(rules: Sequence[Rule]) -> dict[int, str]:
    """Tell of which rules, by place, an earlier one has the id: both run, and their hits differ by file.

    Examples
    --------
    >>> from workbench.detections.reading.model import Rule
    >>> twins([Rule("a", "A", path="x.yml"), Rule("a", "B"), Rule("b", "B")])
    {1: 'id a is also that of a rule in x.yml'}
    """
    first: dict[str, Rule] = {}
    told = {}
    for place, rule in enumerate(rules):
        if first.setdefault(rule.id, rule) is not rule:
            told[place] = f"id {rule.id} is also that of a rule in {first[rule.id].path or 'no file'}"
    return told


def _leaf(leaf: Match) -> Iterator[str]:
    if leaf.field and any(sign in leaf.field for sign in "[]*"):
        yield f"{leaf.field}: no key has [ ] or *; lists stand for their elements"
    for test in leaf.tests:
        if isinstance(test, Text) and test.pattern and all(part == ANY for part in test.pattern):
            yield f"{leaf.field or 'keywords'}: * means any value; write |exists: true"
        word = _word(test)
        if word is None:
            continue
        if leaf.field in _SERVICE and word != word.lower():
            yield f"{leaf.field} is always in lower case: {word}"
        if leaf.field in _SERVICE and not word.lower().endswith(".amazonaws.com"):
            yield f"{leaf.field} is never {word}: it ends with .amazonaws.com"
        known = _ENUMERATED.get(leaf.field or "")
        if known and word.lower() not in {one.lower() for one in known}:
            yield f"{leaf.field} is never {word}"


def _word(test: object) -> str | None:
    """Return what a test compares with as a whole."""
    if isinstance(test, Text) and len(test.pattern) == 1 and isinstance(test.pattern[0], str):
        return test.pattern[0]
    return None


def _idle_filters(node: Node) -> Iterator[str]:
    """Find what is taken away from an `and`, and could not be in it anyway."""
    if isinstance(node, Not):
        yield from _idle_filters(node.part)
    elif isinstance(node, (And, Or)):
        for part in node.parts:
            yield from _idle_filters(part)
        if isinstance(node, And):
            yield from _contradictions(node)


def _contradictions(node: And) -> Iterator[str]:
    asked = _words_of(part for part in node.parts if not isinstance(part, Not))
    for part in node.parts:
        taken = _words_of([part.part]) if isinstance(part, Not) else {}
        for field in taken.keys() & asked.keys():
            if not taken[field] & asked[field]:
                yield f"a filter that never applies: {field} is never {', '.join(sorted(taken[field]))} here"
        if isinstance(part, Not) and isinstance(part.part, Match) and _needs(part.part) in asked:
            yield f"a filter that always applies or never: {part.part.field} is always there here"


def _needs(leaf: Match) -> str | None:
    return leaf.field if leaf.tests == (Exists(False),) else None


def _words_of(parts: object) -> dict[str, set[str]]:
    """Return the words that fields must be one of, by the parts of an `and`."""
    found: dict[str, set[str]] = {}
    waiting = list(parts)  # type: ignore[call-overload]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And):
            waiting += [one for one in part.parts if not isinstance(one, Not)]
        elif isinstance(part, Match) and part.field and not part.every:
            words = [_word(test) for test in part.tests]
            if None not in words:
                lowered = {word.lower() for word in words if word is not None}
                found[part.field] = found.get(part.field, lowered) & lowered
    return found

"""What a hit is worth where it was found: refused and failed calls, habits, tools, suppressions.

Nothing here drops a hit, and nothing raises one. Each note says in the reason of the hit why it is there, and
at most what is left of the severity; the lowest counts, and `rule_level` keeps what the rule says:

`denied`, `failed`
    At most the level that the rule names for a refused or a failed call; a rule that names none is not
    lowered. Several events together are denied or failed where each of them was.
`habit`, `iac`
    `low`, for rules that say they are about what is done day by day, or read in bulk (`judging.habits`).
suppressions
    `informational`, for any rule.

Whose accounts are whose is no note: a rule with `foreign` is about accounts of others, so a share with one of
ours is no hit of it at all (`counting.narrowing.to_others`). So are `known` and `first` part of what a rule
asks; `first` lowers to `low` where the evidence begins too late to tell.
"""

from collections.abc import Iterable, Mapping, Sequence

from workbench.detections.counting.narrowing import Note
from workbench.detections.reading.model import Rule, rank

READS = ("eventName", "errorCode", "userAgent", "sourceIPAddress", "userIdentity.invokedBy")
"""The fields that are looked at."""

_REFUSED = ("accessdenied", "unauthorized", "notauthorized", "forbidden", "authorizationerror")
_TOOLS = ("terraform", "opentofu", "pulumi", "cloudformation.amazonaws.com", "aws-cdk")

Values = Mapping[str, Sequence[str]]


def is_refusal(code: str) -> bool:
    """Tell an error code that says "you may not" from all others.

    Examples
    --------
    >>> is_refusal("Client.UnauthorizedOperation"), is_refusal("NoSuchBucket")
    (True, False)
    """
    return any(word in code.lower() for word in _REFUSED)


def errors(rule: Rule, events: Iterable[Values]) -> list[Note]:
    """Say what refused or failed calls are worth at most, where the rule says so; one that worked is enough.

    Examples
    --------
    >>> denied, worked = {"errorCode": ["AccessDenied"]}, {"errorCode": []}
    >>> errors(Rule("a", "A", denied="medium"), [denied, denied])
    [Note(text='denied: AccessDenied', at_most='medium')]
    >>> errors(Rule("a", "A", denied="medium"), [denied, worked])
    []
    """
    notes: list[Note] = []
    for values in events if rule.denied or rule.failed else ():
        note = _error(rule, values)
        if note is None:
            return []
        notes.append(note)
    return [max(notes, key=lambda note: rank(note.at_most or rule.level))] if notes else []


def _error(rule: Rule, values: Values) -> Note | None:
    code = next(iter(values["errorCode"]), None)
    if code is None:
        return None
    what, least = ("denied", rule.denied) if is_refusal(code) else ("failed", rule.failed)
    return Note(f"{what}: {code}", least) if least else None


def tool(rule: Rule, values: Values) -> list[Note]:
    """Say that a tool of infrastructure as code reads all it manages, where the rule is about such reads."""
    if not rule.iac:
        return []
    for field in ("userAgent", "userIdentity.invokedBy", "sourceIPAddress"):
        for text in values[field]:
            name = next((name for name in _TOOLS if name in text.lower()), None)
            if name:
                return [Note(f"infrastructure as code: {name}", "low")]
    return []


def severity_of(level: str, notes: Sequence[Note]) -> str:
    """Return the severity of a hit: what its rule says, or the least that a note leaves of it.

    Examples
    --------
    >>> severity_of("high", [Note("denied", "medium"), Note("x")]), severity_of("low", [Note("y", "medium")])
    ('medium', 'low')
    """
    return min((level, *(note.at_most for note in notes if note.at_most)), key=rank) if notes else level


def told(level: str, notes: Sequence[Note]) -> str:
    """Tell the notes, and that they lowered the severity, if they did.

    Examples
    --------
    >>> told("high", [Note("denied: AccessDenied", "medium")])
    '; denied: AccessDenied; medium instead of high'
    """
    lowered = severity_of(level, notes)
    change = [f"{lowered} instead of {level}"] if lowered != level else []
    return "".join(f"; {text}" for text in [*dict.fromkeys(note.text for note in notes), *change])

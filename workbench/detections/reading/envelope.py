"""What EventBridge writes around a record of CloudTrail, told from the record itself.

References
----------
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

import re
from dataclasses import dataclass

from workbench.detections.reading.comparisons import Leaf
from workbench.detections.reading.documents import Refused
from workbench.detections.reading.tree import ANY, ANYTHING, Pattern, Text, Value, Wildcard

PLACES = {
    "source": "eventSource",
    "detail-type": "eventType",
    "account": "recipientAccountId",
    "region": "awsRegion",
    "time": "eventTime",
}
"""The fields of an event on the bus that a record tells, and which of its fields does."""

_TYPES = {
    "AWS API Call via CloudTrail": "AwsApiCall",
    "AWS Console Sign In via CloudTrail": "AwsConsoleSignIn",
    "AWS Console Signin via CloudTrail": "AwsConsoleSignIn",  # AWS's pages have both
    "AWS Console Action via CloudTrail": "AwsConsoleAction",
    "AWS Service Event via CloudTrail": "AwsServiceEvent",
    "AWS Insight via CloudTrail": "AwsCloudTrailInsight",
}
_BEFORE, _AFTER = "aws.", ".amazonaws.com"


def part_of(path: tuple[str, ...], wanted: Leaf) -> tuple[tuple[str, ...], Leaf]:
    """Return where in the record a field of an event is told, and what is asked of it there.

    Examples
    --------
    >>> part_of(("source",), (Value(("string",), (Text(("aws.iam",), True),)),))[1][0].tests
    (Text(pattern=('iam.amazonaws.com',), cased=True),)
    >>> part_of(("detail", "eventName"), None)
    (('eventName',), None)
    """
    if path[0] == "detail":
        return path[1:], wanted
    if wanted is not None and path[0] == "source":
        wanted = _some("source", wanted, tuple(_of_service(one) for one in wanted))
    if wanted is not None and path[0] == "detail-type":
        wanted = _some("detail-type", wanted, tuple(_of_type(one) for one in wanted))
    return (PLACES[path[0]],), wanted


def _some(name: str, wanted: tuple[Value, ...], told: tuple[Value, ...]) -> Leaf:
    """Refuse what no event of CloudTrail has, and leave it out beside what some have."""
    found = tuple(one for one in told if one.tests or one.but)
    if found:
        return found
    texts = [test for one in wanted for test in one.tests if isinstance(test, Text)]
    said = ", ".join("".join("*" if part == ANY else str(part) for part in test.pattern) for test in texts)
    raise Refused(f"{name}: CloudTrail sends no {said or 'such value'}")


def _of_type(value: Value) -> Value:
    texts = _texts("detail-type", value)
    known = {name for text, name in _TYPES.items() if any(_fits(test, text) for test in texts)}
    return _asked(value, tuple(Text((name,), cased=True) for name in sorted(known)))


def _of_service(value: Value) -> Value:
    """Ask of the name of a service's endpoint what is asked of `aws.` and its first part."""
    tests = (rest for test in _texts("source", value) for rest in _without(test))
    return _asked(value, tuple(dict.fromkeys(tests)))


def _asked(value: Value, tests: tuple[Text, ...]) -> Value:
    return value._replace(tests=tests) if tests or not value.but else ANYTHING


def _texts(name: str, value: Value) -> list[Text]:
    found = [test for test in value.tests if isinstance(test, Text)]
    if len(found) < len(value.tests):
        raise Refused(f"{name} is compared with what is no text")
    return found


def _fits(test: Text, text: str) -> bool:
    parts = (re.escape(part) if isinstance(part, str) else ".*" for part in test.pattern)
    return re.fullmatch("".join(parts), text, re.S if test.cased else re.S | re.I) is not None


def _without(test: Text) -> list[Text]:
    """Take `aws.` away from the front of a pattern, in every way that it may stand there."""
    rests = {_Rest(tuple(one for part in test.pattern for one in _signs(part)))}
    for sign in _BEFORE:
        rests = {rest for one in rests for rest in one.after(sign, test.cased)}
    whole = [_Rest((*rest.signs, *_AFTER)) for rest in sorted(rests, key=repr)]
    return [Text(rest.pattern, cased=test.cased) for rest in whole]


def _signs(part: str | Wildcard) -> tuple[str | Wildcard, ...]:
    return tuple(part) if isinstance(part, str) else (part,)


@dataclass(frozen=True)
class _Rest:
    """What of a pattern is still to be met: single characters and wildcards."""

    signs: tuple[str | Wildcard, ...]

    def after(self, sign: str, cased: bool) -> set["_Rest"]:
        """Give what may be left of it after one character."""
        if not self.signs:
            return set()
        first, rest = self.signs[0], self.signs[1:]
        if first == ANY:
            return {self} | _Rest(rest).after(sign, cased)
        same = first == sign if cased else str(first).lower() == sign.lower()
        return {_Rest(rest)} if same else set()

    @property
    def pattern(self) -> Pattern:
        """The same, with characters joined."""
        parts: list[str | Wildcard] = []
        for sign in self.signs:
            if parts and isinstance(parts[-1], str) and isinstance(sign, str):
                parts[-1] += sign
            else:
                parts.append(sign)
        return tuple(parts)

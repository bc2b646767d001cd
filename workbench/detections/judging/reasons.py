"""Why an event is a hit, in words: the rule's own sentence with the event's values in it."""

import re
from collections.abc import Callable, Iterable, Sequence

from workbench.detections.reading.model import Rule

DEFAULT = "{principal} called {eventName} of {eventSource} from {sourceIPAddress}"
_MOST_VALUES = 5
_MOST_SIGNS = 300
_NAME = re.compile(r"\{([A-Za-z][\w.:/-]*)\}")
_TOGETHER = re.compile(rf"(?:{_NAME.pattern})+")
"""Names that stand together, without a blank: other APIs have the value under the other name."""


def template_of(rule: Rule) -> str:
    """Return the sentence of a rule.

    Examples
    --------
    >>> template_of(Rule("a", "A", explain="{principal} did it"))
    '{principal} did it'
    >>> template_of(Rule("a", "A", explain="{principal} did it", foreign=("requestParameters",)))
    '{principal} did it; open to {foreign}'
    """
    how = rule.threshold or rule.correlation
    plain = f"{{count}} {_WHAT[how.kind]} in {_span(how.seconds)}; the last: {DEFAULT}" if how else DEFAULT
    said = rule.explain or plain
    return f"{said}; open to {{foreign}}" if rule.foreign and "{foreign}" not in said else said


_WHAT = {
    "event_count": "events",
    "value_count": "different values",
    "temporal": "events together",
    "temporal_ordered": "events one after the other",
}


def _span(seconds: int) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def names_in(templates: Iterable[str]) -> set[str]:
    """Return the fields that some sentences speak of.

    Examples
    --------
    >>> sorted(names_in(["{principal} stopped {requestParameters.name}", "{} { x }"]))
    ['principal', 'requestParameters.name']
    """
    return {name for template in templates for name in _NAME.findall(template)}


def filled(template: str, values: Callable[[str], Sequence[str]]) -> str:
    """Fill the values in; what is absent is `?`, and of many or long ones the first are told.

    Of names that stand together, those that are there are told.

    Examples
    --------
    >>> filled("{principal} deleted {a.b} and {c}", {"principal": ["alice"], "a.b": ["x", "y"], "c": []}.get)
    'alice deleted x, y and ?'
    >>> filled("{api} on {user}{role}{group}", {"api": ["A"], "user": [], "role": ["r"], "group": []}.get)
    'A on r'
    """
    return _TOGETHER.sub(lambda found: _one_of(found[0], values), template)


def _one_of(names: str, values: Callable[[str], Sequence[str]]) -> str:
    there = [told(held) for name in _NAME.findall(names) if (held := values(name))]
    return ", ".join(there) or told([])


def told(values: Sequence[str]) -> str:
    """Tell some values in few words.

    Examples
    --------
    >>> told(list("abcdefg")), told([])
    ('a, b, c, d, e and 2 more', '?')
    """
    shown = ", ".join(_short(value) for value in values[:_MOST_VALUES])
    more = len(values) - _MOST_VALUES
    return f"{shown} and {more} more" if more > 0 else shown or "?"


def _short(value: str) -> str:
    return value if len(value) <= _MOST_SIGNS else f"{value[:_MOST_SIGNS]}..."

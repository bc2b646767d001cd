"""What a rule file says about counting: correlations, and thresholds of a single rule.

References
----------
https://sigmahq.io/sigma-specification/specification/sigma-correlation-rules-specification.html
"""

import re
from collections.abc import Mapping
from typing import Any

from workbench.detections.reading.documents import Refused, typed
from workbench.detections.reading.model import Correlation
from workbench.detections.reading.selections import check_field
from workbench.detections.reading.sources import COLUMNS

KINDS = ("event_count", "value_count", "temporal", "temporal_ordered")
COMPARISONS = ("gte", "gt", "lte", "lt", "eq")
_SPAN = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_AGES = 10_000 * 366 * 86400  # no two times are further apart
_KEYS = frozenset(("type", "rules", "group-by", "timespan", "condition", "aliases", "generate"))
_THRESHOLD_KEYS = frozenset(("count", "distinct", "per", "within", "also", "usual"))


def seconds(span: Any) -> int:
    """Read a span of time.

    Raises
    ------
    Refused
        It is none.

    Examples
    --------
    >>> seconds("5m"), seconds("2d")
    (300, 172800)
    >>> seconds("1M")
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: timespan 1M: write a number and s, m, h or d
    """
    found = _SPAN.fullmatch(span) if isinstance(span, str) else None
    if not found:
        raise Refused(f"timespan {span}: write a number and s, m, h or d")
    return min(int(found[1]) * _SECONDS[found[2]], _AGES)


def check_group(name: str) -> str:
    """Return the name of a field that hits may be grouped by: of CloudTrail, or a column of ours.

    Examples
    --------
    >>> check_group("principal"), check_group("requestParameters.bucketName")
    ('principal', 'requestParameters.bucketName')
    """
    return name if name in COLUMNS else check_field(name)


def is_group(name: str) -> bool:
    """Tell whether there is such a field to group by.

    Examples
    --------
    >>> is_group("role_arn"), is_group("user")
    (True, False)
    """
    try:
        check_group(name)
    except Refused:
        return False
    return True


def correlation_of(written: Any) -> Correlation:
    """Read a correlation.

    Raises
    ------
    Refused
        It says what cannot be counted.

    Examples
    --------
    >>> written = {"type": "event_count", "rules": ["a"], "timespan": "5m", "condition": {"gte": "5"}}
    >>> correlation_of(written).compare
    {'gte': 5}
    """
    if not isinstance(written, dict):
        raise Refused("correlation is no mapping")
    _check_keys(written, _KEYS, "correlation")
    kind = written.get("type")
    if kind not in KINDS:
        raise Refused(f"unknown correlation type {kind}")
    condition = written.get("condition")
    compare, distinct = _condition(kind, condition)
    return Correlation(
        kind=kind,
        rules=_rules(written.get("rules")),
        group_by=_group_by(written.get("group-by"), written.get("aliases")),
        seconds=seconds(written.get("timespan")),
        compare=compare,
        distinct=distinct,
        aliases=_aliases(written.get("aliases")),
        generate=_truth(written.get("generate", False)),
    )


def threshold_of(written: Any) -> Correlation:
    """Read the shorthand for counting a rule's own hits.

    `count` of them, or of different values of `distinct`, `within` a time, for each value of `per`; `also`
    has the least number of different values of other fields in the same window, `usual` how many times what
    is usual the count must be to keep its severity.

    Examples
    --------
    >>> found = threshold_of({"count": 10, "within": "10m", "per": ["principal"], "also": {"eventName": 5}})
    >>> found.kind, found.compare, found.also
    ('event_count', {'gte': 10}, {'eventName': 5})
    """
    if not isinstance(written, dict):
        raise Refused("threshold is no mapping")
    _check_keys(written, _THRESHOLD_KEYS, "threshold")
    distinct = tuple(map(check_field, _names(written.get("distinct"), "distinct")))
    also = written.get("also") or {}
    if not isinstance(also, dict):
        raise Refused("also gives no number for each field")
    return Correlation(
        kind="value_count" if distinct else "event_count",
        rules=(),
        group_by=tuple(map(check_group, _names(written.get("per"), "per"))),
        seconds=seconds(written.get("within")),
        compare={"gte": _count(written.get("count"), "count")},
        distinct=distinct,
        also={check_field(name): _count(number, "also") for name, number in also.items()},
        usual=_count(written["usual"], "usual") if "usual" in written else None,
    )


def _check_keys(written: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = next((key for key in written if key not in known), None)
    if unknown:
        raise Refused(f"unknown key {unknown} of {where}")


def _rules(written: Any) -> tuple[str, ...]:
    rules = _names(written, "rules")
    if not rules:
        raise Refused("a correlation without rules")
    return rules


def _names(written: Any, what: str) -> tuple[str, ...]:
    names = written if isinstance(written, list) else [] if written is None else [written]
    if not all(isinstance(name, str) for name in names):
        raise Refused(f"{what} is no list of names")
    return tuple(map(str, names))


def _group_by(written: Any, aliases: Any) -> tuple[str, ...]:
    known = aliases if isinstance(aliases, dict) else {}
    return tuple(name if name in known else check_group(name) for name in _names(written, "group-by"))


def _condition(kind: str, written: Any) -> tuple[dict[str, int], tuple[str, ...]]:
    if kind.startswith("temporal"):
        if written is not None:
            raise Refused(f"a {kind} correlation with a condition")
        return {}, ()
    if not isinstance(written, dict):
        raise Refused(f"a {kind} correlation without a condition")
    _check_keys(written, frozenset((*COMPARISONS, "field")), "condition")
    compare = {sign: _count(written[sign], sign) for sign in COMPARISONS if sign in written}
    distinct = tuple(map(check_group, _names(written.get("field"), "field")))
    if not compare:
        raise Refused("a condition without gte, gt, lte, lt or eq")
    if (kind == "value_count") != bool(distinct):
        raise Refused("condition.field is for value_count, and a value_count needs it")
    return compare, distinct


def _count(written: Any, what: str) -> int:
    number = typed(written)
    if isinstance(number, str) and number.isdecimal() and number.isascii():
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise Refused(f"{what} is no whole number: {written}")
    return number


def _aliases(written: Any) -> dict[str, dict[str, str]]:
    found = written or {}
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise Refused("aliases give no field for each rule")
    return {
        name: {rule: check_group(str(field)) for rule, field in fields.items()}
        for name, fields in found.items()
    }


def _truth(written: Any) -> bool:
    found = typed(written)
    if not isinstance(found, bool):
        raise Refused("generate is neither true nor false")
    return found

"""The values of an event pattern into tests: what EventBridge may compare a value with.

References
----------
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.detections.reading import values
from workbench.detections.reading.documents import Refused
from workbench.detections.reading.tree import ANY, ANYTHING, Number, Pattern, Test, Text, Value

Leaf = tuple[Value, ...] | None
"""Values of which one is asked for; None: that there is none."""

_SIGNS = ("=", "<", "<=", ">", ">=")
_RANGE = {">": ("<", "<="), ">=": ("<", "<=")}


class Digits(str):
    """A number as the pattern spells it."""

    __slots__ = ()


def leaf(name: str, wanted: Sequence[Any]) -> list[Leaf]:
    """Read the values of a field: one way to meet them, or two, if nothing may be there as well.

    Raises
    ------
    Refused
        EventBridge would not take it, or documents no such comparison.

    Examples
    --------
    >>> leaf("a", [{"exists": False}, "x"])
    [None, (Value(kinds=('string',), tests=(Text(pattern=('x',), cased=True),), every=False, but=False),)]
    >>> leaf("a", [{"contains": "x"}])
    Traceback (most recent call last):
    workbench.detections.reading.documents.Refused: unknown operator contains of a
    """
    found = [_value(name, one) for one in wanted]
    there = tuple(one for one in found if one is not None)
    return [*([None] if None in found else []), *([there] if there else [])]


def _value(name: str, wanted: Any) -> Value | None:
    if isinstance(wanted, dict):
        operator, argument = _one_of(name, wanted)
        if operator == "exists":
            return _exists(name, argument)
        if operator not in OPERATORS:
            raise Refused(f"unknown operator {operator} of {name}")
        return OPERATORS[operator](f"{operator} of {name}", argument)
    if isinstance(wanted, list):
        raise Refused(f"a list among the values of {name}")
    return _equal(wanted)


def _one_of(name: str, wanted: Mapping[str, Any]) -> tuple[str, Any]:
    if len(wanted) != 1:
        raise Refused(f"{name}: one operator at a time, not {', '.join(wanted) or 'none'}")
    return next(iter(wanted.items()))


def _equal(wanted: Any) -> Value:
    if wanted is None:
        return Value(("null",))
    if isinstance(wanted, bool):
        return Value(("boolean",), (Text(("true" if wanted else "false",), cased=True),))
    if isinstance(wanted, Digits):
        return Value(("number",), (Number("=", wanted),))
    return _string(Text(_plain(wanted), cased=True))


def _string(*tests: Test) -> Value:
    return Value(("string",), tests)


def _plain(text: str) -> Pattern:
    return (text,) if text else ()


def _exists(name: str, wanted: Any) -> Value | None:
    if not isinstance(wanted, bool):
        raise Refused(f"exists of {name} is neither true nor false")
    return ANYTHING if wanted else None


def _is_text(wanted: Any) -> bool:
    return isinstance(wanted, str) and not isinstance(wanted, Digits)


def _text(what: str, wanted: Any) -> str:
    if not _is_text(wanted):
        raise Refused(f"{what} is no text")
    return str(wanted)


def _placed(how: str) -> Callable[[str, Any], Value]:
    """Read what a text begins or ends with, in its case or in any."""

    def read(what: str, wanted: Any) -> Value:
        cased = not isinstance(wanted, dict)
        if not cased:
            operator, wanted = _one_of(what, wanted)
            if operator != "equals-ignore-case":
                raise Refused(f"unknown operator {operator} in {what}")
        parts = _plain(_text(what, wanted))
        return _string(Text((*parts, ANY) if how == "prefix" else (ANY, *parts), cased=cased))

    return read


def _ignoring_case(what: str, wanted: Any) -> Value:
    return _string(Text(_plain(_text(what, wanted)), cased=False))


def _wildcard(what: str, wanted: Any) -> Value:
    return _string(Text(values.checked(_wildcards(what, _text(what, wanted))), cased=True))


def _wildcards(what: str, text: str) -> Pattern:
    parts: list[Any] = []
    for sign in re.findall(r"\\.|\*|\\|[^\\*]+", text, re.S):
        if sign == "*":
            if parts[-1:] == [ANY]:
                raise Refused(f"{what}: two * one after the other")
            parts.append(ANY)
            continue
        if sign[0] == "\\" and sign not in (r"\*", r"\\"):
            raise Refused(f"{what}: a backslash before something else than * and backslash")
        plain = sign[1:] if sign[0] == "\\" else sign
        parts = [*parts[:-1], parts[-1] + plain] if parts and parts[-1] != ANY else [*parts, plain]
    return tuple(parts)


def _numeric(what: str, wanted: Any) -> Value:
    if not isinstance(wanted, list) or len(wanted) not in (2, 4):
        raise Refused(f'{what} is no comparison, and no range such as [">", 0, "<=", 5]')
    signs, bounds = wanted[::2], wanted[1::2]
    if any(sign not in _SIGNS for sign in signs) or not all(isinstance(one, Digits) for one in bounds):
        raise Refused(f"{what}: a sign of = < <= > >= and a number come in turn")
    if len(signs) == 2 and signs[1] not in _RANGE.get(signs[0], ()):
        raise Refused(f"{what}: a range goes from > or >= to < or <=")
    tests = tuple(Number(sign, bound) for sign, bound in zip(signs, bounds, strict=True))
    return Value(("number",), tests, every=True)


def _cidr(what: str, wanted: Any) -> Value:
    return _string(values.network(_text(what, wanted)))


def _anything_but(what: str, wanted: Any) -> Value:
    read: Callable[[str, Any], Value] = lambda what, one: _equal(one)  # noqa: E731 (one of five readers)
    if isinstance(wanted, dict):
        operator, wanted = _one_of(what, wanted)
        if operator not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise Refused(f"unknown operator {operator} in {what}")
        read, what = OPERATORS[operator], f"{operator} in {what}"
        if "" in (wanted if isinstance(wanted, list) else [wanted]) and operator in ("prefix", "suffix"):
            raise Refused(f"{what} is empty")
    entries = wanted if isinstance(wanted, list) else [wanted]
    if not entries or any(not isinstance(one, str | dict) for one in entries):
        raise Refused(f"{what} is neither a text, a number, nor a list of such")
    found = [read(what, one) for one in entries]
    if len({one.kinds for one in found}) > 1:
        raise Refused(f"{what} mixes texts and numbers")
    return Value(found[0].kinds, tuple(test for one in found for test in one.tests), but=True)


OPERATORS: dict[str, Callable[[str, Any], Value]] = {
    "prefix": _placed("prefix"),
    "suffix": _placed("suffix"),
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
    "anything-but": _anything_but,
}
"""How each comparison of a value is read, by its name."""

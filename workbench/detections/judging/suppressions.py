"""Hits that somebody has judged already: a list of their own, never an edit of a rule.

`suppressions.yml` lies in the case folder, or where `--suppress` says. What it names stays a hit, is worth
`informational`, and says why.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.detections.counting.narrowing import Note
from workbench.detections.reading.documents import Refused, documents
from workbench.detections.reading.ip import parsed
from workbench.detections.reading.tree import ANY
from workbench.detections.reading.values import network, pattern, sortable
from workbench.errors import ParameterError

COLUMNS = ("principal", "role_arn", "userAgent", "sourceIPAddress")
"""What a suppression may name of an event."""

_KEYS = frozenset((*COLUMNS, "rule", "until", "why"))
_REMEDY = "Write a list of entries such as {rule: ID, principal: PATTERN, until: 2026-12-31, why: TEXT}"


@dataclass(frozen=True)
class Suppression:
    """Hits of a rule that are expected: every pattern must fit, until a day that is included."""

    rule: str = "*"
    patterns: Mapping[str, str] = field(default_factory=dict)
    until: dt.date | None = None
    why: str = "no reason given"
    path: str = ""

    def __str__(self) -> str:
        """Spell the entry as its list does, without the reason.

        Examples
        --------
        >>> str(Suppression("off", {"principal": "*:role/Deploy"}, dt.date(2026, 12, 31)))
        "{rule: 'off', principal: '*:role/Deploy', until: 2026-12-31}"
        """
        texts = [f"{key}: {text!r}" for key, text in {"rule": self.rule, **self.patterns}.items()]
        return "{" + ", ".join([*texts, *([f"until: {self.until}"] if self.until else [])]) + "}"

    def fits(self, rule: str, values: Mapping[str, Sequence[str]], time: dt.datetime | None) -> bool:
        """Tell whether a hit is among those that are expected.

        Examples
        --------
        >>> expected = Suppression("off", {"sourceIPAddress": "10.0.0.0/8"})
        >>> expected.fits("off", {"sourceIPAddress": ["10.1.2.3"]}, None)
        True
        """
        if self.until and time and time.date() > self.until:
            return False
        if not self.names(rule):
            return False
        return all(
            any(_fits(wanted, text, column) for text in values[column])
            for column, wanted in self.patterns.items()
        )

    def names(self, rule: str) -> bool:
        """Tell whether this is about hits of a rule.

        Examples
        --------
        >>> Suppression("cis-*").names("cis-4-1"), Suppression("cis-*").names("off")
        (True, False)
        """
        return _fits(self.rule, rule)

    def note(self) -> Note:
        """Say why the hit is expected."""
        until = f" (until {self.until})" if self.until else ""
        return Note(f"suppressed: {self.why}{until}", "informational")


class Expected:
    """The suppressions of a run, and which of them fitted a hit."""

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self._all, self._fitted = tuple(suppressions), set[int]()

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def unused(self) -> tuple[Suppression, ...]:
        """Those that have fitted no hit so far."""
        return tuple(one for place, one in enumerate(self._all) if place not in self._fitted)

    def notes(self, rule: str, values: Mapping[str, Sequence[str]], time: dt.datetime | None) -> list[Note]:
        """Say why a hit is expected, if it is."""
        fitting = [place for place, one in enumerate(self._all) if one.fits(rule, values, time)]
        self._fitted.update(fitting)
        return [self._all[place].note() for place in fitting]


def _fits(wanted: str, text: str, column: str = "") -> bool:
    if column == "sourceIPAddress" and "/" in wanted:
        bounds, address = network(wanted), sortable(text)
        return address is not None and bounds.first <= address <= bounds.last
    spellings = [text]
    if column == "sourceIPAddress" and (known := parsed(text)):
        spellings.append(str(known))
    return any(_expression(wanted).fullmatch(one) for one in spellings)


@lru_cache(maxsize=1_000)
def _expression(wanted: str) -> re.Pattern[str]:
    pieces = [""]  # what stands between the signs for any text
    for part in pattern(wanted):
        if part == ANY:
            pieces.append("")
        else:
            pieces[-1] += re.escape(part) if isinstance(part, str) else "."
    first, *rest = pieces
    # the first place of each piece will do: going back would take for ever on a long user agent
    between = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return re.compile(first + between + "".join(f".*{piece}" for piece in rest[-1:]), re.I | re.S)


def load_suppressions(path: str | Path) -> list[Suppression]:
    r"""Read a list of suppressions.

    Raises
    ------
    ParameterError
        The file cannot be read, or an entry says what nobody understands: then nothing is suppressed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "suppressions.yml"
    >>> _ = path.write_text("- {rule: off, principal: '*:role/Deploy', until: 2026-12-31, why: pipeline}")
    >>> load_suppressions(path)[0].why
    'pipeline'
    """
    try:
        read = [
            one
            for document in documents(Path(path).read_text(encoding="utf-8-sig"))
            for one in document or []
        ]
        return [replace(_entry(one), path=str(path)) for one in read]
    except (OSError, UnicodeDecodeError, TypeError, Refused) as error:
        raise ParameterError(f"{path} is no list of suppressions: {error}. {_REMEDY}") from error


def _entry(written: Any) -> Suppression:
    if not isinstance(written, dict) or not all(isinstance(value, str) for value in written.values()):
        raise Refused("an entry is no mapping of texts")
    unknown = sorted(written.keys() - _KEYS)
    if unknown:
        raise Refused(f"unknown key {unknown[0]}")
    patterns = {column: str(written[column]) for column in COLUMNS if column in written}
    if "rule" not in written and not patterns:
        raise Refused("an entry names neither a rule nor anything of an event")
    if "/" in patterns.get("sourceIPAddress", ""):
        network(patterns["sourceIPAddress"])
    why = str(written.get("why", Suppression.why))
    return Suppression(str(written.get("rule", "*")), patterns, _day(written.get("until")), why)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(f"until {text}: write a day as 2026-12-31") from error

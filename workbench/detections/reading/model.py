"""What a rule is: a frozen record of what its file says, and what the engine made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.detections.reading.tree import Node
from workbench.errors import ParameterError

SEVERITIES = ("informational", "low", "medium", "high", "critical")
"""Sigma's levels, the least first."""


def rank(severity: str) -> int:
    """Return the place of a severity.

    Raises
    ------
    ParameterError
        There is no such severity.

    Examples
    --------
    >>> rank("low") < rank("critical")
    True
    """
    if severity not in SEVERITIES:
        raise ParameterError(f"no severity {severity}. Severities: {', '.join(SEVERITIES)}")
    return SEVERITIES.index(severity)


@dataclass(frozen=True)
class Correlation:
    """How hits of other rules, or of the rule itself, become one hit.

    `kind` is one of Sigma's types; `rules` are as written. `compare` has a count for each of
    `gte gt lte lt eq`; `distinct` is the field whose values a `value_count` counts; `also` asks for so many
    different values of other fields in the same window. `seconds` is the window; `usual` is how many times
    more than on other days a count must be to keep its severity. `aliases` says for a name in `group_by`
    which field stands for it in each rule.
    """

    kind: str
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    seconds: int
    compare: Mapping[str, int] = field(default_factory=dict)
    distinct: tuple[str, ...] = ()
    also: Mapping[str, int] = field(default_factory=dict)
    usual: int | None = None
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    generate: bool = False


@dataclass(frozen=True)
class Known:
    """Values that `fields` have in events for which another selection holds, and a hit in `values`."""

    detection: Node
    fields: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One document of a rule file.

    `detection` is what a single event is tested by; `correlation` counts hits of other rules, `threshold`
    those of the rule itself. `refused` is the reason why the rule cannot run, `lint` what its author may want
    to look at. `path` is the file.

    What narrows the hits: `foreign`, the fields of which one must open something to an account that is not
    ours; `known`; `first`, the fields of whose values each combination hits once. What lowers their severity:
    `denied` and `failed`, the most that a refused or a failed call is worth; `iac` for reads that tools of
    infrastructure as code do in bulk; `habit` for what the same principal does day by day; `own`, what it had
    made itself before.
    """

    id: str
    title: str
    level: str = "medium"
    name: str | None = None
    path: str = ""
    status: str | None = None
    description: str | None = None
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    detection: Node | None = None
    correlation: Correlation | None = None
    threshold: Correlation | None = None
    apis: tuple[str, ...] = ()
    explain: str | None = None
    pivot: str | None = None
    attack: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cis: str | None = None
    habit: bool = False
    iac: bool = False
    denied: str | None = None
    failed: str | None = None
    foreign: tuple[str, ...] = ()
    known: Known | None = None
    own: Known | None = None
    first: tuple[str, ...] = ()
    tests: tuple[Mapping[str, Any], ...] = ()
    refused: str | None = None
    lint: tuple[str, ...] = ()

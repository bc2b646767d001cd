"""Techniques and tactics of MITRE ATT&CK, in the two versions that rules speak of.

References
----------
https://attack.mitre.org/resources/versions/
"""

import re
from collections.abc import Mapping

from workbench.detections.reading.model import Rule

VERSIONS = ("v18", "v19")
V19_OF_V18: Mapping[str, str] = {
    "T1562.008": "T1685.002",
    "T1562.001": "T1685",
    "T1562.007": "T1686.001",
}
"""Techniques that v19 knows by another number."""

_TECHNIQUE = re.compile(r"(?:attack\.)?(t[0-9]{4}(?:\.[0-9]{3})?)", re.I)
_TACTIC = re.compile(r"attack\.([a-z][a-z_-]+)")
_V18_OF_V19 = {new: old for old, new in V19_OF_V18.items()}


def techniques(rule: Rule, version: str = "v18") -> tuple[str, ...]:
    """Return the techniques of a rule in one version.

    Examples
    --------
    >>> techniques(Rule("a", "A", tags=("attack.t1562.008",)), "v19")
    ('T1685.002',)
    >>> techniques(Rule("a", "A", attack={"v18": ("T1078.004",)}), "v19")
    ('T1078.004',)
    """
    if version in rule.attack:
        return rule.attack[version]
    tagged = [found[1].upper() for tag in rule.tags if (found := _TECHNIQUE.fullmatch(tag))]
    other = next((rule.attack[known] for known in VERSIONS if known in rule.attack), tuple(tagged))
    alias = V19_OF_V18 if version == "v19" else _V18_OF_V19
    return tuple(dict.fromkeys(alias.get(one, one) for one in other))


def tactics(rule: Rule) -> tuple[str, ...]:
    """Return the tactics that a rule's tags name.

    Examples
    --------
    >>> tactics(Rule("a", "A", tags=("attack.defense_evasion", "attack.t1562.008", "attack.s0001")))
    ('defense-evasion',)
    """
    found = [match[1].replace("_", "-") for tag in rule.tags if (match := _TACTIC.fullmatch(tag))]
    return tuple(dict.fromkeys(found))

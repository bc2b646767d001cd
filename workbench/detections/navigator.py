"""A layer for MITRE's ATT&CK Navigator: which techniques a case shows, and by which hits.

References
----------
https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.detections.judging.attack import VERSIONS, techniques
from workbench.detections.reading.model import Rule
from workbench.errors import ParameterError

_LAYER, _NAVIGATOR = "4.5", "5.1.0"
_COLOURS = ["#ffffff", "#f2c14e", "#b3261e"]


def layer(
    rules: Iterable[Rule], hits: Sequence[Mapping[str, Any]], *, name: str, version: str = "v18"
) -> dict[str, Any]:
    """Make a layer of the techniques that rules are about: how many hits, and of which rules.

    Parameters
    ----------
    rules
        The rules that ran.
    hits
        Rows with `rule_id` and `severity`.
    name
        What the layer is called.
    version
        Of ATT&CK: `v18` or `v19`; techniques that another one names are written by its numbers.

    Examples
    --------
    >>> off = Rule("off", "Off", tags=("attack.t1562.008",))
    >>> made = layer([off], [{"rule_id": "off"}], name="case", version="v19")
    >>> [(one["techniqueID"], one["score"]) for one in made["techniques"]]
    [('T1685.002', 1)]
    """
    if version not in VERSIONS:
        raise ParameterError(f"no version {version} of ATT&CK here. Versions: {', '.join(VERSIONS)}")
    counts: dict[str, int] = defaultdict(int)
    for hit in hits:
        counts[hit["rule_id"]] += 1
    scores: dict[str, int] = defaultdict(int)
    titles: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for technique in () if rule.refused else techniques(rule, version):
            scores[technique] += counts[rule.id]
            titles[technique].append(f"{rule.title}: {counts[rule.id]:,}")
    return {
        "name": name,
        "versions": {"attack": version.removeprefix("v"), "navigator": _NAVIGATOR, "layer": _LAYER},
        "domain": "enterprise-attack",
        "description": "Techniques of the rules that ran; score: number of hits, 0 for none.",
        "filters": {"platforms": ["IaaS", "Identity Provider", "SaaS"]},
        "sorting": 3,
        "gradient": {"colors": _COLOURS, "minValue": 0, "maxValue": max([1, *scores.values()])},
        "techniques": [
            {"techniqueID": one, "score": scores[one], "comment": "\n".join(titles[one]), "enabled": True}
            for one in sorted(scores)
        ],
    }

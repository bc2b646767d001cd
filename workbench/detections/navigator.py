"""A layer for MITRE's ATT&CK Navigator: which techniques a case shows, and by which hits.

References
----------
https://github.com/mitre-attack/attack-navigator/blob/master/layers/spec/v4.5/layerformat.md
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.detections.judging.attack import VERSIONS, techniques
from workbench.detections.reading.model import Rule
from workbench.errors import ParameterError

_LAYER, _NAVIGATOR = "4.5", "5.1.0"
_COLOURS = ["#ffffff", "#f2c14e", "#b3261e"]


def layer(
    rules: Sequence[Rule], hits: Sequence[Mapping[str, Any]], *, name: str, version: str = "v18"
) -> dict[str, Any]:
    """Make a layer of the techniques that rules are about: how many hits, and of which rules.

    Parameters
    ----------
    rules
        The rules that ran.
    hits
        Rows with `rule_id`; with `title` and `technique` too, where they are of no rule in the list.
    name
        What the layer is called.
    version
        Of ATT&CK: `v18` or `v19`; techniques that another one names are written by its numbers.

    Raises
    ------
    ParameterError
        There is no such version, or the hits are no list of rows.

    Examples
    --------
    >>> off = Rule("off", "Off", tags=("attack.t1562.008",))
    >>> made = layer([off], [{"rule_id": "off"}], name="case", version="v19")
    >>> [(one["techniqueID"], one["score"]) for one in made["techniques"]]
    [('T1685.002', 1)]
    """
    if version not in VERSIONS:
        raise ParameterError(f"no version {version} of ATT&CK here. Versions: {', '.join(VERSIONS)}")
    if not isinstance(hits, Sequence):
        raise ParameterError(
            f"hits is a {type(hits).__name__}, no list of rows. Give hits.to_pyarrow().to_pylist()"
        )
    counts: dict[str, int] = defaultdict(int)
    for hit in hits:
        counts[hit["rule_id"]] += 1
    scores: dict[str, int] = defaultdict(int)
    titles: dict[str, list[str]] = defaultdict(list)
    for rule in [*rules, *_of_no_file(rules, hits)]:
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


def _of_no_file(rules: Sequence[Rule], hits: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Give what no rule file says, such as impossible travel, as rules of their techniques."""
    known = {rule.id for rule in rules}
    rest = {hit["rule_id"]: hit for hit in hits if hit["rule_id"] not in known and hit.get("technique")}
    return [
        Rule(name, hit["title"], attack={"v18": tuple(hit["technique"].split(", "))})
        for name, hit in rest.items()
    ]

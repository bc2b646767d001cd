"""Which rules can hold at all: judged by the few pairs of service and API that occur in the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.detections.matching.dictionaries import PAIR
from workbench.detections.reading.tree import And, Exists, Match, Node, Not

if TYPE_CHECKING:
    import numpy as np


Masks = Mapping[Match, "np.ndarray"]
_NOTHING: Masks = MappingProxyType({})


def may_hold(node: Node, answers: Masks, pairs: int, at_most: Masks = _NOTHING) -> np.ndarray:
    """Tell for each pair whether a detection may hold for some event of it.

    Parameters
    ----------
    node
        The detection.
    answers
        Of tests, for which pairs they hold. What is not told here may hold or not, for any pair.
    pairs
        How many there are.
    at_most
        Of tests, for which pairs they hold at most.

    Examples
    --------
    >>> import numpy as np
    >>> from workbench.detections.reading.tree import Or, Text
    >>> stop = Match("eventName", (Text(("StopLogging",)),))
    >>> here = Match("awsRegion", (Text(("us-east-1",)),))
    >>> known = {stop: np.array([False, True])}
    >>> may_hold(And((stop, here)), known, 2), may_hold(Or((stop, here)), known, 2)
    (array([False,  True]), array([ True,  True]))
    >>> may_hold(Not(And((stop, here))), known, 2), may_hold(Not(stop), known, 2)
    (array([ True,  True]), array([ True, False]))
    """
    return _bound(node, answers, pairs, at_most, upper=True)


def _bound(node: Node, answers: Masks, pairs: int, at_most: Masks, *, upper: bool) -> np.ndarray:
    import numpy as np

    if isinstance(node, Match):
        if _is_told(node, answers):
            return answers[node]
        return at_most[node] if upper and node in at_most else np.full(pairs, upper)
    if isinstance(node, Not):
        return ~_bound(node.part, answers, pairs, at_most, upper=not upper)
    join = np.logical_and if isinstance(node, And) else np.logical_or
    return join.reduce([_bound(part, answers, pairs, at_most, upper=upper) for part in node.parts])


def _is_told(leaf: Match, answers: Masks) -> bool:
    """A name that is no text stands in no column, and is there."""
    is_plain = not any(isinstance(test, Exists) for test in leaf.tests)
    return leaf.field in PAIR and is_plain and leaf in answers

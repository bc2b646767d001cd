"""Which keys the parts of records have, for each pair of API and service: a field is where its key is.

Looked up only where many rules ask for nested fields and name no API: then each of them need not look into
the records of all APIs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbench.detections.matching.bounds import MAPS
from workbench.detections.matching.dictionaries import CODE, PAIR
from workbench.detections.matching.planning import map_column
from workbench.detections.reading.tree import Exists, Match, Node, matches

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection

_MANY = 4  # rules that make up for one more look at the keys of all events


def where_there(
    con: DuckDBPyConnection, table: str, pairs: int, detections: Sequence[Node]
) -> dict[Match, np.ndarray]:
    """Tell of tests of nested fields for which pairs of API and service they may hold at most.

    Parameters
    ----------
    con, table
        Where the prepared events are. Of pairs that no rule can hold for, their maps are left out.
    pairs
        How many there are.
    detections
        What is going to be asked.
    """
    wide = [node for node in detections if not any(leaf.field in PAIR for leaf in matches(node))]
    leaves = [leaf for node in wide for leaf in _nested(node)]
    asked = Counter((leaf.field or "").partition(".")[0] for leaf in leaves)
    found: dict[Match, np.ndarray] = {}
    for part in sorted(part for part, number in asked.items() if number >= _MANY):
        keys = _keys(con, table, part)
        for leaf in leaves:
            top, key = (leaf.field or "").split(".")[:2]
            if top == part:
                found[leaf] = _mask(keys.get(key, ()), pairs)
    return found


def _nested(node: Node) -> Iterator[Match]:
    """Give the tests of nested fields that hold only where there is the field."""
    for leaf in matches(node):
        top, dot, _ = (leaf.field or "").partition(".")
        is_absence = any(isinstance(test, Exists) and not test.wanted for test in leaf.tests)
        if dot and top in MAPS and not is_absence:
            yield leaf


def _keys(con: DuckDBPyConnection, table: str, part: str) -> dict[str, list[int]]:
    """Return the keys of a part, each with the pairs that have it."""
    keys = f"SELECT DISTINCT {CODE}, unnest(map_keys({map_column(part)})) AS key FROM {table}"  # noqa: S608
    return dict(con.execute(f"SELECT key, list({CODE}) FROM ({keys}) GROUP BY key").fetchall())  # noqa: S608


def _mask(places: Sequence[int], size: int) -> np.ndarray:
    import numpy as np

    mask = np.zeros(size, bool)
    mask[list(places)] = True
    return mask

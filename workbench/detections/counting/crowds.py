"""Hits of a rule that counts them, without those that are too few in every window around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from workbench.detections.reading.model import Correlation

if TYPE_CHECKING:
    import numpy as np


def crowded(hits: pa.Table, how: Correlation, counted: Sequence[str]) -> pa.Table:
    """Leave out the hits that no window has enough values around to make an episode; what is left may.

    Values are counted here whether they are different or not. Where other days tell what is usual, groups
    stay or go as a whole.

    Parameters
    ----------
    hits
        Of `matching.matched`.
    how
        How a rule counts its own hits.
    counted
        The fields of which `hits` has the texts.
    """
    import numpy as np

    hits = hits.filter(pc.is_valid(hits["eventTime"]))
    lists = {name: hits[f"c{place}"].combine_chunks() for place, name in enumerate(counted)}
    sizes = {name: _sizes(column) for name, column in lists.items()}
    if not len(hits) or any((sizes[name] != 1).any() for name in how.group_by):
        return hits
    groups = np.zeros(len(hits), np.int64)
    for name in how.group_by:
        groups = _numbered(groups, lists[name].flatten())
    weights = np.prod([sizes[name] for name in how.distinct], axis=0) if how.distinct else np.ones(len(hits))
    times = hits["eventTime"].cast(pa.int64()).to_numpy()
    order = np.lexsort((times, groups))
    kept = np.zeros(len(hits), bool)
    for group in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        kept[group] = _is_crowded(times[group], weights[group], how)
    return hits.filter(pa.array(kept))


def _sizes(lists: pa.Array) -> np.ndarray:
    return pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)


def _numbered(groups: np.ndarray, texts: pa.Array) -> np.ndarray:
    """Number the groups anew, with one text more to tell them apart."""
    import numpy as np

    coded = texts.dictionary_encode("encode")
    both = groups * len(coded.dictionary) + coded.indices.to_numpy()
    return np.unique(both, return_inverse=True)[1]


def _is_crowded(times: np.ndarray, weights: np.ndarray, how: Correlation) -> np.ndarray:
    """Tell of the hits of a group, in order of time, which lie in a window that has enough."""
    import numpy as np

    first = np.searchsorted(times, times - how.seconds * 1_000_000, "left")
    after = np.searchsorted(times, times, "right")  # of the same time, the order is not known here
    total = np.concatenate([[0], np.cumsum(weights)])
    holds = total[after] - total[first] >= how.compare["gte"]
    if how.usual is not None:
        return np.full(len(times), holds.any())
    change = np.zeros(len(times) + 1, np.int64)
    np.add.at(change, first[holds], 1)
    np.add.at(change, after[holds], -1)
    return np.cumsum(change[:-1]) > 0

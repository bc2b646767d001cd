"""Second deliveries, while a load goes on: what came before, in little memory.

Two records are the same event when event id, recipient account and content agree. A record whose text came
before, at an earlier place, is dropped here, before it is written. Anything less plain (the same id with
another text, an earlier place that comes later) is kept, and its id noted for `settle`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from workbench.events.batches.arrow import Keys

_Places = dict[bytes, list[tuple[str, int]]]
_CROWD = 1000  # texts of one id; to read them back for each batch would take longer with each


@dataclass(frozen=True)
class SecondDelivery:
    """A record that was dropped, and the hash of the text that stands for it."""

    event_id: str
    account: str | None
    hash: bytes
    file: str
    index: int


@dataclass
class Verdict:
    """What becomes of the rows of a batch.

    `dropped` are places among them; `duplicates` counts, by path, those that are second deliveries;
    `suspects` are the ids that `settle` has to look at.
    """

    dropped: list[int] = field(default_factory=list)
    places: list[SecondDelivery] = field(default_factory=list)
    duplicates: Counter[str] = field(default_factory=Counter)
    suspects: set[str] = field(default_factory=set)


class _Run(NamedTuple):
    """Rows ordered by the hash of the id; `texts` are the hashes of their texts."""

    keys: np.ndarray
    texts: np.ndarray
    files: np.ndarray
    indexes: np.ndarray

    def where(self, keys: np.ndarray) -> np.ndarray:
        """Tell which of some keys are here."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: np.ndarray = self.keys[at] == keys
        return found

    def rows(self, keys: np.ndarray) -> Iterable[tuple[int, bytes, int, int]]:
        """Give the rows of some keys: key, hash of the text, file, index."""
        starts, ends = (np.searchsorted(self.keys, keys, side) for side in ("left", "right"))
        for some in np.flatnonzero(ends > starts):
            for at in range(starts[some], ends[some]):
                yield int(keys[some]), self.texts[at].tobytes(), int(self.files[at]), int(self.indexes[at])


class Seen:
    """The rows of a case, by what tells them apart.

    Rows lie in runs that double in length, each ordered, so that a batch is looked up in a few searches and
    a load of any length costs the same per event; a row takes 36 bytes.

    Examples
    --------
    >>> seen = Seen()
    >>> first = np.zeros(1, int)
    >>> one = Keys(["e-1"], ["111122223333"], b"0123456789abcdef", first, first)
    >>> seen.judge(one, ["a.json"]).dropped, seen.judge(one, ["b.json"]).dropped
    ([], [0])
    >>> other = Keys(["e-1"], ["111122223333"], b"another text....", first, first)
    >>> seen.judge(other, ["c.json"]).suspects
    {'e-1'}
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._paths: list[str] = []
        self._numbers: dict[str, int] = {}
        self._within: dict[int, _Places] = {}
        self._crowded: dict[int, _Places] = {}

    def add(self, keys: Keys, paths: Sequence[str]) -> None:
        """Take rows that are in the case already."""
        self._add(self._run(keys, paths))

    def judge(self, keys: Keys, paths: Sequence[str], ignored: Collection[int] = ()) -> Verdict:
        """Say what becomes of the rows of a batch, and remember those that are kept.

        Parameters
        ----------
        keys
            The rows; the files in it are places in `paths`.
        paths
            Where the rows come from.
        ignored
            Rows that are dropped and not counted: those of a file that is a copy.
        """
        verdict = Verdict(dropped=sorted(ignored))
        run = self._run(keys, paths, ordered=False)
        for place in self._candidates(run, set(ignored)):
            self._decide(place, keys, run, verdict)
        kept = np.ones(len(keys.ids), bool)
        kept[verdict.dropped] = False
        self._add(_ordered(_Run(*(column[kept] for column in run))))
        return verdict

    def _run(self, keys: Keys, paths: Sequence[str], *, ordered: bool = True) -> _Run:
        numbers = np.array([self._number(path) for path in paths], np.int32)
        run = _Run(
            np.fromiter(map(hash, keys.ids), np.int64, len(keys.ids)),
            np.frombuffer(keys.hashes, "V16"),
            numbers[keys.files] if len(keys.files) else numbers[:0],
            keys.indexes,
        )
        return _ordered(run) if ordered else run

    def _number(self, path: str) -> int:
        if path not in self._numbers:
            self._numbers[path] = len(self._paths)
            self._paths.append(path)
        return self._numbers[path]

    def _candidates(self, new: _Run, ignored: set[int]) -> list[int]:
        """Find the rows whose id came before, in this batch or earlier, in the order of places."""
        before = np.zeros(len(new.keys), bool)
        for run in self._runs:
            before |= run.where(new.keys)
        order = np.argsort(new.keys, kind="stable")
        same = np.flatnonzero(new.keys[order[1:]] == new.keys[order[:-1]])
        before[order[same]] = before[order[same + 1]] = True
        self._gather(np.unique(new.keys[before]))
        found = [int(place) for place in np.flatnonzero(before) if place not in ignored]
        return sorted(found, key=lambda place: (self._paths[new.files[place]], new.indexes[place]))

    def _gather(self, keys: np.ndarray) -> None:
        """Collect the places of the rows of some keys, by the hash of their text."""
        self._within = {int(key): {} for key in keys if int(key) not in self._crowded}
        asked = np.array(sorted(self._within), np.int64)
        for key, text, file, index in (row for run in self._runs for row in run.rows(asked)):
            self._within[key].setdefault(text, []).append((self._paths[file], index))
        self._crowded |= {key: places for key, places in self._within.items() if len(places) > _CROWD}

    def _decide(self, place: int, keys: Keys, new: _Run, verdict: Verdict) -> None:
        key, text = int(new.keys[place]), new.texts[place].tobytes()
        at = (self._paths[new.files[place]], int(new.indexes[place]))
        earlier = self._crowded.get(key) or self._within[key]
        same = earlier.setdefault(text, [])
        if any(one <= at for one in same):
            verdict.dropped.append(place)
            if at not in same:
                verdict.duplicates[at[0]] += 1
                verdict.places.append(SecondDelivery(keys.ids[place], keys.accounts[place], text, *at))
            return
        same.append(at)
        if len(earlier) > 1 or len(same) > 1:
            verdict.suspects.add(keys.ids[place])

    def _add(self, run: _Run) -> None:
        if len(run.keys):
            self._runs.append(run)
        while len(self._runs) > 1 and 2 * len(self._runs[-1].keys) > len(self._runs[-2].keys):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(_ordered(_Run(*map(_joined, zip(before, last, strict=True)))))


def _ordered(run: _Run) -> _Run:
    order = np.argsort(run.keys, kind="stable")
    return _Run(*(column[order] for column in run))


def _joined(columns: Any) -> np.ndarray:
    return np.concatenate(columns)

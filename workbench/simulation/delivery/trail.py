"""Delivery into the bucket: log files some minutes late, some events twice, digests every hour."""

import heapq
import json
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.simulation.clock import FIRST_DAY, HOUR, MINUTE, compact
from workbench.simulation.delivery.digests import Chain, trail_folder
from workbench.simulation.dice import Dice
from workbench.simulation.organization import LOG_BUCKET, Account
from workbench.simulation.scene import Event

WINDOW = 5 * MINUTE
LATE, TWICE = 400, 600  # one event in so many comes later than the others, or once more
EVENTS_PER_FILE = 2000
LOG, DIGEST = 0, 1

Place = tuple[str, str]
Json = dict[str, Any]


def compressed(content: bytes) -> bytes:
    """Return `content` as gzip whose header carries no time and no name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9)
    return packer.compress(content) + packer.flush()


def compact_json(value: Any) -> bytes:
    """Return a value as JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Bucket:
    """The bucket of the organization trail, filled as time goes by.

    Parameters
    ----------
    folder
        Where the objects are written, under their keys.
    seed
        Of file names and delays.
    accounts
        Whose regions have a chain of digests from the first day on.
    metadata
        Called with the bucket, key and user metadata of each digest.
    """

    def __init__(
        self, folder: Path, seed: int, accounts: tuple[Account, ...], metadata: Callable[[Json], None]
    ) -> None:
        self.folder, self.seed, self.metadata = folder, seed, metadata
        self.open: dict[tuple[Place, int], list[Event]] = {}
        self.due: list[tuple[int, int, Place]] = []
        self.chains: dict[Place, Chain] = {}
        self.counts: Counter[str] = Counter()
        self.by_account: Counter[str] = Counter()
        self.by_region: Counter[str] = Counter()
        self.duplicates: list[str] = []
        self.lag: tuple[tuple[Place, int], int] = (("", ""), 0), 0
        self.dice = Dice(seed, "delivery")
        for account in accounts:
            for region in account.regions:
                self._begin(
                    (account.id, region), FIRST_DAY + Dice(seed, "chain", account.id, region).between(5, 240)
                )

    def take(self, event: Event) -> None:
        """Accept the next event in the order of time; write every file that is due by now."""
        self._advance(event.time)
        place = (event.account, event.region)
        if place not in self.chains:  # a region that was enabled later: CloudTrail begins some minutes before
            self._begin(place, event.time - self.dice.between(10 * MINUTE, 25 * MINUTE))
        delay = self._delay(place, event.time)
        if self.dice.below(LATE) == 0:
            delay += self.dice.between(10 * MINUTE, 25 * MINUTE)
        self._hold(place, event.time + delay, event)
        if self.dice.below(TWICE) == 0:
            self.duplicates.append(event.id)
            self._hold(place, event.time + delay + self.dice.between(5 * MINUTE, 15 * MINUTE), event)
        self.counts["events"] += 1
        self.by_account[event.account] += 1
        self.by_region[event.region] += 1

    def finish(self, end: int) -> None:
        """Write what is left, and digests until each log file that was delivered is listed in one."""
        self._advance(end + HOUR + WINDOW)

    def _begin(self, place: Place, start: int) -> None:
        self.chains[place] = Chain(self.seed, *place, start)
        heapq.heappush(self.due, (start + HOUR, DIGEST, place))

    def _delay(self, place: Place, time: int) -> int:
        """Return how late the events of these five minutes are: all the same, as they travel together."""
        key = (place, time // WINDOW)
        if self.lag[0] != key:
            self.lag = key, Dice(self.seed, "lag", *place, key[1]).between(100, 420)
        return self.lag[1]

    def _hold(self, place: Place, delivered: int, event: Event) -> None:
        end = delivered - delivered % WINDOW + WINDOW
        held = self.open.setdefault((place, end), [])
        if not held:
            heapq.heappush(self.due, (end, LOG, place))
        held.append(event)

    def _advance(self, now: int) -> None:
        while self.due and self.due[0][0] <= now:
            at, kind, place = heapq.heappop(self.due)
            if kind == DIGEST:
                self._write_digest(at, place)
            else:
                self._write_logs(at, place)

    def _write_logs(self, at: int, place: Place) -> None:
        held = self.open.pop((place, at))
        for kind in sorted({event.kind for event in held}):
            alike = [event for event in held if event.kind == kind]
            for first in range(0, len(alike), EVENTS_PER_FILE):
                self._write_log(at, place, alike[first : first + EVENTS_PER_FILE])

    def _write_log(self, at: int, place: Place, events: list[Event]) -> None:
        account, region = place
        folder = f"{trail_folder(account)}/{events[0].kind}/{region}/{compact(at, '%Y/%m/%d')}"
        key = f"{folder}/{account}_{events[0].kind}_{region}_{compact(at)}_{self.dice.letters(16)}.json.gz"
        content = b'{"Records":[' + b",".join(event.text for event in events) + b"]}"
        self._write(key, content)
        times = [event.time for event in events]
        self.chains[place].add(key, content, min(times), max(times))
        self.counts["log_files"] += 1

    def _write_digest(self, at: int, place: Place) -> None:
        chain = self.chains[place]
        key, digest = chain.close()
        content = compact_json(digest)
        self._deliver(key, content, chain.sign(key, digest, content))
        heapq.heappush(self.due, (at + HOUR, DIGEST, place))

    def _deliver(self, key: str, content: bytes, signature: str) -> None:
        self._write(key, content)
        self.metadata({
            "Bucket": LOG_BUCKET, "Key": key,
            "Metadata": {"signature": signature, "signature-algorithm": "SHA256withRSA"},
        })
        self.counts["digests"] += 1

    def _write(self, key: str, content: bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(compressed(content))

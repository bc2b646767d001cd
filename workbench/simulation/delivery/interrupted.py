"""A bucket whose trail is stopped for a while, and from which somebody deletes the newest digests."""

import heapq
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.delivery.digests import digest_key
from workbench.simulation.delivery.trail import DIGEST, Bucket, Place
from workbench.simulation.organization import EUROPE, PRODUCTION, Account
from workbench.simulation.scene import Event

Json = dict[str, Any]

BEREFT = (PRODUCTION.id, EUROPE)
_NEWEST = 2 * HOUR + 30 * MINUTE


class InterruptedBucket(Bucket):
    """The bucket of a trail that is stopped and started again; the other parameters are those of `Bucket`.

    The digest of the running hour is still delivered, then the chains end. New chains begin with the start.

    Parameters
    ----------
    stopped, started
        When logging was off, seconds of Unix time; more than an hour.
    end
        End of the simulated days: the digests of `BEREFT` around it are deleted.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
    """

    def __init__(
        self, folder: Path, seed: int, accounts: tuple[Account, ...], metadata: Callable[[Json], None],
        *, stopped: int, started: int, end: int,
    ) -> None:
        super().__init__(folder, seed, accounts, metadata)
        self.stopped, self.started, self.end = stopped, started, end
        self.lost: list[str] = []
        self.restarted: list[Json] = []
        self.deleted: list[str] = []
        self.unlisted: list[str] = []
        self.deleting = False

    def take(self, event: Event) -> None:
        """Accept the next event, or lose it: between the stop and the start nothing is delivered."""
        if self.stopped < event.time < self.started:
            self.lost.append(event.id)
            return
        if event.time >= self.started and not self.restarted:
            self._resume()
        super().take(event)

    def _resume(self) -> None:
        self._advance(self.started)
        self.due = [entry for entry in self.due if entry[1] != DIGEST]
        heapq.heapify(self.due)
        for place in sorted(self.chains):
            self.restarted.append({
                "account": place[0], "region": place[1], "last": self.chains[place].start,
                "path": digest_key(*place, self.started + HOUR),
            })
            self._begin(place, self.started)

    def _write_digest(self, at: int, place: Place) -> None:
        if self.stopped <= self.chains[place].start < self.started:
            return
        self.deleting = place == BEREFT and at > self.end - _NEWEST
        super()._write_digest(at, place)

    def _deliver(self, key: str, content: bytes, signature: str) -> None:
        if self.deleting:
            self.deleted.append(key)
            self.unlisted += [log["s3Object"] for log in json.loads(content)["logFiles"]]
        else:
            super()._deliver(key, content, signature)

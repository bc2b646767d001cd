"""Tampering with what was delivered: a log deleted, one changed, one planted; and the truth about it."""

import json
import zlib
from pathlib import Path
from typing import Any

from workbench.simulation.acts.credentials import with_user_key
from workbench.simulation.clock import HOUR, MINUTE, compact, iso
from workbench.simulation.delivery.digests import digest_key
from workbench.simulation.delivery.interrupted import BEREFT, InterruptedBucket
from workbench.simulation.delivery.trail import compressed
from workbench.simulation.dice import Dice
from workbench.simulation.intrusion.blinding import Blinding
from workbench.simulation.intrusion.intruder import STEPS
from workbench.simulation.organization import (
    CLI,
    DEVELOPMENT,
    EUROPE,
    HOME,
    ORGANIZATION_ID,
    PRODUCTION,
    TOMAS,
    TOMAS_HOME,
    UPLOADER,
)
from workbench.simulation.scene import Scene, Step

Json = dict[str, Any]


def tamper(folder: Path, bucket: InterruptedBucket, steps: list[Step], blinding: Blinding) -> list[Json]:
    """Tamper with the files of a finished sample; return what was done, and what `verify` should say of it.

    Parameters
    ----------
    folder, bucket
        The sample, and what wrote it.
    steps
        Of the intrusion: some of their events are what is hidden.
    blinding
        How the trail was stopped.
    """
    by_what = {step.what: step for step in steps}
    return [
        _deleted(folder, by_what[STEPS["mapped"][0]]),
        _modified(folder, by_what[STEPS["key"][0]]),
        _planted(folder, bucket.seed, by_what[STEPS["leaked"][0]].time),
        _stopped(bucket),
        _newest_deleted(bucket),
        *blinding.calls,
    ]


def _deleted(folder: Path, step: Step) -> Json:
    path = _file_of(folder, EUROPE, step)
    ids = [record["eventID"] for record in _records(path)]
    path.unlink()
    return {
        "kind": "log-deleted", "path": path.relative_to(folder).as_posix(), "account": PRODUCTION.id,
        "region": EUROPE, "events": ids, "verify": {"verdict": "missing"},
    }


def _modified(folder: Path, step: Step) -> Json:
    path = _file_of(folder, HOME, step)
    kept = [record for record in _records(path) if record["eventID"] != step.events[0]]
    _write(path, kept)
    return {
        "kind": "log-modified", "path": path.relative_to(folder).as_posix(), "account": PRODUCTION.id,
        "region": HOME, "events": step.events[:1], "verify": {"verdict": "modified"},
    }


def _planted(folder: Path, seed: int, before: int) -> Json:
    """Plant a log that blames Tomas Keller for the key with which the intrusion began."""
    scene = Scene(seed, "forgery", before - 26 * MINUTE)
    tomas = with_user_key(scene, TOMAS, TOMAS_HOME, CLI)
    scene.run(tomas, HOME, ("iam:ListAccessKeys", "iam:CreateAccessKey"), 5, 20, user=UPLOADER.name,
              key_id=scene.long_term_key(UPLOADER.account, UPLOADER.arn))
    at = before - before % (5 * MINUTE) - 15 * MINUTE
    name = f"{DEVELOPMENT.id}_CloudTrail_{HOME}_{compact(at)}_{Dice(seed, 'forgery').letters(16)}.json.gz"
    path = _logs(folder, DEVELOPMENT.id, HOME, at) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, [json.loads(event.text) for event in scene.events])
    return {
        "kind": "log-planted", "path": path.relative_to(folder).as_posix(), "account": DEVELOPMENT.id,
        "region": HOME, "events": [event.id for event in scene.events],
        "verify": {"verdict": "not-in-any-digest"},
    }


def _stopped(bucket: InterruptedBucket) -> Json:
    chains = [{**chain, "last": iso(chain["last"])} for chain in bucket.restarted]
    return {
        "kind": "logging-stopped", "from": iso(bucket.stopped), "to": iso(bucket.started), "chains": chains,
        "events": bucket.lost, "verify": {"finding": "gap-logging-stopped"},
    }


def _newest_deleted(bucket: InterruptedBucket) -> Json:
    last = bucket.chains[BEREFT].start - len(bucket.deleted) * HOUR
    return {
        "kind": "newest-digests-deleted", "account": BEREFT[0], "region": BEREFT[1], "from": iso(last),
        "to": iso(last + len(bucket.deleted) * HOUR), "path": digest_key(*BEREFT, last),
        "digests": bucket.deleted, "logs": bucket.unlisted, "events": [],
        "verify": {"finding": "open-end", "logs": "not-in-any-digest"},
    }


def _file_of(folder: Path, region: str, step: Step) -> Path:
    """Return the log of production that holds the first event of a step."""
    for day in (step.time, step.time + HOUR):
        for path in sorted(_logs(folder, PRODUCTION.id, region, day).iterdir()):
            if any(record["eventID"] == step.events[0] for record in _records(path)):
                return path
    raise LookupError(f"{step.what}: its first event is in no log of {PRODUCTION.id} in {region}")


def _logs(folder: Path, account: str, region: str, at: int) -> Path:
    return folder / "AWSLogs" / ORGANIZATION_ID / account / "CloudTrail" / region / compact(at, "%Y/%m/%d")


def _records(path: Path) -> list[Json]:
    found: list[Json] = json.loads(zlib.decompress(path.read_bytes(), 31))["Records"]
    return found


def _write(path: Path, records: list[Json]) -> None:
    text = ",".join(json.dumps(record, separators=(",", ":"), ensure_ascii=False) for record in records)
    path.write_bytes(compressed(f'{{"Records":[{text}]}}'.encode()))

"""`workbench verify` against the AWS CLI on the same digests and logs, and on a digest of many logs.

Events of two sizes: with short ones (300 bytes, hardly more than what every event has) each file counts, with
long ones (1,500 bytes, the average of a busy account) our time is that of inflating and of SHA-256.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks.corpus import as_file
from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.processes import WORKBENCH, Step, best, by_turns, measure
from tests.benchmarks.scribe import Scribe
from tests.builders import event
from tests.evidence.digests import aws_cli
from tests.evidence.digests.aws_stub import serving
from tests.evidence.digests.trails import (
    ACCOUNT,
    BUCKET,
    HOUR,
    REGION,
    START,
    Digest,
    Evidence,
    Trail,
    pack,
    sha256,
)

HOURS, LOGS_AN_HOUR, EVENTS_A_LOG, MANY = 24, 80, 100, 20_000
_TIMES = 12  # as many files per second of user CPU as the AWS CLI


def verification(
    folder: Path, runs: int, hours: int = HOURS, logs: int = LOGS_AN_HOUR, many: int = MANY
) -> Part:
    """Verify a day by turns with the AWS CLI, which reads from memory; then one digest of many logs."""
    short = _compared(folder / "short", runs, _a_day(hours, logs, _short))
    long = _compared(folder / "long", runs, _a_day(hours, logs, _long()))
    listed = _written(_one_digest(many), folder / "many")
    most = best(runs, partial(_verify, f"one digest, {many:,} logs", listed))
    return Part(
        f"verify: {hours} digests, {hours * logs:,} logs of {EVENTS_A_LOG} events",
        [*short, *long, most],
        [
            _ratio("verify / AWS CLI, short events", *short, hours * (logs + 1), 100 / _TIMES),
            _ratio("verify / AWS CLI, long events", *long, hours * (logs + 1)),
            Figure(f"memory, a digest of {many:,} logs", most.peak_mib, "MiB", 500),
        ],
    )


def _ratio(what: str, ours: Step, theirs: Step, files: int, bar: float | None = None) -> Figure:
    one, other = files / ours.user_s, files / theirs.user_s
    note = f"{one / other:.1f} times as many files per user CPU s: {one:,.0f} against {other:,.0f}"
    return Figure(what, 100 * ours.user_s / theirs.user_s, "%", bar, note=note)


def _compared(folder: Path, runs: int, day: Evidence) -> list[Step]:
    ours = partial(_verify, f"verify, {folder.name} events", _written(day, folder))
    with serving(aws_cli.bucket_of(day)) as address:
        command, environment = aws_cli.command(day), aws_cli.environment(address)
        theirs = partial(measure, f"AWS CLI, {folder.name} events", command, env=environment)
        return by_turns(runs, ours, theirs)


def _verify(name: str, folder: Path) -> Step:
    return measure(name, [*WORKBENCH, "verify", str(folder), "--json"])


def _written(evidence: Evidence, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return evidence.write(folder)


def _a_day(hours: int, logs: int, texts: Callable[[float], Iterator[str]]) -> Evidence:
    """Digests of one day; every log holds other events."""

    def edit(hour: int, digest: Digest) -> None:
        start = START + hour * HOUR
        for number in range(logs):
            digest.list_log(trail.log_key(start, number), as_file(texts(start.timestamp())))

    trail = Trail(0, edit=edit)
    for hour in range(hours):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR, 0)
    return Evidence([trail])


def _short(_: float) -> Iterator[str]:
    shown = ("eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "requestID", "eventID")
    events = (event() for _ in range(EVENTS_A_LOG))
    return (json.dumps({name: one[name] for name in shown}) for one in events)


def _long() -> Callable[[float], Iterator[str]]:
    scribe = Scribe(7, ACCOUNT, REGION)
    return lambda start: (scribe.record(start).text for _ in range(EVENTS_A_LOG))


def _one_digest(logs: int) -> Evidence:
    def edit(_: int, digest: Digest) -> None:
        for number in range(logs):
            key = trail.log_key(START, number)
            digest.list_only(BUCKET, key, empty)
            digest.logs[f"{BUCKET}/{key}"] = packed

    packed, empty = pack(b'{"Records":[]}'), sha256(b'{"Records":[]}')
    trail = Trail(0, edit=edit)
    trail.add(START, START + HOUR, 0)
    return Evidence([trail])

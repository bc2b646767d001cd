"""`workbench verify` against the AWS CLI on the same digests and logs, and on a digest of many logs."""

import os
from functools import partial
from pathlib import Path

from tests.benchmarks.corpus import as_file
from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.processes import WORKBENCH, Step, best, by_turns, measure
from tests.benchmarks.scribe import Scribe
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

HOURS, LOGS_AN_HOUR, EVENTS_A_LOG = 24, 80, 100
MANY = 20_000
_TIMES = 12  # as many files per second of user CPU as the AWS CLI


def verification(
    folder: Path, runs: int, hours: int = HOURS, logs: int = LOGS_AN_HOUR, many: int = MANY
) -> Part:
    """Verify a day by turns with the AWS CLI, which reads from memory; then one digest of many logs."""
    day, large = _a_day(hours, logs), _one_digest(many)
    files = len(day.files)
    ours = partial(_verify, "workbench verify", _written(day, folder / "digests"))
    with serving(aws_cli.bucket_of(day)) as address:
        environment = aws_cli.environment(address)
        theirs = partial(measure, "aws cloudtrail validate-logs", aws_cli.command(day), env=environment)
        one, other = by_turns(runs, ours, theirs)
    most = best(
        runs, partial(_verify, f"one digest, {many:,} logs", _written(large, folder / "large-digest"))
    )
    share = 100 * one.user_s / other.user_s
    per_s = [files / step.user_s for step in (one, other)]
    note = f"{per_s[0] / per_s[1]:.1f} times as many files a second: {per_s[0]:,.0f} against {per_s[1]:,.0f}"
    return Part(
        f"verify: {hours} digests, {files - hours:,} logs of {EVENTS_A_LOG} events",
        [one, other, most],
        [
            Figure("verify / AWS CLI, user CPU", share, "%", 100 / _TIMES, note=note),
            Figure("verify, user CPU", one.user_s, "s"),
            Figure(f"memory, a digest of {many:,} logs", most.peak_mib, "MiB", 500),
        ],
    )  # fmt: skip


def _verify(name: str, folder: Path) -> Step:
    return measure(name, [*WORKBENCH, "verify", str(folder), "--json"])


def _written(evidence: Evidence, folder: Path) -> Path:
    if not folder.exists():
        evidence.write(folder)
    return folder


def _a_day(hours: int, logs: int) -> Evidence:
    """Digests of one day; every log holds other events."""
    scribe = Scribe(7, ACCOUNT, REGION)

    def edit(hour: int, digest: Digest) -> None:
        start = (START + hour * HOUR).timestamp()
        for number in range(logs):
            content = as_file(scribe.record(start).text for _ in range(EVENTS_A_LOG))
            digest.list_log(trail.log_key(START + hour * HOUR, number), content)

    trail = Trail(0, edit=edit)
    for hour in range(hours):
        trail.add(START + hour * HOUR, START + (hour + 1) * HOUR, 0)
    return Evidence([trail])


def _one_digest(logs: int) -> Evidence:
    def edit(_: int, digest: Digest) -> None:
        for number in range(logs):
            key = trail.log_key(START, number)
            digest.list_only(BUCKET, key, empty)
            digest.logs[os.path.join(BUCKET, key)] = packed

    packed, empty = pack(b'{"Records":[]}'), sha256(b'{"Records":[]}')
    trail = Trail(0, edit=edit)
    trail.add(START, START + HOUR, 0)
    return Evidence([trail])

"""A trail of any size for benchmarks, the same bytes for the same numbers and seed.

Twelve accounts with five regions each deliver as S3 holds it, all through the same days; about 1.5 kB of JSON
and 200 bytes of gzip per record; one record in fifty is delivered once more. `workbench.simulation` is not
used for it: its story is for people, compresses twice as well as real trails do, and knows no wish for the
number of files.
"""

import argparse
import datetime as dt
import itertools
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.callers import ACCOUNTS, REGIONS
from tests.benchmarks.scribe import Record, Scribe

START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
EVENTS_PER_DAY = 36_000
ONCE_MORE = 50
ORGANIZATION = "o-bench4load"


class Stream(NamedTuple):
    """What one account's trail delivers for one region."""

    folder: Path
    seed: int
    account: str
    region: str
    events: int
    files: int
    days: float


def write_corpus(folder: Path, events: int, files: int, seed: int = 7) -> dict[str, int]:
    """Write `events` distinct events in `files` files below `folder`; return what was written, counted.

    As many events in another number of files (60 or more) are the same events. No file is empty.
    """
    with get_context("spawn").Pool() as pool:
        return dict(sum(pool.imap_unordered(deliver, streams(folder, events, files, seed)), Counter()))


def streams(folder: Path, events: int, files: int, seed: int) -> list[Stream]:
    """Share events and files among accounts and regions, the busiest first; few files: only among those."""
    weights = {(a, r): ACCOUNTS[a] * REGIONS[r] for a, r in itertools.product(ACCOUNTS, REGIONS)}
    busiest = sorted(weights, key=lambda place: -weights[place])[:files]
    kept = [weights[place] for place in busiest]
    of_events, of_files = (
        [1 + more for more in shares(number - len(kept), kept)] for number in (events, files)
    )
    return [
        Stream(folder, seed, *place, number, min(number, parts), events / EVENTS_PER_DAY)
        for place, number, parts in zip(busiest, of_events, of_files, strict=True)
    ]


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Split a number by weights, without losing any of it.

    Examples
    --------
    >>> shares(10, [3, 1, 1])
    [6, 2, 2]
    """
    whole = sum(weights)
    ends = [round(total * part / whole) for part in itertools.accumulate(weights)]
    return [end - begin for begin, end in itertools.pairwise([0, *ends])]


def deliver(stream: Stream) -> Counter[str]:
    """Write the files of one stream."""
    counted: Counter[str] = Counter()
    for number, (records, twice) in enumerate(_batches(stream)):
        content = as_file([*twice, *(record.text for record in records)])
        packed = compressed(content)
        path = stream.folder / _key(stream, records[-1].time, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        counted.update(
            files=1, events=len(records), again=len(twice), json_bytes=len(content), gz_bytes=len(packed)
        )
    return counted


def _batches(stream: Stream) -> Iterator[tuple[list[Record], list[str]]]:
    """Yield the new records of each file, and what the file before holds and this one holds once more."""
    dice = random.Random(f"{stream.seed} files {stream.account} {stream.region}")
    weights = [dice.lognormvariate(0, 1) for _ in range(stream.files)]
    written, twice = records_of(stream), list[str]()
    for more in shares(stream.events - stream.files, weights):
        records = list(itertools.islice(written, 1 + more))
        yield records, twice
        twice = [record.text for record in records if zlib.crc32(record.text.encode()) % ONCE_MORE == 0]


def records_of(stream: Stream) -> Iterator[Record]:
    """Yield the records of a stream in the order of time."""
    scribe = Scribe(stream.seed, stream.account, stream.region)
    step = stream.days * 86_400 / stream.events
    return (scribe.record(START.timestamp() + number * step) for number in range(stream.events))


def as_file(records: Iterable[str]) -> bytes:
    """Return the JSON of a trail file."""
    return ('{"Records":[' + ",".join(records) + "]}").encode()


def compressed(content: bytes) -> bytes:
    """Return gzip without a time in its header."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()


def _key(stream: Stream, last: float, number: int) -> Path:
    at = dt.datetime.fromtimestamp(last + 300, dt.UTC)
    account, region = stream.account, stream.region
    unique = random.Random(f"{stream.seed} {account} {region} {number}").getrandbits(64)
    name = f"{account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{unique:016X}.json.gz"
    return Path("AWSLogs", ORGANIZATION, account, "CloudTrail", region, f"{at:%Y/%m/%d}", name)


def main() -> None:
    """Write a corpus; print as JSON what was written."""
    parser = argparse.ArgumentParser(description="Write a trail of any size for benchmarks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int)
    parser.add_argument("files", type=int)
    parser.add_argument("--seed", type=int, default=7)
    words = parser.parse_args()
    print(json.dumps(write_corpus(**vars(words))))


if __name__ == "__main__":
    main()

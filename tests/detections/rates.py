"""A month of API calls as organizations make them, with bursts planted and written down.

People work by day and less at weekends, machines all the time, batches run at night and at weekends,
deployments come in clusters; counts vary more than chance would have it. The seed draws all parameters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from workbench.events.columns import EVENTS

START = datetime.fromisoformat("2026-08-03T00:00:00")  # a Monday
A_DAY, BUCKET = 288, 300
ACCOUNT, REGION = "111122223333", "us-east-1"
Counts = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Burst:
    """One planted burst; times in seconds since `START`, counted from its first call."""

    event_name: str
    error_code: str
    start: float
    end: float
    calls: int


def noisy(mean: Counts, spread: float, random: np.random.Generator) -> Counts:
    """Draw counts whose variance is mean + spread * mean**2."""
    return random.poisson(mean * random.gamma(1 / spread, spread, len(mean)))


def office(days: int, random: np.random.Generator) -> Counts:
    """Give the share of the working day's peak in each bucket."""
    hour = np.arange(days * A_DAY) % A_DAY / 12
    middle, width = random.uniform(12, 17), random.uniform(2, 4)
    weekend = (np.arange(days * A_DAY) // A_DAY) % 7 >= 5
    return (0.02 + np.exp(-(((hour - middle) / width) ** 2))) * np.where(weekend, random.uniform(0, 0.4), 1)


def people(days: int, random: np.random.Generator) -> Counts:
    """Give what people do by hand."""
    peak = 10 ** random.uniform(-1.5, 0.8)
    return noisy(peak * office(days, random), random.uniform(0.3, 2.5), random)


def machines(days: int, random: np.random.Generator) -> Counts:
    """Give what runs day and night, more by day where customers come."""
    mean = 10 ** random.uniform(-1, 1.2) * (1 + random.uniform(0, 2) * office(days, random))
    return noisy(mean, random.uniform(0.03, 0.6), random)


def rarely(days: int, random: np.random.Generator) -> Counts:
    """Give a few calls a week."""
    return noisy(np.full(days * A_DAY, random.uniform(1, 10) / 7 / A_DAY), 1.0, random)


def batch(days: int, random: np.random.Generator, *, every: int = 1) -> Counts:
    """Give a batch at about the same time every night (or every 7th), sometimes left out; and little else."""
    counts = rarely(days, random)
    minute, jitter = random.uniform(0, 1380), random.uniform(0, 6)
    size, length = 10 ** random.uniform(1, 2.3), random.uniform(2, 25)
    for day in range(int(random.integers(0, every)), days, every):
        if random.random() < 0.95:
            begin = (day * 1440 + minute + random.normal(0, jitter)) * 60
            calls = random.poisson(size * random.lognormal(0, 0.25))
            placed(counts, begin + random.uniform(0, length * 60, calls))
    return counts


def weekly(days: int, random: np.random.Generator) -> Counts:
    """Give a batch of one night of the week."""
    return batch(days, random, every=7)


def hourly(days: int, random: np.random.Generator) -> Counts:
    """Give a job of every hour."""
    counts = noisy(np.full(days * A_DAY, 0.02), 1.0, random)
    minute, size = random.uniform(0, 60), random.uniform(3, 40)
    for hour in range(days * 24):
        calls = random.poisson(size * random.lognormal(0, 0.2))
        placed(counts, hour * 3600 + minute * 60 + random.normal(0, 30) + random.uniform(0, 120, calls))
    return counts


def deployments(days: int, random: np.random.Generator) -> Counts:
    """Give clusters of calls at working hours."""
    counts = rarely(days, random)
    share = office(days, random)
    size, a_day = 10 ** random.uniform(0.7, 1.5), random.uniform(2, 10)
    starts = random.poisson(share / share.sum() * a_day * days)
    for bucket in np.flatnonzero(starts):
        calls = random.poisson(size * random.lognormal(0, 0.5))
        placed(counts, bucket * BUCKET + random.uniform(0, 300) + random.uniform(0, 480, calls))
    return counts


KINDS: list[Callable[[int, np.random.Generator], Counts]] = [
    people, people, machines, machines, rarely, batch, weekly, hourly, deployments,
]  # fmt: skip


def placed(counts: Counts, seconds: Counts) -> None:
    """Count calls at these times."""
    inside = seconds[(seconds >= 0) & (seconds < len(counts) * BUCKET)]
    np.add.at(counts, (inside // BUCKET).astype(int), 1)


def planted(counts: Counts, random: np.random.Generator) -> tuple[float, Counts]:
    """Return start and times of a burst well above what this API sees in a busy quarter of an hour."""
    usual = float(np.quantile(counts, 0.995))
    rate = (5 + usual) * 2 ** random.uniform(1, 3.5)
    length = random.uniform(6, 60) * 60
    start = random.uniform(8 * A_DAY * BUCKET, len(counts) * BUCKET - 7200)
    calls = max(8, random.poisson(rate * length / BUCKET))
    return start, np.sort(start + np.append(0, random.uniform(0, length, calls - 1)))


@dataclass(frozen=True)
class Month:
    """The events table of a month, and the bursts in it."""

    events: Any
    bursts: list[Burst]
    days: int


def month(seed: int, *, days: int = 28, keys: int = 36, share: float = 0.8) -> Month:
    """Generate a month: `keys` APIs, `share` bursts for each on average, a quarter told by error code."""
    random = np.random.default_rng(seed)
    series, bursts = [], []
    for number in range(keys):
        counts = KINDS[number % len(KINDS)](days, random)
        code = "AccessDenied" if number % 4 == 3 else ""
        name = f"{'Get' if code else 'Put'}{KINDS[number % len(KINDS)].__name__.title()}{number}"
        seconds = np.repeat(np.arange(len(counts)) * BUCKET, counts) + random.uniform(0, BUCKET, counts.sum())
        series.append((name, code, seconds, False))
        for _ in range(random.poisson(share)):
            start, times = planted(counts, random)
            series.append((name, code, times, True))
            bursts.append(Burst(name, code, start, float(times[-1]), len(times)))
    con = ibis.duckdb.connect()  # its own, which goes with the table: Ibis keeps a memtable to the very end
    con.con.register("events", as_events(series))
    return Month(con.table("events"), bursts, days)


def as_events(series: list[tuple[str, str, Counts, bool]]) -> pa.Table:
    """Return calls (name, error code, seconds since `START`, an intruder's or not) as the events table."""
    columns = dict(_columns(series))
    rows = len(columns["eventName"])
    return pa.table([columns.get(f.name, pa.nulls(rows, f.type)) for f in EVENTS], schema=EVENTS)


def _columns(series: list[tuple[str, str, Counts, bool]]) -> Iterator[tuple[str, pa.Array]]:
    lengths = [len(seconds) for _, _, seconds, _ in series]
    rows = sum(lengths)

    def each(values: list[Any]) -> pa.Array:
        return pa.array(np.repeat(np.array(values, dtype=object), lengths), pa.string())

    micros = (np.concatenate([s for _, _, s, _ in series]) * 1e6).astype("int64") + np.datetime64(
        START, "us"
    ).astype("int64")
    yield "eventTime", pa.array(micros, pa.timestamp("us"))
    yield "eventName", each([name for name, *_ in series])
    yield "errorCode", each([code or None for _, code, *_ in series])
    yield "userAgent", each(["curl/8" if bad else "aws-sdk/2" for *_, bad in series])
    yield (
        "principal",
        each([f"arn:aws:iam::{ACCOUNT}:user/{'mallory' if bad else 'robot'}" for *_, bad in series]),
    )
    yield "eventID", pa.array([f"id-{number}" for number in range(rows)])
    for name, value in (
        ("eventSource", "ec2.amazonaws.com"),
        ("awsRegion", REGION),
        ("recipientAccountId", ACCOUNT),
        ("eventCategory", "Management"),
    ):
        yield name, pa.array([value] * rows)
    yield "readOnly", pa.array(np.repeat([bool(code) for _, code, *_ in series], lengths))
    yield "managementEvent", pa.array([True] * rows)

"""Which buckets hold unusually many calls, and the spans they make.

Calls are looked at in single buckets and in sums of a quarter of an hour: a burst that lasts is told from
noise by its sum before any of its buckets stands out. The numbers were chosen on generated months
(`tests/detections/rates.py`) and judged on others.
"""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
from ibis import _

from workbench.detections.rates.counts import RATE

DAY = 24 * 12
"""Buckets of a day."""
WEEK = 7 * DAY
"""Buckets of seven days: the least history, and what averages are taken over."""

_LEAST = 5  # calls in a bucket that are worth a look at all
_NEAR = 3  # buckets to each side: the same time of day, give or take a quarter of an hour
_MEAN = 3  # times the mean of the week
_WIDE = 6  # the same for batches of a week, which keep less to the clock
_WEEKS = 4  # so far back the same time of the same weekday counts, for batches that skip a week
_LIKE = 1.5  # counts that differ by no more than this factor are alike
_BUSY = 0.9  # what all but a tenth of a time of day held is busy
_HABIT, _HABIT_DAYS = 3, 14  # spikes on so many days, of so many, are a habit
_MOST_DAYS = 4  # of the seven before and the seven after
_APART = 2  # unusual buckets so far apart, or nearer, are one insight
_ALONE = 1.5  # a bucket that stays alone must be so many times above its threshold: chance makes such, too
_TIMES = [(day, step) for day in range(1, 8) for step in range(-_NEAR, _NEAR + 1)]
_EXCESS, _SHARE = 1.5, 3  # parts of an unusual sum: so many spreads above the usual, a third of the most


class Scale(NamedTuple):
    """In sums of how many buckets calls are looked at, and how far above the usual is unusual."""

    buckets: int
    spreads: float
    """Above the mean of the same time of day, in units of its spread."""
    top: float
    """Times the busiest of these times."""
    busy: float
    """Times what was busy at its time of day is a spike, and spikes may be a habit."""
    as_high: float
    """A spike counts against what is at most so many times as high."""


SCALES = (Scale(1, 7, 1.75, 2, 2), Scale(3, 10, 2.25, 3, 2.5))
"""Single buckets, and quarters of an hour."""


def weekly(counts: ir.Table) -> ir.Table:
    """Add `week`, the calls in the seven days before each bucket."""
    before = ibis.range_window(group_by=RATE, order_by="bucket", preceding=(WEEK, 1))
    return counts.mutate(week=counts.n.sum().over(before).fill_null(0))


def compared(asked: ir.Table, counts: ir.Table, scale: Scale = SCALES[0]) -> ir.Table:
    """Compare buckets with the same time of day of the seven days before.

    Counts of calls follow the day and the week, vary more than chance would have it, and hold nightly
    batches. So a bucket is measured by what the same half hours of the last week held: its limit lies far
    above their mean in units of their spread, above the largest of them (of three more weeks on the same
    weekday, too), and above the mean of the whole week.

    Parameters
    ----------
    asked
        `rate`, `bucket`, `n`, `week`, and more.
    counts
        The buckets of `counts.Rates`, or their sums.
    scale
        Of how many buckets `n` and `counts` are sums, and what is far above.

    Returns
    -------
    ibis Table
        The same with `usual` and `spread` (mean and variance of the same time of day) and `threshold` (the
        most that is no news).
    """
    back = {day * DAY + step for day, step in _TIMES}
    longer = [week * WEEK + step for week in range(1, _WEEKS + 1) for step in range(-_WIDE, _WIDE + 1)]
    slots = ibis.memtable(
        [(one, one in back) for one in sorted(back.union(longer))],
        schema={"back": "int64", "is_near": "boolean"},
    )
    times = asked.select(RATE, "bucket").cross_join(slots).mutate(at=lambda t: t.bucket - t.back)
    held = times.left_join(counts.select(RATE, "n", at=counts.bucket), [RATE, "at"])
    held = held.mutate(n=held.n.fill_null(0))
    told = held.group_by(RATE, "bucket").agg(
        usual=lambda t: t.n.sum(where=t.is_near) / len(back),
        mean_square=lambda t: (t.n * t.n).sum(where=t.is_near) / len(back),
        most=lambda t: t.n.max(),
    )
    told = told.mutate(spread=ibis.greatest(told.usual, told.mean_square - told.usual * told.usual))
    both = asked.inner_join(told, [RATE, "bucket"])
    limit = ibis.greatest(
        both.usual + scale.spreads * both.spread.sqrt() + 2,
        scale.top * both.most,
        _MEAN * scale.buckets * both.week / WEEK,
    )
    return both.mutate(threshold=ibis.greatest(limit, _LEAST - 1)).drop("mean_square", "most")


def unusual(counts: ir.Table, known: ir.Table) -> ir.Table:
    """Return the buckets with more calls than the days before account for.

    A bucket with less than seven days of evidence before it is not judged.

    Parameters
    ----------
    counts
        The buckets of `counts.Rates`.
    known
        `rate`, `known_since`, `known_until`, as of `counts.known_times`.

    Returns
    -------
    ibis Table
        `rate`, `bucket`, `week`, `known_until`, `is_clear` (worth an insight even when alone).
    """
    judged = weekly(counts).inner_join(known, RATE)
    judged = judged.filter(judged.bucket - judged.known_since >= WEEK).drop("known_since")
    single, quarters = (_standing_out(judged, counts, scale) for scale in SCALES)
    is_clear = (single.n > _ALONE * single.threshold) | (single.threshold < _LEAST)
    parts = _parts(quarters, judged, counts).mutate(is_clear=ibis.literal(True))
    names = [RATE, "bucket", "week", "known_until"]
    both = ibis.union(*(rows[*names, "is_clear"] for rows in (single.mutate(is_clear=is_clear), parts)))
    return both.group_by(names).agg(is_clear=lambda t: t.is_clear.any())


def _standing_out(judged: ir.Table, counts: ir.Table, scale: Scale) -> ir.Table:
    """Return the sums of a scale, by their last bucket, that are above their threshold and no habit."""
    steps = ibis.memtable({"step": range(scale.buckets)}, schema={"step": "int64"})
    apart = counts.cross_join(steps).mutate(bucket=lambda t: t.bucket + t.step)
    sums = apart.group_by(RATE, "bucket").agg(n=lambda t: t.n.sum())
    busy = judged.drop("n").inner_join(sums, [RATE, "bucket"])
    busy = busy.filter((busy.n >= _LEAST) & (busy.n > _MEAN * scale.buckets * busy.week / WEEK))
    rows = compared(busy, sums, scale)
    above = rows.filter(rows.n > rows.threshold)
    return above.anti_join(_habits(above, sums, scale), [RATE, "bucket"])


def _parts(sums: ir.Table, judged: ir.Table, counts: ir.Table) -> ir.Table:
    """Return the buckets that make sums unusual: not the quiet ones before and between."""
    steps = ibis.memtable({"step": range(SCALES[1].buckets)}, schema={"step": "int64"})
    each = sums.select(RATE, last="bucket").cross_join(steps).mutate(bucket=lambda t: t["last"] - t.step)
    each = each.drop("step").inner_join(judged, [RATE, "bucket"])
    most = each.mutate(most=each.n.max().over(ibis.window(group_by=[RATE, "last"])))
    within = most.filter(most.n * _SHARE >= most.most).drop("last", "most").distinct()
    rows = compared(within, counts)
    return rows.filter(rows.n > rows.usual + _EXCESS * rows.spread.sqrt())


def _habits(above: ir.Table, counts: ir.Table, scale: Scale) -> ir.Table:
    """Return the buckets whose like comes up at any time of day.

    Deployments do not keep to the clock: the same time of day was quiet, and still so many calls are no news.
    Spikes that are part of a daily or weekly batch say nothing about other times of the day.
    """
    past = counts.select(RATE, then=counts.bucket, seen=counts.n)
    like = above.select(RATE, "bucket", "n").inner_join(past, RATE)
    age = like.bucket - like.then
    like = like.filter((age >= DAY) & (age < _HABIT_DAYS * DAY) & (like.seen * scale.as_high >= like.n))
    like = like.mutate(days=(like.bucket - like.then) // DAY)
    spikes = _off_the_clock(like.select(RATE, "then", "seen").distinct(), counts, scale)
    days = (
        like.inner_join(spikes, [RATE, "then"]).group_by(RATE, "bucket").agg(days=lambda t: t.days.nunique())
    )
    return days.filter(days.days >= _HABIT)


def _off_the_clock(spikes: ir.Table, counts: ir.Table, scale: Scale) -> ir.Table:
    """Keep the spikes without their like at the same time of most days around, or a week before or after.

    And only those that stand out there: the ups and downs of a busy hour are no habit of the quiet ones.
    """
    around = [(day, day * DAY + step) for day, step in _TIMES]
    slots = ibis.memtable(
        [*around, *((day, -step) for day, step in around)], schema={"day": "int64", "off": "int64"}
    )
    times = spikes.cross_join(slots).mutate(at=lambda t: t.then + t.off)
    found = times.left_join(counts.select(RATE, "n", at=counts.bucket), [RATE, "at"])
    found = found.mutate(n=found.n.fill_null(0), side=ibis.ifelse(found.off > 0, found.day, -found.day))
    is_like = found.n * _LIKE >= found.seen
    told = found.group_by(RATE, "then", "seen").agg(
        days=found.side.nunique(where=is_like),
        weekly=(is_like & (found.day == 7)).any(),
        busy=found.n.quantile(_BUSY),
    )
    is_spike = (told.days < _MOST_DAYS) & ~told.weekly & (told.seen > scale.busy * told.busy)
    return told.filter(is_spike).select(RATE, "then")


def spans(buckets: ir.Table) -> ir.Table:
    """Join the unusual buckets of a key that are at most two apart to one insight.

    One bucket alone is an insight where it lies far above its threshold, where nothing was usual, or where
    the evidence ends.

    Parameters
    ----------
    buckets
        As of `unusual`.

    Returns
    -------
    ibis Table
        `rate`, `begin`, `end` (first and last bucket), `week` (calls in the seven days before),
        `known_until`.
    """
    order = {"group_by": RATE, "order_by": "bucket"}
    gap = buckets.bucket - buckets.bucket.lag().over(ibis.window(**order))
    begun = buckets.mutate(begins=(gap.fill_null(_APART + 1) > _APART).cast("int64"))
    numbered = begun.mutate(span=begun.begins.sum().over(ibis.window(**order, preceding=(None, 0))))
    return (
        numbered.group_by(RATE, "span")
        .agg(
            begin=lambda t: t.bucket.min(),
            end=lambda t: t.bucket.max(),
            week=lambda t: t.week.first(order_by=t.bucket),
            known_until=lambda t: t.known_until.max(),
            is_clear=lambda t: t.is_clear.any(),
        )
        .filter(_.is_clear | (_.end > _.begin) | (_.known_until - _.end <= _APART))
        .drop("span", "is_clear")
    )

"""Which buckets hold unusually many calls, and the spans they make.

The numbers were chosen on generated months (`tests/detections/rates.py`) and judged on others.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from workbench.detections.rates.counts import KEY

DAY = 24 * 12
"""Buckets of a day."""
WEEK = 7 * DAY
"""Buckets of seven days: the least history, and what averages are taken over."""

_LEAST = 5  # calls in a bucket that are worth a look at all
_NEAR = 3  # buckets to each side: the same time of day, give or take a quarter of an hour
_SPREADS, _TOP, _MEAN = 7, 1.75, 3  # how far above what the same time of day, its busiest, the week had
_WIDE = 6  # the same for batches of a week, which keep less to the clock
_WEEKS = 4  # so far back the same time of the same weekday counts, for batches that skip a week
_LIKE, _AS_HIGH = 1.5, 2  # counts that differ by no more than this factor are alike
_HABIT, _HABIT_DAYS = 3, 14  # spikes on so many days, of so many, are a habit
_MOST_DAYS = 4  # of the seven before and the seven after
_APART = 2  # unusual buckets so far apart, or nearer, are one insight
_ALONE = 1.5  # a bucket that stays alone must be so many times above its threshold: chance makes such, too
_TIMES = [(day, step) for day in range(1, 8) for step in range(-_NEAR, _NEAR + 1)]


def weekly(counts: ir.Table) -> ir.Table:
    """Add `week`, the calls in the seven days before each bucket."""
    before = ibis.range_window(group_by=KEY, order_by="bucket", preceding=(WEEK, 1))
    return counts.mutate(week=counts.n.sum().over(before).fill_null(0))


def compared(asked: ir.Table, counts: ir.Table) -> ir.Table:
    """Compare buckets with the same time of day of the seven days before.

    Counts of calls follow the day and the week, vary more than chance would have it, and hold nightly
    batches. So a bucket is measured by what the same half hours of the last week held: its limit lies far
    above their mean in units of their spread, above the largest of them (of three more weeks on the same
    weekday, too), and above the mean of the whole week.

    Parameters
    ----------
    asked
        `KEY`, `bucket`, `n`, `week`, and more.
    counts
        As of `insights_counts.per_bucket`.

    Returns
    -------
    ibis Table
        The same with `usual` (mean of the same time of day) and `threshold` (the most that is no news).
    """
    back = {day * DAY + step for day, step in _TIMES}
    longer = [week * WEEK + step for week in range(1, _WEEKS + 1) for step in range(-_WIDE, _WIDE + 1)]
    slots = ibis.memtable(
        [(one, one in back) for one in sorted(back.union(longer))],
        schema={"back": "int64", "is_near": "boolean"},
    )
    times = asked.select(*KEY, "bucket").cross_join(slots).mutate(at=lambda t: t.bucket - t.back)
    held = times.left_join(counts.select(*KEY, "n", at=counts.bucket), [*KEY, "at"])
    held = held.mutate(n=held.n.fill_null(0))
    told = held.group_by(*KEY, "bucket").agg(
        usual=lambda t: t.n.sum(where=t.is_near) / len(back),
        mean_square=lambda t: (t.n * t.n).sum(where=t.is_near) / len(back),
        most=lambda t: t.n.max(),
    )
    told = told.mutate(spread=ibis.greatest(told.usual, told.mean_square - told.usual * told.usual))
    both = asked.inner_join(told, [*KEY, "bucket"])
    limit = ibis.greatest(
        both.usual + _SPREADS * both.spread.sqrt() + 2, _TOP * both.most, _MEAN * both.week / WEEK
    )
    return both.mutate(threshold=ibis.greatest(limit, _LEAST - 1)).drop("mean_square", "most", "spread")


def unusual(counts: ir.Table, known: ir.Table) -> ir.Table:
    """Return the buckets with more calls than the days before account for.

    A bucket with less than seven days of evidence before it is not judged.

    Parameters
    ----------
    counts
        As of `insights_counts.per_bucket`.
    known
        As of `insights_counts.known_times`.

    Returns
    -------
    ibis Table
        `KEY`, `bucket`, `n`, `week`, `usual`, `threshold`, `known_until`.
    """
    busy = weekly(counts)
    busy = busy.filter((busy.n >= _LEAST) & (busy.n > _MEAN * busy.week / WEEK))
    busy = busy.inner_join(known, ["account", "region"])
    busy = busy.filter(busy.bucket - busy.known_since >= WEEK)
    rows = compared(busy, counts).drop("known_since")
    above = rows.filter(rows.n > rows.threshold)
    return above.anti_join(_habits(above, counts), [*KEY, "bucket"])


def _habits(above: ir.Table, counts: ir.Table) -> ir.Table:
    """Return the buckets whose like comes up at any time of day.

    Deployments do not keep to the clock: the same time of day was quiet, and still so many calls are no news.
    Spikes that are part of a daily or weekly batch say nothing about other times of the day.
    """
    past = counts.select(*KEY, then=counts.bucket, seen=counts.n)
    like = above.select(*KEY, "bucket", "n").inner_join(past, KEY)
    age = like.bucket - like.then
    like = like.filter((age >= DAY) & (age < _HABIT_DAYS * DAY) & (like.seen * _AS_HIGH >= like.n))
    like = like.mutate(days=(like.bucket - like.then) // DAY)
    spikes = _off_the_clock(like.select(*KEY, "then", "seen").distinct(), counts)
    days = (
        like.inner_join(spikes, [*KEY, "then"]).group_by(*KEY, "bucket").agg(days=lambda t: t.days.nunique())
    )
    return days.filter(days.days >= _HABIT)


def _off_the_clock(spikes: ir.Table, counts: ir.Table) -> ir.Table:
    """Keep the spikes without their like at the same time of most days around, or a week before or after."""
    around = [(day, day * DAY + step) for day, step in _TIMES]
    slots = ibis.memtable(
        [*around, *((day, -step) for day, step in around)], schema={"day": "int64", "off": "int64"}
    )
    times = spikes.cross_join(slots).mutate(at=lambda t: t.then + t.off)
    found = times.inner_join(counts.select(*KEY, "n", at=counts.bucket), [*KEY, "at"])
    found = found.filter(found.n * _LIKE >= found.seen)
    told = found.mutate(side=ibis.ifelse(found.off > 0, found.day, -found.day)).group_by(*KEY, "then")
    told = told.agg(days=lambda t: t.side.nunique(), weekly=lambda t: (t.day == 7).any())
    return spikes.select(*KEY, "then").anti_join(
        told.filter((told.days >= _MOST_DAYS) | told.weekly), [*KEY, "then"]
    )


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
        `KEY`, `begin`, `end` (first and last bucket), `week` (calls in the seven days before), `known_until`.
    """
    order = {"group_by": KEY, "order_by": "bucket"}
    gap = buckets.bucket - buckets.bucket.lag().over(ibis.window(**order))
    begun = buckets.mutate(begins=(gap.fill_null(_APART + 1) > _APART).cast("int64"))
    numbered = begun.mutate(span=begun.begins.sum().over(ibis.window(**order, preceding=(None, 0))))
    return (
        numbered.group_by(*KEY, "span")
        .agg(
            begin=lambda t: t.bucket.min(),
            end=lambda t: t.bucket.max(),
            week=lambda t: t.week.first(order_by=t.bucket),
            known_until=lambda t: t.known_until.max(),
            is_clear=lambda t: ((t.n > _ALONE * t.threshold) | (t.threshold < _LEAST)).any(),
        )
        .filter(_.is_clear | (_.end > _.begin) | (_.known_until - _.end <= _APART))
        .drop("span", "is_clear")
    )

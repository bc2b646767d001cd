"""Who and what made the calls of an insight, next to who usually makes them."""

import ibis
import ibis.expr.types as ir

from workbench.detections.rates.counts import BUCKET, KEY
from workbench.detections.rates.unusual import WEEK

_AVERAGES = "array<struct<value: string, average: float64>>"
ATTRIBUTIONS = f"array<struct<attribute: string, insight: {_AVERAGES}, baseline: {_AVERAGES}>>"
"""The type of the column `attributions`: the shape of CloudTrail's own records."""

_ATTRIBUTES = {"userIdentityArn": "caller", "userAgent": "userAgent", "errorCode": "errorCode"}
_MOST = 5  # values of an attribute, as CloudTrail keeps


def with_attributions(spans: ir.Table, counted: ir.Table) -> ir.Table:
    """Add to each span its `calls`, their `eventIDs` in order of time, and its `attributions`.

    Parameters
    ----------
    spans
        As of `unusual.spans`, with `KEY`.
    counted
        As of `counts.counted_calls`.
    """
    each = [*KEY, "begin"]
    mine = counted.semi_join(spans, KEY)
    inside = spans.select(*each, "end").inner_join(mine, KEY)
    inside = inside.filter((inside.bucket >= inside.begin) & (inside.bucket <= inside.end))
    told = inside.group_by(each).agg(
        calls=lambda t: t.count(), eventIDs=lambda t: t.eventID.collect(order_by=[t.eventTime, t.eventID])
    )
    return spans.inner_join(told, each).inner_join(_attributions(spans, mine), each)


def _attributions(spans: ir.Table, mine: ir.Table) -> ir.Table:
    each = [*KEY, "begin"]
    values = ibis.union(
        *(_values(mine, place, name, column) for place, (name, column) in enumerate(_ATTRIBUTES.items()))
    )
    both = spans.select(*each, "end").inner_join(values, KEY)
    both = both.filter((both.bucket >= both.begin - WEEK) & (both.bucket <= both.end))
    sums = both.group_by([*each, "end", "place", "attribute", "value"]).agg(
        now=lambda t: t.n.sum(where=t.bucket >= t.begin), before=lambda t: t.n.sum(where=t.bucket < t.begin)
    )
    minutes = (sums.end - sums.begin + 1) * (BUCKET // 60)
    averages = sums.mutate(now=sums.now / minutes, before=sums.before / (WEEK * BUCKET // 60))
    told = averages.group_by([*each, "place", "attribute"]).agg(
        insight=lambda t: _best(t, t.now), baseline=lambda t: _best(t, t.before)
    )
    one = ibis.struct({name: told[name] for name in ("attribute", "insight", "baseline")})
    told = told.mutate(one=one.cast(ATTRIBUTIONS[len("array<") : -1]))
    return told.group_by(each).agg(attributions=lambda t: t.one.collect(order_by=t.place))


def _values(mine: ir.Table, place: int, name: str, column: str) -> ir.Table:
    # CloudTrail spells it out where a call had no error
    value = mine[column].fill_null("null") if name == "errorCode" else mine[column]
    rows = mine.select(*KEY, "bucket", place=ibis.literal(place), attribute=ibis.literal(name), value=value)
    return rows.filter(rows.value.notnull()).group_by(rows.columns).agg(n=lambda t: t.count())


def _best(sums: ir.Table, average: ir.FloatingValue) -> ir.ArrayValue:
    one = ibis.struct({"value": sums.value, "average": average})
    listed = one.collect(where=average > 0, order_by=[ibis.desc(average), sums.value])[:_MOST]
    return ibis.coalesce(listed, ibis.literal([], type=_AVERAGES))

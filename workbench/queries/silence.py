"""Hours without an event, and why: what the digests of a trail say of each.

A digest lists every log that was delivered, so an hour within an unbroken run of valid digests is known to
be silent. What the digests leave open is told apart, and never taken for silence.
"""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

SILENCES = {
    "logging-stopped": "the trail was stopped and began anew: the digests before and after say so",
    "digest-missing": "digests of this time are missing or not valid: nobody can say which logs there were",
    "log-missing": "a log that a digest lists for this time is missing, changed or unreadable",
    "not-collected": "no digest of this time is here, though the trail has others: collect them, unless the "
    "region is not enabled there",
    "unknown": "no digest speaks of this time",
    "not-yet-logging": "the first digest of the trail is younger: it did not log yet",
    "not-yet-delivered": "no digest of this time was delivered when the evidence was copied",
    "no-activity": "within an unbroken run of valid digests: nothing was recorded",
}
"""The kinds of silence, the gravest first, and what each means."""

_HOUR = ibis.interval(hours=1)
_LATE = ibis.interval(minutes=75)  # a log may come a quarter of an hour after what it records
_EVER = ibis.timestamp("1970-01-01"), ibis.timestamp("9999-01-01")
_OF_SPANS = {
    "logging-stopped": "gap-logging-stopped",
    "digest-missing": "gap-digests-absent",
    "not-collected": "open-start",
}


def silent_hours(con: BaseBackend, held: ir.Table) -> ir.Table:
    """Tell why the hours without an event are silent, where digests speak of their account.

    Parameters
    ----------
    con
        A case.
    held
        Hours with events: `account`, `region`, `hour`.

    Returns
    -------
    ibis Table
        `account`, `region`, `hour`, `silence` (of `SILENCES`); from the first hour with an event or a valid
        digest to the last, for every region that some account has digests of.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
    """
    spans = con.table("trail_spans").cast({"start": "timestamp", "end": "timestamp"})
    grid = _grid(spans, held, con.table("file_rows")).anti_join(held, ["account", "region", "hour"])
    told = _said_by_spans(grid, spans).left_join(_doubtful_hours(con, grid), ["account", "region", "hour"])
    pairs = held.select("account", "region").distinct().mutate(is_active=True)
    told = told.drop("account_right", "region_right", "hour_right").left_join(pairs, ["account", "region"])
    return told.select("account", "region", "hour", silence=_kind(told))


def _grid(spans: ir.Table, held: ir.Table, files: ir.Table) -> ir.Table:
    """Give every hour that was loaded, for each account with digests and each region that has some."""
    times = ibis.union(
        held.select(time="hour"), spans.select(time="start"), spans.select(time=spans.end - _HOUR)
    )
    case = times.agg(first=times.time.min().truncate("h"), last=times.time.max().truncate("h"))
    hours = case.select(hour=ibis.range(case["first"], case["last"] + _HOUR, _HOUR).unnest())
    pairs = spans.select("account").distinct().cross_join(spans.select("region").distinct())
    loaded = files.filter(files.status == "loaded").agg(
        opens=files.window_start.fill_null(_EVER[0]).min(), closes=files.window_end.fill_null(_EVER[1]).max()
    )
    inside = hours.cross_join(loaded).filter(lambda t: (t.hour >= t.opens) & (t.hour < t.closes))
    return pairs.cross_join(inside.select("hour"))


def _said_by_spans(grid: ir.Table, spans: ir.Table) -> ir.Table:
    """Tell which kinds of spans each hour touches, and where the chain of its region begins and ends."""
    covered = spans.filter(spans.kind == "covered")
    chains = covered.group_by("account", "region").agg(begins=covered.start.min(), ends=covered.end.max())
    grid = grid.left_join(chains, ["account", "region"]).drop("account_right", "region_right")
    touching = [
        grid.account == spans.account,
        grid.region == spans.region,
        spans.start.isnull() | (spans.start < grid.hour + _reach(spans)),
        spans.end.isnull() | (spans.end > grid.hour),
    ]
    joined = grid.left_join(spans, touching)
    begins_in_it = (joined.start == joined.begins) & (joined.start < joined.hour + _HOUR)
    since = (joined.start <= joined.hour) | begins_in_it
    whole = since & (joined.end >= joined.hour + _LATE)
    kinds = joined.kind
    return joined.group_by("account", "region", "hour", "begins", "ends").agg(
        is_covered=((kinds == "covered") & whole).any(),
        is_open_end=(kinds == "open-end").any(),
        **{f"is_{kind}": (kinds == name).any() for kind, name in _OF_SPANS.items()},
    )


def _reach(spans: ir.Table) -> ir.Value:
    """Say how far before a span the hours begin that it speaks of: a stopped trail still digests its hour."""
    return ibis.ifelse(spans.kind == "gap-logging-stopped", _LATE + _HOUR, _LATE)


def _doubtful_hours(con: BaseBackend, grid: ir.Table) -> ir.Table:
    logs = con.table("doubtful_logs")
    touching = [
        grid.account == logs.account,
        grid.region == logs.region,
        logs.oldest < grid.hour + _HOUR,
        logs.newest >= grid.hour,
    ]
    return grid.semi_join(logs, touching).mutate(is_doubtful=True)


def _kind(told: ir.Table) -> ir.StringValue:
    """Give the first reason that holds."""
    has_chain = told.begins.notnull()
    reasons = [
        (told.is_doubtful.fill_null(False), "log-missing"),
        (told.is_covered.fill_null(False) & ~told["is_not-collected"].fill_null(False), "no-activity"),
        (told.is_open_end.fill_null(False), "digest-missing"),
        *((told[f"is_{kind}"].fill_null(False), kind) for kind in _OF_SPANS),
        (has_chain & (told.hour + _LATE > told.ends), "not-yet-delivered"),
        (has_chain & (told.hour < told.begins), "not-yet-logging"),
        (~has_chain & told.is_active.isnull(), "not-collected"),
    ]
    silence: ir.StringValue = ibis.literal("unknown")
    for holds, kind in reversed(reasons):
        silence = ibis.ifelse(holds, kind, silence)
    return silence

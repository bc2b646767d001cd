"""One person at two places, in less time than a journey takes."""

from pathlib import Path

import ibis
import ibis.expr.types as ir

from workbench.detections.outside.found import Kind, as_hits, attributed
from workbench.detections.outside.networks import addresses
from workbench.detections.outside.places import located
from workbench.errors import ParameterError, visible
from workbench.queries.filters import has_time

TRAVEL = Kind("impossible-travel", "Impossible travel", "medium", "initial-access", "T1078.004")
_MACHINES = ("service", "instance", "web_identity", "anonymous")  # called from many places by their nature
_EARTH = 6_371.0  # km
_LEAST_HOURS = 1 / 3_600  # event times are whole seconds


def impossible_travel(
    events: ir.Table, places: str | Path, *, speed: float = 1_000, distance: float = 500
) -> ir.Table:
    """Find people who called from two places in less time than a journey takes.

    A person is the origin of the call where that is proven, else the principal and the name of its session.
    AWS services, instances and pipelines are left out: they call from many places by their nature. A VPN
    looks like a journey, so a hit is a question to that person, not a verdict.

    Parameters
    ----------
    events
        The whole events table.
    places
        A MaxMind database (`.mmdb`) or a CSV of networks with coordinates; see
        `workbench.detections.outside.places`.
    speed
        Kilometres an hour that nobody travels faster than.
    distance
        Kilometres that two places must be apart, after what the file says they may be off.

    Returns
    -------
    ibis Table
        Hits, as of `run`: one for each person and pair of places, at the first call from the second place;
        `eventIDs` holds the calls before and after each such journey.

    Raises
    ------
    ParameterError
        The file cannot be read, or a number is not positive.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import event, table
    >>> path = Path(tempfile.mkdtemp()) / "places.csv"
    >>> lines = ["network,latitude,longitude,place", "198.51.100.0/24,52.5,13.4,Berlin"]
    >>> _ = path.write_text("\\n".join([*lines, "203.0.113.0/24,1.3,103.8,Singapore"]))
    >>> there = event(sourceIPAddress="203.0.113.9", eventTime="2026-09-02T06:00:00Z")
    >>> hits = impossible_travel(table(event(eventTime="2026-09-02T04:00:00Z"), there), path)
    >>> hits.reason.to_pyarrow().to_pylist()
    ['203.0.113.9 (Singapore) 120 minutes after 198.51.100.7 (Berlin): 9920 km at 4960 km/h; 1 such journey']
    """
    if speed <= 0 or distance <= 0:
        raise ParameterError("speed and distance are kilometres above 0. Leave them out for the usual ones")
    rows = [
        (text, *place[:3], visible(f"{text} ({place.name})" if place.name else text))
        for text, place in located(addresses(events), places).items()
    ]
    known = ibis.memtable(rows, schema={
        "address": "string", "north": "float64", "east": "float64", "radius": "float64", "said": "string",
    })  # fmt: skip
    calls = _people(attributed(events)).inner_join(known, ibis._.sourceIPAddress == known.address)
    legs = _legs(calls)
    hours = ibis.greatest(legs.seconds / 3_600, _LEAST_HOURS)
    fast = legs.filter((legs.km >= distance) & (legs.km > speed * hours))
    return as_hits(_journeys(fast.mutate(hours=ibis.greatest(fast.seconds / 3_600, _LEAST_HOURS))), TRAVEL)


def _people(events: ir.Table) -> ir.Table:
    """Keep the calls of people, and say who; a login that failed proves nobody."""
    failed = ((events.eventName == "ConsoleLogin") & events.errorMessage.notnull()).fill_null(False)
    machine = events.origin_kind.isin(_MACHINES) if "origin_kind" in events.columns else ibis.literal(False)
    kept = events.filter(has_time(events) & ~failed & ~machine.fill_null(False))
    session = kept.principal + ibis.coalesce(ibis.literal("/") + kept.session_name, "")
    return kept.mutate(who=ibis.coalesce(kept.origin_principal, session))


def _legs(calls: ir.Table) -> ir.Table:
    """Return the calls with the one before by the same person, how far away and how long ago it was."""
    before = ibis.window(group_by="who", order_by=["eventTime", "eventID"])
    held = calls.mutate(**{
        f"past_{name}": calls[name].lag().over(before)
        for name in ("north", "east", "radius", "said", "eventID", "eventTime", "address")
    })  # fmt: skip
    held = held.filter(held.past_address.notnull() & (held.past_address != held.address))
    north, past = held.north.radians(), held.past_north.radians()
    half = ((north - past) / 2).sin() ** 2 + north.cos() * past.cos() * (
        (held.east - held.past_east).radians() / 2
    ).sin() ** 2
    km = 2 * _EARTH * ibis.least(half.sqrt(), 1.0).asin() - held.radius - held.past_radius
    return held.mutate(km=km, seconds=held.eventTime.epoch_seconds() - held.past_eventTime.epoch_seconds())


def _journeys(fast: ir.Table) -> ir.Table:
    """Return one row for each person and pair of places, there and back being one pair."""
    here = fast.north.cast("string") + " " + fast.east.cast("string")
    there = fast.past_north.cast("string") + " " + fast.past_east.cast("string")
    reason = (
        fast.said + " " + (fast.seconds / 60).round().cast("int64").cast("string") + " minutes after "
        + fast.past_said + ": " + fast.km.round().cast("int64").cast("string") + " km at "
        + (fast.km / fast.hours).round().cast("int64").cast("string") + " km/h"
    )  # fmt: skip
    pairs = fast.mutate(one=ibis.least(here, there), other=ibis.greatest(here, there), reason=reason)
    order = [pairs.eventTime, pairs.eventID]
    told = ("eventID", "eventTime", "principal", "origin_principal", "reason")
    rows = pairs.group_by("who", "one", "other").agg(
        times=pairs.count(),
        past=pairs.past_eventID.collect(),
        now=pairs.eventID.collect(),
        **{name: pairs[name].first(order_by=order, include_null=True) for name in told},
    )
    many = ibis.ifelse(rows.times == 1, " such journey", " such journeys")
    return rows.mutate(
        eventIDs=rows.past.concat(rows.now).unique().sort(),
        reason=rows.reason + "; " + rows.times.cast("string") + many,
        severity=ibis.literal(TRAVEL.level),
    )

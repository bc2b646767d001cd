"""What digests prove of the logs behind the events, hour by hour, as a strip."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.coverage_marks import kinds_layer, timed
from workbench.charts.coverage_runs import EVERYWHERE, limited, placed, runs_of
from workbench.charts.labels import counted
from workbench.charts.theme import CATEGORIES, DENIED, OTHER, AnyChart, finish, no_events
from workbench.errors import ChartError
from workbench.evidence.digests.telling import LOG_VERDICTS

_NEEDED = {"account", "region", "hour", "files", "events", "integrity"}
_VALID, _UNKNOWN = "valid", "not-verified"
_VERDICTS: Mapping[str, tuple[str, int]] = {
    "modified": (DENIED, 13),
    "invalid-trailing-data": (CATEGORIES[1], 13),
    "invalid-format": (CATEGORIES[5], 13),
    "missing": (CATEGORIES[0], 13),
    "unreadable": ("#994F00", 13),
    "not-in-any-digest": (CATEGORIES[3], 13),
    "unverifiable-digest-not-valid": (CATEGORIES[4], 7),
    _UNKNOWN: (OTHER, 5),
    _VALID: (CATEGORIES[2], 5),
}
"""Colour and thickness of each verdict, the worst first."""

_MEANING = LOG_VERDICTS | {
    _VALID: "It is what AWS delivered.",
    _UNKNOWN: "No digest speaks for it.",
}
_FEW = 24  # pairs of account and region; beyond them each account has one row


def integrity(
    table: ir.Table, *, n: int = 40, title: str = "Integrity of the logs behind the events"
) -> AnyChart:
    """Draw for each hour with events the worst verdict on the logs that they come from.

    Parameters
    ----------
    table
        As of `queries.coverage`.
    n
        Number of rows: those with the worst verdicts.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; an empty table gives a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column of `queries.coverage`.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> from workbench.queries import coverage
    >>> con = case(tempfile.mkdtemp(), event(eventTime="2026-09-02T04:10:00Z"))
    >>> print(integrity(coverage(con)).description)
    Integrity of the logs behind the events: 1 hour with events; not-verified 1.
    """
    if lacking := _NEEDED - set(table.columns):
        raise ChartError(f"this table has no {', '.join(sorted(lacking))}. Pass coverage(con)")
    runs = runs_of(_worst(table))
    if runs.empty:
        return no_events(title)
    ranked, whole = _ranked(runs, n)
    rows, joined = limited(placed(runs, ranked))
    rest = f"{len(ranked)} of {counted(whole, 'row')} shown" if whole > len(ranked) else ""
    subtitle = ["the worst verdict of each hour; thin: nothing speaks against the log", rest, joined]
    marks = timed(rows, kind=rows["state"], meaning=rows["state"].map(_MEANING).fillna(""))
    strip = kinds_layer(marks, list(dict.fromkeys(rows["row"])), _VERDICTS, "verdict")
    return finish(strip, title=title, subtitle=subtitle, description=_told(title, runs))


def _worst(table: ir.Table) -> ir.Table:
    """Give each hour with events its worst verdict; where there are many pairs, over all regions."""
    held = table.filter(table.events > 0)
    few = held.select("account", "region").distinct().count().as_scalar() <= _FEW
    held = held.mutate(region=ibis.ifelse(few, held.region, EVERYWHERE))
    words = held.integrity.split(", ")
    ranks = [(words.contains(verdict), place) for place, verdict in enumerate(_VERDICTS)]
    numbers = {name: held[name].cast("int64") for name in ("files", "events")}
    ranked = held.select("account", "region", "hour", rank=ibis.cases(*ranks, else_=0), **numbers)
    hours = ranked.group_by("account", "region", "hour").agg(
        rank=ranked["rank"].min(), files=ranked.files.sum(), events=ranked.events.sum()
    )
    return hours.mutate(state=hours["rank"].cases(*enumerate(_VERDICTS))).drop("rank")


def _ranked(runs: pd.DataFrame, n: int) -> tuple[pd.DataFrame, int]:
    places = {verdict: place for place, verdict in enumerate(_VERDICTS)}
    marked = runs.assign(place=runs["state"].map(places))
    rows = marked.groupby(["account", "region"], as_index=False).agg(
        place=("place", "min"), hours=("hours", "sum")
    )
    worst = rows.sort_values(
        ["place", "hours", "account", "region"], ascending=[True, False, True, True]
    ).head(n)
    return worst.sort_values(["account", "region"]), len(rows)


def _told(title: str, runs: pd.DataFrame) -> str:
    hours = runs.groupby("state")["hours"].sum()
    verdicts = ", ".join(f"{verdict} {hours[verdict]:,}" for verdict in _VERDICTS if verdict in hours)
    return f"{title}: {counted(int(hours.sum()), 'hour')} with events; {verdicts}."

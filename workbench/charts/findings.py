"""The events of the findings on one time axis: the picture at the top of a briefing."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.axes import time_axis
from workbench.charts.labels import counted, label, labels
from workbench.charts.theme import (
    CATEGORIES,
    OTHER,
    ROWS,
    SHAPES,
    WIDTH,
    AnyChart,
    finish,
    no_events,
    tip,
    utc,
    utc_text,
)
from workbench.errors import ChartError

_FLOORS = {"min": "minute", "h": "hour", "D": "day"}
_NEEDED = ("finding", "eventTime", "eventID", "principal", "eventName")


def findings(
    table: ir.Table | pd.DataFrame,
    *,
    by: str = "principal",
    n: int = 25,
    title: str = "The findings' events over time",
) -> AnyChart:
    """Draw the events that findings cite: a row per principal, a shape and colour per finding.

    Parameters
    ----------
    table
        One row per finding and event: `finding` (its sentence or name), `eventTime` (naive UTC), `eventID`,
        `principal`, `eventName`; `errorCode` too if there is one. An event may stand in several findings.
        Findings are numbered by a column `number` if there is one, else by time.
    by
        Column that gives the rows.
    n
        Number of rows: those with an event in most findings, then most events.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; an empty table gives a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column.

    Examples
    --------
    >>> when = pd.Timestamp("2026-09-02 04:00")
    >>> row = {"finding": "A trail was stopped", "eventTime": when, "eventID": "1", "principal": "mallory"}
    >>> findings(pd.DataFrame([{**row, "eventName": "StopLogging"}])).description
    "The findings' events over time: 1 event of 1 finding by 1 principal from 2026-09-02 04:00:00 to ..."
    """
    if lacking := [name for name in (*_NEEDED, by) if name not in table.columns]:
        raise ChartError(
            f"this table has no {', '.join(lacking)}. "
            f"It needs one row per finding and event: {', '.join(_NEEDED)}"
        )
    held = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    held = held.assign(errorCode=held.get("errorCode", None), row=held[by])
    held = held[held["eventTime"].notna()].sort_values(["eventTime", "eventID", "finding"], kind="stable")
    if held.empty:
        return no_events(title)
    told = held.sort_values("number", kind="stable") if "number" in held else held
    names = list(dict.fromkeys(told["finding"]))
    ranked = held.groupby("row", sort=True).agg(
        findings=("finding", "nunique"), events=("eventID", "nunique")
    )
    best = ranked.sort_values(["findings", "events"], ascending=False, kind="stable").head(n).index
    shown = labels([row for row in dict.fromkeys(held["row"]) if row in set(best)])
    marks, said = _marks(held[held["row"].isin(best)], names, shown)
    rest = f"{len(shown)} of {counted(len(ranked), 'row')} shown" if len(ranked) > len(shown) else ""
    times = (
        f"from {held['eventTime'].min():%Y-%m-%d %H:%M:%S} to {held['eventTime'].max():%Y-%m-%d %H:%M:%S} UTC"
    )
    return finish(
        _points(marks, names, list(shown.values())),
        title=title,
        subtitle=[times, rest, said],
        description=(
            f"{title}: {counted(int(held['eventID'].nunique()), 'event')} of "
            f"{counted(len(names), 'finding')} by "
            f"{counted(len(ranked), 'principal' if by == 'principal' else 'row')} "
            f"{times}."
        ),
    )


def _named(names: list[str]) -> dict[str, str]:
    return {name: f"{at}. {label(name, 74)}" for at, name in enumerate(names, start=1)}


def _marks(held: pd.DataFrame, names: list[str], shown: dict[object, str]) -> tuple[pd.DataFrame, str]:
    """Return a row per mark; where there are very many, alike ones of one minute are one."""
    numbered = _named(names)
    rows = pd.DataFrame(
        {
            "time": utc(held["eventTime"]),
            "row": held["row"].map(shown),
            "finding": held["finding"].map(numbered),
            "says": held["finding"].map(lambda text: label(text, 400)),
            "call": held["eventName"].map(label),
            "error": held["errorCode"].fillna("").map(label),
            "event": held["eventID"].map(label),
        }
    )
    rows["count"] = 1
    said = ""
    for step in (None, *_FLOORS):
        if step:
            rows = (
                rows.assign(time=rows["time"].dt.floor(step))
                .groupby(["time", "row", "finding", "says", "call", "error"], as_index=False)
                .agg(event=("event", "first"), count=("count", "sum"))
            )
            said = f"events of one {_FLOORS[step]} and call are one mark"
        if len(rows) <= ROWS:
            break
    if len(rows) > ROWS:
        said += f"; the first {ROWS:,} of {len(rows):,} marks are shown"
        rows = rows.head(ROWS)
    return rows.assign(when=utc_text(rows["time"].dt.tz_localize(None))), said


def _points(marks: pd.DataFrame, names: list[str], order: list[str]) -> AnyChart:
    numbered = list(_named(names).values())
    colours = [
        CATEGORIES[at % len(CATEGORIES)] if at < 2 * len(CATEGORIES) else OTHER for at in range(len(names))
    ]
    shapes = [SHAPES[at % len(SHAPES)] for at in range(len(names))]
    legend = alt.Legend(title="finding", columns=1, labelLimit=440, symbolLimit=30)
    return (
        alt.Chart(marks, width=WIDTH, height=max(70, 26 * len(order)))
        .mark_point(filled=True, size=75, opacity=0.85, stroke="white", strokeWidth=0.4)
        .encode(
            x=time_axis("time", padding=8),
            y=alt.Y("row:N", title=None, sort=order, scale=alt.Scale(domain=order)),
            color=alt.Color("finding:N", scale=alt.Scale(domain=numbered, range=colours), legend=legend),
            shape=alt.Shape("finding:N", scale=alt.Scale(domain=numbered, range=shapes), legend=legend),
            tooltip=[
                tip("when:N", "Time"),
                tip("call:N", "API call"),
                tip("error:N", "Error"),
                tip("row:N", "By"),
                tip("says:N", "Finding"),
                tip("count:Q", "Events"),
                tip("event:N", "Event id"),
            ],
        )
    )

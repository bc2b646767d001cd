"""How hours are drawn: events by their number, silence by its kind, blind accounts as a line."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from workbench.charts.axes import counts_legend, counts_scale, time_axis
from workbench.charts.coverage_runs import EVERYWHERE
from workbench.charts.labels import label
from workbench.charts.theme import CATEGORIES, DENIED, OTHER, WIDTH, AnyChart, layered, tip, utc, utc_text

SILENT: Mapping[str, tuple[str, int]] = {
    "logging-stopped": (DENIED, 13),
    "digest-missing": (CATEGORIES[1], 13),
    "log-missing": (CATEGORIES[3], 13),
    "not-collected": (OTHER, 5),
    "unknown": (CATEGORIES[4], 5),
    "not-yet-logging": ("#88aacc", 3),
    "not-yet-delivered": (CATEGORIES[0], 5),
    "no-activity": ("#bbbbbb", 1),
}
"""Colour and thickness of each kind of silence: what is grave strikes the eye."""


def timed(rows: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Return the columns that every mark in time has: row, times, their text for tooltips, and more."""
    times = {"start": utc(rows["start"]), "end": utc(rows["end"])}
    texts = {"since": utc_text(rows["start"]), "until": utc_text(rows["end"])}
    return pd.DataFrame({"row": rows["row"], **times, **texts, "hours": rows["hours"], **columns})


def in_rows(order: list[str]) -> tuple[dict[str, Any], alt.Y]:
    """Return size and vertical axis of a chart with these rows."""
    axis = alt.Axis(labelLimit=300)
    y = alt.Y("row:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=axis)
    return {"width": WIDTH, "height": max(60, 18 * len(order))}, y


def kinds_layer(
    marks: pd.DataFrame, order: list[str], kinds: Mapping[str, tuple[str, int]], title: str
) -> alt.Chart:
    """Return bars whose colour and thickness tell their `kind`, with a legend in the order of `kinds`.

    Parameters
    ----------
    marks
        As of `timed`, with `kind` and `meaning`.
    order
        The rows of the chart, from above.
    kinds
        Colour and thickness of each kind.
    title
        Of the legend.
    """
    shape, y = in_rows(order)
    seen = [kind for kind in kinds if kind in set(marks["kind"])]
    colours = alt.Scale(domain=seen, range=[kinds[kind][0] for kind in seen])
    thick = marks.assign(thick=[kinds[kind][1] for kind in marks["kind"]])
    return (
        alt.Chart(thick, **shape)
        .mark_bar()
        .encode(
            x=time_axis("start"),
            x2="end:T",
            y=y,
            size=alt.Size("thick:Q", scale=None, legend=None),
            color=alt.Color(
                "kind:N", title=title, scale=colours, sort=seen, legend=alt.Legend(columns=3)
            ),
            tooltip=[
                tip("row:N", "Account and region"),
                tip("since:N", "From"),
                tip("until:N", "To"),
                tip("hours:Q", "Hours"),
                tip("kind:N", "Kind"),
                tip("meaning:N", "Meaning"),
            ],
        )
    )


def events_layer(rows: pd.DataFrame, order: list[str]) -> alt.Chart:
    """Return bars of hours with events, coloured by events per hour."""
    shape, y = in_rows(order)
    marks = timed(rows, files=rows["files"], events=rows["events"], rate=rows["events"] / rows["hours"])
    most = marks["rate"].max()
    rate = alt.Color(
        "rate:Q", title="events per hour", scale=counts_scale(most), legend=counts_legend(most)
    )
    tips = [
        tip("row:N", "Account and region"),
        tip("since:N", "From"),
        tip("until:N", "To"),
        tip("hours:Q", "Hours with events"),
        tip("files:Q", "Files"),
        tip("events:Q", "Events"),
    ]
    bars = alt.Chart(marks, **shape).mark_bar(height=11)
    return bars.encode(x=time_axis("start"), x2="end:T", y=y, color=rate, tooltip=tips)


def blind_layer(blind: pd.DataFrame, order: list[str]) -> alt.Chart:
    """Return the line of hours in which no region of an account delivered, and no digest says why."""
    shape, y = in_rows(order)
    rows = blind.assign(row=[label(f"{account} {EVERYWHERE}", 60) for account in blind["account"]])
    lines = timed(rows[rows["row"].isin(order)])
    tips = [
        tip("row:N", "Account"),
        tip("since:N", "No event from"),
        tip("until:N", "to"),
        tip("hours:Q", "Hours"),
    ]
    rule = alt.Chart(lines, **shape).mark_rule(color=DENIED, strokeWidth=3, strokeDash=[4, 2])
    return rule.encode(x=time_axis("start"), x2="end:T", y=y, tooltip=tips)


def stacked(*layers: alt.Chart) -> AnyChart:
    """Return layers one over the other, each with a legend of its own."""
    return layered(*layers).resolve_scale(color="independent")

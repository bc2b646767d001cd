"""The most frequent values of a column, refused calls apart."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench import queries
from workbench.charts.axes import title_of
from workbench.charts.labels import counted, labels
from workbench.charts.theme import (
    ALLOWED,
    DENIED,
    WIDTH,
    AnyChart,
    finish,
    layered,
    no_events,
    rows_of,
    tip,
    utc_text,
)
from workbench.queries.filters import column


def top(events: ir.Table, *, by: str = "eventName", n: int = 15, title: str = "") -> AnyChart:
    """Draw the most frequent values of a column, refused calls apart.

    Parameters
    ----------
    events
        The events table.
    by
        Column to count; a record without it is not counted.
    n
        Number of bars.
    title
        Heading, instead of the one made from `by`.

    Returns
    -------
    alt.LayerChart
        With a description; no events give a chart that says so.

    Raises
    ------
    ParameterError
        When the column is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> top(table(event(eventName="ListUsers"))).description
    'Most frequent values of API call, 1 value: ListUsers (1).'
    """
    title = title or f"Most frequent values of {title_of(by)}"
    whole = int(column(events, by).nunique().to_pandas())
    rows = queries.top(events, by, n=min(n, 200)).to_pandas()
    if rows.empty:
        return no_events(title)
    shown = labels(rows[by])
    bars = pd.DataFrame(
        {
            "value": rows[by].map(shown),
            "events": rows["events"],
            "denied": rows["denied"],
            "share": rows["share"],
            "first": utc_text(rows["first"]),
            "last": utc_text(rows["last"]),
            "worked": rows["events"] - rows["denied"],
            "said": [f"{number:,}" for number in rows["events"]],
        }
    )
    chart = _bars(bars, list(shown.values()), title_of(by))
    rest = f"{len(bars)} of {counted(whole, 'value')} shown" if whole > len(bars) else counted(whole, "value")
    return finish(
        chart,
        title=title,
        subtitle=f"{rest}; vermilion: refused",
        description=(
            f"{title}, {rest}: "
            + ", ".join(f"{row.value} ({row.events:,})" for row in rows_of(bars.head(5)))
            + "."
        ),
    )


def _bars(rows: pd.DataFrame, order: list[str], title: str) -> AnyChart:
    tips = [
        tip("value:N", title),
        tip("events:Q", "Calls"),
        tip("denied:Q", "Refused"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
        tip("first:N", "First"),
        tip("last:N", "Last"),
    ]
    y = alt.Y("value:N", title=None, sort=order)
    base = alt.Chart(rows, width=WIDTH, height=max(50, 22 * len(order)))
    calls = alt.X("events:Q", title="calls", axis=alt.Axis(format=",", tickCount=6, tickMinStep=1))
    worked = base.mark_bar(color=ALLOWED, cornerRadius=1).encode(x=calls, y=y, tooltip=tips)
    refused = (
        base.transform_filter("datum.denied > 0")
        .mark_bar(color=DENIED, height=8)
        .encode(x=alt.X("denied:Q"), y=y, tooltip=tips)
    )
    text = base.mark_text(align="left", dx=4, fontSize=10).encode(x=alt.X("events:Q"), y=y, text="said:N")
    return layered(worked, refused, text)

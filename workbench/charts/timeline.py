"""Who was active when, and the week by hour."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench import queries
from workbench.charts.axes import (
    counts_legend,
    counts_scale,
    led,
    most_frequent,
    rolled,
    rolled_note,
    span,
    step_for,
    time_axis,
    title_of,
)
from workbench.charts.labels import counted, labels
from workbench.charts.theme import (
    DENIED,
    ROWS,
    WIDTH,
    AnyChart,
    finish,
    layered,
    no_events,
    tip,
    utc,
    utc_text,
)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def timeline(
    events: ir.Table, *, by: str = "principal", every: str = "h", n: int = 20, title: str = ""
) -> AnyChart:
    """Draw who was active when: a row each, coloured by number of calls, triangles where calls were refused.

    Principals are chosen and ordered by `queries.principals`, other columns by number of calls.

    Parameters
    ----------
    events
        The events table.
    by
        Column that gives the rows.
    every
        Step, as in `queries.timeline`.
    n
        Number of rows; what is left is one row `(other)`.
    title
        Heading, instead of the one made from `by`.

    Returns
    -------
    alt.LayerChart
        With a description; no events give a chart that says so.

    Raises
    ------
    ParameterError
        When the column or the step is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> timeline(table(event())).to_dict()["title"]["text"]
    'Who was active when, by principal'
    """
    title = title or f"Who was active when, by {title_of(by)}"
    covered = span(events)
    whole = most_frequent(events, by, 1)[0]
    if not covered.timed:
        return no_events(title)
    if by == "principal":
        best = queries.principals(events).limit(n).to_pandas()[by].tolist()
        order = "highest triage score first"
    else:
        best, order = most_frequent(events, by, n)[1], "most calls first"
    step, said = step_for(covered, every, most=ROWS // (n + 2))
    rows = queries.timeline(rolled(events, by, best), by=by, every=step).to_pandas()
    shown = labels([*best, *sorted(set(rows[by]) - set(best))])
    rows = rows.assign(
        time=utc(rows["bucket"]),
        when=utc_text(rows["bucket"]),
        value=rows[by].map(shown),
        until=utc_text(rows["last"]),
        since=utc_text(rows["first"]),
    ).drop(columns=["bucket", "first", "last", by])
    chart = _strips(rows, step, title_of(by), list(shown.values()))
    subtitle = [
        covered.told(),
        f"{order}; {said}; triangles: refused calls",
        rolled_note(len(best), whole, title_of(by)),
        covered.note(),
    ]
    return finish(
        chart,
        title=title,
        subtitle=subtitle,
        description=(
            f"{title}: {counted(len(shown), 'row')}, {counted(int(rows['events'].sum()), 'call')} "
            f"{covered.told()}, "
            f"{int(rows['denied'].sum()):,} refused. {led(rows)}"
        ),
    )


def _strips(rows: pd.DataFrame, step: str, title: str, order: list[str]) -> AnyChart:
    tips = [
        tip("value:N", title),
        tip("since:N", "First call"),
        tip("until:N", "Last call"),
        tip("events:Q", "Calls"),
        tip("denied:Q", "Refused"),
        tip("writes:Q", "Writes"),
        tip("names:Q", "Distinct API calls"),
        tip("addresses:Q", "Distinct addresses"),
    ]
    base = alt.Chart(rows, width=WIDTH, height=max(60, 22 * len(order))).encode(
        y=alt.Y("value:N", title=None, sort=order, scale=alt.Scale(domain=order)), tooltip=tips
    )
    cells = base.mark_rect(cornerRadius=1).encode(
        x=time_axis("time", step),
        color=alt.Color(
            "events:Q",
            title="calls per step",
            scale=counts_scale(rows["events"].max()),
            legend=counts_legend(rows["events"].max()),
        ),
    )
    refused = (
        base.transform_filter("datum.denied > 0")
        .mark_point(
            shape="triangle-up", filled=True, color=DENIED, stroke="white", strokeWidth=0.6, opacity=1
        )
        .encode(
            x=time_axis("time", step, band=0.5),
            size=alt.Size("denied:Q", scale=alt.Scale(range=[45, 160]), legend=None),
        )
    )
    return layered(cells, refused)


def heat(events: ir.Table, *, title: str = "Calls by weekday and hour") -> AnyChart:
    """Draw a week by hour: the rhythm of people and machines, and what falls out of it.

    Parameters
    ----------
    events
        The events table.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; no events give a chart that says so.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> heat(table(event(eventTime="2026-09-02T04:10:00Z"))).description
    'Calls by weekday and hour from ... 1 call in 1 of 168 hours of the week. Most on Wed at 04:00 UTC: 1.'
    """
    covered = span(events)
    if not covered.timed:
        return no_events(title)
    rows = queries.heat(events).to_pandas()
    rows["day"] = rows["weekday"].map(lambda day: _DAYS[day - 1])
    peak = rows.loc[rows["events"].idxmax()]
    chart = (
        alt.Chart(rows, width=WIDTH, height=7 * 26)
        .mark_rect(cornerRadius=1)
        .encode(
            x=alt.X(
                "hour:O",
                title="hour of the day (UTC)",
                scale=alt.Scale(domain=list(range(24))),
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("day:O", title=None, sort=list(_DAYS), scale=alt.Scale(domain=list(_DAYS))),
            color=alt.Color(
                "events:Q",
                title="calls",
                scale=counts_scale(rows["events"].max()),
                legend=counts_legend(rows["events"].max()),
            ),
            tooltip=[
                tip("day:N", "Weekday (UTC)"),
                tip("hour:O", "Hour (UTC)"),
                tip("events:Q", "Calls"),
                tip("denied:Q", "Refused"),
                tip("days:Q", "Dates with a call"),
            ],
        )
    )
    return finish(
        chart,
        title=title,
        subtitle=[f"{covered.told()}; an empty cell: no call", covered.note()],
        description=(
            f"{title} {covered.told()}: {counted(int(rows['events'].sum()), 'call')} in {len(rows)} of "
            "168 hours of the week. "
            f"Most on {peak['day']} at {int(peak['hour']):02d}:00 UTC: {int(peak['events']):,}."
        ),
    )

"""Calls over time, with a brush to look closer."""

from collections.abc import Sequence

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench import queries
from workbench.charts.axes import led, most_frequent, rolled, rolled_note, span, step_for, time_axis, title_of
from workbench.charts.labels import counted, labels
from workbench.charts.theme import (
    CATEGORIES,
    DENIED,
    OTHER,
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


def activity(
    events: ir.Table, *, by: str = "eventSource", every: str = "h", n: int = len(CATEGORIES), title: str = ""
) -> AnyChart:
    """Draw calls over time, stacked by a column, with refused calls on top and a brush below.

    Drag over the lower strip to look into a part of the time. The step is made finer for a short trail and
    coarser for a long one; the subtitle says which it is.

    Parameters
    ----------
    events
        The events table.
    by
        Column to stack by; the `n` most frequent values have a colour, the rest is `(other)`.
    every
        Step, as in `queries.activity`.
    n
        Number of values with a colour, at most 6.
    title
        Heading, instead of the one made from `by`.

    Returns
    -------
    alt.VConcatChart
        With a description; no events give a chart that says so.

    Raises
    ------
    ParameterError
        When the column or the step is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> activity(table(event(eventSource="s3.amazonaws.com"))).to_dict()["title"]["text"]
    'Calls over time by service'
    """
    title = title or f"Calls over time by {title_of(by)}"
    covered = span(events)
    whole, best = most_frequent(events, by, min(n, len(CATEGORIES)))
    if not covered.timed:
        return no_events(title)
    step, said = step_for(covered, every, most=ROWS // (len(CATEGORIES) + 2))
    rows = queries.activity(rolled(events, by, best), by=by, every=step).to_pandas()
    shown = labels([*best, *sorted(set(rows[by]) - set(best))])
    rows = pd.DataFrame(
        {
            "time": utc(rows["bucket"]),
            "when": utc_text(rows["bucket"]),
            "value": rows[by].map(shown),
            "events": rows["events"],
            "denied": rows["denied"],
            "rank": rows[by].map(list(shown).index),
        }
    )
    colours = [*CATEGORIES[: len(best)], *[OTHER] * (len(shown) - len(best))]
    subtitle = [
        covered.told(),
        f"{said}; triangles: refused calls; drag over the strip below to look closer",
        rolled_note(len(best), whole, title_of(by) + " value"),
        covered.note(),
    ]
    chart = _with_brush(rows, step, by, list(shown.values()), colours)
    return finish(
        chart,
        title=title,
        subtitle=subtitle,
        description=(
            f"{title}: {counted(int(rows['events'].sum()), 'call')} {covered.told()}, "
            f"{int(rows['denied'].sum()):,} of them refused. {_peak(rows)} {led(rows)}"
        ),
    )


def _with_brush(
    rows: pd.DataFrame, step: str, by: str, names: Sequence[str], colours: list[str]
) -> alt.VConcatChart:
    brush = alt.selection_interval(encodings=["x"], name="brush")
    width = WIDTH - 64
    calls = alt.Y("sum(events):Q", title="calls", axis=alt.Axis(tickCount=5, format=",", tickMinStep=1))
    bars = (
        alt.Chart(rows, width=width, height=220)
        .mark_bar(clip=True)
        .encode(
            x=time_axis("time", step, domain=brush),
            y=calls,
            color=alt.Color(
                "value:N", title=title_of(by), scale=alt.Scale(domain=list(names), range=colours)
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                tip("when:N", "From"),
                tip("value:N", title_of(by)),
                tip("events:Q", "Calls"),
                tip("denied:Q", "Refused"),
            ],
        )
    )
    refused = rows.groupby(["time", "when"], as_index=False)["denied"].sum()
    refused = refused[refused["denied"] > 0]
    marks = (
        alt.Chart(refused, width=width, height=220)
        .mark_point(
            shape="triangle-up",
            filled=True,
            size=55,
            color=DENIED,
            stroke="white",
            strokeWidth=0.5,
            opacity=1,
            clip=True,
        )
        .encode(
            x=time_axis("time", step, band=0.5, domain=brush),
            y=alt.Y("denied:Q"),
            tooltip=[tip("when:N", "From"), tip("denied:Q", "Refused calls")],
        )
    )
    total = rows.groupby("time", as_index=False)["events"].sum()
    strip = (
        alt.Chart(total, width=width, height=44)
        .mark_bar(color=OTHER)
        .encode(
            x=time_axis("time", step),
            y=alt.Y("events:Q", title="all", axis=alt.Axis(tickCount=2, format=",", tickMinStep=1)),
        )
        .add_params(brush)
    )
    return alt.vconcat(
        layered(bars, marks).properties(name="detail"), strip.properties(name="overview"), spacing=12
    )


def _peak(rows: pd.DataFrame) -> str:
    total = rows.groupby("when")["events"].sum()
    return f"Most in one step: {total.max():,}, from {total.idxmax()}."

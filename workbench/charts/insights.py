"""The calls around one insight, with what was usual."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.axes import time_axis
from workbench.charts.labels import counted
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
from workbench.detections import insight_rates

_BUCKET = pd.Timedelta(minutes=5)


def insight(
    events: ir.Table, found: Mapping[str, Any], *, before: str = "1d", after: str = "6h", title: str = ""
) -> AnyChart:
    """Draw the calls around one insight in five-minute steps, over the band of what was usual.

    Parameters
    ----------
    events
        The whole events table.
    found
        A row of `wb.detections.insights`, as a mapping.
    before, after
        How much time to show around it; of more than 17 days the latest are shown.
    title
        Heading, instead of the one made from the insight.

    Returns
    -------
    alt.LayerChart
        With a description. What was not judged, and what CloudTrail recorded without a time, gives a chart
        that says so.

    Raises
    ------
    ParameterError
        When a span of time cannot be read.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.detections import insights
    >>> quiet = event(eventTime="2026-09-01T04:00:00Z")
    >>> burst = [event(eventName="RunInstances", eventTime="2026-09-09T04:01:00Z") for _ in range(30)]
    >>> rows = table(quiet, *burst, event(eventTime="2026-09-09T05:00:00Z"))
    >>> (found,) = insights(rows).to_pyarrow().to_pylist()
    >>> insight(rows, found).to_dict()["title"]["text"]
    'Unusual rate of calls: RunInstances'
    """
    rate = "errors" if found["insight_type"] == "ApiErrorRateInsight" else "calls"
    title = title or f"Unusual rate of {rate}: {found['event_name'] or 'unknown API'}"
    if pd.isna(found["start_time"]) or pd.isna(found["insight_minutes"]):
        return no_events(title, detail="this rate was not judged")
    rows = _rows(insight_rates(events, found, before=before, after=after).to_pandas()).tail(ROWS)
    unusual = rows[rows["is_unusual"]]
    where = [found["event_source"], found["error_code"], found["account"], found["region"]]
    peak = unusual.sort_values("calls").iloc[-1]
    return finish(
        _layers(rows, unusual, rate),
        title=title,
        subtitle=[
            " · ".join(part for part in where if isinstance(part, str)),
            f"{found['basis']}; one step is 5 minutes; the band is what is usual at that time of day",
        ],
        description=(
            f"{title}: {counted(int(unusual['calls'].sum()), rate[:-1])} from {unusual['when'].iloc[0]} "
            f"in {counted(int(found['insight_minutes']), 'minute')}, "
            f"at most {int(peak['calls']):,} in 5 minutes, "
            f"where more than {peak['threshold']:,.0f} are unusual."
        ),
    )


def _rows(rates: pd.DataFrame) -> pd.DataFrame:
    return rates.assign(
        time=utc(rates["time"]), until=utc(rates["time"] + _BUCKET), when=utc_text(rates["time"])
    )


def _layers(rows: pd.DataFrame, unusual: pd.DataFrame, rate: str) -> alt.LayerChart:
    x = time_axis("time")
    base = alt.Chart(rows, width=WIDTH, height=240)
    span = pd.DataFrame({"time": [unusual["time"].min()], "until": [unusual["until"].max()]})
    marked = alt.Chart(span, width=WIDTH, height=240).mark_rect(color=DENIED, opacity=0.15)
    band = base.mark_area(color=OTHER, opacity=0.45, interpolate="step-after")
    bars = base.mark_bar()
    return layered(
        marked.encode(x=x, x2="until:T"),
        band.encode(x=x, y=alt.Y("usual:Q", title=f"{rate} in 5 minutes"), y2="threshold:Q"),
        bars.encode(
            x=x,
            x2="until:T",
            y=alt.Y("calls:Q"),
            color=alt.condition("datum.is_unusual", alt.value(DENIED), alt.value(CATEGORIES[0])),
            tooltip=[
                tip("when:N", "From"),
                tip("calls:Q", rate.title()),
                tip("usual:Q", "Usual"),
                tip("threshold:Q", "Unusual above"),
            ],
        ),
    )

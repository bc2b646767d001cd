"""How long CloudTrail took to deliver, as a histogram."""

import altair as alt
import ibis.expr.types as ir

from workbench.charts.labels import counted
from workbench.charts.theme import ALLOWED, WIDTH, AnyChart, finish, no_events, tip
from workbench.errors import ChartError

_NEEDED = {"minutes", "files", "events"}
_USUAL = 15  # minutes; later is worth a sentence
_OPEN = 30  # where `queries.lag_histogram` counts all that came later


def delivery_lag(
    table: ir.Table, *, title: str = "Minutes from an event to the delivery of its log"
) -> AnyChart:
    """Draw how many events were delivered after how many minutes.

    Parameters
    ----------
    table
        As of `queries.lag_histogram`.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; an empty table gives a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column of `queries.lag_histogram`.

    Examples
    --------
    >>> import ibis
    >>> rows = ibis.memtable({"minutes": [3, 30], "files": [2, 1], "events": [9, 1]})
    >>> print(delivery_lag(rows).description)
    Minutes from an event to the delivery of its log: 10 events, 9 within 15 minutes, 1 later.
    """
    if lacking := _NEEDED - set(table.columns):
        raise ChartError(f"this table has no {', '.join(sorted(lacking))}. Pass lag_histogram(con)")
    rows = table.to_pandas().sort_values("minutes")
    if rows.empty:
        return no_events(title, detail="no file name tells the time of its delivery")
    rows["until"] = rows["minutes"] + 1
    rows["range"] = [f"{at} and more" if at == _OPEN else f"{at} to {at + 1}" for at in rows["minutes"]]
    bars = (
        alt.Chart(rows, width=WIDTH, height=150)
        .mark_bar(color=ALLOWED)
        .encode(
            x=alt.X("minutes:Q", bin="binned", title="minutes", axis=alt.Axis(tickMinStep=1, grid=False)),
            x2="until:Q",
            y=alt.Y("events:Q", title="events"),
            tooltip=[tip("range:N", "Minutes"), tip("events:Q", "Events"), tip("files:Q", "Files")],
        )
    )
    subtitle = f"the bar at {_OPEN} holds all that came later" if _OPEN in set(rows["minutes"]) else ""
    events = int(rows["events"].sum())
    early = int(rows[rows["minutes"] < _USUAL]["events"].sum())
    told = (
        f"{title}: {counted(events, 'event')}, {early:,} within {_USUAL} minutes, {events - early:,} later."
    )
    return finish(bars, title=title, subtitle=subtitle, description=told)

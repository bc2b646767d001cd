"""Refused calls by principal, with bursts."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench import queries
from workbench.charts.axes import span, step_end, step_for, time_axis
from workbench.charts.labels import counted, label, labels
from workbench.charts.theme import (
    DENIED,
    OTHER,
    ROWS,
    WIDTH,
    AnyChart,
    finish,
    no_events,
    rows_of,
    tip,
    utc,
    utc_text,
)
from workbench.queries.filters import has_time, one_of
from workbench.queries.steps import bucket


def denied(
    events: ir.Table, *, every: str = "h", n: int = 15, title: str = "Refused calls by principal"
) -> AnyChart:
    """Draw who was refused, when and how many different calls; bursts stand out.

    Parameters
    ----------
    events
        The events table.
    every
        Step, as in `queries.activity`.
    n
        Number of principals: those in a burst, then those refused most different calls.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; no refused call gives a chart that says so.

    Raises
    ------
    ParameterError
        When the step is unknown.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> denied(table(event())).description
    'Refused calls by principal: no events: no call was refused.'
    """
    refused = queries.denied(events)
    covered = span(refused)
    if not covered.timed:
        return no_events(title, detail="no call was refused")
    step, said = step_for(covered, every, most=ROWS // n)
    bursts = queries.denied_bursts(events).to_pandas()
    ranked = (
        refused.group_by("principal")
        .agg(apis=refused.eventName.nunique(), events=refused.count())
        .to_pandas()
    )
    ranked["burst"] = ranked["principal"].isin(bursts["principal"])
    ranked = ranked.sort_values(
        ["burst", "apis", "events", "principal"], ascending=[False, False, False, True]
    )
    best = ranked["principal"].head(n).tolist()
    rows = _refused_rows(refused, best, step, bursts)
    shown = labels(best)
    rows["value"] = rows["principal"].map(shown)
    rest = f"{len(best)} of {counted(len(ranked), 'principal')} shown"
    subtitle = [
        f"{covered.told()}; {rest}; {said}",
        "diamond: part of a burst (10 refused calls, 5 different APIs, 10 minutes)",
        covered.note(),
    ]
    return finish(
        _dots(rows, step, list(shown.values())),
        title=title,
        subtitle=subtitle,
        description=(
            f"{title}: {counted(covered.timed, 'refused call')} by {counted(len(ranked), 'principal')} "
            f"{covered.told()}, "
            f"{counted(len(bursts), 'burst')}. Most different calls: "
            + ", ".join(f"{shown[row.principal]} ({row.apis})" for row in rows_of(ranked.head(3)))
            + "."
        ),
    )


def _refused_rows(refused: ir.Table, best: list[str], step: str, bursts: pd.DataFrame) -> pd.DataFrame:
    timed = one_of(refused.filter(has_time(refused)), "principal", best)
    rows = (
        timed.mutate(bucket=bucket(timed.eventTime, step))
        .group_by("principal", "bucket")
        .agg(
            denied=lambda t: t.count(),
            apis=lambda t: t.eventName.nunique(),
            names=lambda t: t.eventName.collect(distinct=True).sort()[:6].join(", "),
        )
        .order_by("principal", "bucket")
        .to_pandas()
    )
    ends = step_end(rows["bucket"], step)
    inside = [
        ((bursts["principal"] == who) & (bursts["first"] < end) & (bursts["last"] >= start)).any()
        for who, start, end in zip(rows["principal"], rows["bucket"], ends, strict=True)
    ]
    return rows.assign(
        kind=["burst" if held else "single" for held in inside],
        time=utc(rows["bucket"]),
        when=utc_text(rows["bucket"]),
        names=rows["names"].map(label),
    ).drop(columns="bucket")


def _dots(rows: pd.DataFrame, step: str, order: list[str]) -> AnyChart:
    kinds, most = ["burst", "single"], int(rows["denied"].max())
    sizes = sorted({1, (most + 1) // 2, most})
    return (
        alt.Chart(rows.drop(columns="principal"), width=WIDTH, height=max(60, 24 * len(order)))
        .mark_point(filled=True, opacity=0.9)
        .encode(
            x=time_axis("time", step, band=0.5, padding=12),
            y=alt.Y("value:N", title=None, sort=order, scale=alt.Scale(domain=order)),
            size=alt.Size(
                "denied:Q",
                title="refused calls",
                scale=alt.Scale(range=[30, 420]),
                legend=alt.Legend(values=sizes),
            ),
            color=alt.Color("kind:N", title="refused", scale=alt.Scale(domain=kinds, range=[DENIED, OTHER])),
            shape=alt.Shape(
                "kind:N", title="refused", scale=alt.Scale(domain=kinds, range=["diamond", "circle"])
            ),
            tooltip=[
                tip("value:N", "Principal"),
                tip("when:N", "From"),
                tip("denied:Q", "Refused calls"),
                tip("apis:Q", "Different API calls"),
                tip("names:N", "API calls"),
            ],
        )
    )

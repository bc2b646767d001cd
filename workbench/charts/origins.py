"""How many events are proved back to whom, and how surely."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.labels import counted, label
from workbench.charts.theme import WIDTH, AnyChart, finish, no_events, tip
from workbench.errors import ChartError
from workbench.queries.attribution import CONFIDENCES

_COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#999999")


def origin_confidence(
    events: ir.Table, *, title: str = "How surely events are proved back to an origin"
) -> AnyChart:
    """Draw the number of events by kind of origin, and in each how sure the origin is.

    Parameters
    ----------
    events
        As of `queries.with_origin`.
    title
        Heading.

    Returns
    -------
    alt.Chart
        With a description; no events give a chart that says so.

    Raises
    ------
    ChartError
        When the events have no origin.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.queries import with_origin
    >>> origin_confidence(with_origin(table(event()))).description
    'How surely events are proved back to an origin: 1 event, 100.0% of them at certain or high. ...'
    """
    if lacking := [name for name in ("origin_kind", "origin_confidence") if name not in events.columns]:
        raise ChartError(f"these events have no {', '.join(lacking)}. Pass queries.with_origin(events)")
    told = events.group_by("origin_kind", "origin_confidence").agg(
        events=events.count(), principals=events.origin_principal.nunique()
    )
    rows = told.order_by("origin_kind", "origin_confidence").to_pandas()
    if rows.empty:
        return no_events(title)
    whole, proved = int(rows["events"].sum()), rows["origin_confidence"].isin(CONFIDENCES[:2])
    share = rows["events"][proved].sum() / whole
    order = rows.groupby("origin_kind")["events"].sum().sort_values(ascending=False, kind="stable")
    said = f"{counted(whole, 'event')}, {share:.1%} of them at certain or high"
    most = ", ".join(f"{kind} ({number:,})" for kind, number in list(order.items())[:4])
    return finish(
        _bars(rows, [label(kind) for kind in order.index], whole),
        title=title,
        subtitle=said,
        description=f"{title}: {said}. Most: {most}.",
    )


def _bars(rows: pd.DataFrame, order: list[str], whole: int) -> alt.Chart:
    found = [name for name in CONFIDENCES if name in set(rows["origin_confidence"])]
    colours = dict(zip(CONFIDENCES, _COLOURS, strict=True))
    rows = rows.assign(
        kind=rows["origin_kind"].map(label),
        rank=rows["origin_confidence"].map(CONFIDENCES.index),
        share=rows["events"] / whole,
    )
    return (
        alt.Chart(rows.drop(columns="origin_kind"), width=WIDTH, height=max(50, 24 * len(order)))
        .mark_bar(cornerRadius=1, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("events:Q", title="events", axis=alt.Axis(format=",", tickCount=6, tickMinStep=1)),
            y=alt.Y("kind:N", title=None, sort=order),
            order="rank:Q",
            color=alt.Color(
                "origin_confidence:N",
                title="confidence",
                scale=alt.Scale(domain=found, range=[colours[name] for name in found]),
                legend=alt.Legend(columns=5),
            ),
            tooltip=[
                tip("kind:N", "Kind of origin"), tip("origin_confidence:N", "Confidence"),
                tip("events:Q", "Events"), alt.Tooltip("share:Q", title="Share", format=".1%"),
                tip("principals:Q", "Distinct origins"),
            ],
        )
    )  # fmt: skip

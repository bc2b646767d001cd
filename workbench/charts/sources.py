"""Source addresses, and when each was seen."""

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench import queries
from workbench.charts.axes import span, time_axis
from workbench.charts.labels import counted, label, labels
from workbench.charts.theme import (
    CATEGORIES,
    DENIED,
    OTHER,
    WIDTH,
    AnyChart,
    finish,
    layered,
    no_events,
    rows_of,
    tip,
    utc,
    utc_text,
)


def sources(
    events: ir.Table, *, n: int = 20, services: bool = False, title: str = "Where calls came from"
) -> AnyChart:
    """Draw source addresses and when each was first and last seen.

    Parameters
    ----------
    events
        The events table.
    n
        Number of addresses: those with most principals, then most calls.
    services
        Show AWS services too, which name themselves in place of an address.
    title
        Heading.

    Returns
    -------
    alt.LayerChart
        With a description; no events give a chart that says so.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> sources(table(event(sourceIPAddress="AWS Internal"))).description
    'Where calls came from: no events: none from outside AWS services.'
    """
    found = queries.sources(events)
    found = found if services else found.filter(found.source_kind != "service")
    rows = found.to_pandas()
    whole, rows = len(rows), rows.head(min(n, 200))
    rows = rows[rows["first"].notna()]
    if rows.empty:
        return no_events(title, detail="" if services else "none from outside AWS services")
    covered = span(events)
    shown = labels(rows["sourceIPAddress"], limit=36)
    marks = pd.DataFrame(
        {
            "address": rows["sourceIPAddress"].map(label),
            "kind": rows["source_kind"],
            "first": utc(rows["first"]),
            "last": utc(rows["last"]),
            "since": utc_text(rows["first"]),
            "until": utc_text(rows["last"]),
            "events": rows["events"],
            "denied": rows["denied"],
            "principals": rows["principals"],
            "accounts": rows["accounts"],
            "agents": rows["agents"],
            "row": [
                f"{shown[row.sourceIPAddress]} "
                f"({counted(row.principals, 'principal')}, {counted(row.events, 'call')})"
                for row in rows_of(rows)
            ],
        }
    )
    rest = f"{len(marks)} of {counted(whole, 'source')} shown, those with most principals first"
    return finish(
        _spans(marks),
        title=title,
        subtitle=[covered.told(), f"{rest}; line: from the first to the last call; a cross: refused calls"],
        description=f"{title}, {rest}: "
        + "; ".join(f"{row.row}, {row.since} to {row.until}" for row in rows_of(marks.head(5)))
        + ".",
    )


def _spans(marks: pd.DataFrame) -> AnyChart:
    order = marks["row"].tolist()
    looks = {
        "address": (CATEGORIES[0], "circle"),
        "private": (CATEGORIES[2], "square"),
        "service": (CATEGORIES[3], "diamond"),
        "other": (OTHER, "triangle-up"),
    }
    kinds = [kind for kind in looks if kind in set(marks["kind"])]
    tips = [
        tip("address:N", "Source"),
        tip("kind:N", "Kind"),
        tip("since:N", "First call"),
        tip("until:N", "Last call"),
        tip("events:Q", "Calls"),
        tip("denied:Q", "Refused"),
        tip("principals:Q", "Principals"),
        tip("accounts:Q", "Accounts"),
        tip("agents:Q", "User agents"),
    ]
    colour = alt.Color(
        "kind:N", title="kind", scale=alt.Scale(domain=kinds, range=[looks[kind][0] for kind in kinds])
    )
    shape = alt.Shape(
        "kind:N", title="kind", scale=alt.Scale(domain=kinds, range=[looks[kind][1] for kind in kinds])
    )
    y = alt.Y("row:N", title=None, sort=order, axis=alt.Axis(labelLimit=340))
    base = alt.Chart(marks, width=WIDTH, height=max(60, 22 * len(order)))
    lines = base.mark_rule(strokeWidth=3, opacity=0.5).encode(
        x=time_axis("first", padding=8), x2="last:T", y=y, color=colour, tooltip=tips
    )
    ends = [
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x=time_axis(end, padding=8), y=y, color=colour, shape=shape, tooltip=tips
        )
        for end in ("first", "last")
    ]
    refused = (
        base.transform_filter("datum.denied > 0")
        .mark_point(shape="cross", filled=True, angle=45, size=80, color=DENIED, opacity=1)
        .encode(x=time_axis("last", padding=8), y=y, tooltip=tips)
    )
    return layered(lines, *ends, refused)

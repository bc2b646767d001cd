"""How gaps, windows and calls of tampering are drawn: rows, and below them a strip to look elsewhere."""

from typing import Any

import altair as alt
import pandas as pd

from workbench.charts.axes import time_axis
from workbench.charts.theme import CATEGORIES, DENIED, OTHER, WIDTH, AnyChart, layered, tip

_GREEN = CATEGORIES[2]
WHAT = {"done": (DENIED, "diamond"), "refused or failed": (OTHER, "cross"), "put back": (_GREEN, "circle")}
"""What became of a call: its colour and shape."""

_LABELS = 190
_GAPS = {
    "logging-stopped": CATEGORIES[0],
    "trail-off": CATEGORIES[0],
    "digest-missing": CATEGORIES[1],
    "log-missing": CATEGORIES[3],
    "log-changed": CATEGORIES[4],
}
# A region has a row for its gaps, and below it one for each kind of call, which shows the kind alone.
_PART = "indexof(datum.label, ' · ') < 0 ? datum.label : split(datum.label, ' · ')[1]"


def drawn(
    dark: pd.DataFrame, off: pd.DataFrame, marks: pd.DataFrame, order: list[str], focus: list[int] | None
) -> AnyChart:
    """Return the chart of gaps (`dark`), windows (`off`) and calls (`marks`).

    Parameters
    ----------
    dark, off
        `row`, `start`, `end`, `since`, `until`, `kind`.
    marks
        `row`, `time`, `when`, `what` (of `WHAT`), `call`, `by`, `outcome`, `detail`, `event`.
    order
        The rows from above.
    focus
        The time to show first, in milliseconds; None: all of it.
    """
    chosen: dict[str, Any] = {} if focus is None else {"value": {"x": focus}}
    brush = alt.selection_interval(encodings=["x"], name="brush", **chosen)
    y = alt.Y(
        "row:N",
        title=None,
        sort=order,
        scale=alt.Scale(domain=order),
        axis=alt.Axis(labelExpr=_PART, labelLimit=_LABELS, minExtent=_LABELS),
    )
    shape: dict[str, Any] = {"width": WIDTH - _LABELS, "height": max(60, 19 * len(order))}
    kinds = sorted(set(dark["kind"]))
    layers = [_calls(marks, shape, y, brush)]
    if len(off):
        layers.insert(0, _windows(off, shape, y, brush))
    if kinds:
        layers.insert(0, _gaps(dark, shape, y, brush, kinds))
    detail = layered(*layers).resolve_scale(color="independent", shape="independent")
    overview = _overview(dark, marks, shape["width"], brush)
    return alt.vconcat(detail, overview, spacing=12).resolve_scale(color="independent")


def _gaps(dark: pd.DataFrame, shape: dict[str, Any], y: alt.Y, brush: Any, kinds: list[str]) -> alt.Chart:
    colours = [_GAPS.get(kind, OTHER) for kind in kinds]
    colour = alt.Color("kind:N", title="gap", scale=alt.Scale(domain=kinds, range=colours))
    # Some gaps are minutes in a week: the outline keeps them in sight.
    outline = alt.Stroke("kind:N", scale=colour["scale"], legend=None)
    bars = alt.Chart(dark, **shape).mark_bar(height=11, clip=True, strokeWidth=2)
    return bars.encode(
        x=time_axis("start", domain=brush, padding=9),
        x2="end:T",
        y=y,
        color=colour,
        stroke=outline,
        tooltip=_span_tips(),
    )


def _windows(off: pd.DataFrame, shape: dict[str, Any], y: alt.Y, brush: Any) -> alt.Chart:
    lines = alt.Chart(off, **shape).mark_rule(strokeWidth=4, color=DENIED, opacity=0.4, clip=True)
    return lines.encode(x=time_axis("start", domain=brush, padding=9), x2="end:T", y=y, tooltip=_span_tips())


def _calls(marks: pd.DataFrame, shape: dict[str, Any], y: alt.Y, brush: Any) -> alt.Chart:
    names = list(WHAT)
    tips = [
        tip("when:N", "Time"),
        tip("call:N", "API call"),
        tip("detail:N", "What it does"),
        tip("outcome:N", "Outcome"),
        tip("by:N", "By"),
        tip("event:N", "Event id"),
    ]
    points = alt.Chart(marks, **shape).mark_point(filled=True, size=85, opacity=0.95, clip=True)
    return points.encode(
        x=time_axis("time", domain=brush, padding=9),
        y=y,
        color=_what_colour(title="call"),
        shape=alt.Shape(
            "what:N", title="call", scale=alt.Scale(domain=names, range=[WHAT[name][1] for name in names])
        ),
        tooltip=tips,
    )


def _overview(dark: pd.DataFrame, marks: pd.DataFrame, width: int, brush: Any) -> alt.LayerChart:
    bars = alt.Chart(dark, width=width, height=34).mark_bar(height=7, color=OTHER)
    ticks = alt.Chart(marks, width=width, height=34).mark_tick(thickness=2, size=16)
    return layered(
        bars.encode(x=time_axis("start", padding=9), x2="end:T", y=alt.value(26)),
        ticks.encode(
            x=time_axis("time", padding=9), y=alt.value(11), color=_what_colour(legend=None)
        ).add_params(brush),
    )


def _what_colour(**more: Any) -> alt.Color:
    names = list(WHAT)
    return alt.Color("what:N", scale=alt.Scale(domain=names, range=[WHAT[name][0] for name in names]), **more)


def _span_tips() -> list[alt.Tooltip]:
    return [tip("row:N", "Where"), tip("since:N", "From"), tip("until:N", "To"), tip("kind:N", "Kind")]

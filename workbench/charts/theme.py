"""One look for every chart, and the renderer that JupyterLab draws without a network."""

from collections.abc import Iterator
from typing import Any, TypeAlias, cast

import altair as alt
import pandas as pd

from workbench.charts.labels import label
from workbench.errors import ChartError, visible

AnyChart: TypeAlias = alt.Chart | alt.LayerChart | alt.VConcatChart

MIME = "application/vnd.vegalite.v5+json"
WIDTH = 760
"""Width in pixels, labels included: a chart fits a column of 900 px and prints."""

ROWS = 5_000
"""Altair refuses a chart with more rows; every chart here stays below by rolling up, and says so."""

# Okabe-Ito without its black (unreadable on dark), vermilion (kept for what was denied) and grey (kept for
# "other"); yellow comes last because it is faint on white.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")
DENIED = "#D55E00"
ALLOWED = "#0072B2"
OTHER = "#999999"
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right")
OTHER_LABEL = "(other)"

_INK = "currentColor"  # the page's own text colour: black on a light card and on paper, pale on a dark card
_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'Hiragino Sans', sans-serif",
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "color": _INK,
        "subtitleColor": _INK,
        "fontSize": 14,
        "subtitleFontSize": 11,
        "offset": 10,
        "subtitlePadding": 4,
    },
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "domainColor": "#888888",
        "tickColor": "#888888",
        "gridColor": "#888888",
        "gridOpacity": 0.25,
        "titleFontWeight": "normal",
        "labelLimit": 290,
    },
    "legend": {
        "labelColor": _INK,
        "titleColor": _INK,
        "titleFontWeight": "normal",
        "labelLimit": 200,
        "orient": "top",
        "columns": 4,
    },
    "header": {"labelColor": _INK, "titleColor": _INK},
    "text": {"color": _INK},
    "range": {"category": list(CATEGORIES), "ramp": {"scheme": "viridis"}, "heatmap": {"scheme": "viridis"}},
}


def enable() -> None:
    """Register the workbench's Altair renderer and make it the one that notebooks use.

    It emits the specification under the MIME type that JupyterLab draws with its own Vega-Lite, offline and
    in untrusted notebooks, with the description as plain text beside it.

    Examples
    --------
    >>> import altair as alt
    >>> enable()
    >>> alt.renderers.active
    'workbench'
    """
    alt.renderers.register("workbench", _renderer)
    alt.renderers.enable("workbench")


# Altair hands its renderer options as keywords; none of them means anything here.
def _renderer(spec: dict[str, Any], **_options: Any) -> dict[str, Any]:
    return mime_bundle(spec)


def mime_bundle(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the MIME bundle of a Vega-Lite specification.

    Parameters
    ----------
    spec
        A Vega-Lite specification, as of `chart.to_dict()`.

    Returns
    -------
    dict
        The specification under `application/vnd.vegalite.v5+json` and its description under `text/plain`.

    Raises
    ------
    ChartError
        When the specification has no description: without a text alternative
        a chart tells some readers nothing.

    Examples
    --------
    >>> sorted(mime_bundle({"mark": "bar", "description": "Calls per hour"}))
    ['application/vnd.vegalite.v5+json', 'text/plain']
    """
    description = spec.get("description")
    if not description:
        raise ChartError("this chart has no description. Add one: chart.properties(description=...)")
    labelled = {**spec, "$schema": "https://vega.github.io/schema/vega-lite/v5.json"}
    return {MIME: labelled, "text/plain": visible(description)}


def finish(chart: AnyChart, *, title: str, description: str, subtitle: str | list[str] = "") -> AnyChart:
    """Give a chart its title, its text alternative and the look of the workbench.

    Parameters
    ----------
    chart
        Any Altair chart, without configuration of its own.
    title, subtitle
        What is shown, and what a reader must know to read it (units, what was rolled up).
    description
        The text alternative: one or two sentences that say what the data shows.

    Returns
    -------
    alt.Chart
        A copy that needs no global theme.

    Raises
    ------
    ChartError
        When the description is empty.

    Examples
    --------
    >>> chart = alt.Chart(alt.Data(values=[{"n": 1}])).mark_bar().encode(x="n:Q")
    >>> finish(chart, title="Calls", description="One call.").to_dict()["description"]
    'One call.'
    """
    if not description:
        raise ChartError(f"the chart {title!r} has no description. Say in a sentence what it shows")
    lines = [subtitle] if isinstance(subtitle, str) else subtitle
    heading = alt.TitleParams(text=label(title), subtitle=[label(line, 160) for line in lines if line])
    if not isinstance(chart, alt.VConcatChart) and chart.to_dict(validate=False).get("width") is not None:
        chart = chart.properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    return chart.properties(title=heading, description=visible(description)).configure(**_CONFIG)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a frame as named tuples, whose values may be of any type."""
    return cast(Iterator[Any], frame.itertuples(index=False))


def layered(*charts: alt.Chart) -> alt.LayerChart:
    """Return charts one over the other."""
    return cast(alt.LayerChart, alt.layer(*charts))


def no_events(title: str, *, detail: str = "") -> AnyChart:
    """Return a chart that says that there is nothing to show, instead of an error.

    Examples
    --------
    >>> no_events("Denied calls").to_dict()["description"]
    'Denied calls: no events.'
    """
    text = "no events" if not detail else f"no events: {detail}"
    chart = alt.Chart(alt.Data(values=[{"text": label(text)}]), width=WIDTH, height=60)
    marks = chart.mark_text(fontSize=13, color="currentColor").encode(text="text:N")
    return finish(marks, title=title, description=f"{title}: {text}.")


def utc(times: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return naive UTC times as time-zone aware ones: a browser would read naive ones in its own zone.

    Examples
    --------
    >>> str(utc(pd.Series([pd.Timestamp("2024-05-06 07:08:09")])).dtype)
    'datetime64[us, UTC]'
    """
    return pd.to_datetime(times).astype("datetime64[us]").dt.tz_localize("UTC")


def utc_text(times: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return times as text for tooltips, which Vega would otherwise print in the viewer's zone.

    Examples
    --------
    >>> utc_text(pd.Series([pd.Timestamp("2024-05-06 07:08:09"), pd.NaT])).tolist()
    ['2024-05-06 07:08:09 UTC', '']
    """
    return pd.to_datetime(times).dt.strftime("%Y-%m-%d %H:%M:%S UTC").fillna("")


def tip(field: str, title: str) -> alt.Tooltip:
    """Return a tooltip entry; its title is never `image`, because Vega's tooltip would load such a value.

    Examples
    --------
    >>> tip("events:Q", "Image").to_dict()["title"]
    'Image (text)'
    """
    return alt.Tooltip(field, title=f"{title} (text)" if title.strip().lower() == "image" else title)

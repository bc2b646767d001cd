"""Time on an axis: UTC, in steps that fit, with rows rolled up to what a chart can hold."""

from typing import Any, NamedTuple

import altair as alt
import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.labels import counted, label
from workbench.charts.theme import OTHER_LABEL
from workbench.queries.filters import column, has_time
from workbench.queries.steps import STEPS, fitted
from workbench.queries.top import top

ABSENT_LABEL = "(absent)"
_UNITS: dict[str, Any] = {
    "m": "utcyearmonthdatehoursminutes",
    "5m": {"unit": "utcyearmonthdatehoursminutes", "step": 5},
    "15m": {"unit": "utcyearmonthdatehoursminutes", "step": 15},
    "h": "utcyearmonthdatehours",
    "6h": {"unit": "utcyearmonthdatehours", "step": 6},
    "d": "utcyearmonthdate",
    "M": "utcyearmonth",
}
_SAID = {
    "m": "minute",
    "5m": "5 minutes",
    "15m": "15 minutes",
    "h": "hour",
    "6h": "6 hours",
    "d": "day",
    "M": "month",
}
# A day by its date, any other moment by the 24-hour clock; the year stands in the subtitle.
_CLOCK = (
    "utchours(datum.value) + utcminutes(datum.value) == 0 ? utcFormat(datum.value, '%d %b') : "
    "utcFormat(datum.value, utcseconds(datum.value) == 0 ? '%H:%M' : '%H:%M:%S')"
)
VIRIDIS = alt.SchemeParams(name="viridis", extent=[0.25, 1])  # its darkest end is lost on a dark card


class Span(NamedTuple):
    """What a time axis has to hold: first and last time (None when there is none) and numbers of events."""

    first: pd.Timestamp | None
    last: pd.Timestamp | None
    timed: int
    untimed: int

    def note(self) -> str:
        """Return a sentence about the events that have no place on the axis, or nothing."""
        return f"not shown: {counted(self.untimed, 'event')} without a usable time" if self.untimed else ""

    def told(self) -> str:
        """Return the covered time in words."""
        return f"from {self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M} UTC"


def span(events: ir.Table) -> Span:
    """Ask the events for what a time axis has to hold."""
    timed = has_time(events)
    row = (
        events.agg(
            first=events.eventTime.min(where=timed),
            last=events.eventTime.max(where=timed),
            timed=events.count(where=timed),
            all=events.count(),
        )
        .to_pandas()
        .iloc[0]
    )
    first, last = (None if pd.isna(row[name]) else pd.Timestamp(row[name]) for name in ("first", "last"))
    return Span(first, last, int(row["timed"]), int(row["all"] - row["timed"]))


def step_for(covered: Span, every: str, *, most: int) -> tuple[str, str]:
    """Return the step to draw in, and a sentence about it."""
    length = (covered.last - covered.first).total_seconds() if covered.first and covered.last else 0.0
    step = fitted(every, length, most=most, least=8)
    return step, f"one step is 1 {_SAID[step]}" if not _SAID[step][
        0
    ].isdigit() else f"one step is {_SAID[step]}"


def time_axis(field: str, step: str | None = None, *, band: Any = alt.Undefined, **scale: Any) -> alt.X:
    """Return a UTC axis that says so; with a step, bars fill it and points stand at `band` of it."""
    unit: dict[str, Any] = {} if step is None else {"timeUnit": _unit(step), "bandPosition": band}
    axis = alt.Axis(labelExpr=_CLOCK, tickCount=8, labelOverlap="greedy", labelSeparation=6, grid=True)
    return alt.X(f"{field}:T", title="time (UTC)", scale=alt.Scale(type="utc", **scale), axis=axis, **unit)


def _unit(step: str) -> Any:
    unit = _UNITS[step]
    return alt.TimeUnitParams(unit=unit["unit"], step=unit["step"]) if isinstance(unit, dict) else unit


def step_end(start: "pd.Series[Any]", step: str) -> "pd.Series[Any]":
    """Return the ends of steps."""
    return start + (pd.DateOffset(months=1) if step == "M" else pd.Timedelta(seconds=STEPS[step]))


def rolled(events: ir.Table, by: str, values: list[Any]) -> ir.Table:
    """Return the events with all but the listed values of a column as `(other)`, none as `(absent)`."""
    kept = ibis.memtable([(str(value),) for value in values], schema={"kept": "string"})
    joined = events.mutate(text=column(events, by).cast("string"))
    joined = joined.left_join(kept, joined.text == kept.kept)
    value = ibis.cases(
        (joined.text.isnull(), ABSENT_LABEL), (joined.kept.notnull(), joined.text), else_=OTHER_LABEL
    )
    return joined.mutate(**{by: value}).drop("text", "kept")


def rolled_note(shown: int, whole: int, noun: str) -> str:
    """Return a sentence about what was rolled up, or nothing."""
    return f"{shown} of {counted(whole, noun)} shown, the rest as {OTHER_LABEL}" if whole > shown else ""


def title_of(by: str) -> str:
    """Return what a column is called on an axis.

    Examples
    --------
    >>> title_of("eventSource"), title_of("principal")
    ('service', 'principal')
    """
    names = {
        "eventSource": "service",
        "eventName": "API call",
        "awsRegion": "region",
        "sourceIPAddress": "source address",
        "userAgent": "user agent",
        "recipientAccountId": "account",
        "errorCode": "error code",
        "principal_kind": "kind of principal",
        "principal_account": "caller's account",
        "role_arn": "role",
        "access_key_id": "access key",
        "session_name": "session name",
    }
    return names.get(by, label(by, 40))


def counts_scale(most: float) -> alt.Scale:
    """Return a logarithmic viridis scale for numbers of calls up to `most`."""
    return alt.Scale(type="log", scheme=VIRIDIS, domain=[1, max(float(most), 10.0)])


def counts_legend(most: float) -> alt.Legend:
    """Return the legend of such a scale: few round numbers."""
    marks = [10**power for power in range(9) if 10**power <= max(most, 10.0)]
    return alt.Legend(values=marks, format="~s", gradientLength=220)


def most_frequent(events: ir.Table, by: str, n: int) -> tuple[int, list[str]]:
    """Return how many values a column has, and the most frequent ones."""
    whole = int(column(events, by).nunique().to_pandas())
    return whole, [str(value) for value in top(events, by, n=n).to_pandas()[by]]


def led(rows: pd.DataFrame) -> str:
    """Return which values (`value`) had most calls (`events`), in words."""
    total = rows.groupby("value")["events"].sum().sort_values(ascending=False, kind="stable")
    return "Most: " + ", ".join(f"{value} ({number:,})" for value, number in list(total.items())[:3]) + "."

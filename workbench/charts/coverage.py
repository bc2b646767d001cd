"""For which hours the case holds events, as a chart."""

from typing import Any

import altair as alt
import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.axes import counts_legend, counts_scale, time_axis
from workbench.charts.labels import counted, label
from workbench.charts.theme import (
    DENIED,
    ROWS,
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
from workbench.errors import ChartError

_NEEDED = {"account", "region", "hour", "files", "events"}
_EVERYWHERE = "all regions"


def coverage(
    table: ir.Table, *, n: int = 40, title: str = "Hours with events, by account and region"
) -> AnyChart:
    """Draw unbroken runs of hours with events; between them there is none, or a file is missing.

    Parameters
    ----------
    table
        As of `queries.coverage`.
    n
        Number of rows; each account has one for all its regions, then its regions with most hours follow.
    title
        Heading.

    Returns
    -------
    alt.LayerChart
        With a description; an empty table gives a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column of `queries.coverage`.

    Examples
    --------
    >>> import tempfile
    >>> from tests.builders import case, event
    >>> from workbench.queries import coverage as covered
    >>> con = case(tempfile.mkdtemp(), event(eventTime="2026-09-02T04:10:00Z"))
    >>> coverage(covered(con)).to_dict()["title"]["text"]
    'Hours with events, by account and region'
    """
    if lacking := _NEEDED - set(table.columns):
        raise ChartError(f"this table has no {', '.join(sorted(lacking))}. Pass coverage(con)")
    runs = _runs(table)
    if runs.empty:
        return no_events(title)
    rows, whole = _chosen(runs, n)
    rows, said = _limited(rows)
    blind = _blind(runs)
    rest = (
        f"{rows['row'].nunique()} of {counted(whole, 'row')} shown" if whole > rows["row"].nunique() else ""
    )
    first, last = runs["start"].min(), runs["end"].max()
    subtitle = [
        f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC",
        "bar: hours with events; vermilion line: none in any region of the account (no file, or no activity: "
        "verified digests alone can tell)",
        "; ".join(text for text in (rest, said) if text),
    ]
    return finish(_bars(rows, blind), title=title, subtitle=subtitle, description=_told(title, runs, blind))


def _runs(table: ir.Table) -> pd.DataFrame:
    everywhere = table.group_by("account", "hour").agg(
        files=lambda t: t.files.sum(), events=lambda t: t.events.sum()
    )
    both = ibis.union(
        table.select(
            "account", "region", "hour", files=table.files.cast("int64"), events=table.events.cast("int64")
        ),
        everywhere.select(
            "account",
            "hour",
            region=ibis.literal(_EVERYWHERE),
            files=everywhere.files.cast("int64"),
            events=everywhere.events.cast("int64"),
        ).select("account", "region", "hour", "files", "events"),
    )
    series = ibis.window(group_by=["account", "region"], order_by="hour")
    numbered = both.mutate(number=ibis.row_number().over(series))
    island = numbered.mutate(island=numbered.hour.epoch_seconds() // 3_600 - numbered.number)
    return (
        island.group_by("account", "region", "island")
        .agg(
            start=lambda t: t.hour.min(),
            end=lambda t: t.hour.max() + ibis.interval(hours=1),
            hours=lambda t: t.count(),
            files=lambda t: t.files.sum(),
            events=lambda t: t.events.sum(),
        )
        .drop("island")
        .order_by("account", "region", "start")
        .to_pandas()
    )


def _chosen(runs: pd.DataFrame, n: int) -> tuple[pd.DataFrame, int]:
    hours = runs.groupby(["account", "region"], as_index=False).agg(hours=("hours", "sum"))
    hours["wide"] = hours["region"] == _EVERYWHERE
    ranked = hours.sort_values(
        ["wide", "hours", "account", "region"], ascending=[False, False, True, True]
    ).head(n)
    ordered = ranked.sort_values(["account", "wide", "region"], ascending=[True, False, True])
    place = {(row.account, row.region): at for at, row in enumerate(rows_of(ordered))}
    kept = runs[[pair in place for pair in zip(runs["account"], runs["region"], strict=True)]].copy()
    kept["rank"] = [place[pair] for pair in zip(kept["account"], kept["region"], strict=True)]
    kept["row"] = [
        label(f"{account} {region}", 60)
        for account, region in zip(kept["account"], kept["region"], strict=True)
    ]
    return kept.sort_values(["rank", "start"]), len(hours)


def _limited(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Join runs across ever longer holes until they fit a chart."""
    for hole in (0, 2, 6, 24, 168, 10**6):
        before = rows.groupby("rank")["end"].shift()
        fresh = before.isna() | (rows["start"] - before > pd.Timedelta(hours=hole))
        joined = (
            rows.assign(run=fresh.cumsum())
            .groupby(["rank", "row", "run"], as_index=False)
            .agg(
                start=("start", "min"),
                end=("end", "max"),
                hours=("hours", "sum"),
                files=("files", "sum"),
                events=("events", "sum"),
            )
        )
        if len(joined) <= ROWS // 2:
            break
    return joined, f"holes of up to {hole} h are not drawn" if hole else ""


def _blind(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the hours of the case in which no region of an account delivered."""
    first, last = runs["start"].min(), runs["end"].max()
    found = []
    for account, own in runs[runs["region"] == _EVERYWHERE].groupby("account"):
        edges = [first, *own[["start", "end"]].to_numpy().ravel().tolist(), last]
        times = [pd.Timestamp(edge) for edge in edges]
        found += [
            {"account": account, "start": start, "end": end}
            for start, end in zip(times[::2], times[1::2], strict=True)
            if end > start
        ]
    blind = pd.DataFrame(found, columns=["account", "start", "end"])
    blind["hours"] = [(row.end - row.start) / pd.Timedelta(hours=1) for row in rows_of(blind)]
    return blind.sort_values(["hours", "account"], ascending=[False, True], kind="stable").head(ROWS // 2)


def _bars(rows: pd.DataFrame, blind: pd.DataFrame) -> AnyChart:
    order = list(dict.fromkeys(rows["row"]))
    marks = pd.DataFrame(
        {
            "row": rows["row"],
            "start": utc(rows["start"]),
            "end": utc(rows["end"]),
            "since": utc_text(rows["start"]),
            "until": utc_text(rows["end"]),
            "hours": rows["hours"],
            "files": rows["files"],
            "events": rows["events"],
            "rate": rows["events"] / rows["hours"],
        }
    )
    y = alt.Y("row:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=alt.Axis(labelLimit=300))
    shape: dict[str, Any] = {"width": WIDTH, "height": max(60, 18 * len(order))}
    bars = (
        alt.Chart(marks, **shape)
        .mark_bar(height=11)
        .encode(
            x=time_axis("start"),
            x2="end:T",
            y=y,
            color=alt.Color(
                "rate:Q",
                title="events per hour",
                scale=counts_scale(marks["rate"].max()),
                legend=counts_legend(marks["rate"].max()),
            ),
            tooltip=[
                tip("row:N", "Account and region"),
                tip("since:N", "From"),
                tip("until:N", "To"),
                tip("hours:Q", "Hours with events"),
                tip("files:Q", "Files"),
                tip("events:Q", "Events"),
            ],
        )
    )
    if blind.empty:
        return layered(bars)
    lines = pd.DataFrame(
        {
            "row": [label(f"{account} {_EVERYWHERE}", 60) for account in blind["account"]],
            "start": utc(blind["start"]),
            "end": utc(blind["end"]),
            "since": utc_text(blind["start"]),
            "until": utc_text(blind["end"]),
            "hours": blind["hours"],
        }
    )
    lines = lines[lines["row"].isin(order)]
    holes = (
        alt.Chart(lines, **shape)
        .mark_rule(color=DENIED, strokeWidth=3, strokeDash=[4, 2])
        .encode(
            x=time_axis("start"),
            x2="end:T",
            y=y,
            tooltip=[
                tip("row:N", "Account"),
                tip("since:N", "No event from"),
                tip("until:N", "to"),
                tip("hours:Q", "Hours"),
            ],
        )
    )
    return layered(holes, bars)


def _told(title: str, runs: pd.DataFrame, blind: pd.DataFrame) -> str:
    wide = runs[runs["region"] == _EVERYWHERE]
    accounts, regions = wide["account"].nunique(), runs[runs["region"] != _EVERYWHERE]["region"].nunique()
    lost = blind.groupby("account")["hours"].sum().sort_values(ascending=False, kind="stable")
    holes = "; ".join(f"{label(account, 40)} {hours:,.0f} h" for account, hours in list(lost.items())[:4])
    return (
        f"{title}: {counted(accounts, 'account')}, {counted(regions, 'region')}, "
        f"{counted(int(wide['events'].sum()), 'event')} "
        f"from {wide['start'].min():%Y-%m-%d %H:%M} to {wide['end'].max():%Y-%m-%d %H:%M} UTC. "
        + (
            f"No event in any region: {holes}."
            if holes
            else "No hour without a file in any account."
        )
    )

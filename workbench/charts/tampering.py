"""When was nobody looking: gaps in digests, what was off, and the calls behind it, on one time axis."""

from typing import Any

import ibis.expr.types as ir
import pandas as pd

from workbench.charts.labels import counted, label
from workbench.charts.tampering_marks import WHAT, drawn
from workbench.charts.theme import ROWS, AnyChart, finish, no_events, utc, utc_text
from workbench.errors import ChartError

_CALLS = {"eventTime", "eventID", "kind", "account", "region", "principal", "eventName", "outcome", "detail"}
_SPANS = {"account", "region", "start", "end", "kind"}
_AGAIN = ("resumed", "widened")


def log_tampering(
    calls: ir.Table,
    *,
    windows: ir.Table | None = None,
    gaps: ir.Table | None = None,
    n: int = 40,
    title: str = "What was not recorded, and the calls behind it",
) -> AnyChart:
    """Draw gaps and calls that reduce what is logged on one time axis, by account and region.

    Parameters
    ----------
    calls
        As of `queries.log_tampering`: marks, a row for each kind below the row of their account and region.
    windows
        As of `queries.off_windows`: lines from the call that switched off to the one that switched on, or to
        the end of the axis.
    gaps
        Spans in which recording is not proved: `account`, `region`, `start`, `end`, `kind`, as of
        `queries.blind_windows`. Bars.
    n
        Number of rows; those of gaps come last when there are too many.
    title
        Heading.

    Returns
    -------
    alt.VConcatChart
        With a description; nothing to show gives a chart that says so. The strip below shows all of it, the
        picture above the part around the calls that were done; drag in the strip to look elsewhere.

    Raises
    ------
    ChartError
        When a table lacks a column.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> from workbench.queries import log_tampering as tampering
    >>> stop = event(eventSource="cloudtrail.amazonaws.com", eventName="StopLogging")
    >>> log_tampering(tampering(table(stop))).description
    'What was not recorded, and the calls behind it: 1 call ... 1 done, 0 refused or failed, 0 put back.'
    """
    marks, off, dark = _marks(calls), _spans(windows, "kind"), _spans(gaps, None)
    times = pd.Series([*marks["time"], *dark["start"], *dark["end"], *off["start"]], dtype="object").dropna()
    if times.empty:
        return no_events(title)
    first, last = times.min(), times.max()
    off["end"], dark["end"] = off["end"].fillna(last), dark["end"].fillna(last)
    order, whole = _rows(marks, off, dark, n)
    kept = [each[each["row"].isin(order)].head(ROWS) for each in (dark, off, marks)]
    count = marks["what"].value_counts()
    told = ", ".join(f"{count.get(what, 0)} {what}" for what in WHAT)
    covered = f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    return finish(
        drawn(kept[0], kept[1], kept[2], order, _focus(marks, dark, last)),
        title=title,
        subtitle=[
            f"{covered}; drag over the strip below to look elsewhere",
            "bars: no proof of what was recorded; lines: from switching off to switching on, or to the end",
            f"{len(order)} of {counted(whole, 'row')} shown" if whole > len(order) else "",
        ],
        description=(
            f"{title}: {counted(len(marks), 'call')} and {counted(len(dark), 'gap')} {covered}: {told}."
        ),
    )


def _marks(calls: ir.Table) -> pd.DataFrame:
    if lacking := _CALLS - set(calls.columns):
        raise ChartError(
            f"this table has no {', '.join(sorted(lacking))}. Pass queries.log_tampering(events)"
        )
    held = calls.select(*sorted(_CALLS)).to_pandas()
    held = held[held["eventTime"].notna()].sort_values(["eventTime", "eventID"], kind="stable")
    again = held["kind"].isin(_AGAIN)
    what = held["outcome"].map(lambda outcome: "done" if outcome == "done" else "refused or failed")
    return pd.DataFrame(
        {
            "time": utc(held["eventTime"]),
            "when": utc_text(held["eventTime"]),
            "what": what.mask(again & (what == "done"), "put back"),
            "row": _row(held, held["kind"].mask(again, "put back")),
            "call": held["eventName"].map(label),
            "by": held["principal"].map(label),
            "outcome": held["outcome"],
            "detail": held["detail"].map(label),
            "event": held["eventID"].map(label),
        }
    )


def _spans(table: ir.Table | None, below: str | None) -> pd.DataFrame:
    if table is None:
        return pd.DataFrame({name: [] for name in ("row", "start", "end", "since", "until", "kind")}).astype(
            {"start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]"}
        )
    if lacking := _SPANS - set(table.columns):
        raise ChartError(f"this table has no {', '.join(sorted(lacking))}. Pass queries.blind_windows(con)")
    held = (
        table.select(*sorted(_SPANS)).to_pandas().sort_values(["start", "account", "region"], kind="stable")
    )
    return pd.DataFrame(
        {
            "row": _row(held, held[below] if below else None),
            "start": utc(held["start"]),
            "end": utc(held["end"]),
            "since": utc_text(held["start"]),
            "until": utc_text(held["end"]),
            "kind": held["kind"].map(label),
        }
    )


def _row(held: pd.DataFrame, below: Any) -> Any:
    regions = held["region"].fillna("all regions")
    place = [
        label(f"{account} {region}", 60) for account, region in zip(held["account"], regions, strict=True)
    ]
    return place if below is None else [f"{at} · {kind}" for at, kind in zip(place, below, strict=True)]


def _rows(marks: pd.DataFrame, off: pd.DataFrame, dark: pd.DataFrame, n: int) -> tuple[list[str], int]:
    """Return the rows to show, those of regions with calls before those with nothing but gaps."""
    found = dict.fromkeys([*marks.sort_values("time", kind="stable")["row"], *off["row"]])
    called = sorted(found, key=lambda row: row.endswith(" · put back"))
    busy = sorted({row.partition(" · ")[0] for row in called})
    ranked = [row for place in busy for row in (place, *_below(place, called))]
    ranked += sorted(set(dark["row"]) - set(busy))
    return ranked[:n], len(ranked)


def _below(place: str, called: list[str]) -> list[str]:
    return [row for row in called if row.startswith(f"{place} · ")]


def _focus(marks: pd.DataFrame, dark: pd.DataFrame, last: pd.Timestamp) -> list[int] | None:
    """Return the time that deserves the first look, in milliseconds: around what was done."""
    done = marks[marks["what"] == "done"]["time"]
    if done.empty:
        return None
    near = dark[(dark["start"] <= done.max() + pd.Timedelta(hours=12)) & (dark["end"] >= done.min())]
    ends = [done.max(), *near["end"], *marks[marks["what"] == "put back"]["time"]]
    begin, end = done.min(), max(time for time in ends if time <= done.max() + pd.Timedelta(hours=24))
    margin = max((end - begin) * 0.15, pd.Timedelta(minutes=20))
    return [int(time.timestamp() * 1000) for time in (begin - margin, min(end + margin, last + margin))]

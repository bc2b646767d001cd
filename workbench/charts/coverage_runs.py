"""Hours that follow each other and are alike, as runs: few marks for thousands of hours."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.labels import label
from workbench.charts.theme import ROWS, rows_of

EVERYWHERE = "all regions"
HELD = "events"
QUIET = "no-activity"
_KEY = ["account", "region"]


def runs_of(table: ir.Table) -> pd.DataFrame:
    """Return the runs of hours of one state.

    Parameters
    ----------
    table
        `account`, `region`, `hour`, `state` and the numbers `files` and `events`; one row for each hour.

    Returns
    -------
    DataFrame
        `account`, `region`, `state`, `start`, `end`, `hours`, `files`, `events`.
    """
    by = [*_KEY, "state"]
    series = ibis.window(group_by=by, order_by="hour")
    numbered = table.mutate(number=ibis.row_number().over(series))
    runs = numbered.mutate(run=numbered.hour.epoch_seconds() // 3_600 - numbered.number)
    found = runs.group_by(*by, "run").agg(
        start=lambda t: t.hour.min(),
        end=lambda t: t.hour.max() + ibis.interval(hours=1),
        hours=lambda t: t.count(),
        files=lambda t: t.files.sum(),
        events=lambda t: t.events.sum(),
    )
    return found.drop("run").order_by(*by, "start").to_pandas()


def placed(runs: pd.DataFrame, ranked: pd.DataFrame) -> pd.DataFrame:
    """Give runs the rows that they are drawn in: `rank` from above, `row`; runs of others are left out."""
    place = {(row.account, row.region): at for at, row in enumerate(rows_of(ranked))}
    pairs = list(zip(runs["account"], runs["region"], strict=True))
    kept = runs[[pair in place for pair in pairs]].copy()
    kept["rank"] = [place[pair] for pair in pairs if pair in place]
    kept["row"] = [label(" ".join(pair), 60) for pair in pairs if pair in place]
    return kept.sort_values(["rank", "start"])


def limited(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Join runs across ever longer holes until they fit a chart; short silence without a reason is a hole."""
    for hole in (0, 2, 6, 24, 168, 10**6):
        short = (rows["state"] == QUIET) & (rows["hours"] <= hole)
        joined = _joined(rows[~short], hole)
        if len(joined) <= ROWS // 2:
            break
    return joined, f"holes of up to {hole} h are not drawn" if hole else ""


def _joined(rows: pd.DataFrame, hole: int) -> pd.DataFrame:
    by = ["rank", "row", "state"]
    rows = rows.sort_values([*by, "start"])
    apart = rows["start"] - rows.groupby(by)["end"].shift() > pd.Timedelta(hours=hole)
    is_quiet = rows["state"] == QUIET  # what lies between two silences is not silence
    fresh = rows.groupby(by)["end"].shift().isna() | apart | is_quiet
    numbers = {name: (name, "sum") for name in ("hours", "files", "events")}
    joined = rows.assign(run=fresh.cumsum()).groupby([*by, "run"], as_index=False)
    return joined.agg(start=("start", "min"), end=("end", "max"), **numbers).sort_values(["rank", "start"])

"""For which hours the case holds events, and of what kind the silence of others is, as a chart."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.coverage_marks import SILENT, blind_layer, events_layer, kinds_layer, stacked, timed
from workbench.charts.coverage_runs import EVERYWHERE, HELD, limited, placed, runs_of
from workbench.charts.labels import counted, label
from workbench.charts.theme import ROWS, AnyChart, finish, no_events, rows_of
from workbench.errors import ChartError
from workbench.queries.silence import SILENCES

_NEEDED = {"account", "region", "hour", "files", "events"}
_BARS = "bar: hours with events"
_UNTOLD = (
    "vermilion line: none in any region of the account (no file, or no activity: verified digests alone can"
    " tell)"
)
_TOLD = "thick: what must worry; thin: silence that the digests explain"


def coverage(
    table: ir.Table, *, n: int = 40, title: str = "Hours with events and silent hours, by account and region"
) -> AnyChart:
    """Draw unbroken runs of hours with events, and between them what the digests say of the silence.

    Parameters
    ----------
    table
        As of `queries.coverage`.
    n
        Number of rows: those with the gravest silence and with most hours of events. An account of which no
        digest speaks has a row for all its regions, too.
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
    'Hours with events and silent hours, by account and region'
    """
    runs = runs_of(_states(table))
    if runs.empty:
        return no_events(title)
    ranked, whole = _ranked(runs, n)
    rows, joined = limited(placed(runs, ranked))
    blind, held, silent = _blind(runs), rows[rows["state"] == HELD], rows[rows["state"] != HELD]
    rest = f"{len(ranked)} of {counted(whole, 'row')} shown" if whole > len(ranked) else ""
    first, last = runs["start"].min(), runs["end"].max()
    meaning = [_BARS, *([_TOLD] if len(silent) else []), *([_UNTOLD] if len(blind) else [])]
    subtitle = [
        f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC",
        "; ".join(meaning),
        "; ".join(text for text in (rest, joined) if text),
    ]
    order = list(dict.fromkeys(rows["row"]))
    layers = [blind_layer(blind, order)] if len(blind) else []
    if len(held):
        layers.append(events_layer(held, order))
    if len(silent):
        layers.append(kinds_layer(_silences(silent), order, SILENT, "silence"))
    return finish(stacked(*layers), title=title, subtitle=subtitle, description=_told(title, runs, blind))


def _states(table: ir.Table) -> ir.Table:
    """Give every hour its state; accounts without a word of digests get the hours of all their regions."""
    if lacking := _NEEDED - set(table.columns):
        raise ChartError(f"this table has no {', '.join(sorted(lacking))}. Pass coverage(con)")
    silence = table.silence if "silence" in table.columns else ibis.null("string")
    numbers = {name: table[name].cast("int64") for name in ("files", "events")}
    hours = table.select("account", "region", "hour", state=silence.fill_null(HELD), **numbers)
    untold = hours.anti_join(hours.filter(hours.state != HELD).select("account").distinct(), "account")
    whole = untold.mutate(region=ibis.literal(EVERYWHERE))
    everywhere = whole.group_by("account", "region", "hour", "state").agg(
        files=whole.files.sum(), events=whole.events.sum()
    )
    return ibis.union(hours, everywhere)


def _ranked(runs: pd.DataFrame, n: int) -> tuple[pd.DataFrame, int]:
    """Choose the rows: those of whole accounts first, then by their gravest silence and hours of events."""
    grave = {kind: rank for rank, kind in enumerate(list(SILENCES)[:3])}
    marked = runs.assign(
        grave=runs["state"].map(grave).fillna(len(grave)), held=runs["hours"].where(runs["state"] == HELD, 0)
    )
    rows = marked.groupby(["account", "region"], as_index=False).agg(
        grave=("grave", "min"), held=("held", "sum")
    )
    rows["wide"] = rows["region"] == EVERYWHERE
    worst = rows.sort_values(
        ["wide", "grave", "held", "account", "region"], ascending=[False, True, False, True, True]
    ).head(n)
    return worst.sort_values(["account", "wide", "region"], ascending=[True, False, True]), len(rows)


def _silences(silent: pd.DataFrame) -> pd.DataFrame:
    return timed(silent, kind=silent["state"], meaning=silent["state"].map(SILENCES))


def _blind(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the hours of the case in which no region of an account delivered, and no digest says why."""
    first, last = runs["start"].min(), runs["end"].max()
    found = []
    for account, own in runs[runs["region"] == EVERYWHERE].groupby("account"):
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


def _told(title: str, runs: pd.DataFrame, blind: pd.DataFrame) -> str:
    real = runs[runs["region"] != EVERYWHERE]
    accounts, regions = real["account"].nunique(), real["region"].nunique()
    lost = blind.groupby("account")["hours"].sum().sort_values(ascending=False, kind="stable")
    holes = "; ".join(f"{label(account, 40)} {hours:,.0f} h" for account, hours in list(lost.items())[:4])
    silent = real[real["state"] != HELD].groupby("state")["hours"].sum()
    kinds = ", ".join(f"{kind} {silent[kind]:,} h" for kind in SILENCES if kind in silent)
    silence = f"Silent by the digests: {kinds}. " if kinds else ""
    untold = (runs["region"] == EVERYWHERE).any()
    return (
        f"{title}: {counted(accounts, 'account')}, {counted(regions, 'region')}, "
        f"{counted(int(real['events'].sum()), 'event')} "
        f"from {real['start'].min():%Y-%m-%d %H:%M} to {real['end'].max():%Y-%m-%d %H:%M} UTC. {silence}"
        + (f"No event in any region: {holes}." if holes else "")
        + ("No hour without a file in any account." if untold and not holes else "")
    ).strip()

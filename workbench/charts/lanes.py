"""Sessions over time: a lane each, and a line from the session that opened another to the one it opened."""

from collections import Counter
from typing import Any

import altair as alt
import ibis.expr.types as ir
import pandas as pd

from workbench.charts.axes import time_axis
from workbench.charts.labels import counted, label, labels, node_label
from workbench.charts.theme import (
    CATEGORIES,
    OTHER,
    OTHER_LABEL,
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

_NEEDED = (
    "session_arn", "role_arn", "session_name", "started_at", "expires_at", "first_seen", "last_seen",
    "events", "issuance_event_id", "issuer_principal", "rule", "confidence", "evidence", "origin_principal",
    "likely_principal", "origin_reason",
)  # fmt: skip
_NAMING = ("role_arn", "session_arn", "issuer_principal", "session_name")
_UNPROVEN = "(not proven)"
_BRIEF = pd.Timedelta(seconds=30)


def session_lanes(sessions: ir.Table, *, n: int = 40, title: str = "Sessions over time") -> AnyChart:
    """Draw sessions as lanes, with a line wherever one session opened another.

    Parameters
    ----------
    sessions
        Rows of `queries.role_sessions`, for instance those of one origin.
    n
        Number of lanes: the sessions that began first.
    title
        Heading.

    Returns
    -------
    alt.LayerChart
        A bar reaches from the session's start to its last call, a thin line on to its expiry; colour is who
        stands at its beginning. With a description; no sessions give a chart that says so.

    Raises
    ------
    ChartError
        When the table lacks a column.

    Examples
    --------
    >>> from tests.builders import assume_role, role_event, table, user
    >>> from workbench.queries import role_sessions
    >>> session_lanes(role_sessions(table(assume_role(user(), key="ASIA1")))).description
    'Sessions over time: 1 session ... none opened by another here. Most events: Deploy / build-1 (0).'
    """
    if lacking := [name for name in _NEEDED if name not in sessions.columns]:
        raise ChartError(f"this table has no {', '.join(lacking)}. Pass queries.role_sessions(events)")
    held = sessions.select(*_NEEDED).to_pandas()
    held["begin"] = held["started_at"].fillna(held["first_seen"])
    held = held[held["begin"].notna()].sort_values(["begin", "session_arn"], kind="stable")
    if held.empty:
        return no_events(title)
    whole, held = len(held), held.head(n).reset_index(drop=True)
    lanes = _lanes(held)
    hops = _hops(held, lanes)
    first, last = held["begin"].min(), lanes["end"].max()
    opened = f"{len(hops) or 'none'} opened by another here"
    busiest = lanes.sort_values("events", ascending=False, kind="stable").iloc[0]
    return finish(
        _drawn(lanes, hops),
        title=title,
        subtitle=[
            f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC; bar: from start to last call; "
            "thin line: until expiry",
            "a line down from a lane: that session opened the one it leads to",
            f"{len(held)} of {counted(whole, 'session')} shown, the first to begin"
            if whole > len(held)
            else "",
        ],
        description=f"{title}: {counted(len(held), 'session')} from {first:%Y-%m-%d %H:%M} to "
        f"{last:%Y-%m-%d %H:%M} UTC; {opened}. Most events: {busiest['lane']} ({busiest['events']:,}).",
    )


def _names(held: pd.DataFrame) -> list[str]:
    """Name lanes by role and session, never two alike."""
    seen: Counter[str] = Counter()
    names = []
    for row in rows_of(held[[*_NAMING]].fillna("")):
        role = node_label(row.role_arn or row.session_arn or row.issuer_principal or "session", 26)
        name = f"{role} / {label(row.session_name, 22)}" if row.session_name else role
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return names


def _lanes(held: pd.DataFrame) -> pd.DataFrame:
    names = _names(held)
    end = held["last_seen"].fillna(held["begin"])
    until = held["expires_at"].fillna(end)
    least = max((until.max() - held["begin"].min()) / 150, _BRIEF)
    end = end.where(end - held["begin"] > least, held["begin"] + least)  # a single call is still to be seen
    origin = held["origin_principal"].fillna(_UNPROVEN)
    ranked = [name for name in origin.value_counts(sort=True).index if name != _UNPROVEN][: len(CATEGORIES)]
    shown = labels(ranked, accounts=False)
    return pd.DataFrame(
        {
            "lane": names,
            "start": utc(held["begin"]),
            "end": utc(end),
            "until": utc(until.where(until > end, end)),
            "began": utc_text(held["begin"]),
            "ended": utc_text(held["last_seen"]),
            "expires": utc_text(held["expires_at"]),
            "origin": [shown.get(one, one if one == _UNPROVEN else OTHER_LABEL) for one in origin],
            "events": held["events"].astype(int),
            "issuer": held["issuer_principal"].fillna("").map(label),
            "rule": held["rule"].fillna(held["origin_reason"]).fillna("").map(label),
            "sure": held["confidence"],
            "likely": held["likely_principal"].fillna("").map(label),
        }
    )


def _hops(held: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    """Return a row per session that another session of the table opened, from the evidence of its chain."""
    place = {name: at for at, name in enumerate(held["issuance_event_id"]) if isinstance(name, str)}
    found = []
    roles, issuers = held["role_arn"], held["issuer_principal"]
    for at, evidence in enumerate(held["evidence"]):
        # calls of the same second are evidence too: the one before is of the role that asked
        others = [place[name] for name in evidence if place.get(name, at) != at]
        before = [other for other in others if roles[other] == issuers[at]]
        if before:
            parent, own = lanes.iloc[before[0]], lanes.iloc[at]
            found.append(
                {"from": parent["lane"], "to": own["lane"], "time": own["start"], "when": own["began"]}
            )
    return pd.DataFrame(found, columns=["from", "to", "time", "when"])


def _drawn(lanes: pd.DataFrame, hops: pd.DataFrame) -> AnyChart:
    order = lanes["lane"].tolist()
    origins = list(dict.fromkeys(lanes["origin"]))
    named = [one for one in origins if one not in (_UNPROVEN, OTHER_LABEL)]
    colours = {**dict(zip(named, CATEGORIES, strict=False)), _UNPROVEN: OTHER, OTHER_LABEL: "#555555"}
    axis = alt.Axis(labelLimit=260, grid=True)
    y: dict[str, Any] = {"title": None, "sort": order, "scale": alt.Scale(domain=order), "axis": axis}
    tips = [
        tip("lane:N", "Session"), tip("origin:N", "Proved back to"), tip("likely:N", "Likely"),
        tip("issuer:N", "Opened by"), tip("rule:N", "Rule or reason"), tip("sure:N", "Confidence of the hop"),
        tip("began:N", "Start"), tip("ended:N", "Last call"), tip("expires:N", "Expires"),
        tip("events:Q", "Events"),
    ]  # fmt: skip
    base = alt.Chart(lanes, width=WIDTH, height=max(60, 20 * len(order))).encode(
        y=alt.Y("lane:N", **y), tooltip=tips
    )
    colour = alt.Color(
        "origin:N",
        title="proved back to",
        scale=alt.Scale(domain=origins, range=[colours[one] for one in origins]),
        legend=alt.Legend(columns=2, labelLimit=340),
    )
    life = base.mark_rule(strokeWidth=1, color=OTHER).encode(x=time_axis("start", padding=6), x2="until:T")
    bars = base.mark_bar(height=10, cornerRadius=1, minBandSize=3).encode(
        x=time_axis("start", padding=6), x2="end:T", color=colour
    )
    if hops.empty:
        return layered(life, bars)
    told = [tip("from:N", "Opened by"), tip("to:N", "Session"), tip("when:N", "When")]
    down = alt.Chart(hops).encode(x=time_axis("time", padding=6), tooltip=told)
    line = down.mark_rule(color="currentColor", strokeWidth=1.2).encode(y=alt.Y("from:N", **y), y2="to:N")
    end = down.mark_point(shape="triangle-right", filled=True, size=45, color="currentColor").encode(
        y=alt.Y("to:N", **y)
    )
    return layered(life, bars, line, end)

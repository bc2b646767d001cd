"""Ten usual queries of CloudTrail Lake beside what a hand would write for DuckDB on the same case: CPU.

    python -m tests.benchmarks.sql CASE

Both ask for the heaviest of its kind (`questions.Heaviest`), and both must give as many rows.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import workbench as wb
from tests.benchmarks.figures import Figure, Part
from tests.benchmarks.loading import EVENTS_PER_FILE, load, run_module, told
from tests.benchmarks.questions import Heaviest
from tests.benchmarks.trails import corpus

PLANNED, ASKED = 9, 5
_MOST_MS, _MOST_TIMES = 10, 2
_ISSUER = "userIdentity.sessionContext.sessionIssuer.arn"
_SHOWN = "eventTime, eventName, sourceIPAddress, errorCode"


class Pair(NamedTuple):
    """A query of Lake, and the same in DuckDB's words on the columns of the case."""

    lake: str
    flat: str


def pairs(of: Heaviest) -> dict[str, Pair]:
    """Return the ten."""
    counted = "GROUP BY 1 ORDER BY 2 DESC"
    day = of.late.strftime("%Y-%m-%d %H:%M:%S")
    return {
        "calls by service and name": _alike(
            "SELECT eventSource, eventName, count(*) AS calls FROM {} GROUP BY 1, 2 ORDER BY 3 DESC"
        ),
        "refused calls by identity": _alike(
            "SELECT userIdentity.arn, count(*) AS calls FROM {}"
            f" WHERE errorCode LIKE 'AccessDenied%' {counted}"
        ),
        "calls of an access key, latest first": _differing(
            f"SELECT {_SHOWN} FROM {{}} WHERE {{}} = '{of.access_key_id}' ORDER BY eventTime DESC LIMIT 1000",
            "userIdentity.accessKeyId", "access_key_id",
        ),
        "names called by sessions of a role": _differing(
            f"SELECT eventName, count(*) AS calls FROM {{}} WHERE {{}} = '{of.role_arn}' {counted}",
            _ISSUER, "role_arn",
        ),
        "calls from an address since a time": _differing(
            f"SELECT {_SHOWN} FROM {{}} WHERE sourceIPAddress = '{of.address}' AND eventTime >= {{}}"
            " ORDER BY eventTime LIMIT 1000",
            f"'{day}'", f"TIMESTAMP '{day}'",
        ),
        "calls by hour, as text": _differing(
            f"SELECT {{1}} AS hour, count(*) AS calls FROM {{0}} {counted}",
            "CAST(date_trunc('hour', eventTime) AS varchar)",
            "strftime(date_trunc('hour', eventTime), '%Y-%m-%d %H:00:00.000')",
        ),
        "calls that name a bucket": _differing(
            f"SELECT {_SHOWN} FROM {{}} WHERE {{}} = '{of.bucket}' ORDER BY eventTime LIMIT 1000",
            "element_at(requestParameters, 'bucketName')", "requestParameters['bucketName']",
        ),
        "failed console logins": _differing(
            "SELECT userIdentity.arn, eventTime FROM {} WHERE eventName = 'ConsoleLogin' AND {} = 'Failure'",
            "element_at(responseElements, 'ConsoleLogin')", "responseElements['ConsoleLogin']",
        ),
        "first and last call of each identity": _alike(
            "SELECT userIdentity.arn, min(eventTime) AS first_, max(eventTime) AS last_, count(*) AS calls"
            " FROM {} GROUP BY 1"
        ),
        "resources that were touched": Pair(
            f"SELECT r.arn, count(*) AS calls FROM $EDS_ID CROSS JOIN UNNEST(resources) AS t(r) {counted}",
            f"SELECT r.arn, count(*) AS calls FROM (SELECT unnest(resources) AS r FROM events) {counted}",
        ),
    }  # fmt: skip


def _alike(query: str) -> Pair:
    return Pair(query.format("$EDS_ID"), query.format("events"))


def _differing(query: str, lake: str, flat: str) -> Pair:
    return Pair(query.format("$EDS_ID", lake), query.format("events", flat))


def timed(case: Path) -> list[dict[str, Any]]:
    """Plan and ask each query several times, by turns with the one by hand; the medians."""
    con = wb.open_case(case, read_only=True)
    answers = [_timed(con, name, pair) for name, pair in pairs(Heaviest.of(wb.events(con))).items()]
    con.disconnect()
    return answers


def _timed(con: Any, name: str, pair: Pair) -> dict[str, Any]:
    rows = [len(wb.run_sql(con, pair.lake).to_pyarrow()), len(_by_hand(con, pair.flat))]
    if rows[0] != rows[1]:
        raise SystemExit(f"{name}: {rows[0]:,} rows, by hand {rows[1]:,}. The two must ask the same")
    plan_s = statistics.median(_cpu(lambda: wb.run_sql(con, pair.lake)) for _run in range(PLANNED))
    turns = [
        (_cpu(lambda: wb.run_sql(con, pair.lake).to_pyarrow()), _cpu(lambda: _by_hand(con, pair.flat)))
        for _run in range(ASKED)
    ]
    lake_s, flat_s = (statistics.median(side) for side in zip(*turns, strict=True))
    return {"name": name, "plan_s": plan_s, "lake_s": lake_s, "flat_s": flat_s, "rows": rows[0]}


def _by_hand(con: Any, query: str) -> Any:
    return con.con.execute(query).to_arrow_table()


def _cpu(run: Callable[[], object]) -> float:
    """CPU of all threads: the engine's too."""
    booked = time.process_time()
    run()
    return time.process_time() - booked


def usual_queries(folder: Path, events: int) -> Part:
    """Load, ask in a process of its own, tell ratios and the time of planning."""
    case, trail = folder / "case-sql", corpus(folder, events, max(1, events // EVENTS_PER_FILE))
    steps = [load("load", case, trail.folder), run_module("sql", case)]
    answers = told(steps[1])
    planned, times = (
        [answer["plan_s"] * 1000 for answer in answers],
        [answer["lake_s"] / answer["flat_s"] for answer in answers],
    )
    return Part(
        f"AWS SQL: {events:,} events", steps,
        [
            Figure("translate and plan, median CPU", statistics.median(planned), "ms", _MOST_MS),
            Figure("translate and plan, most CPU", max(planned), "ms", _MOST_MS),
            Figure("Lake's query / by hand, median", statistics.median(times), "x", _MOST_TIMES),
            *(_compared(**answer) for answer in answers),
        ],
    )  # fmt: skip


def _compared(name: str, plan_s: float, lake_s: float, flat_s: float, rows: int) -> Figure:
    note = f"CPU {lake_s:.3f} / {flat_s:.3f} s, planned in {plan_s * 1000:.1f} ms, {rows:,} rows"
    return Figure(name, lake_s / flat_s, "x", _MOST_TIMES, note=note)


if __name__ == "__main__":
    print(json.dumps(timed(Path(sys.argv[1]))))

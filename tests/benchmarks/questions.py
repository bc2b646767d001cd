"""What responders ask first, as they would write it in a notebook, and how long each answer takes.

    python -m tests.benchmarks.questions CASE

What is asked for is the heaviest of its kind: the principal, the key, the address with the most events.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

import workbench as wb

SHOWN = (
    "eventTime", "principal", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent",
    "errorCode", "requestParameters", "recipientAccountId", "eventID", "source_file", "source_index",
)
MOST, WARM_RUNS = 1000, 3

Question = Callable[[ir.Table], ir.Table]


@dataclass(frozen=True)
class Heaviest:
    """What the questions ask for."""

    principal: str
    access_key_id: str
    role_arn: str
    address: str
    bucket: str
    event_id: str
    late: Any

    @classmethod
    def of(cls, events: ir.Table) -> "Heaviest":
        """Find them: a question of its own, so that no answer is timed with what this has read."""
        outside = ~_.sourceIPAddress.endswith(".amazonaws.com")
        return cls(
            principal=_busiest(events, "principal", _.principal_kind != "service"),
            access_key_id=_busiest(events, "access_key_id"),
            role_arn=_busiest(events, "role_arn"),
            address=_busiest(events, "sourceIPAddress", outside),
            bucket=_busiest(events.mutate(bucket=_.requestParameters["bucketName"]), "bucket"),
            event_id=events.eventID.max().execute(),
            late=_last_tenth(events),
        )


def questions(of: Heaviest) -> dict[str, Question]:
    """Return the usual questions; each makes its expression anew, as a notebook cell does."""
    issuer, login = _.userIdentity.sessionContext.sessionIssuer, _.responseElements["ConsoleLogin"]
    refused = _.errorCode.startswith("AccessDenied") | _.errorCode.endswith("UnauthorizedOperation")
    seen = {"first": _.eventTime.min(), "last": _.eventTime.max(), "events": _.count()}
    return {
        "events of a principal in order of time": lambda t: _shown(t.filter(_.principal == of.principal)),
        "events of an access key": lambda t: _shown(t.filter(_.access_key_id == of.access_key_id)),
        "events from an address": lambda t: _shown(t.filter(_.sourceIPAddress == of.address)),
        "refused calls by principal": lambda t: _counted(t.filter(refused), "principal"),
        "events by name": lambda t: _counted(t, "eventSource", "eventName"),
        "events by hour": lambda t: _counted(t.mutate(hour=_.eventTime.truncate("h")), "hour"),
        "one event, all columns": lambda t: t.filter(_.eventID == of.event_id),
        "new principals, first and last seen": lambda t: (
            t.group_by("principal").agg(**seen).filter(_["first"] >= of.late)
        ),
        "failed console logins": lambda t: (
            _shown(t.filter(_.eventName == "ConsoleLogin", login == "Failure"))
        ),
        "calls that name a bucket": lambda t: (
            _shown(t.filter(_.requestParameters["bucketName"] == of.bucket))
        ),
        "keys of a role, from the struct": lambda t: (
            _counted(t.filter(issuer.arn == of.role_arn), "access_key_id")
        ),
        "accounts": lambda t: t.select("recipientAccountId").distinct(),
    }


def _shown(events: ir.Table) -> ir.Table:
    return events.order_by("eventTime").limit(MOST).select(*SHOWN)


def _counted(events: ir.Table, *by: str) -> ir.Table:
    return events.group_by(*by).agg(events=_.count()).order_by(ibis.desc("events"))


def _last_tenth(events: ir.Table) -> Any:
    begin, end = events.agg(begin=_.eventTime.min(), end=_.eventTime.max()).execute().iloc[0]
    return end - (end - begin) / 10


def _busiest(events: ir.Table, column: str, *conditions: Any) -> str:
    held = events.filter(events[column].notnull(), *conditions)
    return str(_counted(held, column).limit(1).execute()[column][0])


def timed(case: Path) -> list[dict[str, Any]]:
    """Ask everything on a new connection, first cold, then warm; an answer is a whole pandas frame."""
    con = wb.open_case(case, read_only=True)
    asked = questions(Heaviest.of(wb.events(con)))
    con.disconnect()
    con = wb.open_case(case, read_only=True)
    answers = []
    for name, question in asked.items():
        cold, *warm = (_once(con, question) for _run in range(1 + WARM_RUNS))
        warm_s, cpu_s, rows = min(warm)
        answers.append({"name": name, "cold_s": cold[0], "warm_s": warm_s, "cpu_s": cpu_s, "rows": rows})
    con.disconnect()
    return answers


def _once(con: Any, question: Question) -> tuple[float, float, int]:
    started, booked = time.perf_counter(), time.process_time()
    rows = len(question(wb.events(con)).execute())
    return time.perf_counter() - started, time.process_time() - booked, rows


if __name__ == "__main__":
    print(json.dumps(timed(Path(sys.argv[1]))))

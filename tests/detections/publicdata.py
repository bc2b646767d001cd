"""Public attack data as events of a case, loaded once, with what its READMEs tell of the truth."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import workbench as wb
from workbench.detections import instance_credentials, run

MEDIUM = ("medium", "high", "critical")


class Hit(NamedTuple):
    """A hit: the rule, how bad, and the event that completed it."""

    rule: str
    severity: str
    event: str


def case_of(folder: Path, records: list[dict[str, Any]]) -> Any:
    """Load records into a case below a folder; return its events table."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    text = json.dumps({"Records": records})
    (evidence / "records.json.gz").write_bytes(gzip.compress(text.encode(), compresslevel=1))
    con = wb.open_case(folder / "case")
    wb.load(con, evidence)
    return wb.events(con)


def hits_of(events: Any) -> list[Hit]:
    """Return what rules find without being given anything; monitors are left out."""
    tables = [run(events), instance_credentials(events)]
    rows = [
        row
        for table in tables
        for row in table.select("rule_id", "severity", "eventID").to_pyarrow().to_pylist()
    ]
    return [Hit(*row.values()) for row in rows if not row["rule_id"].startswith("cis-")]


def stratus(data: Path) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Return all records of the detonation logs, and technique -> ids of the key events."""
    records = [
        record
        for path in sorted((data / "stratus").glob("*.json.gz"))
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]
    return records, json.loads((data / "stratus" / "truth.json").read_text())


def invictus(data: Path) -> list[dict[str, Any]]:
    """Return all records of the account in which the attacks were run."""
    files = sorted((data / "invictus").glob("*.json"))
    return [record for path in files for record in json.loads(path.read_text())["Records"]]


def attacks(records: list[dict[str, Any]]) -> set[str]:
    """Return the ids of what carries the bare user agent of the test tool."""
    return {
        one["eventID"]
        for one in records
        if (one.get("userAgent") or "").strip("[]").startswith("stratus-red-team_")
    }


def rule_tests(data: Path) -> list[dict[str, Any]]:
    """Return the labelled events, hours apart, with what was left out filled in."""
    lines = (data / "rule-tests" / "aws_cloudtrail.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number, row in enumerate(rows):
        moment = start + timedelta(hours=5 * number)
        filled = {
            "eventID": f"00000000-0000-4000-8000-{number:012}",
            "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        defaults = {
            "eventVersion": "1.08", "eventName": "Unknown", "eventSource": "unknown.amazonaws.com",
            "userIdentity": {"type": "Unknown"}, "awsRegion": "us-east-1",
        }  # fmt: skip
        row["event"] = defaults | row["event"] | filled
    return rows

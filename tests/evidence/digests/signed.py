"""Cases whose evidence AWS could have signed: readable events, an hour of them in each log."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import workbench as wb
from tests.builders import event
from tests.evidence.digests.trails import ACCOUNT, REGION, Digest, Evidence, Trail


def at(hour: int, **fields: Any) -> dict[str, Any]:
    """An event in an hour of the signed day, in the region of the signed trail."""
    return event(**({"eventTime": f"2026-03-01T{hour:02}:10:00Z", "awsRegion": REGION} | fields))


def signed(*hours: Sequence[dict[str, Any]]) -> Evidence:
    """The evidence of one trail: each hour has one log with its events, or none without any."""

    def fill(hour: int, digest: Digest) -> None:
        if hours[hour]:
            name = f"{ACCOUNT}_CloudTrail_{REGION}_20260301T{hour:02}15Z_hour{hour}.json.gz"
            content = json.dumps({"Records": list(hours[hour])}).encode()
            digest.list_log(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/03/01/{name}", content)

    return Evidence([Trail(len(hours), 0, edit=fill)])


def signed_case(
    folder: Path, *hours: Sequence[dict[str, Any]], change: Callable[[Evidence], object] | None = None
) -> Any:
    """Load such evidence, changed by somebody perhaps, into a case; return the open connection."""
    evidence = signed(*hours)
    if change:
        change(evidence)
    (folder / "evidence").mkdir(parents=True)
    con = wb.open_case(folder / "case")
    wb.load(con, evidence.write(folder / "evidence"))
    return con

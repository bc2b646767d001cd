"""Findings keep their numbers between cards and chart."""

import pandas as pd

from workbench.charts import findings


def test_findings_keep_the_number_they_have_on_their_cards() -> None:
    when = pd.Timestamp("2026-09-02 04:00")
    row = {"principal": "mallory", "eventName": "StopLogging", "eventID": "1"}
    later = {**row, "finding": "surest", "number": 1, "eventTime": when + pd.Timedelta("1h")}
    earlier = {**row, "finding": "less sure", "number": 2, "eventTime": when}
    assert "1. surest" in str(findings(pd.DataFrame([earlier, later])).to_dict())

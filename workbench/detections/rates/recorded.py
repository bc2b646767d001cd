"""Insights that CloudTrail itself recorded.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-lake.html
"""

import ibis
import ibis.expr.types as ir

from workbench.detections.rates.attributions import ATTRIBUTIONS


def recorded(events: ir.Table) -> ir.Table:
    """Return the Insights records of the evidence, start and end as one row.

    Both shapes are read: that of trails (`insightDetails`) and that of event data stores (`insightType`, ...
    on top). Averages are those of the end, where it was delivered: they cover the whole span.

    Returns
    -------
    ibis Table
        The columns of `insights`, with `basis` `recorded`.
    """
    told = _told(events.filter(events.eventCategory == "Insight"))
    end_first = ibis.desc(told.state == "End")
    names = ("insight_type", "event_source", "event_name", "error_code", "account", "region", "attributions",
             "baseline_average", "insight_average", "baseline_minutes", "insight_minutes")  # fmt: skip
    rows = told.group_by("shared").agg(
        begun=told.eventTime.min(where=told.state == "Start"),
        end_time=told.eventTime.max(where=told.state == "End"),
        is_ended=(told.state == "End").any(),
        eventIDs=told.eventID.collect(order_by=[told.eventTime, told.eventID]),
        **{name: told[name].first(order_by=[end_first, told.eventTime]) for name in names},
    )
    worked_out = rows.end_time - rows.insight_minutes.as_interval("m")
    return rows.mutate(
        start_time=ibis.coalesce(rows.begun, worked_out),
        state=ibis.ifelse(rows.is_ended, "ended", "ongoing"),
        basis=ibis.literal("recorded"),
        calls=ibis.null("int64"),
    ).drop("shared", "begun", "is_ended")


def _told(records: ir.Table) -> ir.Table:
    record = records.eventJson.try_cast("json")
    trail, lake = record["insightDetails"], record["insightContext"]
    numbers = trail["insightContext"]["statistics"]

    def text(name: str, lake_name: str) -> ir.StringValue:
        return ibis.coalesce(trail[name].str, record[lake_name].str)

    def number(of_trail: ir.JSONValue, lake_name: str) -> ir.FloatingValue:
        return ibis.coalesce(_number(of_trail), _number(lake[lake_name]))

    return records.select(
        "eventID",
        "eventTime",
        account="recipientAccountId",
        region="awsRegion",
        shared=ibis.coalesce(records.sharedEventID, records.eventID),
        state=text("state", "insightState"),
        insight_type=text("insightType", "insightType"),
        event_source=text("eventSource", "insightEventSource"),
        event_name=text("eventName", "insightEventName"),
        error_code=text("errorCode", "insightErrorCode"),
        baseline_average=number(numbers["baseline"]["average"], "baselineAverage"),
        insight_average=number(numbers["insight"]["average"], "insightAverage"),
        baseline_minutes=number(numbers["baselineDuration"], "baselineDuration").cast("int64"),
        insight_minutes=number(numbers["insightDuration"], "insightDuration").cast("int64"),
        attributions=ibis.coalesce(
            trail["insightContext"]["attributions"].try_cast(ATTRIBUTIONS),
            lake["attributions"].try_cast(ATTRIBUTIONS),
        ),
    )


def _number(value: ir.JSONValue) -> ir.FloatingValue:
    return value.try_cast("string").try_cast("float64")

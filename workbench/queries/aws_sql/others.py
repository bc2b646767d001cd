"""Views that are made from what the case holds in another shape: Insights, and the files of AWS Config.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-lake.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
https://docs.aws.amazon.com/athena/latest/ug/querying-config.html
"""

import pyarrow as pa

from workbench.events.columns import TEXT, sql_type


def _averages(name: str) -> pa.Field:
    average = pa.struct([pa.field("value", TEXT), pa.field("average", pa.float64())])
    return pa.field(name, pa.list_(average))


_ATTRIBUTIONS = pa.list_(
    pa.struct([pa.field("attribute", TEXT), _averages("insight"), _averages("baseline")])
)


def _number(kind: str, *paths: str) -> str:
    """Take the first number there is: where Lake's rows have it, or where a trail's records do."""
    read = (f"TRY_CAST(context ->> '$.{path}' AS {kind})" for path in paths)
    return f"{paths[0]} := coalesce({', '.join(read)})"


def _text(lake: str, trail: str) -> str:
    return f"coalesce(extra ->> '$.{lake}', insightDetails['{trail}']) AS {lake}"


_CONTEXT = f"""CASE WHEN context IS NOT NULL THEN struct_pack(
    {_number("DOUBLE", "baselineAverage", "statistics.baseline.average")},
    {_number("DOUBLE", "insightAverage", "statistics.insight.average")},
    {_number("INTEGER", "baselineDuration", "statistics.baselineDuration")},
    {_number("INTEGER", "insightDuration", "statistics.insightDuration")},
    attributions := TRY_CAST(context -> '$.attributions' AS {sql_type(_ATTRIBUTIONS)})
) END AS insightContext"""
_LAKE_CONTEXT, _TRAIL_CONTEXT = "extra -> '$.insightContext'", "insightDetails['insightContext']"

INSIGHTS = f"""
SELECT eventVersion, eventCategory, eventType, eventID, eventTime, awsRegion, recipientAccountId,
    sharedEventID, addendum, extra ->> '$.insightSource' AS insightSource,
    {_text("insightState", "state")}, {_text("insightEventSource", "eventSource")},
    {_text("insightEventName", "eventName")}, {_text("insightErrorCode", "errorCode")},
    {_text("insightType", "insightType")}, {_CONTEXT}
FROM (
    SELECT *, coalesce({_LAKE_CONTEXT}, TRY_CAST({_TRAIL_CONTEXT} AS JSON)) AS context
    FROM events WHERE eventCategory = 'Insight'
)
"""  # noqa: S608 (names of our own)
"""Lake's rows on Insights: of trails, with the parts of `insightDetails` under Lake's names."""

AWSCONFIG = """
WITH item AS (
    SELECT item_key, content_hash, struct_pack(
        configurationItemVersion := eventData.configurationItemVersion,
        configurationItemCaptureTime := eventData.configurationItemCaptureTime,
        configurationStateId := TRY_CAST(eventData.configurationItemStateId AS BIGINT),
        awsAccountId := eventData.accountId,
        configurationItemStatus := eventData.configurationItemStatus,
        resourceType := eventData.resourceType,
        resourceId := eventData.resourceId,
        resourceName := eventData.resourceName,
        ARN := eventData.arn,
        awsRegion := eventData.awsRegion,
        availabilityZone := eventData.availabilityZone,
        configurationStateMd5Hash := extra ->> '$.eventData.configurationStateMd5Hash',
        resourceCreationTime := eventData.resourceCreationTime
    ) AS said, source_file, source_index FROM stored_config_items
), delivered AS (
    SELECT source_file, source_index, said FROM item
    UNION ALL
    SELECT place.source_file, place.source_index, said
    FROM item_places AS place JOIN item USING (item_key, content_hash)
), listed AS (
    SELECT source_file, list(said ORDER BY source_index) AS items FROM delivered GROUP BY 1
)
SELECT file.file_version AS fileversion, file.config_snapshot_id AS configsnapshotid,
    coalesce(listed.items, []) AS configurationitems, file.path AS "$path"
FROM (
    SELECT DISTINCT path, file_version, config_snapshot_id FROM file_rows
    WHERE status = 'other' AND kind = 'config'
) AS file LEFT JOIN listed ON listed.source_file = file.path
"""
"""Athena's table of AWS Config: a row per delivered file, with all its items."""

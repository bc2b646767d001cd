-- title: Insights: unusual rates
-- question: Which unusual rates of calls or errors did CloudTrail Insights find?
-- dialect: lake
-- columns: eventTime, insightType, insightState, insightEventSource, insightEventName, insightErrorCode, baseline, observed, eventID
-- look for: rates of errors of permission, and of calls that list
-- limits: needs Insights events, which a trail records only where it is told to
SELECT eventTime, insightType, insightState, insightEventSource, insightEventName, insightErrorCode,
       insightContext.baselineAverage AS baseline, insightContext.insightAverage AS observed, eventID
FROM $INSIGHTS_EDS_ID
WHERE eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

-- title: Insights: who was behind an unusual rate
-- question: Which identities, user agents and errors made up the unusual rate?
-- dialect: lake
-- columns: eventTime, insightState, insightEventName, attribute, attributed, average
-- look for: one identity that makes up most of it
-- limits: CloudTrail tells the five most frequent values of each
SELECT i.eventTime, i.insightState, i.insightEventName, a.attribute, v.value AS attributed, v.average
FROM $INSIGHTS_EDS_ID i
CROSS JOIN UNNEST(i.insightContext.attributions) AS a
CROSS JOIN UNNEST(a.insight) AS v
WHERE i.eventTime >= :start AND i.eventTime < :end
ORDER BY i.eventTime, a.attribute, v.average DESC, attributed

-- title: Condition keys of requests
-- question: Which values did this global condition key have, in which calls?
-- dialect: lake
-- parameter: condition_key text = aws:RequestedRegion, a global condition key, such as aws:SourceVpc
-- columns: context_value, eventSource, eventName, calls, callers, denied
-- look for: values you do not know, and refusals with them
-- limits: needs enriched events that record this key
SELECT element_at(eventContext.requestContext, :condition_key) AS context_value, eventSource, eventName,
       count(*) AS calls, count(DISTINCT userIdentity.principalId) AS callers, count(errorCode) AS denied
FROM $EDS_ID
WHERE element_at(eventContext.requestContext, :condition_key) IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, 1, eventName

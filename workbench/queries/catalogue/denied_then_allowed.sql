-- title: Denied first, allowed later
-- question: Which callers were denied an API and later succeeded with it?
-- dialect: lake
-- columns: caller, eventSource, eventName, first_denied, first_allowed_after, denied
-- look for: a change of permissions between the two times, and who made it
-- limits: the resource may be another one
SELECT d.caller, d.eventSource, d.eventName, d.first_denied, min(e.eventTime) AS first_allowed_after, d.denied
FROM (
  SELECT coalesce(userIdentity.arn, userIdentity.principalId) AS caller, eventSource, eventName,
         min(eventTime) AS first_denied, count(*) AS denied
  FROM $EDS_ID
  WHERE (errorCode LIKE '%Denied%' OR errorCode LIKE '%Unauthorized%')
    AND eventTime >= :start AND eventTime < :end
  GROUP BY 1, 2, 3
) d
JOIN $EDS_ID e
  ON coalesce(e.userIdentity.arn, e.userIdentity.principalId) = d.caller
  AND e.eventSource = d.eventSource AND e.eventName = d.eventName
  AND e.errorCode IS NULL AND e.eventTime > d.first_denied AND e.eventTime < :end
GROUP BY 1, 2, 3, 4, 6
ORDER BY d.first_denied, d.caller, d.eventName

-- title: Errors by API
-- question: Which calls fail, with which error, by how many callers?
-- dialect: lake
-- columns: eventSource, eventName, errorCode, calls, callers, first_call, last_call
-- look for: errors that began at one time; errors of permission among them
-- limits: counts errors of every kind, those of missing objects too
SELECT eventSource, eventName, errorCode, count(*) AS calls, count(DISTINCT userIdentity.principalId) AS callers,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE errorCode IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, eventSource, eventName, errorCode

-- title: Throttled calls
-- question: Who is slowed down by AWS, on which API?
-- dialect: lake
-- columns: hour, caller, eventSource, eventName, calls
-- look for: a script that enumerates; a loop of yours
-- limits: some services drop throttled calls without an event
SELECT date_trunc('hour', eventTime) AS hour, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       eventSource, eventName, count(*) AS calls
FROM $EDS_ID
WHERE (errorCode LIKE '%Throttl%' OR errorCode LIKE '%RequestLimitExceeded%' OR errorCode = 'SlowDown')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, hour, caller

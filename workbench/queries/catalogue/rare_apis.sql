-- title: Rare APIs
-- question: Which APIs were called a few times only?
-- dialect: lake
-- parameter: most whole = 3, APIs with more calls are left out
-- columns: eventSource, eventName, calls, callers, first_call, last_call
-- look for: APIs that change permissions, logging or networks
-- limits: rare is not wrong; short evidence makes many things rare
SELECT eventSource, eventName, count(*) AS calls, count(DISTINCT userIdentity.principalId) AS callers,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
HAVING count(*) <= :most
ORDER BY calls, eventSource, eventName

-- title: Calls by service
-- question: Which services are used, how much of it changes something?
-- dialect: lake
-- columns: eventSource, calls, writes, apis, callers, first_call, last_call
-- look for: services that nobody told you of
-- limits: data events count only where the trail records them
SELECT eventSource, count(*) AS calls, count_if(readOnly = false) AS writes, count(DISTINCT eventName) AS apis,
       count(DISTINCT userIdentity.principalId) AS callers, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY calls DESC, eventSource

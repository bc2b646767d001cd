-- title: Calls by hour
-- question: How does the number of calls go up and down?
-- dialect: lake
-- columns: hour, calls, writes, errors, callers
-- look for: hours that stand out, and hours without any event
-- limits: an hour without events has no row
SELECT date_trunc('hour', eventTime) AS hour, count(*) AS calls, count_if(readOnly = false) AS writes,
       count(errorCode) AS errors, count(DISTINCT userIdentity.principalId) AS callers
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY 1

-- title: Share of errors of each service
-- question: How many of a service's calls fail, in percent?
-- dialect: lake
-- parameter: fewest whole = 1, services with fewer errors are left out
-- columns: eventSource, calls, errors, percent
-- look for: a share that is far above the others
-- limits: a few calls make large shares
SELECT eventSource, count(*) AS calls, count(errorCode) AS errors,
       round(100.0 * count(errorCode) / count(*), 1) AS percent
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
HAVING count(errorCode) >= :fewest
ORDER BY percent DESC, eventSource

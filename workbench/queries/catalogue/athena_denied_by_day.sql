-- title: Denied calls by day, for Athena
-- question: How many calls were denied on each day, in each account?
-- dialect: athena
-- columns: day_of_call, account, denied, callers
-- look for: a day that stands out
-- limits: names of the error differ between services; those with Denied or Unauthorized are taken
SELECT dt AS day_of_call, account, count(*) AS denied, count(DISTINCT useridentity.principalid) AS callers
FROM cloudtrail_logs
WHERE (errorcode LIKE '%Denied%' OR errorcode LIKE '%Unauthorized%')
  AND eventtime >= :start AND eventtime < :end
GROUP BY 1, 2
ORDER BY 1, 2

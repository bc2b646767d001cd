-- title: What a caller did on one day only
-- question: Which calls of an identity happened on a single day, of many active days?
-- dialect: lake
-- parameter: fewest_days whole = 3, identities with fewer active days are left out
-- columns: caller, eventSource, eventName, calls, day
-- look for: several such calls of one identity on the same day
-- limits: monthly tasks are rare in a week of evidence
WITH calls AS (
  SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS caller, eventSource, eventName,
         CAST(eventTime AS date) AS day
  FROM $EDS_ID
  WHERE eventTime >= :start AND eventTime < :end
), active AS (
  SELECT caller, count(DISTINCT day) AS days FROM calls GROUP BY 1 HAVING count(DISTINCT day) >= :fewest_days
)
SELECT c.caller, c.eventSource, c.eventName, count(*) AS calls, min(c.day) AS day
FROM calls c JOIN active a ON a.caller = c.caller
GROUP BY 1, 2, 3
HAVING count(DISTINCT c.day) = 1
ORDER BY day, c.caller, c.eventName

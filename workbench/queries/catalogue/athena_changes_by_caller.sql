-- title: Changes by caller, for Athena
-- question: Who changed what, how often?
-- dialect: athena
-- columns: arn, eventsource, eventname, calls, first_call, last_call
-- look for: identities that should only read
-- limits: readonly is text in Athena's table
SELECT useridentity.arn, eventsource, eventname, count(*) AS calls, min(eventtime) AS first_call,
       max(eventtime) AS last_call
FROM cloudtrail_logs
WHERE readonly = 'false'
  AND eventtime >= :start AND eventtime < :end
GROUP BY 1, 2, 3
ORDER BY calls, 1, eventname

-- title: RDS: who looks at databases
-- question: Who lists databases and snapshots?
-- dialect: lake
-- columns: caller, eventName, awsRegion, calls, denied, first_call, last_call
-- look for: callers that list all regions one after the other
-- limits: monitoring lists databases all the time
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, awsRegion, count(*) AS calls,
       count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'rds.amazonaws.com' AND readOnly = true
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls, caller, eventName

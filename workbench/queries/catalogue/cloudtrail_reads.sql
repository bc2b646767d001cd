-- title: CloudTrail: who reads the log
-- question: Who looked at trails, their settings or their events?
-- dialect: lake
-- columns: caller, eventName, sourceIPAddress, calls, denied, first_call, last_call
-- look for: a stranger who asks what is recorded
-- limits: reads of the log files in S3 are data events of the bucket
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, sourceIPAddress, count(*) AS calls,
       count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'cloudtrail.amazonaws.com' AND (readOnly = true OR eventName = 'LookupEvents')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls, caller, eventName

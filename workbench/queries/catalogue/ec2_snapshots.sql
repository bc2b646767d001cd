-- title: EC2: snapshots and images
-- question: Who made, copied or deleted snapshots and images?
-- dialect: lake
-- columns: caller, eventName, awsRegion, calls, errors, first_call, last_call
-- look for: copies into another region, snapshots of a person where a service makes them
-- limits: shares are in ec2_snapshots_shared
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, awsRegion, count(*) AS calls,
       count(errorCode) AS errors, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND readOnly = false
  AND regexp_like(eventName, '^(Create|Copy|Delete|Deregister|Register|Restore)(Snapshots?|Image|SnapshotFromRecycleBin)$')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY first_call, caller, eventName

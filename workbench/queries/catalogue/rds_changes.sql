-- title: RDS: databases changed
-- question: Who made, changed or deleted databases and clusters?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, database, public, errorCode, sourceIPAddress, eventID
-- look for: publiclyAccessible true, passwords set anew, deletions without a last snapshot
-- limits: who connects to a database is not in CloudTrail
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       coalesce(element_at(requestParameters, 'dBInstanceIdentifier'),
                element_at(requestParameters, 'dBClusterIdentifier')) AS database,
       element_at(requestParameters, 'publiclyAccessible') AS public, errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'rds.amazonaws.com' AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

-- title: RDS: snapshots shared or exported
-- question: Who gave a snapshot of a database away, or exported it?
-- dialect: lake
-- columns: eventTime, awsRegion, arn, eventName, snapshot, given_to, errorCode, sourceIPAddress, eventID
-- look for: the value all, account ids and buckets that are not yours
-- limits: a share is undone by a second call of the same name
SELECT eventTime, awsRegion, userIdentity.arn, eventName,
       coalesce(element_at(requestParameters, 'dBSnapshotIdentifier'),
                element_at(requestParameters, 'dBClusterSnapshotIdentifier'),
                element_at(requestParameters, 'sourceArn')) AS snapshot,
       coalesce(element_at(requestParameters, 'valuesToAdd'), element_at(requestParameters, 's3BucketName')) AS given_to,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'rds.amazonaws.com'
  AND eventName IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'StartExportTask')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

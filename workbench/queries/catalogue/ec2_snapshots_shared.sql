-- title: EC2: snapshots and images shared
-- question: Who gave a snapshot or an image to another account, or to everybody?
-- dialect: lake
-- columns: eventTime, awsRegion, arn, eventName, shared, permissions, errorCode, sourceIPAddress, eventID
-- look for: account ids that are not yours, and the group all
-- limits: what the other account does with it is in its own trail
SELECT eventTime, awsRegion, userIdentity.arn, eventName,
       coalesce(element_at(requestParameters, 'snapshotId'), element_at(requestParameters, 'imageId')) AS shared,
       coalesce(element_at(requestParameters, 'createVolumePermission'),
                element_at(requestParameters, 'launchPermission')) AS permissions,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND eventName IN ('ModifySnapshotAttribute', 'ModifyImageAttribute')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

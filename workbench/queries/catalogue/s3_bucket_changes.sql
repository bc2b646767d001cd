-- title: S3: buckets made, deleted and set up anew
-- question: What was changed in the settings of buckets?
-- dialect: lake
-- columns: eventTime, arn, eventName, bucket, errorCode, sourceIPAddress, eventID
-- look for: life cycles that delete, versioning or logging switched off, replication to a foreign bucket
-- limits: objects are data events: see the other queries of S3
SELECT eventTime, userIdentity.arn, eventName, element_at(requestParameters, 'bucketName') AS bucket, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND readOnly = false AND eventCategory = 'Management'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

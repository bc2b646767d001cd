-- title: S3: reads of one bucket
-- question: Who read which objects of this bucket?
-- dialect: lake
-- parameter: bucket text, the name of the bucket
-- parameter: prefix text = %, keys that are LIKE this, such as exports/%
-- columns: eventTime, caller, eventName, object_key, bytes_out, errorCode, sourceIPAddress, eventID
-- look for: reads in order of the keys: a whole bucket is being copied
-- limits: needs data events of the bucket
-- sample: bucket nordwind-prod-customer-exports
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy, userIdentity.accountId) AS caller, eventName,
       element_at(requestParameters, 'key') AS object_key,
       TRY_CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double) AS bytes_out, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND element_at(requestParameters, 'bucketName') = :bucket
  AND readOnly = true AND coalesce(element_at(requestParameters, 'key'), '') LIKE :prefix
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

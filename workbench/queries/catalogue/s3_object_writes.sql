-- title: S3: objects written
-- question: Who wrote objects into which bucket?
-- dialect: lake
-- columns: caller, bucket, writes, objects, bytes_in, foreign_keys, first_write, last_write
-- look for: writes encrypted with a key that is not yours
-- limits: needs data events of the bucket
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       element_at(requestParameters, 'bucketName') AS bucket, count(*) AS writes,
       count(DISTINCT element_at(requestParameters, 'key')) AS objects,
       sum(TRY_CAST(element_at(additionalEventData, 'bytesTransferredIn') AS double)) AS bytes_in,
       count(element_at(requestParameters, 'x-amz-server-side-encryption-customer-algorithm')) AS foreign_keys,
       min(eventTime) AS first_write, max(eventTime) AS last_write
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com'
  AND eventName IN ('PutObject', 'CopyObject', 'CompleteMultipartUpload', 'UploadPart')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY writes DESC, caller, bucket

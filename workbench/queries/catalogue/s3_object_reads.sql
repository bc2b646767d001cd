-- title: S3: objects read
-- question: Who read how many objects of which bucket?
-- dialect: lake
-- columns: caller, bucket, reads, objects, bytes_out, denied, first_read, last_read
-- look for: one caller who reads most of a bucket in a short time
-- limits: needs data events of the bucket; without them nobody can tell who read
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy, userIdentity.accountId) AS caller,
       element_at(requestParameters, 'bucketName') AS bucket, count(*) AS reads,
       count(DISTINCT element_at(requestParameters, 'key')) AS objects,
       sum(TRY_CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double)) AS bytes_out,
       count(errorCode) AS denied, min(eventTime) AS first_read, max(eventTime) AS last_read
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND eventName IN ('GetObject', 'SelectObjectContent', 'CopyObject')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY objects DESC, caller, bucket

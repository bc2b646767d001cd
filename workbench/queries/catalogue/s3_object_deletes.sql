-- title: S3: objects deleted
-- question: Who deleted objects, in which bucket, how many?
-- dialect: lake
-- columns: caller, bucket, eventName, calls, objects, denied, first_delete, last_delete
-- look for: deletes after a phase of reads; a note left behind with PutObject
-- limits: DeleteObjects does not tell every key; a life cycle leaves no event of deletion
SELECT coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       element_at(requestParameters, 'bucketName') AS bucket, eventName, count(*) AS calls,
       count(DISTINCT element_at(requestParameters, 'key')) AS objects, count(errorCode) AS denied,
       min(eventTime) AS first_delete, max(eventTime) AS last_delete
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND eventName IN ('DeleteObject', 'DeleteObjects', 'DeleteBucket')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, caller, bucket

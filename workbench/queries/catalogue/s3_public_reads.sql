-- title: S3: anonymous reads
-- question: What was read from buckets without any credentials?
-- dialect: lake
-- columns: bucket, object_key, eventName, errorCode, calls, addresses, first_call, last_call
-- look for: successes: the object is public
-- limits: needs data events of the bucket
SELECT element_at(requestParameters, 'bucketName') AS bucket, element_at(requestParameters, 'key') AS object_key,
       eventName, errorCode, count(*) AS calls, count(DISTINCT sourceIPAddress) AS addresses,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND userIdentity.accountId = 'anonymous'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, bucket, object_key

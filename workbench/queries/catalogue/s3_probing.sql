-- title: S3: objects and buckets that are not there
-- question: Who asked for objects or buckets that do not exist?
-- dialect: lake
-- columns: caller, sourceIPAddress, bucket, errorCode, calls, objects, first_call, last_call
-- look for: many different keys from one caller: names are being guessed
-- limits: programs that check for a file before they write it do this all day
SELECT coalesce(userIdentity.arn, userIdentity.accountId) AS caller, sourceIPAddress,
       element_at(requestParameters, 'bucketName') AS bucket, errorCode, count(*) AS calls,
       count(DISTINCT element_at(requestParameters, 'key')) AS objects, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 's3.amazonaws.com' AND errorCode IN ('NoSuchKey', 'NoSuchBucket', 'NotFound')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, caller, bucket

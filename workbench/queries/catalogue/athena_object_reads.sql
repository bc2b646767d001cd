-- title: Objects read, for Athena
-- question: Who read how many objects of which bucket?
-- dialect: athena
-- columns: arn, bucket, reads, objects, addresses, first_read, last_read
-- look for: one caller who reads most of a bucket
-- limits: needs data events of the bucket
SELECT useridentity.arn, json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(*) AS reads,
       count(DISTINCT json_extract_scalar(requestparameters, '$.key')) AS objects,
       count(DISTINCT sourceipaddress) AS addresses, min(eventtime) AS first_read, max(eventtime) AS last_read
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com' AND eventname = 'GetObject'
  AND eventtime >= :start AND eventtime < :end
GROUP BY 1, 2
ORDER BY objects DESC, 1, bucket

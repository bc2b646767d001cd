-- title: Data events by resource
-- question: Which buckets, functions and tables have how many data events?
-- dialect: lake
-- columns: type, arn, calls, writes, callers, first_call, last_call
-- look for: a resource that is suddenly read by many, or by one very much
-- limits: objects of S3 are counted by their bucket; what a trail does not record is missing
SELECT r.type, r.arn, count(*) AS calls, count_if(e.readOnly = false) AS writes,
       count(DISTINCT e.userIdentity.principalId) AS callers, min(e.eventTime) AS first_call,
       max(e.eventTime) AS last_call
FROM $EDS_ID e
CROSS JOIN UNNEST(e.resources) AS r
WHERE e.eventCategory = 'Data' AND r.type <> 'AWS::S3::Object'
  AND e.eventTime >= :start AND e.eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, r.arn

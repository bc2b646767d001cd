-- title: Regions in use
-- question: In which regions does what happen?
-- dialect: lake
-- columns: awsRegion, recipientAccountId, calls, writes, callers, first_call, last_call
-- look for: regions without any task
-- limits: global services are told in us-east-1
SELECT awsRegion, recipientAccountId, count(*) AS calls, count_if(readOnly = false) AS writes,
       count(DISTINCT userIdentity.principalId) AS callers, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls, awsRegion, 2

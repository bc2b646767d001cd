-- title: Activity of each account
-- question: How much happened in each account, and when?
-- dialect: lake
-- columns: recipientAccountId, calls, writes, errors, callers, regions, first_call, last_call
-- look for: accounts that should be idle
-- limits: a call across accounts is in both of them
SELECT recipientAccountId, count(*) AS calls, count_if(readOnly = false) AS writes, count(errorCode) AS errors,
       count(DISTINCT userIdentity.principalId) AS callers, count(DISTINCT awsRegion) AS regions,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1
ORDER BY calls DESC

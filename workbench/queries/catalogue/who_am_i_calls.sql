-- title: Keys that asked who they are
-- question: Which identities called GetCallerIdentity?
-- dialect: lake
-- columns: caller, sourceIPAddress, userAgent, calls, first_call, last_call
-- look for: the first call of a key from a new address: a thief who tries what was found
-- limits: build tools and Terraform ask on every run
SELECT coalesce(userIdentity.arn, userIdentity.principalId) AS caller, sourceIPAddress, userAgent, count(*) AS calls,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'GetCallerIdentity'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls, first_call, caller

-- title: IAM: who reads permissions
-- question: Who read users, roles and policies, how many different APIs in an hour?
-- dialect: lake
-- parameter: fewest whole = 3, hours with fewer different APIs are left out
-- columns: hour, caller, sourceIPAddress, apis, calls, denied
-- look for: the first minutes of a stolen key
-- limits: auditors and scanners read all of it on a schedule
SELECT date_trunc('hour', eventTime) AS hour, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       sourceIPAddress, count(DISTINCT eventName) AS apis, count(*) AS calls, count(errorCode) AS denied
FROM $EDS_ID
WHERE eventSource = 'iam.amazonaws.com' AND readOnly = true
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
HAVING count(DISTINCT eventName) >= :fewest
ORDER BY apis DESC, hour, caller

-- title: Roles assumed from other accounts
-- question: Which accounts took roles in which of our accounts?
-- dialect: lake
-- columns: from_account, to_account, role, calls, sessions, first_call, last_call
-- look for: accounts that are not of your organization
-- limits: counts the copy in the account that owns the role
SELECT userIdentity.accountId AS from_account, recipientAccountId AS to_account,
       element_at(requestParameters, 'roleArn') AS role, count(*) AS calls,
       count(DISTINCT element_at(requestParameters, 'roleSessionName')) AS sessions,
       min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventSource = 'sts.amazonaws.com' AND eventName = 'AssumeRole'
  AND userIdentity.accountId <> recipientAccountId
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY from_account, to_account, role

-- title: Calls across accounts
-- question: Which identities of one account acted on resources of another?
-- dialect: lake
-- columns: from_account, to_account, caller, eventSource, eventName, calls, denied, first_call, last_call
-- look for: accounts that are not of your organization
-- limits: services that call for a customer have no account and are left out
SELECT userIdentity.accountId AS from_account, recipientAccountId AS to_account,
       coalesce(userIdentity.arn, userIdentity.principalId) AS caller, eventSource, eventName, count(*) AS calls,
       count(errorCode) AS denied, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.accountId <> recipientAccountId
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC, caller, eventName

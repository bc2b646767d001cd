-- title: Anonymous callers and foreign accounts
-- question: Who called without an identity of ours?
-- dialect: lake
-- columns: accountId, principalId, eventSource, eventName, calls, denied, addresses, first_call, last_call
-- look for: anonymous reads that succeeded
-- limits: of a foreign account's caller AWS shows the id, not the name
SELECT userIdentity.accountId, userIdentity.principalId, eventSource, eventName, count(*) AS calls,
       count(errorCode) AS denied, count(DISTINCT sourceIPAddress) AS addresses, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.type IN ('AWSAccount', 'Unknown')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, 1, 2, eventName

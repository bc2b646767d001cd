-- title: Calls that were denied
-- question: Who was denied what, how often?
-- dialect: lake
-- columns: caller, eventSource, eventName, errorCode, calls, addresses, first_call, last_call
-- look for: one caller denied many different APIs within minutes
-- limits: names of the error differ between services; those with Denied or Unauthorized are taken
SELECT coalesce(userIdentity.arn, nullif(userIdentity.principalId, ''), userIdentity.accountId) AS caller, eventSource, eventName,
       errorCode, count(*) AS calls, count(DISTINCT sourceIPAddress) AS addresses, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE (errorCode LIKE '%Denied%' OR errorCode LIKE '%Unauthorized%' OR errorCode LIKE '%NotAuthorized%')
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, caller, eventName

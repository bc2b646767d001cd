-- title: Top talkers
-- question: Who calls most?
-- dialect: lake
-- parameter: most whole = 25, so many callers
-- columns: caller, type, calls, writes, errors, services, addresses, last_call
-- look for: an identity whose volume does not fit its task
-- limits: volume alone says nothing about intent
SELECT coalesce(userIdentity.arn, nullif(userIdentity.principalId, ''), userIdentity.invokedBy, userIdentity.accountId) AS caller,
       userIdentity.type, count(*) AS calls, count_if(readOnly = false) AS writes, count(errorCode) AS errors,
       count(DISTINCT eventSource) AS services, count(DISTINCT sourceIPAddress) AS addresses,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, caller
LIMIT :most

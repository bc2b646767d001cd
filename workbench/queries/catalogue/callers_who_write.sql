-- title: Who changes things
-- question: Which identities made changes, with which APIs?
-- dialect: lake
-- columns: caller, eventSource, eventName, calls, errors, first_call, last_call
-- look for: identities that should only read
-- limits: whether a call writes is what CloudTrail says in readOnly
SELECT coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.invokedBy) AS caller, eventSource, eventName,
       count(*) AS calls, count(errorCode) AS errors, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE readOnly = false
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls, caller, eventName

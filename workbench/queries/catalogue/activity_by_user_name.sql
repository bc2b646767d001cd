-- title: Activity of a user by name
-- question: What did IAM users of this name do, in all accounts?
-- dialect: lake
-- parameter: user_name text, the friendly name, without path
-- columns: recipientAccountId, eventSource, eventName, errorCode, calls, first_call, last_call
-- look for: services that this user has no business with
-- limits: counts by API; activity_by_principal lists the calls one by one
-- sample: user_name tomas.keller
SELECT recipientAccountId, eventSource, eventName, errorCode, count(*) AS calls, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.type = 'IAMUser' AND userIdentity.userName = :user_name
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3, 4
ORDER BY first_call, eventName

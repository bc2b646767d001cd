-- title: Activity of a role
-- question: What was done with this role, in which sessions?
-- dialect: lake
-- parameter: role text, the ARN of the role
-- columns: session, accessKeyId, calls, apis, errors, addresses, first_call, last_call
-- look for: sessions with names or addresses that differ from the rest
-- limits: one row for each session and key; activity_by_session lists the calls
-- sample: role arn:aws:iam::333344445555:role/support-readonly
SELECT userIdentity.arn AS session, userIdentity.accessKeyId, count(*) AS calls, count(DISTINCT eventName) AS apis,
       count(errorCode) AS errors, count(DISTINCT sourceIPAddress) AS addresses, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.sessionContext.sessionIssuer.arn = :role
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY first_call, session

-- title: Long-term access keys in use
-- question: Which long-term keys were used, by whom, from how many addresses?
-- dialect: lake
-- columns: accessKeyId, arn, calls, apis, errors, addresses, user_agents, first_call, last_call
-- look for: keys of people, keys in many hands, keys that wake up after days of rest
-- limits: keys nobody used are not in the log; the credential report of IAM has them
SELECT userIdentity.accessKeyId, userIdentity.arn, count(*) AS calls, count(DISTINCT eventName) AS apis,
       count(errorCode) AS errors, count(DISTINCT sourceIPAddress) AS addresses,
       count(DISTINCT userAgent) AS user_agents, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.accessKeyId LIKE 'AKIA%'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2
ORDER BY calls DESC, 1

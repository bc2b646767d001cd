-- title: EC2: credentials of instances, and from where they call
-- question: From which addresses were the sessions of instances used?
-- dialect: lake
-- columns: instance, role, sourceIPAddress, calls, user_agents, first_call, last_call
-- look for: an address outside of the network: the credentials left the machine
-- limits: machines behind a NAT gateway call from its address
SELECT split_part(userIdentity.arn, '/', 3) AS instance, userIdentity.sessionContext.sessionIssuer.arn AS role,
       sourceIPAddress, count(*) AS calls, count(DISTINCT userAgent) AS user_agents, min(eventTime) AS first_call,
       max(eventTime) AS last_call
FROM $EDS_ID
WHERE userIdentity.type = 'AssumedRole' AND split_part(userIdentity.arn, '/', 3) LIKE 'i-%'
  AND sourceIPAddress NOT LIKE '%.amazonaws.com'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY instance, calls DESC, sourceIPAddress

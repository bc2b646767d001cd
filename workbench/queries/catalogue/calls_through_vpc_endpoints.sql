-- title: Calls through VPC endpoints
-- question: Which endpoints carry which calls, and whose are they?
-- dialect: lake
-- columns: vpcEndpointId, vpcEndpointAccountId, eventSource, calls, callers, first_call, last_call
-- look for: endpoints that belong to an account you do not know
-- limits: calls over the internet have no endpoint
SELECT vpcEndpointId, vpcEndpointAccountId, eventSource, count(*) AS calls,
       count(DISTINCT userIdentity.principalId) AS callers, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE vpcEndpointId IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY calls DESC, vpcEndpointId, eventSource

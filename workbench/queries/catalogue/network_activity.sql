-- title: Network activity by endpoint
-- question: What passed each VPC endpoint, allowed and refused?
-- dialect: lake
-- columns: vpcEndpointId, vpcEndpointAccountId, eventSource, calls, refused, accounts, first_call, last_call
-- look for: accounts of callers that are not yours
-- limits: needs network activity events, which a trail records only where it is told to
SELECT vpcEndpointId, vpcEndpointAccountId, eventSource, count(*) AS calls, count(errorCode) AS refused,
       count(DISTINCT userIdentity.accountId) AS accounts, min(eventTime) AS first_call, max(eventTime) AS last_call
FROM $EDS_ID
WHERE eventCategory = 'NetworkActivity'
  AND eventTime >= :start AND eventTime < :end
GROUP BY 1, 2, 3
ORDER BY refused DESC, calls DESC, vpcEndpointId

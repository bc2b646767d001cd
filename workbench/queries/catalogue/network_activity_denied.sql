-- title: Calls that a VPC endpoint refused
-- question: What did the policy of an endpoint refuse, to whom?
-- dialect: lake
-- columns: eventTime, vpcEndpointId, caller, eventSource, eventName, errorCode, errorMessage, sourceIPAddress, eventID
-- look for: credentials of another organization, used from inside of your network
-- limits: needs network activity events, which a trail records only where it is told to
SELECT eventTime, vpcEndpointId, coalesce(userIdentity.arn, userIdentity.accountId) AS caller, eventSource, eventName,
       errorCode, errorMessage, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventCategory = 'NetworkActivity' AND errorCode IS NOT NULL
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

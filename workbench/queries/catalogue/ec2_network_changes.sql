-- title: EC2: networks changed
-- question: Who changed VPCs, routes, gateways, peerings or network ACLs?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, errorCode, sourceIPAddress, eventID
-- look for: a way out of the network that was not there before
-- limits: security groups have a query of their own
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND readOnly = false
  AND regexp_like(eventName, 'Vpc|Subnet|Route|Gateway|NetworkAcl|FlowLogs|VpnConnection|TrafficMirror')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

-- title: EC2: rules of security groups
-- question: Who opened or closed which ports, for whom?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, security_group, rules, errorCode, sourceIPAddress, eventID
-- look for: 0.0.0.0/0 and ::/0 on ports of administration and of databases
-- limits: rules may also name another group or a prefix list
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       element_at(requestParameters, 'groupId') AS security_group,
       coalesce(element_at(requestParameters, 'ipPermissions'),
                element_at(requestParameters, 'ModifySecurityGroupRulesRequest')) AS rules,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND eventName LIKE '%SecurityGroup%' AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

-- title: EC2: ports opened to the world
-- question: Which rules let everybody in?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, security_group, protocol, from_port, to_port, eventID
-- look for: 22, 3389 and ports of databases
-- limits: rules given by the newer parameter of several rules at once are in ec2_security_group_changes
SELECT e.eventTime, e.awsRegion, e.userIdentity.arn AS caller, element_at(e.requestParameters, 'groupId') AS security_group,
       json_extract_scalar(rule, '$.ipProtocol') AS protocol, json_extract_scalar(rule, '$.fromPort') AS from_port,
       json_extract_scalar(rule, '$.toPort') AS to_port, e.eventID
FROM $EDS_ID e
CROSS JOIN UNNEST(CAST(json_extract(element_at(e.requestParameters, 'ipPermissions'), '$.items') AS array(json))) AS r(rule)
WHERE e.eventSource = 'ec2.amazonaws.com' AND e.eventName = 'AuthorizeSecurityGroupIngress' AND e.errorCode IS NULL
  AND (strpos(json_format(rule), '"0.0.0.0/0"') > 0 OR strpos(json_format(rule), '"::/0"') > 0)
  AND e.eventTime >= :start AND e.eventTime < :end
ORDER BY e.eventTime, e.eventID

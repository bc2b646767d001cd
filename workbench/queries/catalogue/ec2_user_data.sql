-- title: EC2: start scripts and metadata settings
-- question: Who read or changed the start script of instances, or how they get credentials?
-- dialect: lake
-- columns: eventTime, awsRegion, arn, eventName, instance, attribute, errorCode, sourceIPAddress, eventID
-- look for: userData that is read by a stranger; tokens of the metadata service made optional
-- limits: the script itself is not in the log
SELECT eventTime, awsRegion, userIdentity.arn, eventName, element_at(requestParameters, 'instanceId') AS instance,
       coalesce(element_at(requestParameters, 'attribute'), element_at(requestParameters, 'httpTokens')) AS attribute,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('DescribeInstanceAttribute', 'ModifyInstanceAttribute', 'ModifyInstanceMetadataOptions')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

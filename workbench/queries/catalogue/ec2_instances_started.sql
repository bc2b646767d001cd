-- title: EC2: instances started
-- question: Who ran instances, of which type and image, in which region?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, instance_type, image, key_pair, instances, errorCode, sourceIPAddress, eventID
-- look for: large types, many at once, regions without any task
-- limits: machines that a service starts for you have the service as caller
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller,
       element_at(requestParameters, 'instanceType') AS instance_type,
       json_extract_scalar(element_at(requestParameters, 'instancesSet'), '$.items[0].imageId') AS image,
       json_extract_scalar(element_at(requestParameters, 'instancesSet'), '$.items[0].keyName') AS key_pair,
       json_array_length(json_extract(element_at(responseElements, 'instancesSet'), '$.items')) AS instances,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND eventName = 'RunInstances'
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

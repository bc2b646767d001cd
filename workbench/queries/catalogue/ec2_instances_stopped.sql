-- title: EC2: instances stopped or terminated
-- question: Who stopped, started again or terminated instances?
-- dialect: lake
-- columns: eventTime, awsRegion, caller, eventName, instances, errorCode, sourceIPAddress, eventID
-- look for: machines terminated at the end of an intrusion
-- limits: a machine may also stop by itself; that leaves no event
SELECT eventTime, awsRegion, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       json_format(json_extract(element_at(requestParameters, 'instancesSet'), '$.items')) AS instances, errorCode,
       sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com'
  AND eventName IN ('StopInstances', 'StartInstances', 'TerminateInstances', 'RebootInstances')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

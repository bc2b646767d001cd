-- title: EC2: key pairs
-- question: Who made, imported or deleted SSH key pairs?
-- dialect: lake
-- columns: eventTime, awsRegion, arn, eventName, key_name, errorCode, sourceIPAddress, eventID
-- look for: a pair made shortly before instances start with it
-- limits: keys that lie on the machine itself are not in the log
SELECT eventTime, awsRegion, userIdentity.arn, eventName, element_at(requestParameters, 'keyName') AS key_name,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'ec2.amazonaws.com' AND eventName IN ('CreateKeyPair', 'ImportKeyPair', 'DeleteKeyPair')
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID

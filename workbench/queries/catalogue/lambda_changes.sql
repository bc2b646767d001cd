-- title: Lambda: functions changed
-- question: Who made, changed or opened functions?
-- dialect: lake
-- columns: eventTime, caller, eventName, function_name, code_from, errorCode, sourceIPAddress, eventID
-- look for: code from a bucket that is not of your builds; AddPermission and function URLs
-- limits: names of events end with the version of the API
SELECT eventTime, coalesce(userIdentity.arn, userIdentity.invokedBy) AS caller, eventName,
       element_at(requestParameters, 'functionName') AS function_name,
       concat_ws('/', element_at(requestParameters, 's3Bucket'), element_at(requestParameters, 's3Key')) AS code_from,
       errorCode, sourceIPAddress, eventID
FROM $EDS_ID
WHERE eventSource = 'lambda.amazonaws.com' AND eventCategory = 'Management' AND readOnly = false
  AND eventTime >= :start AND eventTime < :end
ORDER BY eventTime, eventID
